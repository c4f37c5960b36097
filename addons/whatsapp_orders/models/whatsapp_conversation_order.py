from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

TEXT_TYPES = ("text", "image", "video", "document", "button", "list")
CONTINUE_FOR = timedelta(hours=24)
SAME_ORDER_WITHIN = timedelta(minutes=10)


class WhatsappConversation(models.Model):
    """Customers' texts that become orders, and the answers that complete them."""

    _inherit = "whatsapp.conversation"

    def _handle_order_capture(self, message):
        """Make an order of a text that asks for a service, or complete the one that waits for details.

        :param message: incoming ``whatsapp.chat.message``
        """
        text = (message.body or "").strip()
        if message.type not in TEXT_TYPES or not text:
            return False
        # sudo: the customer orders; the worker, or whoever replays the message, acts for them
        conversation = self.sudo().with_company(self.company_id)
        message = message.sudo()
        asked = conversation.env["whatsapp.order.type"]._find_asked(text, conversation.company_id)
        draft = conversation._order_to_complete()
        if draft and asked in (draft.type_id, asked.browse()) and conversation._continue_order(draft, message, bool(asked)):
            return True
        if not asked:
            return False
        try:
            with self.env.cr.savepoint():
                return conversation._capture_order(asked, message)
        except UserError as error:
            # a rule of this site forbids the order: the message must be seen all the same, and a person must act
            conversation._order_refused(asked, error)
            return False

    def _order_refused(self, order_type, error):
        """Ask the responsible colleague to make an order that Odoo refused to make."""
        responsible = self.user_id or order_type.user_id or self.env["whatsapp.order"]._supervisor_of(self.company_id)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Order “%s” could not be made", order_type.name),
            note=str(error),
            user_id=responsible.id,
        )

    # ------------------------------------------------------------
    # New orders
    # ------------------------------------------------------------

    def _capture_order(self, order_type, message):
        """Make the order that a message asks for; one message makes one order, whatever happens."""
        Order = self.env["whatsapp.order"]
        if Order.search_count([("message_wamid", "=", message.wamid)], limit=1):
            return True
        extraction = order_type._extract(message.body)
        if same := self._same_order(order_type, extraction.values):
            message.whatsapp_order_id = same
            same._tell_repeat()
            return True
        order = Order.create(
            {
                "company_id": self.company_id.id,
                "type_id": order_type.id,
                "partner_id": self._ordering_partner().id,
                "conversation_id": self.id,
                "source": "chat",
                "message_wamid": message.wamid,
                "customer_text": message.body,
            }
        )
        message.whatsapp_order_id = order
        order._fill_in(extraction.values)
        order._go_on()
        return True

    def _ordering_partner(self):
        """Return the customer, made anew where somebody has taken them off the WhatsApp contact."""
        if not self.partner_id:
            self.contact_id.partner_id = self.env["res.partner"].create(
                {"name": self.contact_id.display_name, "phone": self.contact_id.wa_id and f"+{self.contact_id.wa_id}"}
            )
        return self.contact_id.partner_id

    def _same_order(self, order_type, values):
        """Return the order of a few minutes ago that says the same, or nothing: people send twice."""
        recent = self.env["whatsapp.order"].search(
            [
                ("contact_id", "=", self.contact_id.id),
                ("type_id", "=", order_type.id),
                ("source", "=", "chat"),
                ("state", "not in", ("done", "rejected", "cancelled", "expired")),
                ("ordered_at", ">=", fields.Datetime.now() - SAME_ORDER_WITHIN),
            ]
        )
        return recent.filtered(lambda order: {d.key: d.value for d in order.detail_ids if d.value} == values)[:1]

    # ------------------------------------------------------------
    # Orders that wait for details
    # ------------------------------------------------------------

    def _order_to_complete(self):
        """Return the customer's order for which we asked for details within the last day."""
        return self.env["whatsapp.order"].search(
            [
                ("conversation_id", "=", self.id),
                ("state", "=", "draft"),
                ("source", "=", "chat"),
                ("ordered_at", ">=", fields.Datetime.now() - CONTINUE_FOR),
            ],
            limit=1,
        )

    def _continue_order(self, order, message, is_same_service):
        """Take what a message adds to a waiting order; tells whether it was meant for it."""
        missing = order._missing_details().mapped("key")
        extraction = order.type_id._extract(message.body, only=missing, asked=True)
        if not extraction.values and not extraction.wrong and not is_same_service:
            return False
        message.whatsapp_order_id = order
        order._lock()
        if order.state == "draft":
            order._fill_in(extraction.values)
            order._go_on()
        return True
