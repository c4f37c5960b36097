from odoo import models

from ..tools import voice
from .whatsapp_conversation_store import AGENT_GROUP


class ResUsers(models.Model):
    _inherit = "res.users"

    def _init_store_data(self, store):
        super()._init_store_data(store)
        store.add_global_values(
            has_access_whatsapp=self.env.user.has_group(AGENT_GROUP), can_convert_whatsapp_voice=bool(voice.converter())
        )
