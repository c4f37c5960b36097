from odoo import models
from odoo.exceptions import ValidationError

PRESENCE_SUBCHANNEL = "PRESENCE"
PRESENCE_PREFIX = "whatsapp.presence/"
# "viewing" is repeated by clients once a minute, "typing" every few seconds: whoever is silent for longer has gone
PRESENCE_LIFE = {"viewing": 150, "typing": 9, "left": 0}


class WhatsappConversation(models.Model):
    """Who else looks at a conversation or writes in it, told from client to client: nothing is stored.

    Clients that show a conversation listen to its presence, members of the thread or not; the bus lets them after their
    right to read was checked. Supervisors who only watch hear, and are not heard.
    """

    _inherit = "whatsapp.conversation"

    def announce_presence(self, state, ask=False):
        """Tell the others who have this conversation open what the user does.

        :param str state: viewing, typing (a reply) or left
        :param bool ask: the user has just come: the others shall say who they are
        :returns: with ``ask``, what a client has to know that opens the conversation: ``{"pending": [...]}``, as
            :meth:`pending_replies` has it; else an empty object
        """
        self.ensure_one()
        if state == "left" and not ask and not self.has_access("read"):
            return self._announce_left()
        self.check_access("read")
        if state not in PRESENCE_LIFE:
            raise ValidationError(self.env._("“state” must be viewing, typing or left."))
        payload = {"conversation_id": self.id, "ask": bool(ask)}
        if state == "typing" or not self._only_watches():
            user = self.env.user
            payload.update(
                user_id=user.id, partner_id=user.partner_id.id, name=user.name, state=state, expires_in=PRESENCE_LIFE[state]
            )
        if ask or "user_id" in payload:
            self.env["bus.bus"]._sendone((self, PRESENCE_SUBCHANNEL), "whatsapp.conversation/presence", payload)
        return {"pending": self.pending_replies()} if ask else {}

    def _announce_left(self):
        """Let somebody go who may read the conversation no longer: a colleague took it while they looked at it."""
        self.browse().check_access("read")
        if self.exists():
            # no name: nobody hears in this way of people who never were there
            payload = {"conversation_id": self.id, "ask": False, "user_id": self.env.uid, "state": "left"}
            self.env["bus.bus"]._sendone((self, PRESENCE_SUBCHANNEL), "whatsapp.conversation/presence", payload)
        return {}

    def _only_watches(self):
        """Tell whether the user is a supervisor who neither takes care of the conversation nor works in its team."""
        user = self.env.user
        if not user.has_group("whatsapp_base.group_whatsapp_supervisor") or self.user_id == user:
            return False
        # sudo: who works in the team and takes part in the thread is asked for this answer only
        conversation = self.sudo()
        if user in conversation.team_id.member_ids:
            return False
        return user.partner_id not in conversation.discuss_channel_id.channel_partner_ids
