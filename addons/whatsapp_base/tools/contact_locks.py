"""Advisory lock keys of the people in a batch: whoever handles somebody's messages holds theirs. No Odoo import."""

from ..cloud_api.recipients import phone_key

NOBODY = "nobody"


def person_keys(phone_number_id, wa_id=None, bsuid=None):
    """Return the lock keys (int4) of one person at one number: one for each of their IDs.

    Some notifications carry the phone, some the user ID, some both; all spellings of a phone are one key.
    """
    names = [bsuid, phone_key(wa_id) if wa_id else None]
    return {fold_int4(f"{phone_number_id}/{name}") for name in names if name} or {fold_int4(NOBODY)}


def fold_int4(text):
    """Return a signed 32-bit number for a text, the same in every process."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value - 2**32 if value >= 2**31 else value
