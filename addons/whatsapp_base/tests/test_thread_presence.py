from unittest.mock import MagicMock, patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .discuss_common import DiscussCommon


@tagged("post_install", "-at_install")
class TestThreadPresence(DiscussCommon):
    """Who else looks at a conversation or writes in it."""

    def told(self, user, *args):
        rows = self.bus_rows(lambda: self.conversation.with_user(user).announce_presence(*args))
        return [(channel, message["payload"]) for channel, message in rows if message["type"] == "whatsapp.conversation/presence"]

    def bus_channels(self, user, name):
        with patch("odoo.addons.bus.models.ir_websocket.wsrequest", new=MagicMock()):  # the session of a real websocket
            channels = self.env["ir.websocket"].with_user(user)._build_bus_channel_list([name])
        return [channel for channel in channels if isinstance(channel, tuple) and channel[-1] == "PRESENCE"]

    def test_others_hear_who_looks_and_who_writes(self):
        [(channel, payload)] = self.told(self.agent, "viewing", True)
        self.assertEqual(channel[-3:], ["whatsapp.conversation", self.conversation.id, "PRESENCE"])
        self.assertEqual((payload["name"], payload["state"], payload["ask"]), ("wa_agent", "viewing", True))
        [(_channel, payload)] = self.told(self.agent, "typing")
        self.assertEqual((payload["state"], payload["ask"]), ("typing", False))

    def test_nothing_is_stored(self):
        self.env.flush_all()
        self.conversation.invalidate_recordset()
        before = self.conversation.write_date
        self.told(self.agent, "viewing", True)
        self.conversation.invalidate_recordset()
        self.assertEqual(self.conversation.write_date, before)
        self.assertFalse(self.env["whatsapp.signal"].search_count([]), "the customer is told nothing")

    def test_opening_brings_what_waits(self):
        self.assertEqual(self.conversation.with_user(self.agent).announce_presence("viewing", True), {"pending": []})
        self.assertEqual(self.conversation.with_user(self.agent).announce_presence("viewing"), {})

    def test_supervisors_who_only_watch_ask_without_a_name(self):
        [(_channel, payload)] = self.told(self.supervisor, "viewing", True)
        self.assertEqual(payload, {"conversation_id": self.conversation.id, "ask": True})
        self.assertEqual(self.told(self.supervisor, "viewing"), [])
        [(_channel, payload)] = self.told(self.supervisor, "typing")
        self.assertEqual(payload["name"], "wa_supervisor")
        self.conversation.user_id = self.supervisor
        [(_channel, payload)] = self.told(self.supervisor, "viewing")
        self.assertEqual(payload["name"], "wa_supervisor")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_only_who_may_read_hears_and_is_heard(self):
        name = f"whatsapp.presence/{self.conversation.id}"
        self.assertEqual(self.bus_channels(self.agent, name), [(self.conversation, "PRESENCE")])
        for user in (self.other_agent, self.employee, self.portal):
            self.assertEqual(self.bus_channels(user, name), [])
            with self.assertRaises(AccessError):
                self.conversation.with_user(user).announce_presence("viewing")
        for nonsense in ("whatsapp.presence/", "whatsapp.presence/x", "whatsapp.presence/99999999"):
            self.assertEqual(self.bus_channels(self.agent, nonsense), [])

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_who_lost_it_can_still_say_that_they_went(self):
        self.conversation.user_id = self.supervisor
        self.assertFalse(self.conversation.with_user(self.agent).has_access("read"))
        [(_channel, payload)] = self.told(self.agent, "left")
        self.assertEqual(
            payload, {"conversation_id": self.conversation.id, "ask": False, "user_id": self.agent.id, "state": "left"}
        )
        for user, args in ((self.agent, ("left", True)), (self.agent, ("viewing",)), (self.employee, ("left",))):
            with self.assertRaises(AccessError):
                self.told(user, *args)

    def test_other_words_are_refused(self):
        with self.assertRaises(ValidationError):
            self.conversation.with_user(self.agent).announce_presence("sleeping")
