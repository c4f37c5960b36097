"""A message with something to press as a phone shows it, as plain data that a page can draw.

The same shape as `template_preview.phone`, and ``sections``: what a list opens.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from . import markup
from . import outbound as o

__all__ = ["phone"]


def phone(content: Any, labels: Mapping[str, str], business: str = "") -> dict[str, Any]:
    """Return what a phone shows of a content of `outbound`, complete or not.

    :param labels: words of WhatsApp's own buttons: items, item, catalogue, send_location, share_number, allow_calls,
        call, location
    """
    body, header = getattr(content, "body", "") or "", _header(content, labels)
    if isinstance(content, o.Contacts):
        body = "\n\n".join(filter(None, map(_person, content.cards)))
    elif isinstance(content, o.Location):
        body = "\n".join(filter(None, (content.name and f"*{content.name}*", content.address)))
    elif isinstance(content, o.Product):
        body = "\n".join(filter(None, (content.retailer_id and f"*{content.retailer_id}*", body)))
    return {
        "business": business,
        "rtl": False,
        "header": header,
        "body": markup.to_html(body) if body else "",
        "footer": getattr(content, "footer", "") or "",
        "offer": None,
        "buttons": _buttons(content, labels),
        "cards": _cards(content),
        "sections": _sections(content),
    }


def _header(content: Any, labels: Mapping[str, str]) -> dict[str, Any] | None:
    if isinstance(content, o.Location):
        return {"kind": "location", "filename": content.name or labels["location"]}
    header = getattr(content, "header", None)
    if isinstance(header, o.Media):
        return {"kind": header.kind, "url": header.link or "", "filename": header.filename or ""}
    return {"kind": "text", "html": escape(header)} if header else None


def _buttons(content: Any, labels: Mapping[str, str]) -> list[dict[str, str]]:
    def button(kind: str, label: str | None, value: str = "") -> list[dict[str, str]]:
        return [{"kind": kind, "label": label, "value": value}] if label else []

    if isinstance(content, o.Buttons):
        return [found for choice in content.buttons for found in button("QUICK_REPLY", choice.title)]
    if isinstance(content, o.ListMessage):
        return button("FLOW", content.button)
    if isinstance(content, o.CtaUrl):
        return button("URL", content.label, content.url)
    own = {
        o.LocationRequest: ("LOCATION", "send_location"), o.ContactRequest: ("REQUEST_CONTACT_INFO", "share_number"),
        o.CallPermission: ("CALL_PERMISSION_REQUEST", "allow_calls"), o.Product: ("SPM", "item"),
        o.ProductList: ("MPM", "items"), o.Catalog: ("CATALOG", "catalogue"),
    }.get(type(content))
    if own:
        return button(own[0], labels[own[1]])
    if isinstance(content, o.CallButton):
        return button("VOICE_CALL", content.label or labels["call"])
    return []


def _cards(content: Any) -> list[dict[str, Any]]:
    if not isinstance(content, o.Carousel):
        return []
    return [
        {
            "header": {"kind": card.media.kind, "url": card.media.link or "", "filename": ""},
            "body": markup.to_html(card.body) if card.body else "",
            "buttons": [{"kind": "URL", "label": card.label, "value": card.url}] if card.label else [],
        }
        for card in content.cards
    ]


def _sections(content: Any) -> list[dict[str, Any]]:
    if isinstance(content, o.ListMessage):
        return [
            {"title": section.title, "rows": [{"title": row.title, "description": row.description or ""} for row in section.rows]}
            for section in content.sections
        ]
    if isinstance(content, o.ProductList):
        return [
            {"title": section.title, "rows": [{"title": item, "description": ""} for item in section.retailer_ids]}
            for section in content.sections
        ]
    return []


def _person(card: Any) -> str:
    if not isinstance(card, o.Card):
        return str((card.get("name") or {}).get("formatted_name") or "")
    name = f"*{card.name}*" if card.name else ""
    job = ", ".join(filter(None, (card.title, card.organisation)))
    return "\n".join(filter(None, (name, job, *card.phones, *card.emails)))
