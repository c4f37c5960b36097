from odoo import fields, models


class WhatsappOrderDetail(models.Model):
    """A value that the customer gave for an order."""

    _name = "whatsapp.order.detail"
    _description = "Detail of a WhatsApp Order"
    _order = "order_id, sequence, id"

    order_id = fields.Many2one("whatsapp.order", required=True, ondelete="cascade", index=True)
    field_id = fields.Many2one("whatsapp.order.type.field", ondelete="set null", index="btree_not_null")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    key = fields.Char("Technical Name", required=True)
    value = fields.Char()
    is_required = fields.Boolean("Required")

    _key_unique = models.Constraint("UNIQUE(order_id, key)", "An order has each detail once.")
