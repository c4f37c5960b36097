from odoo import models

from ..cloud_api.inbound import Identity
from ..cloud_api.recipients import clean_digits
from ..cloud_api.values import as_dict, as_id, as_list


class WhatsappBusinessAccount(models.Model):
    """Meta's notifications that somebody's user ID was replaced."""

    _inherit = "whatsapp.business.account"

    def _on_user_id_update(self, value):
        """Move contacts to their new user IDs (Webhooks, "user_id_update"); people we do not know are left out."""
        Contact = self.env["whatsapp.contact"]
        for item in as_list(value.get("user_id_update")):
            change = as_dict(as_dict(item).get("user_id"))
            parents = as_dict(as_dict(item).get("parent_user_id"))
            current = as_id(change.get("current"))
            before = Identity(wa_id=clean_digits(as_dict(item).get("wa_id")) or None, user_id=as_id(change.get("previous")))
            if not current or not before.key:
                continue
            found, _former = Contact._match(self.company_id, self.portfolio, [before])
            if before in found:
                found[before]._become(bsuid=current, reason="account", parent_bsuid=as_id(parents.get("current")))
