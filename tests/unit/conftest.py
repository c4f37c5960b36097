"""Make the plain packages importable without Odoo: ``cloud_api``, the addons' own packages and ``simulator``."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[2]
for folder in (ROOT, ROOT / "addons" / "whatsapp_orders", ROOT / "addons" / "whatsapp_base"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

# Shared and slow machines: the time of one example says nothing; found examples are printed, not stored.
settings.register_profile("project", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")
