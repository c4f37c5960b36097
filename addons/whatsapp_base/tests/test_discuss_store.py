from datetime import timedelta
from unittest.mock import MagicMock, patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.mail.tools.discuss import Store

from .discuss_common import DiscussCommon


class TestDiscussStore(DiscussCommon):
    """What the client gets of a conversation, and who gets it."""

    def data_for(self, user):
        """Return the values of the conversation that Discuss sends to a user who opens the thread."""
        thread = self.env["discuss.channel"].with_user(user).search([("id", "=", self.thread.id)])
        return Store().add(thread).get_result().get("whatsapp.conversation", [])

    def test_an_agent_gets_all_that_the_screen_shows(self):
        [values] = self.data_for(self.agent)
        self.assertEqual(values["id"], self.conversation.id)
        self.assertEqual(values["name"], self.conversation.contact_id._label())
        self.assertEqual(values["phone"], "+34600900222")
        self.assertEqual(values["number"], self.channel.name)
        self.assertEqual(values["state"], "open")
        self.assertEqual(values["window_expires_at"], fields.Datetime.to_string(self.conversation.window_expires_at))
        self.assertEqual(values["discuss_channel_id"], {"id": self.thread.id, "model": "discuss.channel"})
        self.assertEqual(values["partner_id"], self.conversation.partner_id.id)
        self.assertFalse(values["agent_id"])

    def test_the_assigned_agent_is_told(self):
        self.conversation.user_id = self.agent
        [values] = self.data_for(self.supervisor)
        self.assertEqual(values["agent_id"], self.agent.partner_id.id)

    def test_people_without_the_role_get_nothing(self):
        for user in (self.employee, self.portal, self.public):
            with self.subTest(user=user.login):
                self.assertEqual(self.data_for(user), [])

    def test_an_agent_of_another_team_gets_nothing(self):
        self.assertEqual(self.data_for(self.other_agent), [])

    def test_another_company_gets_nothing(self):
        company = self.env["res.company"].create({"name": "Other tenant"})
        self.supervisor.write({"company_ids": [fields.Command.set(company.ids)], "company_id": company.id})
        self.assertEqual(self.data_for(self.supervisor), [])

    def test_other_channels_carry_nothing_of_ours(self):
        group = self.env["discuss.channel"].with_user(self.agent)._create_group([self.employee.partner_id.id])
        self.assertNotIn("whatsapp.conversation", Store().add(group).get_result())

    def test_the_customer_is_never_a_member(self):
        partner = self.conversation.partner_id
        with self.assertRaises(ValidationError):
            self.thread.sudo()._add_members(partners=partner)

    def test_a_portal_user_is_never_a_member(self):
        with self.assertRaises(ValidationError):
            self.thread.sudo()._add_members(partners=self.portal.partner_id)

    def test_the_thread_cannot_be_renamed(self):
        self.conversation.user_id = self.admin
        self.assertFalse(self.thread.with_user(self.admin).is_editable)

    def test_whoever_joins_has_only_what_waits_as_unread(self):
        first = self.receive(self.inbound_text("Hello"), self.inbound_text("Anybody?"))
        conversation = first.conversation_id
        conversation.with_user(self.agent).action_assign_to_me()
        conversation.discuss_channel_id.with_user(self.agent).message_post(
            body="Yes", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        conversation.with_user(self.agent).action_resolve()
        self.receive(self.inbound_text("One more question"))
        member = conversation.discuss_channel_id.channel_member_ids
        self.assertEqual(member.partner_id, self.agent.partner_id)
        self.assertEqual(member.with_user(self.agent).message_unread_counter, 1)

    # ------------------------------------------------------------
    # Waiting queue
    # ------------------------------------------------------------

    def waiting(self, user):
        return self.Conversation.with_user(user)._waiting_for_client(50)[0]

    def test_what_waits_is_unassigned_open_and_came_from_the_customer(self):
        self.assertEqual(self.waiting(self.agent), self.conversation)
        for values in ({"user_id": self.agent.id}, {"state": "resolved"}, {"state": "pending"}, {"last_inbound_at": False}):
            with self.subTest(values=values), self.env.cr.savepoint() as savepoint:
                self.conversation.write(values)
                self.assertFalse(self.waiting(self.supervisor))
                self.assertFalse(self.conversation._is_waiting())
                savepoint.rollback()
                self.conversation.invalidate_recordset()
        self.conversation.contact_id.blocked = True
        self.assertFalse(self.waiting(self.supervisor))
        self.assertFalse(self.conversation._is_waiting())

    def test_only_the_team_and_supervisors_have_it_waiting(self):
        self.assertFalse(self.waiting(self.other_agent))
        self.assertTrue(self.waiting(self.supervisor))
        with self.assertRaises(AccessError):
            self.waiting(self.employee)

    def test_the_newest_are_sent_and_that_there_are_more(self):
        conversations = self.conversation
        for index in range(3):
            conversations |= self._conversation(f"3460090030{index}")
        now = fields.Datetime.now()
        for index, conversation in enumerate(conversations):
            conversation.last_message_at = now - timedelta(minutes=index)
        found, more = self.Conversation.with_user(self.agent)._waiting_for_client(2)
        self.assertEqual((found, more), (conversations[:2], True))
        found, more = self.Conversation.with_user(self.agent)._waiting_for_client(4)
        self.assertEqual((len(found), more), (4, False))

    def test_each_listens_to_the_queues_that_they_may_see(self):
        other_team = self.env["whatsapp.team"].create({"name": "Sales"})
        company, own, other = self.company.id, self.team.id, other_team.id

        def queues(user):
            with patch("odoo.addons.bus.models.ir_websocket.wsrequest", new=MagicMock()):  # the session of a real websocket
                channels = self.env["ir.websocket"].with_user(user)._build_bus_channel_list(["whatsapp.queue"])
            self.assertNotIn("whatsapp.queue", [channel for channel in channels if isinstance(channel, str)])
            found = [c[1] for c in channels if isinstance(c, tuple) and str(c[1]).startswith("WHATSAPP_QUEUE/")]
            return {name.split("/", 1)[1] for name in found}

        def names(*teams, everything=False):
            return {f"{company}/{team}" + ("/all" if everything else "") for team in teams}

        self.assertEqual(queues(self.agent), names(0, own))
        self.assertEqual(queues(self.other_agent), names(0))
        for user in (self.supervisor, self.admin):
            self.assertLessEqual(names(0, own, other) | names(0, own, other, everything=True), queues(user))
        self.team.is_shared = True
        self.assertEqual(queues(self.agent), names(0, own) | names(own, everything=True))
        self.team.supervisor_ids = self.admin
        self.assertFalse(queues(self.supervisor) & (names(own) | names(own, everything=True)))
        self.assertEqual(queues(self.employee), set())
        self.assertEqual(queues(self.portal), set())

    def test_a_supervisor_of_one_company_does_not_hear_another(self):
        company = self.env["res.company"].create({"name": "Other tenant"})
        team = self.env["whatsapp.team"].create({"name": "Theirs", "company_id": company.id})
        channels = self.Conversation.with_user(self.supervisor)._queue_bus_channels()
        self.assertNotIn(self.Conversation._queue_subchannel(company.id, team.id), [c[1] for c in channels])
        self.assertNotIn(self.Conversation._queue_subchannel(company.id, 0), [c[1] for c in channels])
