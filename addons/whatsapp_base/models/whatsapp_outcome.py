from odoo import fields, models


class WhatsappOutcome(models.Model):
    """How a conversation ended, in the words of the business: sold, answered, not for us."""

    _name = "whatsapp.outcome"
    _description = "WhatsApp Outcome"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)

    _name_unique = models.Constraint("UNIQUE(company_id, name)", "There is already an outcome with this name.")
