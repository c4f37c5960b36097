from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..cloud_api import errors
from .common import WhatsappCommon
from .error_policies import EXPECTED

DAY = 86400


@tagged("post_install", "-at_install")
class TestErrorPolicies(WhatsappCommon):
    """What each of Meta's error codes does to the message, the person, the template, the number and the account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sibling = cls._channel(cls.account, "399000000000002")
        cls.cousin_account = cls._account("299000000000002", app_id=cls.account.app_id)
        cls.cousin = cls._channel(cls.cousin_account, "399000000000003")
        cls.stranger = cls._channel(cls._account("299000000000003", app_id="199000000000009"), "399000000000004")
        cls.all_channels = cls.channel | cls.sibling | cls.cousin | cls.stranger
        cls.template = cls._template()

    def _check(self, expectation, check, template=False):
        """Have Meta refuse a message with each code of the expectation, and check what follows; then forget it."""
        for code in EXPECTED[expectation]:
            with self.subTest(code=code), self.env.cr.savepoint() as savepoint:
                conversation = self._conversation()
                if template:
                    row = conversation._send_template(self.template, body=["Ana"])
                else:
                    row = conversation._send_text("Hello")
                [job] = self.claim()
                self.refuse(job, code, 400)
                self.assertEqual(row.error_title, errors.ERRORS[code].title)
                self.assertEqual(row.error_remedy, errors.ERRORS[code].remedy)
                check(row)
                savepoint.rollback()
                self.env.invalidate_all()

    def _wait(self, row):
        self.assertEqual(row.state, "queued")
        return (row.next_try_at - fields.Datetime.now()).total_seconds()

    def _assert_paused(self, channels):
        self.assertEqual(self.all_channels.filtered("is_paused"), channels)

    def _assert_only_the_message(self, row):
        self._assert_paused(self.channel.browse())
        self.assertFalse(self.all_channels.filtered("is_bulk_paused"))
        self.assertFalse(row.contact_id.is_unreachable or row.contact_id.marketing_stopped)
        self.assertFalse(self._activities(), "nobody is called")
        self.assertEqual(self.account.state, "draft")

    def _activities(self):
        return (self.all_channels.activity_ids | self.account.activity_ids).mapped("summary")

    def test_again_soon(self):
        def check(row):
            self.assertLess(self._wait(row), 30)
            self._assert_only_the_message(row)
        self._check("again_soon", check)

    def test_later(self):
        def check(row):
            self.assertGreaterEqual(self._wait(row), 590)
            self._assert_only_the_message(row)
        self._check("later", check)

    def test_after_a_day(self):
        def check(row):
            self.assertGreaterEqual(self._wait(row), DAY - 2)
            self._assert_only_the_message(row)
        self._check("after_a_day", check)

    def test_fails(self):
        def check(row):
            self.assertEqual((row.state, row.next_try_at), ("failed", False))
            self._assert_only_the_message(row)
        self._check("fails", check)

    def test_pair_waits_and_the_next_message_to_the_person_with_it(self):
        def check(row):
            self.assertLess(self._wait(row), 3)
            self._assert_only_the_message(row)
            row.conversation_id._send_text("Second")
            other = self._conversation("34600900555")._send_text("Somebody else")
            row.next_try_at = fields.Datetime.now() + timedelta(seconds=60)
            self.assertEqual([job.id for job in self.claim()], other.ids)
        self._check("pair_waits", check)

    def test_unreachable_at_once(self):
        def check(row):
            self.assertEqual((row.state, row.contact_id.is_unreachable), ("failed", True))
            self.assertEqual(bool(self._activities()), row.error_code == 130497, "a restricted country needs a person")
        self._check("unreachable_at_once", check)

    def test_unreachable_after_three_failures_in_a_row(self):
        [code] = EXPECTED["unreachable_in_the_end"]
        conversation = self._conversation()
        seen = []
        for answer in (code, code, None, code, code, code):
            conversation._send_text("Hello")
            [job] = self.claim()
            if answer:
                self.refuse(job, answer)
            else:
                self.settle(job)
                self.apply_statuses(self.status(f"wamid.OUT{job.id}", "delivered"))
            seen.append(conversation.contact_id.is_unreachable)
        self.assertEqual(seen, [False, False, False, False, False, True], "a delivery in between starts over")

    def test_no_marketing(self):
        def check(row):
            self.assertEqual((row.state, row.contact_id.marketing_stopped), ("failed", True))
            self.assertFalse(row.contact_id.is_unreachable)
            self._assert_paused(self.channel.browse())
        self._check("no_marketing", check)

    def test_template_stops(self):
        def check(row):
            self.assertEqual(row.state, "failed")
            self._assert_paused(self.channel.browse())
            self._assert_templates_are_fetched_anew()
        self._check("template_stops", check, template=True)

    def test_template_pauses(self):
        def check(row):
            self.assertEqual((row.state, self.template.state), ("held", "paused"), "it waits until the template may go on")
            self._assert_paused(self.channel.browse())
            self._assert_templates_are_fetched_anew()
        self._check("template_pauses", check, template=True)

    def _assert_templates_are_fetched_anew(self):
        cron = self.env.ref("whatsapp_base.ir_cron_whatsapp_sync")
        self.assertEqual(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), 1)

    def test_number_slows_down(self):
        def check(row):
            self.assertLess(self._wait(row), 5)
            # two seconds from the start of the transaction, which may be over
            self.assertEqual(self.all_channels.filtered("paused_until"), self.channel)
            self.assertLess(self.channel.paused_until, fields.Datetime.now() + timedelta(seconds=5))
        self._check("number_slows_down", check)

    def test_number_later(self):
        def check(row):
            self.assertGreaterEqual(self._wait(row), 58)
            self._assert_paused(self.channel)
            self.assertFalse(self._activities())
        self._check("number_later", check)

    def test_account_later(self):
        def check(row):
            self.assertGreaterEqual(self._wait(row), 898)
            self._assert_paused(self.channel | self.sibling)
            self.assertFalse(self._activities())
        self._check("account_later", check)

    def test_app_later(self):
        def check(row):
            self.assertGreaterEqual(self._wait(row), 898)
            self._assert_paused(self.channel | self.sibling | self.cousin)
        self._check("app_later", check)

    def test_bulk_of_the_number_stops(self):
        def check(row):
            self.assertGreaterEqual(self._wait(row), 3598)
            self._assert_paused(self.channel.browse())
            self.assertEqual(self.all_channels.filtered("is_bulk_paused"), self.channel)
            self.assertEqual(len(self._activities()), 1)
            other = self._conversation("34600900555")
            other._send_text("Campaign", origin="campaign")
            reply = self._conversation("34600900666")._send_text("Reply")
            self.assertEqual([job.id for job in self.claim("bulk")], [], "campaigns wait")
            self.assertEqual([job.id for job in self.claim("replies")], reply.ids, "replies go on")
        self._check("bulk_of_the_number_stops", check)

    def test_bulk_of_the_account_stops(self):
        def check(row):
            self.assertGreaterEqual(self._wait(row), 12 * 3600 - 2)
            self._assert_paused(self.channel.browse())
            self.assertEqual(self.all_channels.filtered("is_bulk_paused"), self.channel | self.sibling)
        self._check("bulk_of_the_account_stops", check)

    def test_number_stops(self):
        def check(row):
            self.assertGreaterEqual(self._wait(row), 3598)
            self._assert_paused(self.channel)
            self.assertEqual(self._activities(), [row.error_title])
        self._check("number_stops", check)

    def test_account_stops(self):
        def check(row):
            self.assertGreaterEqual(self._wait(row), 3598)
            self._assert_paused(self.channel | self.sibling)
            self.assertEqual(self._activities(), [row.error_title])
        self._check("account_stops", check)

    def test_token(self):
        def check(row):
            self.assertGreaterEqual(self._wait(row), 598)
            self._assert_paused(self.channel | self.sibling)
            self.assertEqual(self.account.state, "error")
            self.assertEqual(len(self._activities()), 1)
        self._check("token", check)

    def test_the_same_problem_calls_somebody_once(self):
        for phone in ("34600900001", "34600900002"):
            self._conversation(phone)._send_text("Hello")
        first, second = self.claim()
        self.refuse(first, 131042)
        self.refuse(second, 131042)
        self.assertEqual(len(self.channel.activity_ids), 1)

    def test_who_is_called(self):
        self._set_up_people()
        self.account.responsible_id = self.admin
        self.account._alert(self.account, "Payment problem", "Pay.")
        self.assertEqual(self.account.activity_ids.user_id, self.admin)
        self.account.responsible_id = self.agent
        self.account._alert(self.channel, "Payment problem", "Pay.")
        self.assertTrue(self.channel.activity_ids.user_id.has_group("whatsapp_base.group_whatsapp_admin"))
