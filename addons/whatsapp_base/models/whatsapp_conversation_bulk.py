from odoo import models


class WhatsappConversation(models.Model):
    """What was sent in bulk is a row of the log only, until somebody needs it in the thread: then it is shown, in bulk."""

    _inherit = "whatsapp.conversation"

    def _show_bulk(self):
        """Show in Discuss what these customers got in bulk, before their answers; rings nobody."""
        # sudo: the worker shows what was sent, on behalf of who sent it
        rows = self.env["whatsapp.chat.message"].sudo().search(
            [
                ("conversation_id", "in", self.ids), ("lane", "=", "bulk"), ("direction", "=", "outbound"),
                ("mail_message_id", "=", False), ("state", "not in", ("queued", "held", "cancelled")),
            ],
            order="id",
        )
        if not rows:
            return
        Channel = self.env["discuss.channel"]
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        messages = self.env["mail.message"].sudo().create(
            [Channel._whatsapp_post_values(row, row._shown_html(None), subtype_id) for row in rows]
        )
        for row, message in zip(rows, messages, strict=True):
            row.mail_message_id = message

    def action_open_discuss(self):
        self.check_access("read")
        self._show_bulk()
        return super().action_open_discuss()
