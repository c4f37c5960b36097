import json

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .desk_common import DeskCommon, after


@tagged("post_install", "-at_install")
class TestRating(DeskCommon):
    """A customer is asked once after each case; the answer is recognised and disturbs nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.asks_rating = True
        cls.Rating = cls.env["rating.rating"]

    def _case(self, resolve_at=20):
        with freeze_time(after(0)):
            self.says()
        with freeze_time(after(10)):
            self.answers()
        with freeze_time(after(resolve_at)):
            self.conversation.action_resolve()
            self.desk()
        return self.conversation.cycle_ids[:1]

    def _questions(self):
        return self.Message.search([("once_key", "=like", "rating:%"), ("once_key", "not like", "thanks")], order="id")

    def _presses(self, cycle, value, minutes=25, kind="button_reply"):
        reply = {"type": kind, kind: {"id": f"wa_rating:{cycle.id}:{value}", "title": "Good"}}
        with freeze_time(after(minutes)):
            rows = self.receive(self.inbound_message("interactive", interactive=reply))
            self.desk()
        return rows

    def test_asked_once_and_answered_by_a_button(self):
        cycle = self._case()
        question = self._questions()
        self.assertEqual((question.type, question.state, cycle.rating_state), ("interactive", "queued", "asked"))
        buttons = json.loads(question.payload)["interactive"]["action"]["buttons"]
        self.assertEqual([button["reply"]["id"] for button in buttons], [f"wa_rating:{cycle.id}:{value}" for value in (5, 3, 1)])
        self._presses(cycle, 5)
        self.assertEqual((cycle.rating_value, cycle.rating_state), (5, "rated"))
        rating = self.Rating.search([("whatsapp_cycle_id", "=", cycle.id)])
        self.assertEqual((rating.rating, rating.consumed, rating.rated_partner_id), (5, True, self.agent.partner_id))
        self.assertEqual(rating.partner_id, self.conversation.partner_id)
        self.assertEqual(self.conversation.rating_last_value, 5)

    def test_the_answer_opens_nothing_and_waits_for_nobody(self):
        cycle = self._case()
        self._presses(cycle, 3)
        conversation = self.conversation
        self.assertEqual((conversation.state, conversation.waiting_since, conversation.unanswered_count), ("resolved", False, 0))
        self.assertEqual((len(conversation.cycle_ids), self.waits(), cycle.inbound_count), (1, [(0, 10)], 1))
        self.assertFalse(conversation.discuss_channel_id.channel_member_ids, "the agent stays out of it")

    def test_a_question_that_comes_with_the_answer_opens(self):
        cycle = self._case()
        reply = {"type": "button_reply", "button_reply": {"id": f"wa_rating:{cycle.id}:5", "title": "Good"}}
        with freeze_time(after(30)):
            self.receive(self.inbound_message("interactive", interactive=reply), self.inbound_text("And my invoice?"))
            self.desk()
        self.assertEqual((self.conversation.state, cycle.rating_value), ("open", 5))
        self.assertEqual(self.waits()[-1], (30, None))

    def test_a_comment_is_kept_and_a_question_reaches_a_colleague(self):
        cycle = self._case()
        self._presses(cycle, 1)
        with freeze_time(after(27)):
            self.says(text="Took too long")
            self.desk()
        self.assertEqual((self.Rating.search([]).feedback, self.conversation.state), ("Took too long", "resolved"))
        with freeze_time(after(28)):
            self.says(text="And one more thing")
            self.desk()
        self.assertEqual(self.conversation.state, "open", "one comment only")

    def test_a_question_in_a_comment_is_answered(self):
        cycle = self._case()
        self._presses(cycle, 5)
        with freeze_time(after(27)):
            self.says(text="Fine. Where is my invoice?")
            self.desk()
        self.assertEqual((self.Rating.search([]).feedback, self.conversation.state), ("Fine. Where is my invoice?", "open"))

    def test_a_comment_is_waited_for_across_a_merge(self):
        self._presses(self._case(), 1)
        other = self._conversation("34600900112")
        other.action_resolve()
        with freeze_time(after(26)):
            until = self.conversation.rating_comment_until
            other.contact_id._merge(self.conversation.contact_id)
            self.assertTrue(until)
            self.assertEqual(other.rating_comment_until, until)

    def test_nobody_is_asked_twice_about_one_case(self):
        self._case()
        with freeze_time(after(30)):
            self.says(text="one more thing")
            self.answers("here")
            self.conversation.action_resolve()
            self.desk()
            self.conversation._desk_mark()
            self.desk()
        self.assertEqual((len(self.conversation.cycle_ids), len(self._questions())), (1, 1))

    def test_a_worker_that_dies_asks_once(self):
        with freeze_time(after(0)):
            self.says()
            self.answers()
            self.conversation.action_resolve()
            with self.assertRaises(RuntimeError), self.env.cr.savepoint():
                self.conversation._desk_ask_rating()
                raise RuntimeError
            self.env.invalidate_all()
            self.desk()
        self.assertEqual((len(self._questions()), self.Rating.search_count([])), (1, 1))

    def test_who_opens_again_at_once_is_not_asked(self):
        with freeze_time(after(0)):
            self.says()
            self.answers()
            self.conversation.action_resolve()
            self.conversation.action_reopen()
            self.desk()
        self.assertFalse(self._questions())

    def test_nobody_is_asked_about_what_nobody_answered_or_who_wants_to_be_left_alone(self):
        with freeze_time(after(0)):
            self.says()
            self.conversation.action_resolve()
            self.desk()
        self.assertFalse(self._questions())
        self.conversation.contact_id.marketing_stopped = True
        self._case()
        self.assertFalse(self._questions())
        self.conversation.contact_id.marketing_stopped = False
        self.team.asks_rating = False
        self.conversation.cycle_ids.unlink()
        self._case()
        self.assertFalse(self._questions())

    def test_a_list_from_one_to_five(self):
        self.team.write({"rating_style": "list", "rating_text": "How was it?"})
        cycle = self._case()
        payload = json.loads(self._questions().payload)["interactive"]
        self.assertEqual((payload["type"], payload["body"]["text"]), ("list", "How was it?"))
        self.assertEqual(len(payload["action"]["sections"][0]["rows"]), 5)
        self._presses(cycle, 4, kind="list_reply")
        self.assertEqual(cycle.rating_value, 4)

    def test_outside_the_window_by_template(self):
        buttons = [{"type": "QUICK_REPLY", "text": text} for text in ("Good", "Fair", "Bad")]
        self.team.rating_template_id = self._template(
            "how_was_it", components=[{"type": "BODY", "text": "How was it?"}, {"type": "BUTTONS", "buttons": buttons}]
        )
        cycle = self._case(resolve_at=3 * 24 * 60)
        question = self._questions()
        self.assertEqual((question.type, question.state), ("template", "queued"))
        parts = json.loads(question.payload)["template"]["components"]
        self.assertEqual([part["parameters"][0]["payload"] for part in parts], [f"wa_rating:{cycle.id}:{value}" for value in (5, 3, 1)])
        with freeze_time(after(3 * 24 * 60 + 5)):
            self.receive(self.inbound_message("button", button={"payload": f"wa_rating:{cycle.id}:1", "text": "Bad"}))
        self.assertEqual(cycle.rating_value, 1)

    @mute_logger("odoo.addons.whatsapp_base.models.whatsapp_conversation_rating")
    def test_outside_the_window_without_a_fitting_template_nobody_is_asked(self):
        cycle = self._case(resolve_at=3 * 24 * 60)
        self.assertEqual((len(self._questions()), cycle.rating_state), (0, "skipped"))
        self.team.rating_template_id = self._template()
        self.conversation.cycle_ids.unlink()
        cycle = self._case(resolve_at=3 * 24 * 60)
        self.assertEqual((len(self._questions()), cycle.rating_state), (0, "skipped"))

    def test_somebody_elses_button_rates_nothing(self):
        cycle = self._case()
        for rest in (f"{cycle.id + 999}:5", f"{cycle.id}:9", "²:5", "", f"{'9' * 40}:5"):
            payload = f"wa_rating:{rest}"
            reply = {"type": "button_reply", "button_reply": {"id": payload, "title": "x"}}
            self.receive(self.inbound_message("interactive", interactive=reply))
        other = {"wa_id": "34600900555", "profile": {"name": "Eva"}}
        reply = {"type": "button_reply", "button_reply": {"id": f"wa_rating:{cycle.id}:1", "title": "x"}}
        self.receive(self.inbound_message("interactive", interactive=reply, **{"from": "34600900555"}), contacts=(other,))
        self.assertFalse(cycle.rating_value)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_ratings_are_as_private_as_the_conversation(self):
        self._presses(self._case(), 5)
        rating = self.Rating.search([])
        self.assertEqual(rating.with_user(self.agent).rating, 5)
        for user in (self.employee, self.other_agent):
            with self.subTest(user=user.login):
                self.assertFalse(self.Rating.with_user(user).search([("id", "=", rating.id)]))
                with self.assertRaises(AccessError):
                    rating.with_user(user).read(["feedback"])
