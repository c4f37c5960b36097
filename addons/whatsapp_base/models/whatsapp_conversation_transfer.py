from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError

AGENT_GROUP = "whatsapp_base.group_whatsapp_agent"


class WhatsappConversation(models.Model):
    """Handing over to a team or a colleague, with a word to whoever goes on."""

    _inherit = "whatsapp.conversation"

    def transfer(self, team_id=None, user_id=None, note=None):
        """Hand conversations over to a team, a colleague, or a colleague in a team.

        :param int team_id: of the ``whatsapp.team``; without a colleague the conversation waits in the team's queue
        :param int user_id: of the ``res.users``, an agent
        :param str note: for whoever goes on; the customer never sees it
        :returns: True
        :raises AccessError: the caller may not see the conversation
        :raises ValidationError: neither team nor colleague is given, or they cannot take it
        """
        self._transfer(
            team=self.env["whatsapp.team"].browse(team_id or []), user=self.env["res.users"].browse(user_id or []), note=note
        )
        return True

    def action_transfer(self):
        """Ask whom to hand the conversations over to."""
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id("whatsapp_base.whatsapp_transfer_action")
        return dict(action, context={"default_conversation_ids": [fields.Command.set(self.ids)]})

    def _transfer(self, team=None, user=None, note=None):
        """Do as :meth:`transfer` says, with records. Whoever hands over may see the conversation no longer."""
        team, user = team or self.env["whatsapp.team"], user or self.env["res.users"]
        self.check_access("write")
        if note and not isinstance(note, str):
            raise ValidationError(self.env._("“note” is no text. Give a text, or leave it out."))
        self._check_transfer(team.exists() if team else team, user.exists() if user else user, team, user)
        values = {"state": "open", "snoozed_until": False, "snoozed_by_id": False}
        if team:
            values["team_id"] = team.id
        values["user_id"] = user.id
        # sudo: the right to write was checked above; afterwards the conversation may be a colleague's alone
        conversations = self.sudo()
        conversations.write(values)
        # who gets it now has time of their own to answer
        conversations.filtered("returned_from_id").write({"returned_from_id": False, "returned_at": False})
        if note and note.strip():
            conversations._note_transfer(team, user, note.strip())

    def _check_transfer(self, found_team, found_user, team, user):
        """Refuse a target that cannot take the conversations, with what to do instead."""
        if not team and not user:
            raise ValidationError(self.env._("Choose a team or a colleague to hand the conversation over to."))
        if found_team != team or (team and not team.sudo().active):
            raise ValidationError(self.env._("The team is gone or archived. Choose another one."))
        if found_user != user:
            raise ValidationError(self.env._("The colleague is gone. Choose another one."))
        companies = self.sudo().company_id
        for record, name in ((team, team.sudo().name), (user, user.sudo().name)):
            allowed = record.sudo().company_id if record == team else record.sudo().company_ids
            if record and companies - allowed:
                raise ValidationError(
                    self.env._("%(name)s does not belong to the company %(company)s.", name=name, company=companies[0].name)
                )
        if user and not (user.sudo().active and user.sudo().has_group(AGENT_GROUP)):
            raise UserError(self.env._("%s is no WhatsApp agent. Choose somebody with that role.", user.sudo().name))

    def _note_transfer(self, team, user, note):
        """Leave a note in the threads: of colleagues, for colleagues."""
        target = " · ".join(name for name in (team.sudo().name, user.sudo().name) if name)
        heading = self.env._("Handed over to %s", target)
        body = Markup("<p><b>%s</b></p><p>%s</p>") % (heading, Markup("<br/>").join(note.splitlines()))
        for conversation in self:
            # sudo: the author may see the conversation no longer; a note never leaves the house
            channel = conversation._ensure_discuss_channel().sudo()
            channel.message_post(body=body, message_type="comment", subtype_xmlid="mail.mt_note", author_id=self.env.user.partner_id.id)
