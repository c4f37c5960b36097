from odoo import models

from ..order_text import commands
from .whatsapp_order_offer import PAYLOAD_PREFIX


class WhatsappConversation(models.Model):
    """Sellers' answers: a button of an offer, or a text such as ACCEPT ORD-00012."""

    _inherit = "whatsapp.conversation"

    def _handle_seller_answer(self, message):
        """Take a seller's answer to an offer. Whoever is not the seller of an offer gets no answer at all.

        :param message: incoming ``whatsapp.chat.message``
        """
        payload = message.button_payload or ""
        is_button = payload.startswith(f"{PAYLOAD_PREFIX}:")
        command = None if is_button or message.type not in ("text", "button") else commands.parse_command(message.body)
        if not is_button and not command:
            return False
        # sudo: the answer comes from the seller; the worker, or whoever replays the message, acts for them
        seller = self.env["whatsapp.seller"].sudo()._of_contact(self.contact_id)
        if not seller:
            return False
        Offer = self.env["whatsapp.order.offer"].sudo()
        if is_button:
            offers, action = Offer._find_by_button(payload, seller)
        else:
            offers, action = Offer._find_by_command(command, seller), command.action
        if not offers:
            return False
        self._leave_queue(message)
        if len(offers) > 1:
            self._ask_which_order(message, offers, action)
            return True
        # sudo: nobody writes messages by hand; this only says which order they are about
        message.sudo().whatsapp_order_id = offers.order_id
        offers.order_id._answer_offer(offers, action, reason=command.reason if command else "", message=message)
        return True

    def _leave_queue(self, message):
        """Take a conversation in which only this answer came in out of the agents' queue: it needs no person."""
        message._set_aside()
        if not self.user_id and self.unanswered_count <= 1 and self.state == "open":
            # sudo: the worker, or whoever replays the message, acts for the seller; nobody needs to be told of it
            self.sudo().with_context(tracking_disable=True, whatsapp_no_event=True).write({"state": "resolved"})

    def _ask_which_order(self, message, offers, action):
        """Several orders wait for this seller: have them name one."""
        lines = [f"{offer.order_id.name}: {offer.order_id.type_id.name}" for offer in offers]
        self._send_text(
            self.env._(
                "Which order do you mean? Please answer %(command)s and its number.\n%(orders)s",
                command=action.upper(),
                orders="\n".join(lines),
            ),
            origin="order",
            once=f"order:which:{message.id}",
        )
