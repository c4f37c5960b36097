from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..models import whatsapp_chat_message_template
from .common import WhatsappCommon


@tagged("post_install", "-at_install")
class TestTemplateEvents(WhatsappCommon):
    """What Meta tells about templates holds at once: for people, and for what waits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.template = cls._template("news", category="UTILITY")
        cls.translation = cls.template.translation_ids
        cls.template.user_id = cls.supervisor
        cls.talk = cls._conversation(open_window=False)

    def _tell(self, field, **value):
        value = {"message_template_id": int(self.translation.meta_id), "message_template_name": "news", **value}
        entry = {"id": self.account.waba_id, "changes": [{"field": field, "value": value}]}
        return self.process(self.event({"object": "whatsapp_business_account", "entry": [entry]}))

    def _status(self, event, **value):
        return self._tell("message_template_status_update", event=event, **value)

    def _queued(self):
        return self.talk._send_template(self.template, body=["Ana"])

    def test_a_pause_holds_what_waits_and_the_end_of_it_lets_it_go(self):
        row = self._queued()
        self._status("PAUSED", reason="NONE", other_info={"title": "FIRST_PAUSE", "description": "Paused for 3 hours."})
        self.assertEqual((self.template.state, row.state), ("paused", "held"))
        self.assertIn("as soon as", row.error_remedy)
        self.assertFalse(self.claim(), "nothing of it goes to Meta")
        self.assertIn("3 hours", self.translation.rejected_help)
        activity = self.template.activity_ids
        self.assertEqual(activity.user_id, self.supervisor)
        self.assertIn("Paused", activity.summary)
        self._status("UNPAUSED")
        self.assertEqual((self.template.state, row.state, row.error_title), ("approved", "queued", False))
        self.assertEqual(len(self.claim()), 1)

    def test_other_messages_of_the_conversation_do_not_wait(self):
        self._queued()
        self._status("PAUSED")
        other = self.talk._send_template(self._template("other"), body=["Ana"])
        [job] = self.claim()
        self.assertEqual(job.id, other.id)

    def test_for_good_they_fail_with_the_reason(self):
        held, row = self._queued(), self._queued()
        self._status("PAUSED")
        self._status("DISABLED", disable_info={"disable_date": 1790000000})
        self.assertEqual(set((held | row).mapped("state")), {"failed"})
        self.assertTrue(row.failed_at and row.error_remedy)
        self.assertIn("Create another template", self.translation.rejected_help)

    def test_a_held_message_can_be_cancelled(self):
        row = self._queued()
        self._status("PAUSED")
        row.with_user(self.agent).action_cancel()
        self._status("APPROVED")
        self.assertEqual(row.state, "cancelled")

    def test_what_left_already_stays_as_it_is(self):
        row = self._queued()
        self.claim()
        self._status("DISABLED")
        self.assertEqual(row.state, "sending")

    def test_a_rejection_says_why_and_what_to_do(self):
        self._status("REJECTED", reason="INVALID_FORMAT", rejection_info={"reason": "A variable is first.", "recommendation": "Move it."})
        self.assertEqual((self.translation.rejected_reason, self.template.state), ("INVALID_FORMAT", "rejected"))
        for words in ("submit again", "A variable is first. Move it."):
            self.assertIn(words, self.translation.rejected_help)
            self.assertIn(words, self.template.activity_ids.note)
        self._status("REJECTED", reason="INVALID_FORMAT")
        self.assertEqual(len(self.template.activity_ids), 1, "told once")
        self._status("APPROVED")
        self.assertFalse(self.translation.rejected_help)

    def test_unknown_reasons_are_named(self):
        self._status("REJECTED", reason="TOMORROWS_REASON")
        self.assertIn("TOMORROWS_REASON", self.translation.rejected_help)

    def test_without_a_responsible_an_administrator_is_told(self):
        self.template.user_id = False
        self._status("REJECTED", reason="SCAM")
        self.assertTrue(self.template.activity_ids.user_id.has_group("whatsapp_base.group_whatsapp_admin"))

    def test_quality(self):
        self._tell("message_template_quality_update", previous_quality_score="GREEN", new_quality_score="YELLOW")
        self.assertEqual((self.translation.quality, len(self.template.activity_ids)), ("YELLOW", 0))
        self._tell("message_template_quality_update", previous_quality_score="YELLOW", new_quality_score="RED")
        self.assertEqual((self.translation.quality, len(self.template.activity_ids)), ("RED", 1))

    def test_the_category_is_announced_and_then_changes(self):
        at = int(fields.Datetime.add(fields.Datetime.now(), hours=24).timestamp())
        self._tell("template_category_update", new_category="UTILITY", correct_category="MARKETING", category_update_timestamp=at)
        self.assertEqual((self.template.category, self.template.announced_category), ("UTILITY", "MARKETING"))
        self.assertTrue(self.template.announced_at)
        self._tell("template_category_update", previous_category="UTILITY", new_category="MARKETING")
        self.assertEqual((self.template.category, self.template.announced_category), ("MARKETING", False))
        self.assertEqual(len(self.template.activity_ids), 2)

    def test_new_texts_hold_at_once_and_the_old_ones_are_kept(self):
        self._tell("message_template_quality_update", previous_quality_score="GREEN", new_quality_score="YELLOW")
        self._tell("message_template_components_update", message_template_element="Good day {{1}}", message_template_buttons=[])
        self.assertEqual(self.talk._send_template(self.template, body=["Ana"]).body, "Good day Ana")
        self.assertEqual((self.translation.body_text, self.translation.quality), ("Good day {{1}}", "YELLOW"))
        self.assertEqual(self.translation.version_ids.mapped("origin"), ["meta", "meta"])
        self.assertIn("Good day</ins>", self.translation.version_ids.sorted("number")[-1:].comparison)

    def test_what_was_edited_here_is_not_overwritten(self):
        self.translation.body_text = "Mine {{1}}, and nobody else's"
        self._tell("message_template_components_update", message_template_element="Theirs {{1}} is it", message_template_buttons=[])
        self.assertEqual(self.translation.body_text, "Mine {{1}}, and nobody else's")
        self.assertEqual(self.talk._send_template(self.template, body=["Ana"]).body, "Theirs Ana is it")

    def test_an_unknown_template_is_fetched_soon(self):
        cron = self.env.ref("whatsapp_base.ir_cron_whatsapp_sync")
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        self._status("APPROVED", message_template_id=1)
        self.assertTrue(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]))

    def test_a_lost_notification_is_made_up_for_by_the_nightly_refresh(self):
        row = self._queued()
        listed = {**self.translation._definition().raw, "status": "PAUSED"}
        self.env["whatsapp.message.template"]._sync(self.account, [listed])
        self.assertEqual((row.state, len(self.template.activity_ids)), ("held", 1))
        self.env["whatsapp.message.template"]._sync(self.account, [{**listed, "category": "MARKETING"}])
        self.assertEqual((self.template.category, len(self.template.activity_ids)), ("MARKETING", 2))
        self.env["whatsapp.message.template"]._sync(self.account, [])
        self.assertEqual(row.state, "failed")

    def test_many_are_moved_in_batches_and_none_slips_through(self):
        self.startPatcher(patch.object(whatsapp_chat_message_template, "BATCH", 2))
        rows = self.Message.union(*(self._queued() for _number in range(5)))
        self._status("PAUSED")
        self.assertEqual(rows.mapped("state").count("held"), 2, "the intake does not wait for many")
        self.settle_refused()
        self.assertEqual(rows.mapped("state").count("held"), 3, "what a sender claims is held, not sent")
        with self.enter_registry_test_mode():
            self.env.ref("whatsapp_base.ir_cron_whatsapp_follow_templates").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(set(rows.mapped("state")), {"held"})
        self._status("APPROVED")
        with self.enter_registry_test_mode():
            self.env.ref("whatsapp_base.ir_cron_whatsapp_follow_templates").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(set(rows.mapped("state")), {"queued"})

    def settle_refused(self):
        """Have a sender claim what is due; refusals of our own need no Meta."""
        for job in self.claim():
            self.assertEqual(job.refusal, "template")
            self.settle(job, "refused", text=job.refusal)

    def test_a_message_queued_while_its_template_ends_fails_with_the_reason(self):
        row = self._queued()
        # the notification came between the check and the commit of whoever sends
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE whatsapp_message_template_translation SET is_sendable = FALSE, state = 'disabled' WHERE id = %s",
            [self.translation.id],
        )
        self.env.invalidate_all()
        self.settle_refused()
        self.assertEqual(row.state, "failed")
        self.assertIn("another template", row.error_remedy)
