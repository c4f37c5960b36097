from odoo import api, fields, models


class WhatsappConversationWizard(models.AbstractModel):
    """What the dialogs for marked conversations share: they begin with those that are marked."""

    _name = "whatsapp.conversation.wizard"
    _description = "Dialog for WhatsApp Conversations"

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "whatsapp.conversation" and "conversation_ids" in fields_list:
            values.setdefault("conversation_ids", [fields.Command.set(self.env.context.get("active_ids") or [])])
        return values
