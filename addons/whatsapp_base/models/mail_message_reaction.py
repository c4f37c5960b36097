from odoo import fields, models
from odoo.exceptions import UserError

from ..cloud_api import outbound
from .whatsapp_conversation_interactive import QUOTABLE


class MailMessage(models.Model):
    """Reactions of agents go to the customer. (The customer's own come with the intake.)"""

    _inherit = "mail.message"

    def _message_reaction(self, content, action, partner, guest, store=None):
        rows = self._whatsapp_rows_to_react_to(partner)
        if not rows:
            return super()._message_reaction(content, action, partner, guest, store)
        mine = self.sudo().reaction_ids.filtered(lambda r: r.partner_id == partner and r.content == content)
        if bool(mine) == (action == "add"):
            return super()._message_reaction(content, action, partner, guest, store)
        # The business has one reaction on a message, whoever of its people gave it: a new one replaces the old
        if action == "add":
            customer = rows[0].contact_id.partner_id
            for old in self.sudo().reaction_ids.filtered(lambda r: r.partner_id != customer):
                super()._message_reaction(old.content, "remove", old.partner_id, old.guest_id, store)
        rows[0].conversation_id._send_content(
            outbound.Reaction(rows[0].wamid, content if action == "add" else ""), origin="agent", user=self.env.user
        )
        return super()._message_reaction(content, action, partner, guest, store)

    def _whatsapp_rows_to_react_to(self, partner):
        """Return the WhatsApp message that a colleague's reaction is about; nothing if it stays in Odoo.

        :param partner: who reacts
        :raises UserError: the reaction cannot leave: no right, window closed, message not on WhatsApp
        """
        if not partner or partner != self.env.user.partner_id or not self.env.user._is_internal() or not self._is_whatsapp():
            return self.env["whatsapp.chat.message"]
        # sudo: the reader's right on the message was checked; their right to write to the customer is checked below
        rows = self.sudo().whatsapp_chat_message_ids
        if not rows:
            return rows  # an internal note
        self.env["discuss.channel"].browse(self.sudo().res_id)._whatsapp_check_may_send()
        rows = rows.filtered(lambda row: row.wamid and row.state != "failed").sorted("id")
        if not rows:
            raise UserError(
                self.env._("This message has not reached WhatsApp, so nobody can react to it. Wait until it is sent.")
            )
        if rows[0].sent_on < fields.Datetime.now() - QUOTABLE:
            raise UserError(self.env._("WhatsApp takes reactions to messages of the last 30 days only. Write an answer instead."))
        return rows
