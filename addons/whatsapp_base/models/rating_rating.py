from odoo import fields, models


class RatingRating(models.Model):
    """Ratings of conversations: one for each case, and as private as the conversation."""

    _inherit = "rating.rating"

    whatsapp_conversation_id = fields.Many2one(
        "whatsapp.conversation", "WhatsApp Conversation", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    whatsapp_cycle_id = fields.Many2one("whatsapp.conversation.cycle", "WhatsApp Case", readonly=True, ondelete="cascade")

    _whatsapp_cycle_unique = models.UniqueIndex(
        "(whatsapp_cycle_id) WHERE whatsapp_cycle_id IS NOT NULL", "A conversation is rated once after each resolution."
    )
