"""Template definitions: authentication, limited-time offers, carousels, forms ("Templates", components)."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..errors import GraphError
from .template import variables

MARKETING_BUTTONS = ("CATALOG", "MPM", "SPM")
CARD_BUTTONS = ("QUICK_REPLY", "URL", "PHONE_NUMBER", "SPM")


def refuse(subcode: int, title: str, text: str) -> GraphError:
    """Code 100 with Meta's words for people, as template calls answer."""
    return GraphError(100, message="Invalid parameter", subcode=subcode, user_title=title, user_msg=text,
                      messaging=False)


def check_handles(parts: dict[str, dict], handles: set[str]) -> None:
    """Refuse example files that were never uploaded."""
    found = [parts.get("HEADER") or {}]
    for card in (parts.get("CAROUSEL") or {}).get("cards") or []:
        found += [part for part in card.get("components") or [] if str(part.get("type", "")).upper() == "HEADER"]
    for header in found:
        for handle in (header.get("example") or {}).get("header_handle") or []:
            if handle not in handles:
                raise refuse(2388273, "Invalid sample", f"The media handle {str(handle)[:40]!r} is not known. Upload the "
                             "sample again.")


def authentication(parts: dict[str, dict]) -> None:
    """A template for login codes: Meta's text, one button for the code."""
    for kind in parts:
        if kind not in ("BODY", "FOOTER", "BUTTONS"):
            raise refuse(2388042, "Invalid component", f"Authentication templates have no {kind}.")
    text = parts["BODY"].get("text")
    if text is not None and (variables(text) != ["1"] or re.search(r"https?://", text)):
        raise refuse(2388072, "Invalid body", "The text of authentication templates is fixed.")
    minutes = (parts.get("FOOTER") or {}).get("code_expiration_minutes")
    if minutes is not None and (isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= 90):
        raise refuse(2388073, "Invalid footer", "code_expiration_minutes must be 1 to 90.")
    buttons = (parts.get("BUTTONS") or {}).get("buttons") or []
    if [str(button.get("type", "")).upper() for button in buttons] != ["OTP"]:
        raise refuse(2388044, "Invalid buttons", "Authentication templates have exactly one OTP button.")
    _otp(buttons[0])


def _otp(button: dict) -> None:
    kind = str(button.get("otp_type", "")).upper()
    if kind not in ("COPY_CODE", "ONE_TAP", "ZERO_TAP"):
        raise refuse(2388044, "Invalid buttons", "otp_type must be COPY_CODE, ONE_TAP or ZERO_TAP.")
    if kind == "COPY_CODE":
        return
    apps = button.get("supported_apps")
    if not isinstance(apps, list) or not 1 <= len(apps) <= 5:
        raise refuse(2388044, "Invalid buttons", "One tap and zero tap need 1 to 5 supported_apps.")
    for app in apps:
        if not isinstance(app, dict) or not app.get("package_name") or len(str(app.get("signature_hash") or "")) != 11:
            raise refuse(2388044, "Invalid buttons", "An app has a package_name and a signature_hash of 11 characters.")
    if kind == "ZERO_TAP" and button.get("zero_tap_terms_accepted") is not True:
        raise refuse(2388044, "Invalid buttons", "zero_tap_terms_accepted must be true.")


def offer(parts: dict[str, dict], category: str) -> None:
    """A limited-time offer, and what may be beside it."""
    value = parts["LIMITED_TIME_OFFER"].get("limited_time_offer")
    text = value.get("text") if isinstance(value, dict) else None
    if category != "MARKETING":
        raise refuse(2388042, "Invalid component", "Limited-time offers are for marketing templates.")
    if not isinstance(text, str) or not 1 <= len(text) <= 16:
        raise refuse(2388042, "Invalid offer", "The text of the offer has 1 to 16 characters.")
    if not isinstance(value.get("has_expiration", False), bool):
        raise refuse(2388042, "Invalid offer", "has_expiration must be true or false.")
    if "FOOTER" in parts or "CAROUSEL" in parts:
        raise refuse(2388042, "Invalid component", "Limited-time offers have neither footer nor carousel.")
    if "HEADER" in parts and str(parts["HEADER"].get("format", "")).upper() not in ("IMAGE", "VIDEO"):
        raise refuse(2388047, "Invalid header", "The header of an offer is an image or a video.")
    if len(parts["BODY"].get("text") or "") > 600:
        raise refuse(2388040, "Body too long", "The body of an offer has at most 600 characters.")
    kinds = [str(button.get("type", "")).upper() for button in (parts.get("BUTTONS") or {}).get("buttons") or []]
    if "URL" not in kinds:
        raise refuse(2388044, "Invalid buttons", "An offer needs a URL button.")


def carousel(parts: dict[str, dict], category: str, format_: str, checks: dict[str, Callable]) -> None:
    """Two to ten cards, built alike."""
    if category != "MARKETING":
        raise refuse(2388042, "Invalid component", "Carousels are for marketing templates.")
    if {"HEADER", "FOOTER", "BUTTONS"} & set(parts):
        raise refuse(2388042, "Invalid component", "A template with a carousel has only a body beside it.")
    cards = parts["CAROUSEL"].get("cards")
    if not isinstance(cards, list) or not 2 <= len(cards) <= 10:
        raise refuse(2388042, "Invalid carousel", "A carousel has 2 to 10 cards.")
    shapes = {_card(card, category, format_, checks) for card in cards}
    if len(shapes) > 1:
        raise refuse(2388042, "Invalid carousel", "All cards must have the same components.")


def _card(card: object, category: str, format_: str, checks: dict[str, Callable]) -> tuple:
    components = card.get("components") if isinstance(card, dict) else None
    if not isinstance(components, list) or any(not isinstance(part, dict) for part in components):
        raise refuse(2388042, "Invalid carousel", "A card has components.")
    parts = {str(part.get("type", "")).upper(): part for part in components}
    if len(parts) != len(components) or not set(parts) <= {"HEADER", "BODY", "BUTTONS"}:
        raise refuse(2388042, "Invalid carousel", "A card has a header, a body and buttons, each once.")
    header = str((parts.get("HEADER") or {}).get("format", "")).upper()
    if header not in ("IMAGE", "VIDEO", "PRODUCT"):
        raise refuse(2388047, "Invalid header", "The header of a card is an image, a video or a product.")
    for kind, part in parts.items():
        checks[kind](part, category, format_)
    text = (parts.get("BODY") or {}).get("text") or ""
    if len(text) > 160:
        raise refuse(2388040, "Body too long", "The body of a card has at most 160 characters.")
    kinds = tuple(str(button.get("type", "")).upper() for button in (parts.get("BUTTONS") or {}).get("buttons") or [])
    if not 1 <= len(kinds) <= 2 or any(kind not in CARD_BUTTONS for kind in kinds):
        raise refuse(2388044, "Invalid buttons", f"A card has one or two buttons of {', '.join(CARD_BUTTONS)}.")
    return header, "BODY" in parts, kinds


def flow_button(button: dict) -> None:
    """A button that opens a form."""
    if sum(bool(button.get(key)) for key in ("flow_id", "flow_name", "flow_json")) != 1:
        raise refuse(2388044, "Invalid buttons", "A FLOW button needs exactly one of flow_id, flow_name and flow_json.")
    action = button.get("flow_action")
    if action is not None and str(action).lower() not in ("navigate", "data_exchange"):
        raise refuse(2388044, "Invalid buttons", "flow_action must be navigate or data_exchange.")


def code_button(button: dict) -> None:
    """A button that copies a coupon code."""
    example = button.get("example")
    example = example[0] if isinstance(example, list) and example else example
    if not isinstance(example, str) or not 1 <= len(example) <= 20:
        raise refuse(2388043, "Sample is missing", "A COPY_CODE button needs an example of at most 20 characters.")
