from odoo import api, fields, models

from ..tools.readable import pretty


class WhatsappWebhookEvent(models.Model):
    """How a notification looks to an administrator."""

    _inherit = "whatsapp.webhook.event"

    body_pretty = fields.Text("Notification", compute="_compute_body_pretty")
    remainder_pretty = fields.Text("Still to Be Handled", compute="_compute_remainder_pretty")

    @api.depends("body")
    def _compute_body_pretty(self):
        for event in self:
            event.body_pretty = pretty(event.body)

    @api.depends("remainder")
    def _compute_remainder_pretty(self):
        for event in self:
            event.remainder_pretty = pretty(event.remainder)
