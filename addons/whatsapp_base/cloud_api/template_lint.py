"""What Meta would refuse about a template, said before it is submitted.

The input is the body of ``POST /{WABA}/message_templates`` as it would be sent; nothing in it has to be right. Rules
for texts and buttons have files of their own.

Source: Meta, "Template components", "Template categories", "Authentication templates", "Media card carousel
templates", "Limited-time offer templates", "Time-to-live".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import template_lint_buttons as button_rules
from . import template_lint_text as text_rules
from .languages import LANGUAGES
from .template_findings import ERROR, WARNING, Finding, Report, Sample, is_whole, upper
from .values import as_dict, as_list
from .words import _

__all__ = ["CATEGORIES", "ERROR", "WARNING", "Finding", "Sample", "lint"]

CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
#: category -> (shortest, longest time to live in seconds, whether -1 is allowed)
TTL = {"AUTHENTICATION": (30, 900, True), "UTILITY": (30, 43_200, True), "MARKETING": (43_200, 2_592_000, False)}
#: part of a template -> how people call it
PARTS = {
    "HEADER": _("header"),
    "BODY": _("text"),
    "FOOTER": _("footer"),
    "BUTTONS": _("buttons"),
    "LIMITED_TIME_OFFER": _("limited-time offer"),
    "CAROUSEL": _("cards"),
    "CALL_PERMISSION_REQUEST": _("permission to call"),
}
MAX_OFFER, MAX_OFFER_BODY, MAX_CARD_BODY = 16, 600, 160
CARDS = (2, 10)
_NAME_RE = re.compile(r"[a-z0-9_]{1,512}")


def lint(definition: Any, samples: Mapping[str, Sample] | None = None) -> list[Finding]:
    """Return everything that Meta would refuse or may refuse, errors first.

    :param definition: name, language, category, parameter_format, components, message_send_ttl_seconds
    :param samples: files that will be uploaded as examples of media headers, by the header's path (``header``,
        ``carousel.0.header``); a header with such a file needs no handle yet
    """
    given = as_dict(definition)
    report = Report(upper(given.get("category")), upper(given.get("parameter_format")) == "NAMED", dict(samples or {}))
    _identity(report, given)
    _time_to_live(report, given)
    parts = _components(report, given.get("components"))
    if parts is not None:
        _content(report, parts)
    return sorted(report.findings, key=lambda finding: not finding.is_error)


def _identity(report: Report, given: dict[str, Any]) -> None:
    name = given.get("name")
    if not isinstance(name, str) or not name:
        report.error("name", _("The template has no name."), _("Give it a name such as order_shipped."))
    elif not _NAME_RE.fullmatch(name):
        report.error(
            "name",
            _("“%(value)s” is no name for a template."),
            _("Use lowercase letters, digits and underscores only, at most 512."),
            value=name[:60],
        )
    language = given.get("language")
    if not isinstance(language, str) or language not in LANGUAGES:
        report.error(
            "language",
            _("Meta does not know the language “%(value)s”."),
            _("Choose one of Meta's languages."),
            value=language or "",
        )
    if report.category not in CATEGORIES:
        report.error("category", _("The category is missing."), _("Choose Marketing, Utility or Authentication."))
    format_ = given.get("parameter_format")
    if format_ and upper(format_ if isinstance(format_, str) else "?") not in ("POSITIONAL", "NAMED"):
        report.error("parameter_format", _("The format of the variables is unknown."), _("Choose numbers or names."))


def _time_to_live(report: Report, given: dict[str, Any]) -> None:
    seconds = given.get("message_send_ttl_seconds")
    if seconds is None or report.category not in TTL:
        return
    low, high, unlimited = TTL[report.category]
    if is_whole(seconds) and (low <= seconds <= high or seconds == -1 and unlimited):
        return
    report.error(
        "message_send_ttl_seconds",
        _("A template of this category can wait %(low)s to %(high)s seconds for its delivery."),
        _("Enter a number of seconds in this range, or leave it empty."),
        low=low,
        high=high,
    )


def _components(report: Report, given: Any) -> dict[str, dict[str, Any]] | None:
    """Return the components by type; each may be there once."""
    if not isinstance(given, list) or not given:
        report.error("body.text", _("The template is empty."), _("Write a text."))
        return None
    parts: dict[str, dict[str, Any]] = {}
    for part in given:
        kind = upper(part.get("type")) if isinstance(part, dict) else ""
        if kind not in PARTS:
            report.error(
                "components", _("Meta knows no part of a template called “%(kind)s”."), _("Remove it."), kind=kind
            )
        elif kind in parts:
            report.error(
                kind.lower(), _("The template has two of these: %(label)s."), _("Keep one."), label=PARTS[kind]
            )
        else:
            parts[kind] = part
    if "BODY" not in parts:
        report.error("body.text", _("The template has no text."), _("Write a text."))
    return parts


def _content(report: Report, parts: dict[str, dict[str, Any]]) -> None:
    if report.category == "AUTHENTICATION":
        _login_code(report, parts)
        return
    if "HEADER" in parts:
        text_rules.header(report, parts["HEADER"])
    if "BODY" in parts:
        text_rules.body(
            report, parts["BODY"], limit=MAX_OFFER_BODY if "LIMITED_TIME_OFFER" in parts else text_rules.MAX_BODY
        )
    if "FOOTER" in parts:
        text_rules.footer(report, parts["FOOTER"])
    if "BUTTONS" in parts:
        button_rules.buttons(report, parts["BUTTONS"])
    if "LIMITED_TIME_OFFER" in parts:
        _offer(report, parts)
    if "CAROUSEL" in parts:
        _carousel(report, parts)


def _login_code(report: Report, parts: dict[str, dict[str, Any]]) -> None:
    """Check a template for login codes, whose text is Meta's."""
    for kind in parts:
        if kind not in ("BODY", "FOOTER", "BUTTONS"):
            report.error(kind.lower(), _("Templates for login codes have no header, offer or cards."), _("Remove it."))
    text = parts.get("BODY", {}).get("text")
    if text is not None and text_rules.names_in(text) != ["1"]:
        report.error("body.text", _("Templates for login codes have Meta's own text."), _("Remove your text."))
    elif text is not None and (text_rules.EMOJI_RE.search(text) or re.search(r"https?://", text)):
        report.error("body.text", _("Templates for login codes have no links and no emojis."), _("Remove your text."))
    footer = parts.get("FOOTER", {})
    minutes = footer.get("code_expiration_minutes")
    if minutes is not None and (not is_whole(minutes) or not 1 <= minutes <= 90):
        report.error(
            "footer.code_expiration_minutes", _("A login code can be valid for 1 to 90 minutes."), _("Enter 1 to 90.")
        )
    if minutes is None and "FOOTER" in parts:
        text_rules.footer(report, footer)
    if "BUTTONS" not in parts:
        report.error(
            "buttons", _("A template for login codes needs a button for the code."), _("Add the button “login code”.")
        )
    else:
        button_rules.buttons(report, parts["BUTTONS"])


def _offer(report: Report, parts: dict[str, dict[str, Any]]) -> None:
    """Check a limited-time offer and what may be beside it."""
    offer = as_dict(parts["LIMITED_TIME_OFFER"].get("limited_time_offer"))
    text = offer.get("text")
    if report.category != "MARKETING":
        report.error(
            "limited_time_offer",
            _("A limited-time offer is for marketing templates only."),
            _("Change the category to Marketing."),
        )
    if not isinstance(text, str) or not text.strip():
        report.error("limited_time_offer.text", _("The offer has no title."), _("Write one, such as “Ends soon”."))
    elif len(text) > MAX_OFFER:
        report.error(
            "limited_time_offer.text",
            _("The title of the offer has %(count)s characters; WhatsApp allows %(limit)s."),
            _("Shorten it."),
            count=len(text),
            limit=MAX_OFFER,
        )
    if not isinstance(offer.get("has_expiration", False), bool):
        report.error(
            "limited_time_offer.has_expiration", _("It is not said whether the offer ends."), _("Switch it on or off.")
        )
    if "FOOTER" in parts:
        report.error("footer", _("A template with a limited-time offer has no footer."), _("Remove the footer."))
    if "CAROUSEL" in parts:
        report.error("carousel", _("A template has either cards or a limited-time offer."), _("Remove one of them."))
    if "HEADER" in parts and upper(parts["HEADER"].get("format")) not in ("IMAGE", "VIDEO"):
        report.error(
            "header.format",
            _("The header of a limited-time offer is an image or a video."),
            _("Choose one, or remove the header."),
        )
    kinds = [upper(as_dict(button).get("type")) for button in as_list(parts.get("BUTTONS", {}).get("buttons"))]
    if "URL" not in kinds:
        report.error("buttons", _("A limited-time offer needs a link."), _("Add a button of the kind “link”."))
    if offer.get("has_expiration") and "COPY_CODE" not in kinds:
        report.warn(
            "buttons",
            _("An offer that ends is normally shown with a coupon code."),
            _("Add a button of the kind “coupon code”."),
        )


def _carousel(report: Report, parts: dict[str, dict[str, Any]]) -> None:
    """Check cards: 2 to 10, all built alike."""
    if report.category != "MARKETING":
        report.error("carousel", _("Cards are for marketing templates only."), _("Change the category to Marketing."))
    for kind in ("HEADER", "FOOTER", "BUTTONS"):
        if kind in parts:
            report.error(
                kind.lower(),
                _("A template with cards cannot also have this: %(label)s."),
                _("Remove it; cards have their own."),
                label=PARTS[kind],
            )
    cards = parts["CAROUSEL"].get("cards")
    low, high = CARDS
    if not isinstance(cards, list) or not low <= len(cards) <= high:
        report.error(
            "carousel", _("There must be %(low)s to %(high)s cards."), _("Add or remove cards."), low=low, high=high
        )
        return
    shapes = []
    for index, card in enumerate(cards):
        shapes.append(_card(report, as_dict(card), f"carousel.{index}"))
    if any(shape != shapes[0] for shape in shapes):
        report.error(
            "carousel",
            _("The cards are not built alike."),
            _(
                "Give all cards the same kind of header, a text on all or on none, and the same kinds of buttons in the same order."
            ),
        )


def _card(report: Report, card: dict[str, Any], path: str) -> tuple:
    """Check one card; returns its build, which all cards must share."""
    parts: dict[str, dict[str, Any]] = {}
    for part in as_list(card.get("components")):
        kind = upper(part.get("type")) if isinstance(part, dict) else ""
        if kind not in ("HEADER", "BODY", "BUTTONS") or kind in parts:
            report.error(
                path,
                _("A card has a picture or video, a text and buttons, each once."),
                _("Remove what does not belong there."),
            )
        else:
            parts[kind] = part
    format_ = upper(parts.get("HEADER", {}).get("format"))
    if format_ not in ("IMAGE", "VIDEO", "PRODUCT"):
        report.error(f"{path}.header", _("A card needs an image, a video or a product on top."), _("Choose one."))
    else:
        text_rules.header(report, parts["HEADER"], f"{path}.header")
    if "BODY" in parts:
        text_rules.body(report, parts["BODY"], f"{path}.body", limit=MAX_CARD_BODY)
        text = parts["BODY"].get("text")
        if isinstance(text, str) and text.count("\n") > 2:
            report.error(f"{path}.body.text", _("The text of a card has more than two line breaks."), _("Shorten it."))
    if "BUTTONS" in parts:
        button_rules.buttons(report, parts["BUTTONS"], f"{path}.buttons", largest=2)
    else:
        report.error(f"{path}.buttons", _("A card needs one or two buttons."), _("Add a button."))
    kinds = [upper(as_dict(button).get("type")) for button in as_list(parts.get("BUTTONS", {}).get("buttons"))]
    return format_, "BODY" in parts, tuple(kinds)
