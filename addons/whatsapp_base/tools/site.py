"""Site-wide options that live outside the database."""

import os

from odoo.tools import config


def secret_key() -> str | None:
    """Return the key that seals credentials: ``WHATSAPP_SECRET_KEY``, else ``whatsapp_secret_key`` of odoo.conf."""
    return os.environ.get("WHATSAPP_SECRET_KEY") or config.get("whatsapp_secret_key") or None
