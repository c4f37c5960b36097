from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.mail.tools.discuss import Store

from ..cloud_api import client as cloud_client
from ..cloud_api.inbound import Identity

# Meta blocks only people who wrote to the number in this time
BLOCKABLE = timedelta(hours=24)
FAILURES = (cloud_client.ApiError, cloud_client.NotSent, cloud_client.OutcomeUnknown)


class WhatsappContact(models.Model):
    """Blocking: in Odoo always, at Meta where Meta lets us."""

    _inherit = "whatsapp.contact"

    blocked = fields.Boolean(tracking=True)
    blocked_channel_ids = fields.Many2many(
        "whatsapp.channel", "whatsapp_contact_blocked_channel_rel", string="Blocked at WhatsApp by", readonly=True,
        help="These numbers of yours block the person at WhatsApp: they can neither write nor call.",
    )
    block_note = fields.Char(readonly=True)

    def write(self, vals):
        if "blocked" not in vals:
            return super().write(vals)
        if not self.env.su:
            self._check_may_block()
        # sudo: whose queue the conversations are in; they leave it when blocked
        conversations = self.sudo().conversation_ids
        before = {conversation: conversation._audience() for conversation in conversations if conversation._is_waiting()}
        result = super().write(vals)
        conversations._announce(before)
        for conversation in conversations.filtered("discuss_channel_id"):
            Store(bus_channel=conversation.discuss_channel_id).add(
                conversation, [Store.Attr("blocked", lambda c: c.contact_id.blocked)]
            ).bus_send()
        return result

    def action_block(self):
        """Block these people: nothing of theirs is shown, nothing is sent; at WhatsApp, too, where possible."""
        self._check_may_block()
        told = {contact: contact._block_at_meta() for contact in self}
        for contact, (numbers, note) in told.items():
            # sudo: what Meta did is the system's knowledge
            contact.sudo().write({"blocked_channel_ids": [fields.Command.link(number.id) for number in numbers], "block_note": note})
            contact.blocked = True
        return self._block_message(self.env._("Blocked"), [note for _numbers, note in told.values()])

    def action_unblock(self):
        """Let these people write and be written to again."""
        self._check_may_block()
        for contact in self:
            for number in contact.sudo().blocked_channel_ids:
                if problem := contact._ask_meta(number, unblock=True):
                    raise UserError(
                        self.env._("WhatsApp did not unblock %(who)s on %(number)s. %(problem)s",
                                   who=contact.display_name, number=number.display_name, problem=problem)
                    )
        self.sudo().write({"blocked_channel_ids": [fields.Command.clear()], "block_note": False})  # sudo: see action_block
        self.write({"blocked": False})
        return self._block_message(self.env._("Unblocked"), [])

    def _check_may_block(self):
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            raise AccessError(self.env._("Only WhatsApp agents can block contacts. Ask an administrator for the role."))
        self.check_access("write")
        Conversation = self.env["whatsapp.conversation"]
        in_reach = Conversation.search([("contact_id", "in", self.ids)]).contact_id
        # sudo: only whether there are any; a contact is in the address book of all, a conversation is not
        if theirs := Conversation.sudo().search([("contact_id", "in", (self - in_reach).ids)]).contact_id:
            who = ", ".join(theirs.mapped("display_name"))
            raise AccessError(self.env._("Only colleagues talk with %(who)s. Ask them, or a supervisor, to block.", who=who))

    def _block_at_meta(self):
        """Ask Meta to block at every number that the person wrote to; returns (numbers that block, what to tell).

        Called before anything is written: no lock is held while Meta answers.
        """
        self.ensure_one()
        limit = fields.Datetime.now() - BLOCKABLE
        done, notes = self.env["whatsapp.channel"], []
        # sudo: a block counts for all numbers, those of other teams included
        conversations = self.sudo().conversation_ids
        for conversation in conversations:
            number = conversation.channel_id
            if not conversation.last_inbound_at or conversation.last_inbound_at < limit:
                continue
            if problem := self._ask_meta(number):
                notes.append(self.env._("%(number)s: %(problem)s", number=number.display_name, problem=problem))
            else:
                done |= number
        if not done and not notes:
            notes.append(
                self.env._("Blocked in Odoo only: WhatsApp blocks only people who wrote in the last 24 hours. Block again when they write.")
            )
        return done, " ".join(notes)[:500] or False

    def _ask_meta(self, number, unblock=False):
        """Block or unblock at one number; returns the problem, if there is one."""
        # sudo: the token stays inside; who may block was checked
        account = number.sudo().account_id
        person = Identity(wa_id=self.wa_id or None, user_id=self.bsuid or None)
        try:
            result = account._client().block_users(number.phone_number_id, [person], unblock=unblock)
        except UserError as error:
            return str(error)
        except FAILURES as error:
            return account._explain(error)
        return " ".join(filter(None, result.failed.values())) or (bool(result.failed) and self.env._("WhatsApp refused."))

    def _block_message(self, title, notes):
        message = " ".join(filter(None, notes))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if message else "success",
                "title": title,
                "message": message or ", ".join(self.mapped("display_name")),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # ------------------------------------------------------------
    # What Meta has
    # ------------------------------------------------------------

    @api.model
    def _cron_sync_blocked(self):
        """Take over, once a day, whom Meta blocks for each number."""
        for number in self.env["whatsapp.channel"].search([]):
            try:
                people = list(number.account_id._client().blocked_users(number.phone_number_id))
            except (UserError, *FAILURES):
                continue  # the account's own check tells administrators what is wrong with it
            self._apply_blocked(number, people)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _apply_blocked(self, number, people):
        """Make the contacts say what Meta's list of one number says; strangers on it are left out."""
        found, _former = self._match(number.company_id, number.portfolio, people)
        listed = self.union(*found.values())
        known = self.with_context(active_test=False).search([("blocked_channel_ids", "in", number.ids)])
        for contact in listed - known:
            contact.write({"blocked_channel_ids": [fields.Command.link(number.id)], "block_note": False})
        (listed.filtered(lambda contact: not contact.blocked)).write({"blocked": True})
        for contact in known - listed:
            contact.write(
                {
                    "blocked_channel_ids": [fields.Command.unlink(number.id)],
                    "block_note": self.env._("Blocked in Odoo only: WhatsApp no longer blocks this person on %s.", number.display_name),
                }
            )
