from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.mail.tools.discuss import Store

from .discuss_channel import CHANNEL_TYPE

WORST_FIRST = ("failed", "uncertain", "held", "queued", "sending", "cancelled", "accepted", "sent", "delivered", "read")


class MailMessage(models.Model):
    _inherit = "mail.message"

    whatsapp_chat_message_ids = fields.One2many(
        "whatsapp.chat.message", "mail_message_id", string="WhatsApp Messages", groups="whatsapp_base.group_whatsapp_agent"
    )

    whatsapp_record_row_ids = fields.One2many(
        "whatsapp.chat.message", "record_message_id", string="WhatsApp Messages of the Document",
        groups="whatsapp_base.group_whatsapp_agent",
    )

    def _to_store_defaults(self, target):
        return super()._to_store_defaults(target) + self._whatsapp_store_fields()

    @api.model
    def _whatsapp_store_fields(self):
        """Return what the bubble shows of delivery: state, problem and remedy. None on other messages."""
        return [Store.Attr("whatsapp_status", lambda m: m._whatsapp_status(), predicate=lambda m: m._is_whatsapp())]

    def _is_whatsapp(self):
        # sudo: the model of a message that is being sent to a client is no secret to that client
        message = self.sudo()
        if message.model != "discuss.channel":
            # a note on a record; None of them is a notification, of which chatters are full
            return message.message_type == "comment" and bool(message.whatsapp_record_row_ids)
        return self.env["discuss.channel"].sudo().browse(message.res_id).channel_type == CHANNEL_TYPE

    def _whatsapp_status(self):
        """Return the state of a message for the client, or False for incoming ones and notes.

        A post with several files is several WhatsApp messages: the one that is least far counts.
        """
        self.ensure_one()
        # sudo: whoever may read the Discuss message may see whether it arrived
        rows = (self.sudo().whatsapp_chat_message_ids | self.sudo().whatsapp_record_row_ids).filtered(
            lambda row: row.direction == "outbound"
        )
        if not rows:
            return False
        row = min(rows, key=lambda r: WORST_FIRST.index(r.state) if r.state in WORST_FIRST else len(WORST_FIRST))
        return {
            "id": row.id,
            "state": row.state,
            "code": row.error_code if row.state == "failed" else False,
            "title": row.error_title if row.state in ("failed", "uncertain", "held", "queued") else False,
            "remedy": row.error_remedy if row.state in ("failed", "uncertain", "held", "queued") else False,
            "scheduled_at": fields.Datetime.to_string(row.scheduled_at) if row.state == "queued" and row.scheduled_at else False,
            "at": fields.Datetime.to_string(row.read_at or row.delivered_at or row.sent_at or row.accepted_at) or False,
        }

    def _whatsapp_send_states(self, channel):
        """Send the delivery states of these messages to whoever has ``channel`` open; one bus row."""
        Store(bus_channel=channel).add(self, self._whatsapp_store_fields()).bus_send()

    def _whatsapp_check_unsent(self):
        """Refuse to change what the customer has on their phone already."""
        # sudo: whether a message left is a fact that its author may learn
        if any(message.whatsapp_chat_message_ids or message.whatsapp_record_row_ids for message in self.sudo()):
            raise UserError(
                self.env._("A WhatsApp message cannot be edited or deleted after it was sent: the customer has it already.")
            )
