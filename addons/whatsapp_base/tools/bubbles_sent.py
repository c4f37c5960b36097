"""How the messages with something to press look inside Discuss, as the customer has them: safe HTML. No Odoo import."""

from markupsafe import Markup, escape

from ..cloud_api import outbound as o
from . import bubbles

ICONS = {
    "reply": "fa-reply", "list": "fa-list-ul", "link": "fa-external-link", "place": "fa-map-marker", "person": "fa-user",
    "phone": "fa-phone", "items": "fa-shopping-bag",
}


def bubble(content, labels):
    """Return the body of a Discuss message for a content of ``cloud_api.outbound``; None for contents of text and files.

    :param dict labels: translated words: items, item, catalogue, send_location, share_number, allow_calls, call, location
    """
    if isinstance(content, o.Buttons):
        return _framed(content, buttons=[("reply", button.title) for button in content.buttons])
    if isinstance(content, o.ListMessage):
        return _framed(content, [_section(section) for section in content.sections], [("list", content.button)])
    if isinstance(content, o.CtaUrl):
        link = Markup('<a href="%s" target="_blank" rel="noopener noreferrer">%s</a>') % (content.url, content.label)
        return _framed(content, buttons=[("link", link)])
    if isinstance(content, o.LocationRequest):
        return _framed(content, buttons=[("place", labels["send_location"])])
    if isinstance(content, o.ContactRequest):
        return _framed(content, buttons=[("person", labels["share_number"])])
    if isinstance(content, o.CallPermission):
        return _framed(content, buttons=[("phone", labels["allow_calls"])])
    if isinstance(content, o.CallButton):
        return _framed(content, buttons=[("phone", content.label or labels["call"])])
    if isinstance(content, o.Product):
        return _framed(content, [_rows([(content.retailer_id, None)])], [("items", labels["item"])])
    if isinstance(content, o.ProductList):
        groups = [_titled(section.title, _rows([(item, None) for item in section.retailer_ids])) for section in content.sections]
        return _framed(content, groups, [("items", labels["items"])])
    if isinstance(content, o.Catalog):
        return _framed(content, buttons=[("items", labels["catalogue"])])
    if isinstance(content, o.Carousel):
        return _framed(content, [_card(card) for card in content.cards])
    if isinstance(content, (o.Location, o.Contacts)):
        return _place(content, labels) if isinstance(content, o.Location) else _people(content)
    return None


def _framed(content, parts=(), buttons=()):
    header, footer = getattr(content, "header", None), getattr(content, "footer", None)
    html = Markup("")
    if isinstance(header, str):
        html += Markup('<div><b>%s</b></div>') % header
    elif header and header.link:
        html += Markup('<div><a href="%s" target="_blank" rel="noopener noreferrer">%s</a></div>') % (header.link, header.kind)
    html += Markup("<div>%s</div>") % bubbles.text(content.body) if content.body else Markup("")
    html += Markup("").join(parts)
    if footer:
        html += Markup('<div class="small text-muted">%s</div>') % footer
    html += Markup("").join(
        Markup('<div class="o-whatsapp-sent-button"><span class="fa fa-fw %s"></span> %s</div>') % (ICONS[icon], label)
        for icon, label in buttons
    )
    return Markup('<div class="o-whatsapp-sent">%s</div>') % html


def _titled(title, html):
    return (Markup('<div class="o-whatsapp-sent-title">%s</div>') % title if title else Markup("")) + html


def _rows(rows):
    lines = [
        Markup("<li>%s%s</li>") % (title, Markup('<br/><span class="small text-muted">%s</span>') % more if more else "")
        for title, more in rows
    ]
    return Markup('<ul class="o-whatsapp-sent-rows">%s</ul>') % Markup("").join(lines)


def _section(section):
    return _titled(section.title, _rows([(row.title, row.description) for row in section.rows]))


def _card(card):
    link = Markup('<a href="%s" target="_blank" rel="noopener noreferrer">%s</a>') % (card.url, card.label)
    return Markup('<div class="o-whatsapp-sent-card">%s<div>%s</div></div>') % (bubbles.text(card.body), link)


def _place(place, labels):
    point = f"{place.latitude:.6f}"
    url = f"https://www.openstreetmap.org/?mlat={point}&mlon={place.longitude:.6f}#map=16/{point}/{place.longitude:.6f}"
    name = place.name or place.address or labels["location"]
    address = Markup('<div class="small text-muted">%s</div>') % place.address if place.address and place.address != name else ""
    link = Markup('<a href="%s" target="_blank" rel="noopener noreferrer">%s</a>') % (url, name)
    return Markup('<div class="o-whatsapp-sent"><span class="fa fa-fw fa-map-marker"></span> <b>%s</b>%s</div>') % (link, address)


def _people(contacts):
    cards = []
    for card in contacts.cards:
        if isinstance(card, dict):  # Meta's own object
            name = (card.get("name") or {}).get("formatted_name") or ""
            lines = [phone.get("phone") or "" for phone in card.get("phones") or ()]
        else:
            name = card.name
            job = ", ".join(filter(None, (card.title, card.organisation)))
            lines = [line for line in (job, *card.phones, *card.emails, card.website) if line]
        more = Markup("").join(Markup('<div class="small">%s</div>') % line for line in lines)
        cards.append(Markup('<div class="o-whatsapp-sent-card"><span class="fa fa-fw fa-user"></span> <b>%s</b>%s</div>')
                     % (escape(name), more))
    return Markup('<div class="o-whatsapp-sent">%s</div>') % Markup("").join(cards)
