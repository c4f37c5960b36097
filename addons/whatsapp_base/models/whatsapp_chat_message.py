import json
import uuid

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import bubbles
from ..tools.phrases import Phrase
from ..tools.readable import pretty

OUTBOUND_STATES = [
    ("queued", "Queued"),
    ("sending", "Sending"),
    ("accepted", "Accepted by WhatsApp"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("read", "Read"),
    ("failed", "Failed"),
    ("uncertain", "Unclear"),
    ("held", "Waiting for Its Template"),
    ("cancelled", "Cancelled"),
]
MESSAGE_TYPES = [
    ("text", "Text"),
    ("image", "Image"),
    ("video", "Video"),
    ("audio", "Audio"),
    ("voice", "Voice Message"),
    ("document", "Document"),
    ("sticker", "Sticker"),
    ("location", "Location"),
    ("contacts", "Contact Cards"),
    ("reaction", "Reaction"),
    ("button", "Button Answer"),
    ("list", "List Answer"),
    ("flow", "Form Answer"),
    ("order", "Cart"),
    ("interactive", "Buttons"),
    ("template", "Template"),
    ("edit", "Edit"),
    ("revoke", "Deletion"),
    ("system", "System"),
    ("call", "Call"),
    ("unsupported", "Not Supported"),
]


class WhatsappChatMessage(models.Model):
    """Every message, in or out: the one log. What Discuss shows of it is ``mail_message_id``.

    Rows are made by the intake worker (``_receive``), the sending API (``whatsapp.conversation._send_*``) and
    moved on by the outbox and by Meta's statuses; people only read them, retry and cancel.
    """

    _name = "whatsapp.chat.message"
    _description = "WhatsApp Message"
    _order = "id desc"
    _rec_name = "summary"

    conversation_id = fields.Many2one("whatsapp.conversation", required=True, ondelete="cascade")  # _thread_idx
    channel_id = fields.Many2one("whatsapp.channel", "Number", required=True, ondelete="restrict")
    contact_id = fields.Many2one("whatsapp.contact", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True)
    direction = fields.Selection([("inbound", "In"), ("outbound", "Out")], required=True)
    type = fields.Selection(MESSAGE_TYPES, required=True, default="text")
    body = fields.Text("Text")
    summary = fields.Char("Message", help="One line for lists.")
    payload = fields.Text(groups="whatsapp_base.group_whatsapp_admin", help="What Meta sent us, or what we send to Meta.")
    payload_pretty = fields.Text(
        "Payload (readable)", compute="_compute_payload_pretty", groups="whatsapp_base.group_whatsapp_admin"
    )
    button_payload = fields.Char("Answer ID", help="ID of the button or list row that the customer chose.")
    wamid = fields.Char("WhatsApp Message ID", copy=False)
    uuid = fields.Char("Our ID", required=True, copy=False, default=lambda self: uuid.uuid4().hex)
    reply_to_wamid = fields.Char("About Message", help="What it answers, reacts to, changes or deletes.")
    template_id = fields.Many2one("whatsapp.message.template", index="btree_not_null", ondelete="set null")
    template_translation_id = fields.Many2one(
        "whatsapp.message.template.translation", "Language", index="btree_not_null", ondelete="set null"
    )
    mail_message_id = fields.Many2one("mail.message", "Discuss Message", index="btree_not_null", ondelete="set null", copy=False)
    attachment_ids = fields.Many2many("ir.attachment", "whatsapp_chat_message_attachment_rel", string="Attachments")
    state = fields.Selection(
        [("received", "Received"), *OUTBOUND_STATES], required=True, default="queued", copy=False
    )
    sent_on = fields.Datetime("Date", required=True, default=fields.Datetime.now)
    accepted_at = fields.Datetime(readonly=True)
    sent_at = fields.Datetime(readonly=True)
    delivered_at = fields.Datetime(readonly=True)
    read_at = fields.Datetime(readonly=True)
    failed_at = fields.Datetime(readonly=True)
    error_code = fields.Integer(readonly=True)
    error_title = Phrase("Problem", readonly=True)
    error_remedy = Phrase("What to Do", readonly=True)
    error_details = fields.Char("Details from Meta", readonly=True)
    origin = fields.Selection(
        [
            ("agent", "Agent"),
            ("flow", "Chatbot"),
            ("auto", "Automatic Answer"),
            ("campaign", "Campaign"),
            ("order", "Order"),
            ("api", "Other Application"),
            ("echo", "Phone App"),
            ("customer", "Customer"),
        ],
        required=True,
        default="api",
    )
    once_key = fields.Char(copy=False, help="A second message with the same key is never made.")
    is_handled = fields.Boolean(help="Everything that an incoming message sets off has been done.")
    # outbox
    lane = fields.Selection([("replies", "Replies"), ("bulk", "Bulk")], default="replies", required=True)
    priority = fields.Integer(default=1, help="0: people's and chatbots' replies, 1: transactional, 2: campaigns.")
    attempts = fields.Integer(readonly=True)
    scheduled_at = fields.Datetime()
    next_try_at = fields.Datetime(readonly=True)
    claimed_by = fields.Integer(readonly=True, help="The sender that holds the row; see whatsapp.lane.")
    # media
    media_state = fields.Selection(
        [("pending", "Waiting"), ("done", "Fetched"), ("failed", "Failed"), ("refused", "Refused")], readonly=True
    )
    media_ref = fields.Char("Media ID", readonly=True)
    media_recipe = fields.Char(readonly=True, help="What has to be done to the file before Meta takes it.")
    media_attempts = fields.Integer(readonly=True)
    media_next_try_at = fields.Datetime(readonly=True)
    media_error = fields.Char(readonly=True)
    # price
    pricing_category = fields.Char("Price Category", readonly=True)
    pricing_type = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", "Written by", ondelete="set null")

    _wamid_unique = models.UniqueIndex("(wamid) WHERE wamid IS NOT NULL", "This WhatsApp message is stored already.")
    _uuid_unique = models.UniqueIndex("(uuid)", "Two messages cannot share an ID.")
    _once_unique = models.UniqueIndex("(once_key) WHERE once_key IS NOT NULL", "This message was made already.")
    _business_initiated_idx = models.Index("(channel_id, accepted_at) WHERE type = 'template' AND accepted_at IS NOT NULL")
    _queue_idx = models.Index("(channel_id, lane, priority, id) WHERE state = 'queued'")
    _busy_idx = models.Index("(conversation_id, id) WHERE state IN ('queued', 'sending')")
    _sending_idx = models.Index("(claimed_by) WHERE state = 'sending'")
    _media_idx = models.Index("(media_next_try_at, id) WHERE media_state = 'pending'")
    _unhandled_idx = models.Index("(id) WHERE direction = 'inbound' AND is_handled IS NOT TRUE")
    _thread_idx = models.Index("(conversation_id, sent_on DESC, id DESC)")

    @api.depends("payload")
    def _compute_payload_pretty(self):
        for message in self:
            message.payload_pretty = pretty(message.payload)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_flight(self):
        if any(message.state in ("sending", "uncertain") for message in self):
            raise UserError(
                self.env._("A message that is being sent cannot be deleted. Wait until it is sent or has failed.")
            )

    def action_retry(self):
        """Send failed or unclear messages again, because a person says so."""
        self.check_access("read")
        wrong = self.filtered(lambda m: m.direction != "outbound" or m.state not in ("failed", "uncertain", "cancelled"))
        if wrong:
            raise UserError(self.env._("Only messages that failed, were cancelled or are unclear can be sent again."))
        # sudo: agents may not write messages; they may ask to send one of theirs again
        self.sudo()._requeue()

    def _requeue(self):
        """Put messages back into the queue, under a new ID so that late statuses of the old try cannot mix."""
        self._forget_uploads()  # what was wrong may have been the file at Meta
        for message in self:
            message.write(
                {
                    "state": "queued",
                    "uuid": uuid.uuid4().hex,
                    "wamid": False,
                    "attempts": 0,
                    "next_try_at": False,
                    "error_code": False,
                    "error_title": False,
                    "error_remedy": False,
                    "error_details": False,
                    "failed_at": False,
                }
            )
        self._notify_states()
        self.env["whatsapp.lane"]._wake("replies", "bulk")

    def action_cancel(self):
        """Take messages that have not left yet out of the queue."""
        self.check_access("read")
        # sudo: agents may not write messages; the lock keeps a sender from taking the row at the same time
        queued = self.sudo().filtered(lambda m: m.state in ("queued", "held")).try_lock_for_update()
        queued.invalidate_recordset(["state"])
        queued = queued.filtered(lambda m: m.state in ("queued", "held"))
        if len(queued) != len(self):
            raise UserError(self.env._("Some of these messages have left already and cannot be cancelled."))
        queued.write({"state": "cancelled"})
        queued._notify_states()

    def action_open_discuss(self):
        """Open the conversation of the message."""
        self.ensure_one()
        return self.conversation_id.action_open_discuss()

    # ------------------------------------------------------------
    # Content
    # ------------------------------------------------------------

    @api.private
    def payload_value(self, *path):
        """Return a value from the stored payload by its path of keys, or None. For other addons, not for programs."""
        self.ensure_one()
        # sudo: single harmless values of the payload serve agents too; the whole is for administrators
        value = json.loads(self.sudo().payload or "{}")
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def _link_to_shown(self, pairs):
        """Note which Discuss message shows which row, with one statement.

        :param pairs: iterable of (row of ``self``, ``mail.message``)
        """
        self.flush_recordset(["mail_message_id"])
        pairs = list(pairs)
        self.env.cr.execute(
            SQL(
                """UPDATE whatsapp_chat_message m SET mail_message_id = v.mail_id
                     FROM (VALUES %s) AS v (id, mail_id) WHERE m.id = v.id""",
                SQL(", ").join(SQL("(%s, %s)", row.id, message.id) for row, message in pairs),
            )
        )
        self.invalidate_recordset(["mail_message_id"], flush=False)
        shown = self.env["mail.message"].union(*(message for _row, message in pairs))
        shown.invalidate_recordset(["whatsapp_chat_message_ids"], flush=False)

    def _shown_html(self, content):
        """Return how Discuss shows an outgoing message: as the customer has it, a template's buttons as a quiet line."""
        self.ensure_one()
        if html := self.conversation_id._sent_html(content):
            return html
        text = bubbles.text(self.body or self.summary)
        # sudo: what was sent is shown, also when its template can no longer be sent
        translation = self.template_translation_id.sudo()
        if translation and (titles := translation._button_labels()):
            chips = Markup(" ").join(Markup('<span class="o-whatsapp-chip">%s</span>') % title for title in titles)
            text += Markup("<br/>%s") % chips
        return text
