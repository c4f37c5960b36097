from odoo import fields, models
from odoo.exceptions import UserError


class WhatsappResolve(models.TransientModel):
    """Asks how conversations ended, for who resolves with an outcome and a word about it."""

    _name = "whatsapp.resolve"
    _inherit = "whatsapp.conversation.wizard"
    _description = "Resolve WhatsApp Conversations"

    conversation_ids = fields.Many2many("whatsapp.conversation", "whatsapp_resolve_conversation_rel", string="Conversations")
    outcome_id = fields.Many2one("whatsapp.outcome")
    closing_note = fields.Text("Note", help="For colleagues. The customer does not see it.")

    def action_resolve(self):
        """Resolve the conversations."""
        self.ensure_one()
        if not self.conversation_ids:
            raise UserError(self.env._("Choose at least one conversation to resolve."))
        self.conversation_ids.action_resolve(outcome_id=self.outcome_id.id, closing_note=self.closing_note)
        return {"type": "ir.actions.act_window_close"}
