from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..cloud_api import outbound, outbound_preview
from ..lanes.sender import PENDING_MEDIA
from ..tools import bubbles_sent, phrases

COMMERCE = ("product", "products")
QUOTABLE = timedelta(days=30)  # Meta: older messages are neither quoted nor reacted to


class WhatsappConversation(models.Model):
    """Messages with something to press, places, people and items: for the message builder and for other systems."""

    _inherit = "whatsapp.conversation"

    def send_message(self, kind, values, once=None, reply_to=None):
        """Send a message that is more than text to the customer of one conversation.

        :param str kind: buttons, list, link, location, location_request, contacts, contact_request, call,
            call_permission, product, products, catalog or carousel
        :param dict values: what that kind takes, see the API guide. Of ``contacts``, ``partner_ids`` may stand for
            ``cards``; the catalogue is the account's unless ``catalog_id`` is given; a header may be a file of Odoo,
            ``{"attachment_id": int}``, and so may a card of a carousel, with ``attachment_id`` for ``link``
        :param str once: see :meth:`send_text`
        :param int reply_to: ID of the Discuss message that is quoted
        :returns: as :meth:`send_text`
        :raises ValidationError: Meta would refuse it; names the field and the remedy
        """
        self._check_api_access()
        values, attachment, recipe = self._with_header_file(values)
        try:
            content = self._content_of(kind, values)
            content.validate()
        except outbound.InvalidContent as error:
            raise ValidationError(phrases.explain(self.env, error)) from None
        row = self._send_content(
            content, origin="agent", priority=0, once=once, user=self.env.user, reply_to=self._quotable(reply_to),
            attachment=attachment, values={"media_recipe": recipe},
        )
        self._agent_wrote(self.env.user)
        return self._api_result(row)

    def _content_of(self, kind, values):
        """Return the content of ``cloud_api.outbound`` for plain values, not validated yet.

        :raises outbound.InvalidContent: values of a wrong shape
        """
        if kind in COMMERCE and isinstance(values, dict) and not values.get("catalog_id"):
            # sudo: which catalogue the account has is no secret to who may write in its name
            values = {**values, "catalog_id": self.channel_id.sudo().account_id.catalog_id or ""}
        if kind == "contacts" and isinstance(values, dict) and "partner_ids" in values:
            others = {name: value for name, value in values.items() if name != "partner_ids"}
            values = {**others, "cards": [*(values.get("cards") or []), *self._partner_cards(values["partner_ids"])]}
        return outbound.build(kind, values)

    def _with_header_file(self, values):
        """Return (values, attachments, recipe): files of Odoo on top of a message or its cards, as what the lane uploads."""
        none = self.env["ir.attachment"]
        if not isinstance(values, dict):
            return values, none, False
        if self._is_file(values.get("header")):
            attachment = self._readable_file(values["header"]["attachment_id"])
            kind, recipe = self._media_plan(attachment)
            header = {"kind": kind, "media_id": PENDING_MEDIA, "filename": attachment.name if kind == "document" else ""}
            return {**values, "header": header}, attachment, recipe
        cards = values.get("cards")
        if not isinstance(cards, list) or not any(map(self._is_file, cards)):
            return values, none, False
        files = none.union(*(self._readable_file(card["attachment_id"]) for card in cards if self._is_file(card)))
        headers, recipe = self._card_headers(files)
        header_of = dict(zip(files.sorted("id").ids, headers, strict=True))
        return {**values, "cards": [self._with_card_file(card, header_of) for card in cards]}, files, recipe

    @api.model
    def _is_file(self, part):
        return isinstance(part, dict) and "attachment_id" in part

    def _readable_file(self, attachment_id):
        if type(attachment_id) is not int or not (attachment := self.env["ir.attachment"].browse(attachment_id).exists()):
            raise ValidationError(self.env._("The file does not exist any more. Choose it again."))
        attachment.check_access("read")
        return attachment

    @api.model
    def _with_card_file(self, card, header_of):
        """Return a card with its file as Meta knows it, once the lane has uploaded it."""
        if not self._is_file(card):
            return card
        header = header_of[card["attachment_id"]]
        values = {name: value for name, value in card.items() if name not in ("attachment_id", "link")}
        return {**values, "kind": header.kind, "media_id": header.media_id}

    def _partner_cards(self, partner_ids):
        """Return contact cards of partners that the user may see."""
        if not isinstance(partner_ids, (list, tuple)) or not all(type(number) is int for number in partner_ids):
            raise ValidationError(self.env._("“partner_ids” must be a list of contacts' IDs."))
        partners = self.env["res.partner"].browse(partner_ids).exists()
        partners.check_access("read")
        return [
            {
                "name": partner.name or partner.display_name,
                "phones": [phone] if (phone := self.channel_id._international(partner.phone, partner) or partner.phone) else [],
                "emails": [partner.email_normalized] if partner.email_normalized else [],
                "organisation": partner.commercial_company_name or "",
                "title": partner.function or "",
                "website": partner.website or "",
            }
            for partner in partners
        ]

    def _quotable(self, message_id):
        """Return Meta's ID of what a Discuss message of this thread is on WhatsApp, or None where it cannot be quoted."""
        if not message_id:
            return None
        # sudo: rows of this conversation only, which the caller may write to
        quoted = self.env["whatsapp.chat.message"].sudo().search(
            [
                ("mail_message_id", "=", message_id),
                ("conversation_id", "=", self.id),
                ("wamid", "!=", False),
                ("state", "!=", "failed"),
                ("sent_on", ">", fields.Datetime.now() - QUOTABLE),
            ],
            order="id",
            limit=1,
        )
        return quoted.wamid or None

    @api.model
    def _sent_labels(self):
        """Return the words of WhatsApp's own buttons, translated."""
        return {
            "items": self.env._("View items"),
            "item": self.env._("View item"),
            "catalogue": self.env._("View catalogue"),
            "send_location": self.env._("Send location"),
            "share_number": self.env._("Share phone number"),
            "allow_calls": self.env._("Allow calls"),
            "call": self.env._("Call on WhatsApp"),
            "location": self.env._("Location"),
        }

    def _sent_html(self, content):
        """Return how Discuss shows a content with buttons, a place, people or items; None for others."""
        return bubbles_sent.bubble(content, self._sent_labels())

    # ------------------------------------------------------------
    # Message builder
    # ------------------------------------------------------------

    def builder_preview(self, kind, values):
        """Return how a message looks that is being written, and the first thing that Meta would refuse.

        :returns: ``{"phone": what the phone shows or False, "problem": {"field", "text"} or False}``
        """
        self._check_api_access()
        shown = False
        cards = values.get("cards") if isinstance(values, dict) else None
        values, attachment, _recipe = self._with_header_file(values)
        try:
            content = self._content_of(kind, values)
            shown = outbound_preview.phone(content, self._sent_labels(), self.channel_id.verified_name or self.channel_id.name)
            if attachment and shown["header"]:
                shown["header"].update(url=f"/web/content/{attachment.id}", filename=attachment.name)
            elif attachment:
                for picture, card in zip(shown["cards"], cards, strict=True):
                    if self._is_file(card):
                        picture["header"].update(url=f"/web/content/{card['attachment_id']}")
            content.validate()
        except outbound.InvalidContent as error:
            return {"phone": shown, "problem": {"field": error.field, "text": phrases.explain(self.env, error)}}
        return {"phone": shown, "problem": False}

    def builder_place(self, partner_id=None):
        """Return a partner (by default our company) as a place: name, address, and coordinates where they are known."""
        self._check_api_access()
        partner = self.env["res.partner"].browse(partner_id).exists() if partner_id else self.company_id.partner_id
        partner.check_access("read")
        known = bool(partner.partner_latitude or partner.partner_longitude)
        return {
            "name": partner.name or "",
            "address": ", ".join((partner._display_address(without_company=True) or "").split("\n")).strip(", "),
            "latitude": partner.partner_latitude if known else False,
            "longitude": partner.partner_longitude if known else False,
        }

    def builder_settings(self):
        """Return what the message builder has to know of the account."""
        self._check_api_access()
        # sudo: account - only whether there is a catalogue, and which
        return {"catalog_id": self.channel_id.sudo().account_id.catalog_id or "", "can_search_products": self._can_search_products()}

    def builder_products(self, term):
        """Return items for a term, as ``[{"retailer_id", "name"}]``. Addons that know products fill it."""
        self._check_api_access()
        return self._catalog_products(term or "")

    def _can_search_products(self):
        """Hook: tell whether :meth:`_catalog_products` can find anything."""
        return False

    def _catalog_products(self, term, limit=12):
        """Hook: return products whose name or reference contains ``term``, as ``[{"retailer_id": str, "name": str}]``."""
        return []
