"""Webhook signatures.

Source: Meta, "Webhooks: Getting started", "Validating payloads": the header ``X-Hub-Signature-256`` holds
``sha256=`` and the hex HMAC-SHA256 of the raw request bytes, keyed with the app secret.
"""

from __future__ import annotations

import hmac

HEADER = "X-Hub-Signature-256"
_PREFIX = "sha256="
_HEX_LENGTH = 64


def sign(secret: str, body: bytes) -> str:
    """Return the header value that Meta would send for ``body``.

    :param secret: the app secret
    :param body: the exact bytes of the request
    :return: ``"sha256=<64 hex digits>"``
    """
    return _PREFIX + hmac.digest(secret.encode("utf-8", "surrogatepass"), body, "sha256").hex()


def is_valid(secret: str, body: bytes, header: str | None) -> bool:
    """Tell whether ``header`` is the signature of ``body`` under ``secret``; never raises.

    The comparison takes constant time. A missing secret, a missing header or one of another shape is simply
    not valid: an account without a secret must refuse everything instead of accepting everything.
    """
    if not secret or not isinstance(secret, str) or not isinstance(header, str):
        return False
    header = header.strip()
    if not header.startswith(_PREFIX) or len(header) != len(_PREFIX) + _HEX_LENGTH or not header.isascii():
        return False
    return hmac.compare_digest(sign(secret, body), header.lower())
