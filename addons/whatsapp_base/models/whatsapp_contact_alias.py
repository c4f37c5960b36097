from odoo import api, fields, models

from ..cloud_api.recipients import phone_key


class WhatsappContactAlias(models.Model):
    """Who a contact was before on WhatsApp: a number given up, a user ID that was replaced, a contact that was merged.

    Kept so that what still arrives under the old name finds its person, and so that a merge can be undone.
    """

    _name = "whatsapp.contact.alias"
    _description = "Former WhatsApp Identity"
    _order = "id desc"

    contact_id = fields.Many2one("whatsapp.contact", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True)
    portfolio = fields.Char(required=True)
    wa_id = fields.Char("WhatsApp Phone")
    phone_key = fields.Char(compute="_compute_phone_key", store=True, precompute=True, index="btree_not_null")
    bsuid = fields.Char("WhatsApp User ID", index="btree_not_null")
    reason = fields.Selection(
        [
            ("number", "Changed their number"),
            ("account", "Got a new user ID"),
            ("merged", "Contacts were merged"),
        ],
        required=True,
    )
    partner_id = fields.Many2one("res.partner", "Customer Then", ondelete="set null")

    _known_somehow = models.Constraint(
        "CHECK(wa_id IS NOT NULL OR bsuid IS NOT NULL)", "A former identity needs a phone number or a user ID."
    )

    @api.depends("wa_id")
    def _compute_phone_key(self):
        for alias in self:
            alias.phone_key = phone_key(alias.wa_id or "") or False

    @api.depends("wa_id", "bsuid")
    def _compute_display_name(self):
        for alias in self:
            alias.display_name = f"+{alias.wa_id}" if alias.wa_id else alias.bsuid
