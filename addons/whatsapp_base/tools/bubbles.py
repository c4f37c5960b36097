"""How contents look inside Discuss: safe HTML for the message's body. No Odoo import."""

from urllib.parse import quote

from markupsafe import Markup, escape

from ..cloud_api import content as c
from ..cloud_api import markup


def text(body: str | None) -> Markup:
    """Return WhatsApp-formatted text as safe HTML."""
    return Markup(markup.to_html(body or ""))  # noqa: S704 - to_html escapes everything it does not make itself


def bubble(content, labels: dict[str, str] | None = None) -> Markup:
    """Return the body of a Discuss message for an incoming content.

    :param content: one of ``cloud_api.content``
    :param labels: translated words by English word; missing ones stay English
    """
    say = (labels or {}).get
    if isinstance(content, c.Text):
        return text(content.body)
    if isinstance(content, c.Media):
        return text(content.caption)
    if isinstance(content, c.Location):
        return _location(content, say)
    if isinstance(content, c.Contacts):
        return Markup("<br/>").join(_card(card) for card in content.cards)
    if isinstance(content, (c.ButtonReply, c.ListReply)):
        return text(content.title)
    if isinstance(content, c.FlowReply):
        rows = [
            Markup("<li><b>%s</b>: %s</li>") % (key, value if isinstance(value, (str, int, float)) else "…")
            for key, value in content.response.items()
            if key != "flow_token"
        ]
        return escape(content.body) + Markup("<ul>%s</ul>") % Markup("").join(rows)
    if isinstance(content, c.Order):
        rows = [
            Markup("<li>%g × %s (%s %s)</li>") % (item.quantity, item.retailer_id, item.item_price, item.currency)
            for item in content.items
        ]
        return text(content.text) + Markup("<ul>%s</ul>") % Markup("").join(rows)
    if isinstance(content, c.System):
        return escape(content.body or content.type)
    return Markup("<i>%s</i>") % (say("unsupported") or "This kind of message cannot be shown here: %s") % content.summary()


def template(preview) -> Markup:
    """Return how a template looks on the phone: text, then a line for each button.

    :param preview: ``cloud_api.templates.Preview``
    """
    buttons = Markup("").join(
        Markup('<div class="border-top mt-2 pt-2 text-center text-primary">%s</div>') % label for label in preview.buttons
    )
    return text(preview.text) + buttons


def _location(place, say) -> Markup:
    name = place.name or place.address or say("location") or "Location"
    point = f"{place.latitude:.6f},{place.longitude:.6f}"
    url = f"https://www.openstreetmap.org/?mlat={place.latitude:.6f}&mlon={place.longitude:.6f}#map=16/{quote(point.replace(',', '/'))}"
    address = Markup("<br/>%s") % place.address if place.address and place.address != name else ""
    return Markup('📍 <a href="%s" target="_blank" rel="noopener noreferrer">%s</a>%s') % (url, name, address)


def _card(card) -> Markup:
    numbers = Markup("").join(Markup("<br/>%s") % phone.phone for phone in card.phones)
    mails = Markup("").join(Markup("<br/>%s") % mail for mail in card.emails)
    return Markup("👤 <b>%s</b>%s%s") % (card.name, numbers, mails)
