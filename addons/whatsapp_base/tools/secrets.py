"""Encryption of stored credentials (access tokens, app secrets, verify tokens).

Values are sealed with AES-256-GCM. The key comes from the option ``whatsapp_secret_key`` of
``odoo.conf`` or, taking precedence, from the environment variable ``WHATSAPP_SECRET_KEY``; any
string of 16 characters or more will do, it is stretched to 256 bits with SHA-256. Without a key,
values are kept readable (prefix ``plain:``) so that a trial works at once; the diagnostics page
says that the key is missing.

No Odoo import: the caller passes the key.
"""

import base64
import binascii
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PLAIN = "plain:"
SEALED = "aesgcm1:"
MIN_KEY_LENGTH = 16
NONCE_BYTES = 12


class SecretError(ValueError):
    """A stored value cannot be opened: the key is missing, too short, or not the one that sealed it."""


def _aes_key(key: str) -> bytes:
    if len(key) < MIN_KEY_LENGTH:
        raise SecretError(
            f"The WhatsApp secret key is shorter than {MIN_KEY_LENGTH} characters. "
            "Set a longer whatsapp_secret_key in odoo.conf or WHATSAPP_SECRET_KEY in the environment."
        )
    return hashlib.sha256(key.encode()).digest()


def seal(value: str, key: str | None, context: str = "") -> str:
    """Return the form of ``value`` that is safe to store.

    :param value: the secret in clear
    :param key: the site's key, or None to store readable text
    :param context: bound to the cipher text, so that one field's value cannot be moved to another
    :raises SecretError: the key is too short
    """
    if not key:
        return PLAIN + value
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_aes_key(key)).encrypt(nonce, value.encode(), context.encode())
    return SEALED + base64.b64encode(nonce + sealed).decode()


def open_sealed(stored: str, key: str | None, context: str = "") -> str:
    """Return the clear text of what :func:`seal` made.

    :raises SecretError: see the class; the message never holds the value
    """
    if stored.startswith(PLAIN):
        return stored[len(PLAIN) :]
    if not stored.startswith(SEALED):
        raise SecretError("A stored WhatsApp credential has an unknown format. Enter the credential again.")
    if not key:
        raise SecretError(
            "WhatsApp credentials are encrypted but no key is configured. "
            "Set whatsapp_secret_key in odoo.conf or WHATSAPP_SECRET_KEY in the environment."
        )
    try:
        raw = base64.b64decode(stored[len(SEALED) :], validate=True)
        return AESGCM(_aes_key(key)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise SecretError(
            "A WhatsApp credential was encrypted with another key. Restore the former whatsapp_secret_key "
            "or enter the credential again."
        ) from error


def is_sealed(stored: str | None) -> bool:
    """Tell whether a stored value is encrypted (False also for an empty one)."""
    return bool(stored) and stored.startswith(SEALED)
