from odoo import models


class CrmLead(models.Model):
    """Leads are shown beside their customer's conversation, and say when they change."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "whatsapp.panel.document"]

    def _whatsapp_panel_fields(self):
        return super()._whatsapp_panel_fields() | {"name", "stage_id", "type", "expected_revenue", "date_deadline"}
