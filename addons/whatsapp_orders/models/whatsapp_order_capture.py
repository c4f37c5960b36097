from odoo import fields, models

MAX_QUESTIONS = 3


class WhatsappOrder(models.Model):
    """Completing an order from the chat: values, questions, and the answer to who sends twice."""

    _inherit = "whatsapp.order"

    def _fill_in(self, values):
        """Write the values that a text gave into the details."""
        for detail in self.detail_ids:
            if detail.key in values:
                detail.value = values[detail.key]

    def _go_on(self):
        """Complete the order, or ask for exactly what is missing; a few times, then a colleague takes over."""
        self.ensure_one()
        if not self._missing_details():
            self._complete()
            return
        questions = self.env["whatsapp.chat.message"].search_count(
            [("once_key", "=like", f"order:{self.id}:missing:%")], limit=MAX_QUESTIONS
        )
        if questions >= MAX_QUESTIONS:
            self._call_for_help(
                self.env._("Help %(customer)s complete %(order)s", customer=self.partner_id.name, order=self.name),
                self.env._("Still missing after three questions: %s", self.missing),
            )
            return
        self.asked_at = fields.Datetime.now()
        self._tell_customer("missing", once=f"order:{self.id}:missing:{questions + 1}")

    def _tell_repeat(self):
        """Answer a repeated order with the number of the first, once."""
        if self.conversation_id._window_open():
            order = self._in_language_of(self.partner_id)
            text = order.env._("We have your order already: %(order)s (%(service)s). There is nothing more to do.",
                               order=f"*{order.name}*", service=order.type_id.name)
            self._send(self.conversation_id, self.partner_id, text, f"order:{self.id}:repeat")
