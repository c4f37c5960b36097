import json

from odoo.tests import tagged

from odoo.addons.mail.tools.discuss import Store

from ..models.discuss_channel_post import ANNOUNCED_IN_FULL
from ..models.whatsapp_conversation_store import QUEUED_IN_FULL
from ..tools import store_split
from .common import WhatsappCommon


@tagged("post_install", "-at_install")
class TestAnnounce(WhatsappCommon):
    """Messages of many conversations are made ready for the client together; none may reach another's channel."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.talks = [cls._conversation(f"3460090033{number}") for number in range(3)]

    def _post(self, *talks_and_texts, parent=None):
        values = [
            {
                "model": "discuss.channel", "res_id": talk.discuss_channel_id.id, "body": text, "message_type": "comment",
                "subtype_id": self.env.ref("mail.mt_comment").id, "author_id": talk.contact_id.partner_id.id,
                "parent_id": parent and parent.id,
            }
            for talk, text in talks_and_texts
        ]
        return self.env["mail.message"].create(values)

    def _alone(self, message):
        channel = self.env["discuss.channel"].browse(message.res_id)
        message.env.invalidate_all()
        return Store(bus_channel=channel).add(message.browse(message.id), msg_vals={"scheduled_date": False}).get_result()

    def _same(self, one, other):
        return json.dumps(one, sort_keys=True, default=str) == json.dumps(other, sort_keys=True, default=str)

    def test_what_each_conversation_gets_is_what_it_would_get_alone(self):
        messages = self._post(*((talk, f"Text of {talk.id}") for talk in self.talks), (self.talks[0], "Second"))
        together = self.env["discuss.channel"]._whatsapp_data_of(messages)
        for message in messages:
            self.assertTrue(self._same(together[message.id], self._alone(message)))

    def test_nothing_of_another_customer_is_in_it(self):
        messages = self._post(*((talk, f"Secret of {talk.id}") for talk in self.talks))
        together = self.env["discuss.channel"]._whatsapp_data_of(messages)
        text = json.dumps(together[messages[0].id], default=str)
        self.assertIn(f"Secret of {self.talks[0].id}", text)
        for talk in self.talks[1:]:
            self.assertNotIn(f"Secret of {talk.id}", text)
            self.assertNotIn(talk.contact_id.wa_id, text)

    def test_answers_are_not_split(self):
        first = self._post((self.talks[0], "Question"))
        messages = self._post((self.talks[0], "Answer"), parent=first) + self._post((self.talks[1], "Other"))
        data = Store(bus_channel=self.talks[0].discuss_channel_id).add(messages).get_result()
        self.assertIsNone(store_split.split(data, messages.ids))
        together = self.env["discuss.channel"]._whatsapp_data_of(messages)
        self.assertTrue(self._same(together[messages[0].id], self._alone(messages[0])))

    def test_records_that_nobody_names_are_not_split(self):
        messages = self._post(*((talk, "Text") for talk in self.talks))
        data = Store(bus_channel=self.talks[0].discuss_channel_id).add(messages).get_result()
        self.assertTrue(store_split.split(data, messages.ids))
        for foreign in (
            {"res.partner": data["res.partner"] + [{"id": 999_999, "name": "Somebody"}]},
            {"mail.thread": data["mail.thread"] + [{"id": 999_999, "model": "discuss.channel"}]},
            {"hr.employee": [{"id": 1}]},
            {"mail.message": data["mail.message"] + [{"id": 999_999}]},
        ):
            self.assertIsNone(store_split.split({**data, **foreign}, messages.ids))

    def _bus(self, announce):
        """Return ``{type: [payload]}`` of what ``announce()`` puts on the bus."""
        rows = self.env["bus.bus"].sudo()
        self.env.cr.precommit.run()
        before = rows.search([], order="id desc", limit=1).id
        announce()
        self.env.cr.precommit.run()
        found = {}
        for row in rows.search([("id", ">", before)]):
            message = json.loads(row.message)
            found.setdefault(message["type"], []).append(message["payload"])
        return found

    def _announced(self, messages):
        return self._bus(lambda: self.env["discuss.channel"]._whatsapp_announce(messages))

    def test_a_few_messages_are_sent_along(self):
        found = self._announced(self._post(*((talk, f"Text of {talk.id}") for talk in self.talks)))
        self.assertEqual(len(found["discuss.channel/new_message"]), 3)
        self.assertNotIn("whatsapp.conversation/news", found)

    def test_a_flood_is_announced_once_for_each_conversation(self):
        messages = self._post(*((self.talks[number % 3], f"Text {number}") for number in range(ANNOUNCED_IN_FULL + 1)))
        found = self._announced(messages)
        self.assertEqual(
            sorted(payload["id"] for payload in found["whatsapp.conversation/news"]),
            sorted(self.talks[number].discuss_channel_id.id for number in range(3)),
        )
        self.assertNotIn("discuss.channel/new_message", found)

    def test_agents_get_their_conversations_in_full_in_a_flood_too(self):
        self._set_up_people()
        self.talks[0].user_id = self.agent
        posts = [(self.talks[1 + number % 2], f"Text {number}") for number in range(ANNOUNCED_IN_FULL + 1)]
        found = self._announced(self._post((self.talks[0], "Mine"), *posts))
        self.assertEqual([payload["id"] for payload in found["discuss.channel/new_message"]], self.talks[0].discuss_channel_id.ids)
        self.assertEqual(len(found["whatsapp.conversation/news"]), 2)

    def test_in_a_flood_the_queue_is_told_to_look_again(self):
        talks = self.env["whatsapp.conversation"].union(
            *(self._conversation(f"346009100{number:02}") for number in range(QUEUED_IN_FULL + 1))
        )
        [payload] = self._bus(talks._announce)["whatsapp.conversation/queue"]
        self.assertTrue(payload["flood"])
        self.assertFalse(payload["waiting"])
