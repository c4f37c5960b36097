"""What Meta allows in a number's public profile, PIN, QR codes, ice breakers, commands and username.

Source: Meta, "Business profiles", "QR codes", "Conversational components", "Two-step verification", "Business
usernames". Each check raises `InvalidContent` before Meta would refuse, and returns the body of the call.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from .outbound_basic import InvalidContent, check_text
from .words import _

MAX_WEBSITES, MAX_WEBSITE = 2, 256
MAX_ABOUT, MAX_ADDRESS, MAX_DESCRIPTION, MAX_EMAIL = 139, 256, 512, 128
MAX_QR_TEXT, MAX_QR_CODES = 140, 2000
MAX_PROMPTS, MAX_PROMPT = 4, 80
MAX_COMMANDS, MAX_COMMAND, MAX_COMMAND_HINT = 30, 32, 256
MAX_DISPLAY_NAME = 128
# UNDEFINED is what a number has that never had a profile; it cannot be set.
VERTICALS: dict[str, str] = {
    "ALCOHOL": _("Alcoholic beverages"), "APPAREL": _("Clothing and apparel"), "AUTO": _("Automotive"),
    "BEAUTY": _("Beauty, spa and salon"), "EDU": _("Education"), "ENTERTAIN": _("Entertainment"),
    "EVENT_PLAN": _("Event planning and service"), "FINANCE": _("Finance and banking"), "GOVT": _("Public service"),
    "GROCERY": _("Food and grocery"), "HEALTH": _("Medical and health"), "HOTEL": _("Hotel and lodging"),
    "NONPROFIT": _("Non-profit"), "ONLINE_GAMBLING": _("Online gambling"), "OTC_DRUGS": _("Over-the-counter drugs"),
    "OTHER": _("Other"), "PHYSICAL_GAMBLING": _("Gambling on site"), "PROF_SERVICES": _("Professional services"),
    "RESTAURANT": _("Restaurant"), "RETAIL": _("Shopping and retail"), "TRAVEL": _("Travel and transportation"),
}
_USERNAME_RE = re.compile(r"[a-z0-9._]{3,35}")
_DOMAIN_RE = re.compile(r"\.(com|org|net|int|edu|gov|mil|info|biz|io|co|app|dev|in|html?)$")
_COMMAND_RE = re.compile(r"[^\s/]+")


def has_emoji(text: str) -> bool:
    """Tell whether ``text`` holds an emoji or another pictograph."""
    return any(unicodedata.category(char) in ("So", "Cs") or 0x1F000 <= ord(char) <= 0x1FAFF or char == "\ufe0f" for char in text)


def check_pin(pin: str | None) -> str:
    """Return a PIN of six digits."""
    if not re.fullmatch(r"[0-9]{6}", pin or ""):
        raise InvalidContent("pin", _("A PIN has exactly six digits."), _("Enter six digits, without spaces."))
    return str(pin)


def check_code(code: str | None) -> str:
    """Return the digits of a verification code, however it was written."""
    digits = re.sub(r"[\s-]", "", code or "")
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise InvalidContent("code", _("A verification code has six digits."), _("Enter the code as it came."))
    return digits


def check_display_name(name: str | None) -> str:
    """Return a display name."""
    check_text("new_display_name", _("display name"), name or "", MAX_DISPLAY_NAME)
    return str(name).strip()


def check_profile(
    about: str | None = None, address: str | None = None, description: str | None = None, email: str | None = None,
    websites: Sequence[str] = (), vertical: str | None = None, picture_handle: str | None = None,
) -> dict[str, Any]:
    """Return the body that sets a public profile; empty texts clear what is there, except ``about``."""
    check_text("about", _("text under the name"), about or "", MAX_ABOUT)
    check_text("address", _("address"), address or "", MAX_ADDRESS, required=False)
    check_text("description", _("description"), description or "", MAX_DESCRIPTION, required=False)
    check_text("email", _("email address"), email or "", MAX_EMAIL, required=False)
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise InvalidContent("email", _("This is no email address."), _("Correct the email address."))
    sites = [site.strip() for site in websites if (site or "").strip()]
    if len(sites) > MAX_WEBSITES:
        raise InvalidContent("websites", _("A profile has at most two websites."), _("Leave one out."))
    for site in sites:
        check_text("websites", _("website"), site, MAX_WEBSITE)
        parts = urlsplit(site)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidContent("websites", _("A website is not a web address."), _("Start it with https://."))
    if vertical and vertical not in VERTICALS:
        raise InvalidContent("vertical", _("WhatsApp does not know this industry."), _("Choose one of the list."))
    body: dict[str, Any] = {
        "about": about, "address": address or "", "description": description or "", "email": email or "",
        "websites": sites,
    }
    if vertical:
        body["vertical"] = vertical
    if picture_handle:
        body["profile_picture_handle"] = picture_handle
    return body


def check_qr_text(text: str | None) -> str:
    """Return the text that a QR code prefills."""
    check_text("prefilled_message", _("prefilled text"), text or "", MAX_QR_TEXT)
    return str(text).strip()


def check_automation(
    welcome: bool, prompts: Sequence[str], commands: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Return the body that sets the welcome flag, ice breakers, and commands as (name, hint)."""
    if len(prompts) > MAX_PROMPTS:
        raise InvalidContent(
            "prompts", _("A number has at most %(limit)s ice breakers."), _("Remove some."), limit=MAX_PROMPTS)
    for prompt in prompts:
        check_text("prompts", _("ice breaker"), prompt, MAX_PROMPT)
        _no_emoji("prompts", _("ice breaker"), prompt)
    if len(commands) > MAX_COMMANDS:
        raise InvalidContent(
            "commands", _("A number has at most %(limit)s commands."), _("Remove some."), limit=MAX_COMMANDS)
    names = [name for name, _hint in commands]
    if len(set(names)) < len(names) or len(set(prompts)) < len(prompts):
        raise InvalidContent("commands", _("Two of them are the same."), _("Make each of them different."))
    for name, hint in commands:
        check_text("commands", _("command"), name, MAX_COMMAND)
        check_text("commands", _("hint of a command"), hint, MAX_COMMAND_HINT)
        if not _COMMAND_RE.fullmatch(name):
            raise InvalidContent(
                "commands", _("A command is one word without slash."), _("Write for example: status"))
        _no_emoji("commands", _("command"), name + hint)
    return {
        "enable_welcome_message": bool(welcome), "prompts": list(prompts),
        "commands": [{"command_name": name, "command_description": hint} for name, hint in commands],
    }


def _no_emoji(field: str, label: str, text: str) -> None:
    if has_emoji(text):
        raise InvalidContent(
            field, _("WhatsApp allows no emoji in this text (%(label)s)."), _("Remove the emoji."), label=label)


def check_username(username: str | None) -> str:
    """Return a business username: 3 to 35 of a-z, 0-9, dot and underscore, at least one letter, no domain."""
    name = (username or "").strip().lower().lstrip("@")
    bad = (
        not _USERNAME_RE.fullmatch(name) or not re.search("[a-z]", name) or name.startswith((".", "www")) or name.endswith(".")
        or ".." in name or _DOMAIN_RE.search(name)
    )
    if bad:
        raise InvalidContent(
            "username", _("WhatsApp does not accept this username."),
            _("Use 3 to 35 letters a to z, digits, dots or underscores; no dots at the ends, no www, nothing like .com."))
    return name
