"""Who a message goes to: phone digits and business-scoped user ids.

Source: Meta, "Business-scoped user IDs" (format) and "Send messages" (recipient and to).
"""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

# Two letters of country, a dot, optionally "ENT." for parent ids, then up to 128 letters and digits.
BSUID_RE = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
# E.164 allows 15 digits; the shortest numbers that WhatsApp accepts with a country code have 7.
MIN_DIGITS, MAX_DIGITS = 7, 15


def clean_digits(value: object) -> str:
    """Return only the digits of ``value`` as ASCII (``"+34 600-111"`` gives ``"34600111"``); ``""`` for none.

    Digits of other scripts count, since people paste them. Ints are accepted, since some webhooks send ids so.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    text = str(value) if isinstance(value, str) or abs(value) < 10**40 else ""
    if text.isascii():
        return text if text.isdigit() else "".join(c for c in text if c.isdigit())
    decimals = (unicodedata.decimal(c, None) for c in text)
    return "".join(str(d) for d in decimals if d is not None)


def is_bsuid(value: object) -> bool:
    """Tell whether ``value`` has the form of a business-scoped user id such as ``ES.90Qx7Lm3``."""
    return isinstance(value, str) and BSUID_RE.fullmatch(value) is not None


def is_wa_id(value: object) -> bool:
    """Tell whether ``value`` has the form of a WhatsApp id: 7 to 15 ASCII digits."""
    return isinstance(value, str) and value.isascii() and value.isdigit() and MIN_DIGITS <= len(value) <= MAX_DIGITS


def to_wa_id(number: str, region: str | None = None) -> str | None:
    """Return the E.164 digits of a number as people write it, or None when it cannot be a phone number.

    :param number: any writing, with or without country code
    :param region: two-letter country of numbers without a country code (``"ES"``)
    """
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).lstrip("+")


def phone_key(digits: str) -> str:
    """Return one spelling for all digits under which one WhatsApp user may be known; "" for none.

    Three countries changed their mobile numbers, and WhatsApp keeps old accounts under the old ones: Brazil added
    a ninth digit, Mexico dropped a 1 after its country code, Argentina writes a 9 there or a 15 further inside.
    """
    if len(digits) < 12 or digits[0] != "5":
        return digits
    if len(digits) == 13:
        if digits.startswith("521") or digits.startswith("549"):
            return digits[:2] + digits[3:]
        # 55, area, 9, then the former mobile number, which began with 6 to 9; 2 to 5 are landlines
        if digits.startswith("55") and digits[4] == "9" and digits[5] in "6789":
            return digits[:4] + digits[5:]
    if len(digits) == 14 and digits.startswith("54"):
        written = to_wa_id(f"+{digits}")
        if written and len(written) == 13 and written.startswith("549"):
            return phone_key(written)
    return digits


def phone_variants(digits: str) -> tuple[str, ...]:
    """Return all E.164 spellings of the user with these digits, the given one first (see `phone_key`)."""
    key = phone_key(digits)
    other = None
    if len(key) == 12 and key.startswith("52"):
        other = f"521{key[2:]}"
    elif len(key) == 12 and key.startswith("54"):
        other = f"549{key[2:]}"
    elif len(key) == 12 and key.startswith("55") and key[4] in "6789":
        other = f"{key[:4]}9{key[4:]}"
    return tuple(dict.fromkeys(filter(None, (digits, key, other))))
