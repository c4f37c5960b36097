from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .common import WhatsappCommon, WhatsappData


@tagged("post_install", "-at_install")
class TestApi(WhatsappCommon):
    """What other systems may call: the same checks as for people, and safe to repeat."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.talk = cls._conversation()

    def test_a_repeated_call_with_the_same_key_sends_once(self):
        talk = self.talk.with_user(self.agent)
        first = talk.send_text("Your parcel is on its way.", once="parcel-1")
        again = talk.send_text("Your parcel is on its way.", once="parcel-1")
        self.assertEqual(first, again)
        self.assertEqual(first["state"], "queued")
        self.assertEqual(self.Message.search_count([("once_key", "=", "parcel-1")]), 1)

    def test_only_agents_who_see_the_conversation_may_send(self):
        for user in (self.other_agent, self.employee, self.portal):
            with self.assertRaises(AccessError):
                self.talk.with_user(user).send_text("Hello")

    def test_outside_the_window_a_text_is_refused_and_a_template_is_not(self):
        self.talk.window_expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self._template()
        talk = self.talk.with_user(self.agent)
        with self.assertRaises(UserError):
            talk.send_text("Hello")
        self.assertEqual(talk.send_template("greeting", "en", body=["Ana"])["state"], "queued")

    def test_wrong_arguments_are_named(self):
        talk = self.talk.with_user(self.agent)
        with self.assertRaisesRegex(ValidationError, "body"):
            talk.send_text("  ")
        with self.assertRaisesRegex(ValidationError, "no_such"):
            talk.send_template("no_such", "en")


@tagged("post_install", "-at_install")
class TestJson2(WhatsappData, HttpCase):
    """The same over Odoo's JSON-2 interface, with the status codes that the API guide promises."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_whatsapp()
        cls._set_up_people()
        cls.talk = cls._conversation()

    def _call(self, user, **arguments):
        key = self.env["res.users.apikeys"].with_user(user)._generate(
            "rpc", "test", fields.Datetime.now() + timedelta(days=1)
        )
        return self.url_open(
            "/json/2/whatsapp.conversation/send_text",
            json={"ids": self.talk.ids, **arguments},
            headers={"Authorization": f"bearer {key}"},
        )

    def test_an_agents_key_sends(self):
        answer = self._call(self.agent, body="Hello", once="json2")
        self.assertEqual((answer.status_code, answer.json()["state"]), (200, "queued"))

    def test_somebody_elses_key_does_not(self):
        self.assertEqual(self._call(self.employee, body="Hello").status_code, 403)

    def test_a_refusal_says_why(self):
        self.talk.window_expires_at = False
        answer = self._call(self.agent, body="Hello")
        self.assertEqual(answer.status_code, 422)
        self.assertIn("template", answer.json()["message"])
