from odoo import models

from .whatsapp_conversation_store import AGENT_GROUP


class ResUsers(models.Model):
    """Colleagues who leave: what they had goes back to the queues, a batch at a time by the desk."""

    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if {"active", "group_ids"} & vals.keys():
            self._whatsapp_check_leaving()
        return result

    def _whatsapp_check_leaving(self):
        """Mark those who can answer customers no longer, and take the mark from those who can."""
        # sudo: whoever manages users need not be a WhatsApp agent
        agents = self.env["whatsapp.agent"].sudo().search([("user_id", "in", self.ids)])
        gone = agents.filtered(lambda agent: not agent.user_id.active or not agent.user_id.has_group(AGENT_GROUP))
        (agents - gone).filtered("is_leaving").is_leaving = False
        if gone:
            gone._switch("offline", "hand")
            gone.is_leaving = True
            self.env["whatsapp.lane"]._wake_soon("desk")
