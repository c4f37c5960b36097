from odoo import fields, models

from .whatsapp_conversation_inbound import NO_TALK


class WhatsappChatMessage(models.Model):
    """Customers' messages that no colleague has to answer: a rating, a seller's answer to an offer."""

    _inherit = "whatsapp.chat.message"

    is_aside = fields.Boolean("Needs No Answer", readonly=True, help="Neither opens a case nor waits for somebody.")

    _conversation_idx = models.Index("(conversation_id, id)")

    def _set_aside(self):
        """Take a customer's message out of what waits for an answer; for handlers, in the batch that stored it.

        A conversation that was resolved before stays resolved, unless something else came in with it.
        """
        self.ensure_one()
        # sudo: the log and the counters are the system's; the handler acts for the customer
        row = self.sudo()
        if row.is_aside:
            return
        row.is_aside = True
        row.conversation_id._after_aside()


class WhatsappConversation(models.Model):
    """What becomes of a conversation when a message in it needs no answer."""

    _inherit = "whatsapp.conversation"

    def _after_aside(self):
        """A message needs no answer after all: take it out of the counters, and restore a resolution that it undid."""
        self.ensure_one()
        self.flush_recordset()
        self.env["whatsapp.chat.message"].flush_model()
        others = self.env["whatsapp.chat.message"].search_count(
            [
                ("conversation_id", "=", self.id), ("id", ">", self.desk_message_id), ("direction", "=", "inbound"),
                ("is_aside", "=", False), ("is_history", "=", False), ("type", "not in", NO_TALK),
            ],
            limit=1,
        )
        waits = bool(others) or bool(
            self.env["whatsapp.conversation.wait"].search_count([("conversation_id", "=", self.id), ("ended_at", "=", False)], limit=1)
        )
        values = {"unanswered_count": max(self.unanswered_count - 1, 0)}
        if not waits:
            values.update(waiting_since=False, unanswered_count=0)
        quietly = self.with_context(tracking_disable=True, whatsapp_no_event=True)
        quietly.write(values)
        if not waits and not self.cycle_id and self.state == "open":
            # the message that came in has just undone the resolution; to the desk nothing has happened
            quietly.state = "resolved"
