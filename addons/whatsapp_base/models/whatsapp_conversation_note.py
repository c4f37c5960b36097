from odoo import models
from odoo.fields import Domain

from odoo.addons.mail.tools.discuss import Store

MOST_SUGGESTED = 8


class WhatsappConversation(models.Model):
    """Whom an agent can call in an internal note."""

    _inherit = "whatsapp.conversation"

    def _callable_domain(self):
        self.ensure_one()
        return Domain("share", "=", False) & Domain("active", "=", True) & Domain("company_ids", "in", self.company_id.ids)

    def _whatsapp_callable(self, partner_ids):
        """Return the users behind partners who may be called: internal ones of the conversation's company."""
        # sudo: res.users - agents see no users' companies
        return self.env["res.users"].sudo().search(Domain("partner_id", "in", list(partner_ids)) & self._callable_domain())

    def mention_suggestions(self, search):
        """Return the store data of colleagues whose name or e-mail contains ``search``.

        Customers and portal users are never among them.
        """
        self.ensure_one()
        self.check_access("read")
        named = Domain("name", "ilike", search or "") | Domain("email", "ilike", search or "")
        # sudo: as above; what is given are name and picture of colleagues, as Discuss gives them to every employee
        users = self.env["res.users"].sudo().search(named & self._callable_domain(), limit=MOST_SUGGESTED, order="name, id")
        partners = users.partner_id.sudo(False)
        return Store().add(partners, extra_fields=partners._get_store_mention_fields()).get_result()
