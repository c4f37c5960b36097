from odoo import api, models
from odoo.exceptions import UserError

from ..order_text import placeholders

BUTTONS_LIMIT = 1024  # Meta, "Interactive messages": body of a message with buttons
TEXT_LIMIT = 4096
HELP_ACTIVITY = "mail.mail_activity_data_todo"


class WhatsappOrder(models.Model):
    """Telling people: customers and sellers by WhatsApp, the responsible colleague where that is not possible.

    A notice never stops the business: what cannot be sent becomes an activity with the reason.
    """

    _inherit = "whatsapp.order"

    # ------------------------------------------------------------
    # Texts
    # ------------------------------------------------------------

    def _in_language_of(self, partner):
        """Return the order in the language of whoever reads the text."""
        return self.with_context(lang=partner.lang or self.company_id.partner_id.lang or self.env.lang)

    def _placeholder_values(self, seller=None):
        """Return what the placeholders of the service's texts stand for."""
        self.ensure_one()
        values = {detail.key: detail.value or "" for detail in self.detail_ids}
        values.update(
            order=self.name,
            customer=self._customer_name(),
            service=self.type_id.name,
            price=self._price_text(),
            details=self.details_text,
            seller=(seller or self.seller_id).name or "",
            missing=self.missing,
            company=self.company_id.name,
        )
        return values

    def _customer_name(self):
        """Return how to call the customer: the name in the order, else the one in Odoo."""
        self.ensure_one()
        named = self.detail_ids.filtered(lambda d: d.field_id.kind == "name" and d.key in ("name", "customer_name") and d.value)
        return named[:1].value or self.partner_id.name or ""

    # ------------------------------------------------------------
    # Customer
    # ------------------------------------------------------------

    def _tell_customer(self, message, template=None, once=None):
        """Send one of the service's texts to the customer, once.

        :param str message: which one, without "message\\_"
        :param str template: what to use outside the window: offer, confirmation, accepted
        """
        self.ensure_one()
        text = self._in_language_of(self.partner_id).type_id[f"message_{message}"]
        if not text:
            return self.env["whatsapp.chat.message"]
        if not self.conversation_id:
            self._call_for_help(
                self.env._("Tell %(customer)s about %(order)s", customer=self.partner_id.name, order=self.name),
                self.env._("The customer has no WhatsApp conversation."),
            )
            return self.env["whatsapp.chat.message"]
        template = template or (message if message == "confirmation" else None)
        return self._send(
            self.conversation_id, self.partner_id, text, once or f"order:{self.id}:{message}", template=template
        )

    # ------------------------------------------------------------
    # Sellers
    # ------------------------------------------------------------

    def _can_tell_seller(self, seller):
        """Tell whether a message can reach a seller now, without making anything."""
        channel = self._channel()
        contact = seller.contact_id or self.env["whatsapp.contact"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("portfolio", "=", channel.portfolio),
                ("wa_id", "=", seller.wa_id or "-"),
            ],
            limit=1,
        )
        if not channel or contact.blocked or contact.is_unreachable:
            return False
        conversation = self.env["whatsapp.conversation"].search(
            [("channel_id", "=", channel.id), ("contact_id", "=", contact.id)], limit=1
        )
        if conversation and conversation._window_open():
            return True
        return bool(self.type_id._template("offer", channel))

    def _tell_seller_of_offer(self, offer):
        """Send the offer with its buttons; returns the message, empty where the seller could not be told."""
        self.ensure_one()
        buttons = [
            (offer._button_id("accept"), self.env._("Accept")),
            (offer._button_id("reject"), self.env._("Reject")),
        ]
        text = self._in_language_of(offer.seller_id.partner_id).type_id.message_offer or "{order}: {service}"
        return self._tell_seller(
            offer.seller_id, "offer", f"order:{self.id}:offer:{offer.id}", template="offer", buttons=buttons, text=text
        )

    def _tell_seller(self, seller, message, once, template=None, buttons=(), text=None, needed=True):
        """Send one of the service's texts to a seller, once.

        :param bool needed: where it cannot be sent, a colleague has to tell the seller
        """
        self.ensure_one()
        text = text or self._in_language_of(seller.partner_id).type_id[f"message_{message}"]
        if not text:
            return self.env["whatsapp.chat.message"]
        conversation = self._seller_conversation(seller)
        if not conversation:
            return self.env["whatsapp.chat.message"]
        return self._send(
            conversation, seller.partner_id, text, once, template=template, buttons=buttons, seller=seller, needed=needed
        )

    def _send_notice(self, seller, text, once):
        """Send a ready text to a seller, once."""
        conversation = self._seller_conversation(seller)
        if conversation:
            self._send(conversation, seller.partner_id, text, once, seller=seller)

    def _seller_conversation(self, seller):
        channel = self._channel()
        try:
            if not channel:
                raise UserError(self.env._("No WhatsApp number is set up for %s.", self.company_id.name))
            return seller._conversation(channel)
        except UserError as error:
            self._call_for_help(
                self.env._("Tell %(seller)s about %(order)s", seller=seller.name, order=self.name), str(error)
            )
            return self.env["whatsapp.conversation"]

    # ------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------

    def _send(self, conversation, partner, text, once, template=None, buttons=(), seller=None, needed=True):
        """Queue a notice: free text inside the window, a template outside, else a call for help if it is needed."""
        told = self._in_language_of(partner)
        values = told._placeholder_values(seller)
        try:
            with self.env.cr.savepoint():
                message = told._queue_notice(conversation, partner, text, values, once, template, buttons)
        except UserError as error:
            message, reason = self.env["whatsapp.chat.message"], str(error)
        else:
            reason = conversation._window_closed_message() if not message else ""
        if message:
            # sudo: nobody writes messages by hand; this only says which order they are about
            message.sudo().whatsapp_order_id = self
            return message.with_env(self.env)
        if not needed:
            return message
        self._call_for_help(
            self.env._("Tell %(name)s about %(order)s", name=partner.name, order=self.name),
            self.env._("This could not be sent by WhatsApp: “%(text)s” %(reason)s",
                       text=placeholders.clip(placeholders.render(text, values), 300), reason=reason),
        )
        return self.env["whatsapp.chat.message"]

    def _queue_notice(self, conversation, partner, text, values, once, template, buttons):
        """Queue a notice in the way that is allowed now; returns an empty record where none is."""
        options = {"origin": "order", "once": once}
        if conversation._window_open():
            body = self._fit(text, values, BUTTONS_LIMIT if buttons else TEXT_LIMIT)
            if buttons:
                return conversation._send_buttons(body, list(buttons), **options)
            return conversation._send_text(body, **options)
        record = template and self.type_id._template(template, conversation.channel_id)
        if not record:
            return self.env["whatsapp.chat.message"]
        payloads = [button_id for button_id, _title in buttons]
        return conversation._send_template(
            record, body=self.type_id._template_values(template, values), buttons=payloads, language=partner.lang, **options
        )

    def _fit(self, text, values, limit):
        """Fill in a text within WhatsApp's limit: long details are shortened, not the words around them."""
        body = placeholders.render(text, values)
        if len(body) > limit and values["details"]:
            rest = len(values["details"]) - (len(body) - limit)
            body = placeholders.render(text, {**values, "details": placeholders.clip(values["details"], max(rest, 1))})
        return placeholders.clip(body, limit)

    # ------------------------------------------------------------
    # Colleagues
    # ------------------------------------------------------------

    def _call_for_help(self, summary, note):
        """Give the responsible an activity; the same one is not made twice."""
        self.ensure_one()
        if any(activity.summary == summary for activity in self.activity_ids):
            return
        self.activity_schedule(HELP_ACTIVITY, summary=summary, note=note, user_id=self._colleague_to_ask().id)

    def _help_arrived(self):
        """Close the calls for help that somebody else's decision has answered."""
        self.activity_unlink([HELP_ACTIVITY])

    def _colleague_to_ask(self):
        """Return the colleague to ask: the responsible, else a supervisor of the company."""
        colleague = self.user_id or self.conversation_id.user_id or self.type_id.user_id
        if colleague and colleague.active:
            return colleague
        return self._supervisor_of(self.company_id)

    @api.model
    def _supervisor_of(self, company):
        """Return a supervisor of a company, the one who has been there longest."""
        return self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.env.ref("whatsapp_base.group_whatsapp_supervisor").ids),
                ("company_ids", "in", company.ids),
                ("share", "=", False),
            ],
            order="id",
            limit=1,
        ) or self.env.user
