import json
from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..cloud_api import content as contents
from ..cloud_api import inbound
from ..cloud_api.content_readers import read_content
from ..tools import answers, bubbles

# contents that Discuss draws itself, in the place of the body
CARDS = (contents.Location, contents.Contacts, contents.Order, contents.FlowReply)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer chose, filled in or put into the cart: the typed event of an incoming message.

    ``kind`` is ``button``, ``list``, ``flow`` or ``order``. ``id`` is what we gave to the button or row that was
    chosen, ``title`` its words; ``values`` is the form as a dict; ``items`` are the lines of the cart
    (`cloud_api.content.OrderItem`), ``catalog_id`` their catalogue and ``text`` the note to it. ``flow_token`` is the
    token that went out with the form. ``question`` is the row of ours that was answered, empty where it is not known.
    """

    kind: str
    question: models.Model
    id: str | None = None
    title: str = ""
    description: str | None = None
    values: dict = field(default_factory=dict)
    flow_token: str | None = None
    items: tuple = ()
    catalog_id: str | None = None
    text: str = ""


class WhatsappChatMessage(models.Model):
    """What a message holds: typed for handlers, as plain data for the web client."""

    _inherit = "whatsapp.chat.message"

    quoted_id = fields.Many2one(
        "whatsapp.chat.message", "Answered Message", compute="_compute_quoted_id", compute_sudo=True,
        help="The message that this one answers, reacts to, changes or deletes.",
    )

    @api.depends("reply_to_wamid", "conversation_id")
    def _compute_quoted_id(self):
        wamids = list({row.reply_to_wamid for row in self if row.reply_to_wamid})
        found = self.search([("wamid", "in", wamids)]) if wamids else self.browse()
        # an ID that belongs to somebody else's conversation says nothing here
        by_key = {(row.wamid, row.conversation_id): row for row in found}
        for row in self:
            row.quoted_id = by_key.get((row.reply_to_wamid, row.conversation_id))

    def _raw(self):
        """Return the stored payload: an element of ``messages[]``, or what we sent."""
        self.ensure_one()
        # sudo: the payload as a whole is for administrators; callers hand on single harmless values of it
        raw = json.loads(self.sudo().payload or "{}")
        return raw if isinstance(raw, dict) else {}

    def _content(self):
        """Return what the customer sent as one of ``cloud_api.content``."""
        raw = self._raw()
        return read_content(str(raw.get("type") or ""), raw)

    def _answer(self):
        """Return the :class:`Answer` in a message, or None where it is none: for handlers, flows and orders."""
        if self.direction != "inbound" or self.type not in ("button", "list", "flow", "order"):
            return None
        content = self._content()
        if isinstance(content, (contents.ButtonReply, contents.ListReply)):
            return Answer(
                self.type, self.quoted_id, id=content.id, title=content.title,
                description=getattr(content, "description", None),
            )  # fmt: skip
        if isinstance(content, contents.FlowReply):
            token = content.response.get("flow_token")
            return Answer(
                "flow", self.quoted_id, title=content.body, values=content.response,
                # some phones leave the token out: the form itself knows it
                flow_token=token if isinstance(token, str) else self.quoted_id._sent_flow_token(),
            )  # fmt: skip
        if isinstance(content, contents.Order):
            return Answer(
                "order", self.quoted_id, items=tuple(content.items), catalog_id=content.catalog_id, text=content.text
            )
        return None

    def _sent_flow_token(self):
        """Return the token of a form that we sent, or None."""
        if not self:
            return None
        found = None
        pending = [self._raw()]
        while pending and not found:
            part = pending.pop()
            found = part.get("flow_token") if isinstance(part, dict) else None
            pending.extend(part.values() if isinstance(part, dict) else part if isinstance(part, list) else ())
        return found if isinstance(found, str) else None

    def _author(self):
        """Return the partner who says this in the thread."""
        if self.direction == "inbound":
            return self.contact_id.partner_id
        return self.user_id.partner_id or self.company_id.partner_id

    @api.model
    def _bubble_labels(self):
        """Return the words that bodies are written with, in the language of the worker."""
        return {
            "location": self.env._("Location"),
            "unsupported": self.env._(
                "WhatsApp does not hand this kind of message over to businesses: %s. Ask the customer to write it as a text."
            ),
            "unsupported_plain": self.env._(
                "WhatsApp does not hand this kind of message over to businesses. Ask the customer to write it as a text."
            ),
            "unfetched": self.env._("WhatsApp could not hand this message over: %s"),
            "unknown": self.env._("This kind of message is not known here: %s. Administrators find it in the log of messages."),
            "number": self.env._("has a new phone number: +%s"),
            "number_plain": self.env._("has a new phone number"),
            "user_id": self.env._("has a new WhatsApp ID; the conversation goes on as before"),
            "identity": self.env._("has a new security code: a new phone, or WhatsApp was installed again"),
            "welcome": self.env._("opened the chat for the first time"),
            "calls": self.env._("allows you to call"),
            "calls_until": self.env._("allows you to call until %s"),
            "no_calls": self.env._("does not want to be called"),
            "deleted": self.env._("This message was deleted."),
            "reacted": self.env._("reacted with %(emoji)s to: %(message)s"),
        }

    # ------------------------------------------------------------
    # For the web client
    # ------------------------------------------------------------

    def _shown_content(self):
        """Return what a bubble shows beyond its text, or False where the text is all."""
        self.ensure_one()
        if self.deleted_at:
            return {"row": self.id, "kind": self.type, "replaces_body": True, "deleted": self._deleted_by()}
        raw = self._raw()
        content = read_content(str(raw.get("type") or ""), raw)
        # what we send from here is drawn by whoever sends it
        came_in = self.direction == "inbound" or self.origin == "echo"
        shown = {**self._shown_card(content), **self._shown_origin(content, raw)} if came_in else {}
        if self.edited_at or self.type == "edit":
            shown["edits"] = self.edit_history or []
        if self.media_state in ("pending", "failed", "refused"):
            shown["media"] = {"state": self.media_state, "reason": self.media_error or False, "can_retry": self.media_state == "failed"}
        if isinstance(content, contents.Media) and not self.body and came_in:
            shown["replaces_body"] = True
        if not shown and (self.type != "sticker" or not came_in):
            return False
        return {"row": self.id, "kind": self.type, **shown}

    def _shown_card(self, content):
        if not isinstance(content, CARDS):
            return {}
        if isinstance(content, contents.Location):
            card = {
                "latitude": content.latitude, "longitude": content.longitude, "name": content.name or False,
                "address": content.address or False, "url": bubbles.map_url(content),
            }  # fmt: skip
        elif isinstance(content, contents.Contacts):
            card = {
                "is_own": content.origin == "contact_request",
                "people": [
                    {
                        "name": person.name, "organisation": person.organisation or False, "emails": person.emails,
                        "phones": [phone.phone for phone in person.phones],
                    }
                    for person in content.cards
                ],
            }  # fmt: skip
        elif isinstance(content, contents.Order):
            card = self._shown_order(content)
        else:
            card = {"title": content.body, "rows": answers.rows(content.response)}
        return {"card": card, "replaces_body": True}

    def _shown_order(self, order):
        """Return a cart for the client; addons that know products put names to the lines."""
        currencies = {item.currency for item in order.items}
        return {
            "note": order.text,
            "lines": [
                {
                    "code": item.retailer_id, "name": item.retailer_id, "quantity": item.quantity,
                    "price": item.item_price, "currency": item.currency,
                }
                for item in order.items
            ],
            # of several currencies there is no sum
            "total": sum(item.quantity * item.item_price for item in order.items) if len(currencies) == 1 else False,
            "currency": currencies.pop() if len(currencies) == 1 else False,
        }  # fmt: skip

    def _shown_origin(self, content, raw):
        """Return where a customer's message comes from: an advertisement, a product, a question, somebody else."""
        shown = {}
        context = raw.get("context") if isinstance(raw.get("context"), dict) else {}
        if context.get("forwarded") is True or context.get("frequently_forwarded") is True:
            shown["forwarded"] = "often" if context.get("frequently_forwarded") is True else "once"
        product = context.get("referred_product")
        if isinstance(product, dict) and product.get("product_retailer_id"):
            shown["product"] = str(product["product_retailer_id"])[:255]
        if isinstance(content, (contents.ButtonReply, contents.ListReply)):
            shown["answer"] = self.type
        if isinstance(raw.get("referral"), dict) and (referral := inbound.read_referral(raw["referral"])):
            shown["referral"] = {
                "headline": referral.headline or False, "body": referral.body or False, "type": referral.source_type or False,
                "url": referral.source_url if str(referral.source_url or "").startswith(("https://", "http://")) else False,
            }  # fmt: skip
        if self.reply_to_wamid and not self.mail_message_id.parent_id and self.type not in ("reaction", "edit", "revoke"):
            quoted = self.quoted_id
            shown["quote"] = {"text": quoted.summary or False, "is_ours": quoted.direction == "outbound"}
        return shown

    def _deleted_by(self):
        return "customer" if self.direction == "inbound" else "us"

    # ------------------------------------------------------------
    # Contact cards
    # ------------------------------------------------------------

    def _people(self):
        """Return the people on the cards of a message, for whoever may read it."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("whatsapp_base.group_whatsapp_agent"):
            raise AccessError(self.env._("Only WhatsApp agents can work with contact cards. Ask an administrator for the role."))
        content = None if self.deleted_at else self._content()
        return content.cards if isinstance(content, contents.Contacts) else []

    def contact_card_partners(self):
        """Tell the client whom it knows of the people on a card.

        :returns: for each person the ID of the customer, or False
        """
        people = self._people()
        known = self._partners_by_phone([number for person in people for number in self._card_numbers(person)])
        return [next((known[number] for number in self._card_numbers(person) if number in known), False) for person in people]

    def _partners_by_phone(self, numbers):
        """Return ``{E.164 number: partner ID}`` of the customers that the user may see; who is on WhatsApp comes first."""
        if not numbers:
            return {}
        companies = [False, self.company_id.id]
        partners = self.env["res.partner"].search(
            [("phone_sanitized", "in", numbers), ("company_id", "in", companies)], order="is_company desc, id desc"
        )
        known = {partner.phone_sanitized: partner.id for partner in partners}
        contacts = self.env["whatsapp.contact"].search(
            [("wa_id", "in", [number[1:] for number in numbers]), ("company_id", "=", self.company_id.id), ("partner_id", "!=", False)]
        )
        readable = contacts.partner_id._filtered_access("read")
        known.update({f"+{contact.wa_id}": contact.partner_id.id for contact in contacts if contact.partner_id in readable})
        return known

    def _card_numbers(self, person):
        """Return the numbers of a card in E.164, that of WhatsApp first."""
        numbers = [f"+{phone.wa_id}" for phone in person.phones if phone.wa_id]
        for phone in person.phones:
            number = self.env["res.partner"]._phone_format(number=phone.phone, country=self.company_id.country_id)
            if number:
                numbers.append(number)
        return list(dict.fromkeys(numbers))

    def action_open_card_partner(self, index):
        """Open the customer on a contact card, or a form that is filled in from it.

        Agents who may not make customers by a form make one here by the same click: as everybody who writes becomes
        one, so may whom a customer introduces.

        :param int index: which person of the message
        """
        people = self._people()
        if not isinstance(index, int) or not 0 <= index < len(people):
            raise UserError(self.env._("This person is no longer on the card. Reload the page."))
        person = people[index]
        partner_id = self.contact_card_partners()[index]
        action = {
            "type": "ir.actions.act_window", "res_model": "res.partner", "views": [[False, "form"]], "target": "new",
            "name": person.name or self.env._("Customer"),
        }  # fmt: skip
        if partner_id:
            return {**action, "res_id": partner_id, "target": "current"}
        numbers = self._card_numbers(person)
        values = {
            "name": person.name or (numbers[0] if numbers else self.env._("Customer")),
            "phone": numbers[0] if numbers else (person.phones[0].phone if person.phones else False),
            "email": person.emails[0] if person.emails else False,
            "company_name": person.organisation or False,
            "company_id": self.company_id.id if self.company_id._whatsapp_partner_per_company() else False,
        }
        if self.env["res.partner"].has_access("create"):
            return {**action, "context": {f"default_{name}": value for name, value in values.items()}}
        # sudo: res.partner - see above; nothing but what is on the card is written
        partner = self.env["res.partner"].sudo().with_context(mail_create_nosubscribe=True).create(values)
        return {**action, "res_id": partner.id, "target": "current"}
