"""Ids of the shapes Meta uses. All are opaque to clients; here they are unique for one process."""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import random
import re

BSUID = re.compile(r"^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$")
_counter = itertools.count(random.randrange(1_000_000, 9_000_000))
_salt = os.urandom(3)

#: Longest prefix first. Enough for believable business-scoped ids; everything else is "US".
_COUNTRIES = (
    ("880", "BD"), ("971", "AE"), ("966", "SA"), ("351", "PT"), ("353", "IE"), ("234", "NG"), ("254", "KE"),
    ("20", "EG"), ("27", "ZA"), ("30", "GR"), ("31", "NL"), ("32", "BE"), ("33", "FR"), ("34", "ES"), ("39", "IT"),
    ("40", "RO"), ("41", "CH"), ("43", "AT"), ("44", "GB"), ("49", "DE"), ("52", "MX"), ("54", "AR"), ("55", "BR"),
    ("60", "MY"), ("61", "AU"), ("62", "ID"), ("63", "PH"), ("65", "SG"), ("66", "TH"), ("81", "JP"), ("82", "KR"),
    ("90", "TR"), ("91", "IN"), ("92", "PK"), ("7", "RU"), ("1", "US"),
)


def wamid(digits: str = "") -> str:
    """A message id: ``wamid.`` and base64 of bytes that hold the user's number and a unique part."""
    number = digits.encode("ascii", "ignore")[:20]
    unique = b"%018X" % (next(_counter) << 24 | random.getrandbits(24))
    raw = b"\x1c\x18" + bytes((len(number),)) + number + b"\x15\x02\x00\x11\x18\x12" + _salt + unique + b"\x00"
    return "wamid." + base64.b64encode(raw).decode()


def number_id() -> str:
    """A numeric object id (media, templates, uploads)."""
    return str(1_000_000_000_000_000 + next(_counter) * 1000 + random.randrange(1000))


def country_of(digits: str) -> str:
    """ISO country code guessed from the calling code; "US" when unknown."""
    for prefix, country in _COUNTRIES:
        if digits.startswith(prefix):
            return country
    return "US"


def bsuid(digits: str, portfolio: str = "") -> str:
    """The business-scoped user id of a phone: stable for (portfolio, phone)."""
    digest = hashlib.blake2s(f"{portfolio}:{digits}".encode(), digest_size=8).hexdigest()
    return f"{country_of(digits)}.{digest}"
