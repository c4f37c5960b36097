"""What tests of Discuss share: people, a conversation with its thread, and the bus."""

import json

from .common import WhatsappCommon


class DiscussCommon(WhatsappCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        for user in cls.agent | cls.other_agent | cls.supervisor | cls.employee | cls.portal:
            user.name = user.login
        cls.conversation = cls._conversation()
        cls.thread = cls.conversation.discuss_channel_id

    def bus_rows(self, function, *args):
        """Return [(bus channel as a list, message)] that a call puts on the bus."""
        self.env.cr.precommit.run()
        Bus = self.env["bus.bus"].sudo()
        last = Bus.search([], order="id desc", limit=1).id
        function(*args)
        self.env.cr.precommit.run()
        rows = Bus.search([("id", ">", last)], order="id")
        return [(json.loads(row.channel), json.loads(row.message)) for row in rows]

    def queue_rows(self, function, *args):
        """Return {subchannel: payload} of what a call tells the queues; of several rows, what each says."""
        result = {}
        for channel, message in self.bus_rows(function, *args):
            if message["type"] == "whatsapp.conversation/queue":
                said = result.setdefault(channel[-1], dict(message["payload"]))
                said.update({key: value for key, value in message["payload"].items() if value})
        return result

    def post(self, user, body="Hello", **values):
        """Post into the thread as the client does."""
        return self.thread.with_user(user).message_post(
            body=body, message_type="comment", subtype_xmlid="mail.mt_comment", **values
        )
