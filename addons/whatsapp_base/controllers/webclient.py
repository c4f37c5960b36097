from odoo.http import request

from odoo.addons.mail.controllers.webclient import WebclientController
from odoo.addons.mail.tools.discuss import Store

from ..models.whatsapp_conversation_store import AGENT_GROUP

MAX_WAITING = 50


class WhatsappWebclientController(WebclientController):
    @classmethod
    def _process_request_for_internal_user(cls, store, name, params):
        """Add the newest waiting conversations of the user's teams to what Discuss loads."""
        super()._process_request_for_internal_user(store, name, params)
        if name == "mail.canned.response" and request.env.user.has_group(AGENT_GROUP):
            # Odoo asks for the own ones and those of groups
            store.add(request.env["mail.canned.response"].search([("team_ids", "!=", False)]))
        if name != "/whatsapp/waiting" or not request.env.user.has_group(AGENT_GROUP):
            return
        conversations, more = request.env["whatsapp.conversation"]._waiting_for_client(MAX_WAITING)
        request.update_context(
            channels=request.env.context["channels"] | conversations.discuss_channel_id, add_channels_last_message=True
        )
        store.resolve_data_request(channels=Store.Many(conversations.discuss_channel_id, []), count=len(conversations) + more)
