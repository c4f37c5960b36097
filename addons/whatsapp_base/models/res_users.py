from odoo import models

from odoo.addons.mail.tools.discuss import Store

from ..tools import voice
from .whatsapp_conversation_store import AGENT_GROUP


class ResUsers(models.Model):
    _inherit = "res.users"

    def _init_store_data(self, store):
        super()._init_store_data(store)
        # sudo: one's own row
        if agent := self.env["whatsapp.agent"].sudo().search([("user_id", "=", self.env.uid)]):
            store.add_global_values(whatsapp_agent=Store.One(agent))
        store.add_global_values(
            has_access_whatsapp=self.env.user.has_group(AGENT_GROUP), can_convert_whatsapp_voice=bool(voice.converter())
        )
