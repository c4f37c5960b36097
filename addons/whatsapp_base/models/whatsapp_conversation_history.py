from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..tools import bubbles

SHOWN_TOGETHER = 1000
CONVERSATIONS_TOGETHER = 50


class WhatsappConversation(models.Model):
    """Past chats of the phone app: rows of the log at first, Discuss messages when all are there or somebody looks.

    Discuss orders messages by ID, and Meta sends the youngest chats first: what became messages at once would stand
    in the wrong order for ever.
    """

    _inherit = "whatsapp.conversation"

    has_hidden_history = fields.Boolean(readonly=True, copy=False, help="Imported messages wait to be shown in Discuss.")

    _hidden_history_idx = models.Index("(id) WHERE has_hidden_history")

    def _show_history(self):
        """Make Discuss messages of imported rows, by date, without ringing anybody.

        What is older than a message that the thread shows already cannot be put before it: it stays in the log, and a
        line says so.
        """
        self.ensure_one()
        self.has_hidden_history = False
        thread = self._ensure_discuss_channel()
        hidden = [
            ("conversation_id", "=", self.id), ("is_history", "=", True), ("mail_message_id", "=", False),
            ("type", "not in", ("reaction", "edit", "revoke", "system")),
        ]
        rows = self.env["whatsapp.chat.message"].search(hidden, order="sent_on, id")
        newest = self.env["mail.message"].sudo().search(
            [("model", "=", "discuss.channel"), ("res_id", "=", thread.id), ("message_type", "=", "comment")],
            order="date desc, id desc", limit=1,
        ).date
        late = rows.filtered(lambda row: newest and row.sent_on < newest)
        for chunk in split_every(SHOWN_TOGETHER, (rows - late).ids, rows.browse):
            self._post_history(chunk)
        if late:
            self._post_line(
                self.env._("has %s older message(s) from the phone in the message log of this conversation", len(late)),
                self.company_id.partner_id,
            )
        return rows - late

    def _post_history(self, rows):
        """Post rows without announcing them; quotes find their message in the same chunk or before."""
        Channel, labels = self.env["discuss.channel"], rows._bubble_labels()
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        # sudo: mail.message - the worker posts on behalf of who wrote on the phone
        messages = self.env["mail.message"].sudo().create(
            [Channel._whatsapp_post_values(row, bubbles.bubble(row._content(), labels), subtype_id) for row in rows]
        )
        for row, message in zip(rows, messages, strict=True):
            row.mail_message_id = message
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE mail_message m SET parent_id = quoted.mail_message_id
                     FROM whatsapp_chat_message row
                     JOIN whatsapp_chat_message quoted
                       ON quoted.wamid = row.reply_to_wamid AND quoted.conversation_id = row.conversation_id
                    WHERE row.id = ANY(%s) AND m.id = row.mail_message_id AND m.parent_id IS NULL""",
                rows.ids,
            )
        )
        messages.invalidate_recordset(["parent_id"], flush=False)

    @api.model
    def _cron_show_history(self):
        """Show what was imported, some conversations at a time."""
        domain = [("has_hidden_history", "=", True), ("channel_id.history_state", "!=", "running")]
        while conversations := self.search(domain, limit=CONVERSATIONS_TOGETHER, order="id"):
            conversations.filtered(lambda c: not c.discuss_channel_id)._create_discuss_channels()
            for conversation in conversations:
                if conversation.has_hidden_history:
                    conversation._show_history()
            self.env["ir.cron"]._commit_progress(len(conversations), remaining=self.search_count(domain))


class WhatsappChatMessage(models.Model):
    """The rows of past chats."""

    _inherit = "whatsapp.chat.message"

    is_history = fields.Boolean("Imported", readonly=True, help="Comes from the history of the WhatsApp Business app.")
