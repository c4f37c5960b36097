from odoo import api, models
from odoo.tools import frozendict

from .mail_thread import AGENT_GROUP

# models of ours and of Odoo's technique: nobody to write to
TECHNICAL = ("whatsapp.", "ir.", "base.", "mail.", "discuss.")
COMPOSER = "whatsapp_base.whatsapp_compose_message_action"


class IrActionsActions(models.Model):
    _inherit = "ir.actions.actions"

    @api.model
    def get_bindings(self, model_name):
        """Offer "Send WhatsApp" in the action menu of every model with a chatter, without an action for each of them."""
        result = super().get_bindings(model_name)
        if not self._whatsapp_offers(model_name):
            return result
        # sudo: the action of a menu that the user may see; get_bindings reads all of them so
        action = self.env.ref(COMPOSER).sudo()
        entry = {
            "id": action.id, "name": action.name, "type": "ir.actions.act_window", "binding_view_types": "list,form", "sequence": 50,
        }
        return {**result, "action": [*result.get("action", ()), frozendict(entry)]}

    def _whatsapp_offers(self, model_name):
        if model_name not in self.env or model_name.startswith(TECHNICAL) or not self.env.user.has_group(AGENT_GROUP):
            return False
        model = self.env[model_name]
        return isinstance(model, self.env.registry["mail.thread"]) and not model._abstract and not model._transient
