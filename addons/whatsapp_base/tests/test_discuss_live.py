from odoo import fields

from .discuss_common import DiscussCommon


class TestDiscussLive(DiscussCommon):
    """Changes reach the clients by themselves: on the thread for its members, in the queue for the team."""

    @property
    def queue(self):
        return self.Conversation._queue_subchannel(self.company.id, self.team.id)

    @property
    def everything(self):
        return self.Conversation._queue_subchannel(self.company.id, self.team.id, True)

    def test_a_new_customer_is_told_to_the_queue_of_the_team(self):
        rows = self.queue_rows(self.receive, self.inbound_text("Hello"))
        self.assertEqual(list(rows), [self.queue])
        [values] = rows[self.queue]["waiting"]["whatsapp.conversation"]
        [thread] = rows[self.queue]["waiting"]["discuss.channel"]
        self.assertEqual(values["name"], "Ana Ruiz")
        self.assertEqual(values["unanswered_count"], 1)
        self.assertTrue(values["window_expires_at"])
        self.assertEqual(thread["channel_type"], "whatsapp_chat")
        self.assertEqual(values["discuss_channel_id"]["id"], thread["id"])

    def test_a_batch_is_one_row_for_the_queue(self):
        contacts = [{"wa_id": f"3460090010{i}", "profile": {"name": f"Customer {i}"}} for i in range(5)]
        messages = [self.inbound_text("Hi", **{"from": contact["wa_id"]}) for contact in contacts]

        def receive():
            self.receive(*messages, contacts=contacts)

        rows = [row for row in self.bus_rows(receive) if row[1]["type"] == "whatsapp.conversation/queue"]
        self.assertEqual(len(rows), 1)
        self.assertEqual(len(rows[0][1]["payload"]["waiting"]["whatsapp.conversation"]), 5)

    def test_announcing_many_takes_as_many_queries_as_announcing_few(self):
        conversations = self.conversation.union(*(self._conversation(f"3460090040{i}") for i in range(9)))
        self.env.flush_all()

        def queries(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records._announce()
            return self.env.cr.sql_log_count - before

        queries(conversations)  # fills what is cached for good
        self.assertLessEqual(queries(conversations), queries(conversations[:2]) + 1)

    def test_the_window_opens_live_for_who_takes_care(self):
        conversation = self.receive(self.inbound_text("Hello")).conversation_id
        conversation.user_id = self.agent
        conversation.window_expires_at = False
        rows = self.bus_rows(self.receive, self.inbound_text("Again"))
        found = [
            message["payload"]["whatsapp.conversation"][0]
            for channel, message in rows
            if message["type"] == "mail.record/insert"
            and channel[1:] == ["discuss.channel", conversation.discuss_channel_id.id]
            and "whatsapp.conversation" in message["payload"]
        ]
        self.assertEqual(len(found), 1)
        self.assertEqual(found[0]["window_expires_at"], fields.Datetime.to_string(conversation.window_expires_at))

    def test_what_is_assigned_is_not_told_to_the_queue(self):
        conversation = self.receive(self.inbound_text("Hello")).conversation_id
        conversation.user_id = self.agent
        rows = self.queue_rows(self.receive, self.inbound_text("Again"))
        # only that it changed, to those who see all of the queue
        self.assertEqual(list(rows), [self.everything])
        self.assertEqual((rows[self.everything]["changed"], rows[self.everything]["agents"]), (conversation.ids, self.agent.ids))
        self.assertFalse(rows[self.everything]["waiting"] or rows[self.everything]["known"])

    def test_an_answer_and_a_tag_are_told_to_those_who_see_the_conversation(self):
        conversation = self.receive(self.inbound_text("Hello")).conversation_id
        rows = self.queue_rows(conversation._send_text, "Hi")
        self.assertEqual(rows[self.queue]["changed"], conversation.ids)
        tag = self.env["whatsapp.tag"].create({"name": "VIP"})
        rows = self.queue_rows(conversation.write, {"tag_ids": tag.ids})
        self.assertEqual(rows[self.queue]["changed"], conversation.ids)

    def test_of_a_flood_of_changes_only_the_first_are_named(self):
        conversations = self.conversation.union(*(self._conversation(f"34600902{i:03}") for i in range(101)))
        rows = self.queue_rows(conversations._announce)
        self.assertEqual(len(rows[self.queue]["changed"]), 100)
        self.assertTrue(rows[self.queue]["changed_more"])

    def test_taking_tells_the_queue_that_it_no_longer_waits(self):
        rows = self.queue_rows(self.conversation.with_user(self.agent).action_assign_to_me)
        [values] = rows[self.everything]["known"]["whatsapp.conversation"]
        self.assertEqual(values["agent_id"], self.agent.partner_id.id)
        self.assertFalse(rows[self.queue]["waiting"])
        self.assertFalse(rows[self.queue]["known"], "who has taken it is told to those only who may see it")
        self.assertEqual(rows[self.queue]["gone"], self.conversation.ids)
        self.assertNotIn("phone", values)

    def test_putting_back_tells_the_queue_that_it_waits(self):
        self.conversation.user_id = self.agent
        rows = self.queue_rows(self.conversation.with_user(self.agent).action_unassign)
        self.assertEqual(rows[self.queue]["waiting"]["whatsapp.conversation"][0]["id"], self.conversation.id)

    def test_moving_to_another_team_takes_it_from_the_first(self):
        team = self.env["whatsapp.team"].create({"name": "Sales"})
        rows = self.queue_rows(self.conversation.write, {"team_id": team.id})
        new_queue = self.Conversation._queue_subchannel(self.company.id, team.id)
        self.assertEqual(list(rows), [self.queue, new_queue])
        self.assertEqual(rows[self.queue]["gone"], self.conversation.ids)
        self.assertFalse(rows[self.queue]["waiting"])
        self.assertEqual(rows[new_queue]["waiting"]["whatsapp.conversation"][0]["id"], self.conversation.id)

    def test_resolving_takes_everybody_out(self):
        self.conversation.with_user(self.agent).action_assign_to_me()
        self.assertEqual(self.thread.channel_partner_ids, self.agent.partner_id)
        rows = self.queue_rows(self.conversation.with_user(self.agent).action_resolve)
        self.assertFalse(self.thread.channel_member_ids)
        self.assertEqual(rows[self.everything]["known"]["whatsapp.conversation"][0]["state"], "resolved")

    def test_a_card_that_is_drawn_to_another_column_ends_and_comes_back_like_any_other(self):
        """Kanban and the API write the state; nothing else may tell it from the buttons."""
        as_agent = self.conversation.with_user(self.agent)
        as_agent.action_assign_to_me()
        as_agent.write({"state": "resolved"})
        self.assertFalse(self.conversation.waiting_since or self.conversation.unanswered_count)
        self.assertFalse(self.thread.channel_member_ids)
        as_agent.write({"state": "pending"})
        self.assertEqual(self.thread.channel_partner_ids, self.agent.partner_id)

    def test_blocked_people_are_told_to_nobody(self):
        self.receive(self.inbound_text("Hello")).contact_id.blocked = True
        self.assertFalse(self.queue_rows(self.receive, self.inbound_text("Again")))
