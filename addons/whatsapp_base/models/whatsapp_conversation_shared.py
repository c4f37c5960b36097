from collections import defaultdict

from odoo import api, models

from .whatsapp_conversation_store import AGENT_GROUP


class WhatsappConversation(models.Model):
    """People with whom conversations are shared hear of them on their own bus channels.

    They need neither be of the team, whose queue they would hear, nor in the thread. They are told IDs only: their
    clients ask for what they show, with their rights.
    """

    _inherit = "whatsapp.conversation"

    @api.model
    def _announce_to_people(self, conversations, before):
        """Tell each person which of the conversations that are shared with them changed, and which are so no longer.

        :param conversations: sudo records
        :param dict before: ``{conversation: Audience}`` until now, of those that somebody changed
        """
        if not conversations.shared_user_ids and not any(audience.shared for audience in before.values()):
            return
        nothing = self.browse().sudo()
        changed, unshared = defaultdict(lambda: nothing), defaultdict(lambda: nothing)
        for conversation in conversations:
            shared = conversation.shared_user_ids
            if conversation in before:
                for user in before[conversation].shared - shared:
                    unshared[user] |= conversation
            elif conversation.contact_id.blocked:
                continue  # what they write is shown to nobody
            for user in shared:
                changed[user] |= conversation
        for user in dict.fromkeys([*changed, *unshared]):
            self._tell_person(user, changed=changed[user], gone=unshared[user], unshared=unshared[user])

    @api.model
    def _tell_person(self, user, **content):
        """Tell one person what a queue is told, of conversations that they may see, or might until now.

        :param content: conversations by keys of :meth:`_queue_payload`
        """
        if not user.has_group(AGENT_GROUP):
            return
        content = {
            key: conversations.filtered(lambda conversation: conversation.company_id in user.company_ids)
            for key, conversations in content.items()
        }
        if any(content.values()):
            # sudo: res.partner - the bus channel of a person, which nobody else hears
            user.sudo().partner_id._bus_send("whatsapp.conversation/queue", self._queue_payload(**content))
