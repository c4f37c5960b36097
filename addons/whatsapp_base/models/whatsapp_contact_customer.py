from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..cloud_api.recipients import phone_key

SUPERVISOR = "whatsapp_base.group_whatsapp_supervisor"


class WhatsappContact(models.Model):
    """Which customer of Odoo a contact is: others with the same number, and numbers that differ."""

    _inherit = "whatsapp.contact"

    other_partner_ids = fields.Many2many(
        "res.partner", string="Other Customers With This Number", compute="_compute_other_partner_ids",
        help="New contacts get the person before the company, then the oldest customer. Choose another one above.",
    )
    has_other_partners = fields.Boolean(compute="_compute_other_partner_ids")
    odoo_phone = fields.Char("Phone in Odoo", compute="_compute_odoo_phone")
    phone_differs = fields.Boolean("Number Differs", compute="_compute_odoo_phone")

    @api.depends("wa_id", "partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_other_partner_ids(self):
        for contact in self:
            partners = self.env["res.partner"]
            if contact.wa_id:
                partners = partners._whatsapp_with_phones(contact.company_id, [contact.wa_id])._filtered_access("read")
            contact.other_partner_ids = partners - contact.partner_id
            contact.has_other_partners = bool(contact.other_partner_ids)

    @api.depends("wa_id", "partner_id.phone", "partner_id.phone_sanitized")
    def _compute_odoo_phone(self):
        for contact in self:
            partner = contact.partner_id
            # numbers that no operator gives out are not sanitized by Odoo: their digits count as they are
            stored = phone_key("".join(filter(str.isdigit, partner.phone_sanitized or partner.phone or "")))
            contact.odoo_phone = partner.phone
            contact.phone_differs = bool(partner and contact.wa_id and stored != contact.phone_key)

    def action_use_whatsapp_phone(self):
        """Store the number from which the customer writes as the customer's phone in Odoo."""
        for contact in self.filtered("wa_id"):
            contact.partner_id.phone = f"+{contact.wa_id}"

    def action_merge(self):
        """Ask with whom to merge, and show what will happen."""
        self._check_may_reorganise()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Contacts"),
            "res_model": "whatsapp.contact.merge.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contact_ids": self.ids},
        }

    def action_split(self):
        """Ask what does not belong to this contact, and show what will happen."""
        self.ensure_one()
        self._check_may_reorganise()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Split Contact"),
            "res_model": "whatsapp.contact.split.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contact_id": self.id},
        }

    @api.model
    def _check_may_reorganise(self):
        if not self.env.user.has_group(SUPERVISOR):
            raise AccessError(self.env._("Only WhatsApp supervisors can merge and split contacts. Ask one of them."))
