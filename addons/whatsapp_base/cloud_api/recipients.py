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
