"""How contents look inside Discuss: safe HTML for the message's body. No Odoo import.

The body is what search, e-mail and the lock screen get, so it says everything in words. Where Discuss shows more than
words (a map, a table, a player), the web client takes the place of the body: see ``static/src/discuss/content``.
"""

import re
from urllib.parse import quote

from markupsafe import Markup, escape

from ..cloud_api import content as c
from ..cloud_api import errors, markup
from . import answers

UNSUPPORTED = 131051  # Meta's code for "we do not hand this kind over"; it says nothing more
# what the person sees of a content that Meta does not hand over, by ``unsupported.type``
UNSUPPORTED_KINDS = {
    "poll": "poll", "poll_creation": "poll", "event": "event", "event_creation": "event", "view_once": "view-once message",
    "view_once_message": "view-once message", "live_location": "live location", "edit": "edited message",
    "button": "button", "group_invite": "group invitation", "groupInvite": "group invitation", "pin": "pinned message",
    "list": "list", "video_note": "video note", "payment": "payment", "album": "album",
}
# Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms: such a text begins at the right, wherever it is shown
_RTL_RE = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_CITATION = '<div class="o-whatsapp-citation">'
LABELS = {
    "location": "Location",
    "unsupported": "WhatsApp does not hand this kind of message over to businesses: %s. Ask the customer to write it as a text.",
    "unsupported_plain": "WhatsApp does not hand this kind of message over to businesses. Ask the customer to write it as a text.",
    "unfetched": "WhatsApp could not hand this message over: %s",
    "unknown": "This kind of message is not known here: %s. Administrators find it in the log of messages.",
    "number": "has a new phone number: +%s",
    "number_plain": "has a new phone number",
    "user_id": "has a new WhatsApp ID; the conversation goes on as before",
    "identity": "has a new security code: a new phone, or WhatsApp was installed again",
    "welcome": "opened the chat for the first time",
    "calls": "allows you to call",
    "calls_until": "allows you to call until %s",
    "no_calls": "does not want to be called",
    "deleted": "This message was deleted.",
    "reacted": "reacted with %(emoji)s to: %(message)s",
}


def text(body: str | None) -> Markup:
    """Return WhatsApp-formatted text as safe HTML."""
    # Odoo takes a blockquote for the rest of an e-mail and folds it away: the customer's quote is part of the message
    html = markup.to_html(body or "").replace("<blockquote>", _CITATION).replace("</blockquote>", "</div>")
    if _RTL_RE.search(html):
        html = f'<div dir="auto">{html}</div>'
    return Markup(html)  # noqa: S704 - to_html escapes everything it does not make itself


def bubble(content, labels: dict[str, str] | None = None) -> Markup:
    """Return the body of a Discuss message for an incoming content.

    :param content: one of ``cloud_api.content``
    :param labels: translations of `LABELS`; missing ones stay English
    """
    say = {**LABELS, **(labels or {})}
    if isinstance(content, c.Text):
        return text(content.body)
    if isinstance(content, c.Media):
        return text(content.caption) if content.caption else escape(content.summary())
    if isinstance(content, c.Location):
        return _location(content, say)
    if isinstance(content, c.Contacts):
        return Markup("<br/>").join(_card(card) for card in content.cards)
    if isinstance(content, c.ButtonReply):
        return escape(content.title)
    if isinstance(content, c.ListReply):
        more = Markup("<br/>%s") % content.description if content.description else Markup()
        return escape(content.title) + more
    if isinstance(content, c.FlowReply):
        rows = [Markup("<li><b>%s</b>: %s</li>") % (row["label"], row["value"]) for row in answers.rows(content.response)]
        return escape(content.summary()) + Markup("<ul>%s</ul>") % Markup().join(rows)
    if isinstance(content, c.Order):
        rows = [
            Markup("<li>%g × %s (%s %s)</li>") % (item.quantity, item.retailer_id, item.item_price, item.currency)
            for item in content.items
        ]
        return text(content.text) + Markup("<ul>%s</ul>") % Markup().join(rows)
    if isinstance(content, c.System):
        return _system(content, say)
    if isinstance(content, c.CallPermission):
        if content.accepted and content.until and not content.permanent:
            return escape(say["calls_until"] % content.until.strftime("%Y-%m-%d %H:%M UTC"))
        return escape(say["calls" if content.accepted else "no_calls"])
    if isinstance(content, c.Edit):
        return bubble(content.content, labels)
    if isinstance(content, c.Revoke):
        return deleted(labels)
    return Markup("<i>⚠️ %s</i>") % _not_shown(content, say)


def deleted(labels: dict[str, str] | None = None) -> Markup:
    """Return what is left of a message that its sender has deleted."""
    return Markup("<i>🚫 %s</i>") % {**LABELS, **(labels or {})}["deleted"]


def reacted(emoji: str, summary: str, labels: dict[str, str] | None = None) -> Markup:
    """Return the line for a reaction to a message that Discuss does not show."""
    return escape({**LABELS, **(labels or {})}["reacted"] % {"emoji": emoji, "message": summary})


def template(preview) -> Markup:
    """Return how a template looks on the phone: text, then a line for each button.

    :param preview: ``cloud_api.templates.Preview``
    """
    buttons = Markup("").join(
        Markup('<div class="border-top mt-2 pt-2 text-center text-primary">%s</div>') % label for label in preview.buttons
    )
    return text(preview.text) + buttons


def map_url(place: c.Location) -> str:
    """Return the page of OpenStreetMap that shows a place; opened by a person's click only."""
    point = f"{place.latitude:.6f}/{place.longitude:.6f}"
    return f"https://www.openstreetmap.org/?mlat={place.latitude:.6f}&mlon={place.longitude:.6f}#map=16/{quote(point)}"


def _location(place, say) -> Markup:
    name = place.name or place.address or say["location"]
    address = Markup("<br/>%s") % place.address if place.address and place.address != name else ""
    return Markup('📍 <a href="%s" target="_blank" rel="noopener noreferrer">%s</a>%s') % (map_url(place), name, address)


def _card(card) -> Markup:
    numbers = Markup("").join(Markup("<br/>%s") % phone.phone for phone in card.phones)
    mails = Markup("").join(Markup("<br/>%s") % mail for mail in card.emails)
    return Markup("👤 <b>%s</b>%s%s") % (card.name, numbers, mails)


def _system(content, say) -> Markup:
    """Return what happened to the customer; Discuss puts the customer's name before it."""
    if content.type == "user_changed_number":
        return escape(say["number"] % content.wa_id if content.wa_id else say["number_plain"])
    known = {"user_changed_user_id": "user_id", "customer_identity_changed": "identity", "request_welcome": "welcome"}
    name = known.get(content.type)
    return escape(say[name] if name else content.body or content.type.replace("_", " "))


def _not_shown(content, say) -> str:
    """Say honestly that there was something, what it was, and what to do."""
    if not isinstance(content, c.Unsupported):
        return say["unknown"] % (getattr(content, "type", None) or "?")
    error = next((error for error in content.errors if error.code not in (None, UNSUPPORTED)), None)
    if error:
        return say["unfetched"] % errors.classify(error).meaning
    kind = content.type and UNSUPPORTED_KINDS.get(content.type, content.type.replace("_", " "))
    return say["unsupported"] % kind if kind and kind not in ("unknown", "unsupported") else say["unsupported_plain"]
