from odoo import fields, models


class WhatsappSkill(models.Model):
    """Something that some agents know and others do not: a product, a country's law, tax-free shopping."""

    _name = "whatsapp.skill"
    _description = "WhatsApp Skill"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)

    _name_unique = models.UniqueIndex("(company_id, name)", "There is a skill of this name already.")
