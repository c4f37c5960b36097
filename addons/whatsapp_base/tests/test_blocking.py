from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..cloud_api.calls_contacts import BlockResult
from ..cloud_api.client import ApiError, CloudClient
from ..cloud_api.inbound import Identity
from ..cloud_api.meta_error import MetaError
from .test_identity import BSUID, NEW_PHONE, PHONE, IdentityCommon


@tagged("post_install", "-at_install")
class TestBlocking(IdentityCommon):
    """A block holds in Odoo and, where Meta lets us, at Meta; what happened is said plainly."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()

    def meta(self, result=None):
        """Have Meta answer block requests; returns the mock that records them."""
        mock = patch.object(CloudClient, "block_users", side_effect=[result or BlockResult()] * 5, autospec=True)
        if isinstance(result, Exception):
            mock = patch.object(CloudClient, "block_users", side_effect=result, autospec=True)
        self.addCleanup(mock.stop)
        return mock.start()

    def test_block_and_unblock_in_odoo_and_at_meta(self):
        row, calls = self.write_as(PHONE, BSUID), self.meta()
        contact = row.contact_id.with_user(self.agent)
        contact.action_block()
        self.assertTrue(contact.blocked)
        self.assertEqual(contact.blocked_channel_ids, self.channel)
        self.assertFalse(contact.block_note)
        self.assertEqual(calls.call_args.args[1:], (self.channel.phone_number_id, [Identity(PHONE, BSUID)]))
        with self.assertRaises(UserError):
            row.conversation_id._send_text("Hi")
        contact.action_unblock()
        self.assertTrue(calls.call_args.kwargs["unblock"])
        self.assertFalse(contact.blocked or contact.blocked_channel_ids)

    def test_who_has_not_written_lately_is_blocked_in_odoo_only_and_it_says_so(self):
        row, calls = self.write_as(PHONE, timestamp="1700000000"), self.meta()
        action = row.contact_id.with_user(self.agent).action_block()
        self.assertTrue(row.contact_id.blocked)
        self.assertFalse(calls.called)
        self.assertIn("24 hours", action["params"]["message"])
        self.assertIn("24 hours", row.contact_id.block_note)

    def test_meta_s_refusal_is_shown_and_the_block_holds_in_odoo(self):
        row = self.write_as(PHONE)
        self.meta(BlockResult(failed={PHONE: "You cannot block a business."}))
        action = row.contact_id.with_user(self.agent).action_block()
        self.assertIn("block a business", action["params"]["message"])
        self.assertTrue(row.contact_id.blocked)
        self.assertFalse(row.contact_id.blocked_channel_ids)

    def test_an_unblock_that_meta_refuses_changes_nothing(self):
        row = self.write_as(PHONE)
        self.meta()
        row.contact_id.action_block()
        patch.stopall()
        self.meta(ApiError(MetaError(code=139102, title=None, message="busy"), 400))
        with self.assertRaises(UserError):
            row.contact_id.action_unblock()
        self.assertTrue(row.contact_id.blocked)

    def test_a_blocked_person_leaves_the_queue_and_is_not_shown(self):
        row = self.write_as(PHONE)
        self.meta()
        row.contact_id.action_block()
        self.assertFalse(row.conversation_id._is_waiting())
        self.assertFalse(self.write_as(PHONE).mail_message_id)

    def test_meta_s_list_is_taken_over(self):
        one, two = self.write_as(PHONE).contact_id, self.write_as(NEW_PHONE).contact_id
        self.meta()
        two.action_block()
        self.Contact._apply_blocked(self.channel, [Identity(wa_id=PHONE), Identity(user_id="ES.stranger")])
        self.assertTrue(one.blocked)
        self.assertEqual(one.blocked_channel_ids, self.channel)
        self.assertTrue(two.blocked, "what a person decided in Odoo stays")
        self.assertFalse(two.blocked_channel_ids)
        self.assertIn("Odoo only", two.block_note)

    def test_a_conversation_blocks_its_customer(self):
        row = self.write_as(PHONE)
        self.meta()
        conversation = row.conversation_id.with_user(self.agent)
        conversation.action_block()
        self.assertTrue(row.contact_id.blocked and conversation.contact_blocked)
        conversation.action_unblock()
        self.assertFalse(row.contact_id.blocked)

    def test_who_may_block(self):
        contact = self.write_as(PHONE).contact_id
        self.meta()
        with self.assertRaises(AccessError):
            contact.with_user(self.employee).action_block()
        for user in (self.other_agent, self.employee):
            for blocked in (True, False):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    contact.with_user(user).write({"blocked": blocked})
        with self.assertRaisesRegex(AccessError, "Only colleagues talk with"):
            contact.with_user(self.other_agent).action_block()
        contact.with_user(self.agent).write({"blocked": True})
        self._contact("34600900777").with_user(self.other_agent).write({"blocked": True})  # nobody's yet
        self.env["res.company"].create({"name": "Elsewhere"})
        contact.company_id = self.env["res.company"].search([], order="id desc", limit=1)
        with self.assertRaises(AccessError):
            contact.with_user(self.agent).action_block()
