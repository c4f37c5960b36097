import base64
import logging
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..cloud_api import client
from ..cloud_api.meta_error import MetaError
from .common import APP, NUMBER, WABA, WhatsappCommon

PIN = "271828"
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")


class SetupCommon(WhatsappCommon):
    """Meta answers what it is told; every call is kept in ``asked``."""

    def setUp(self):
        super().setUp()
        self._set_up_people()
        self.asked = []
        self.meta(phone_number={"status": "CONNECTED", "is_pin_enabled": True, "code_verification_status": "VERIFIED"}, username={})

    def meta(self, **answers):
        for name, answer in answers.items():
            def call(this, *args, name=name, answer=answer):
                self.asked.append((name, *args))
                if isinstance(answer, Exception):
                    raise answer
                return answer
            self.enterContext(patch.object(client.CloudClient, name, call))

    def calls(self, *names):
        return [call for call in self.asked if call[0] in names]


@tagged("post_install", "-at_install")
class TestNumberSetup(SetupCommon):
    """Adding, verifying, registering, PIN, display name."""

    def _wizard(self, action, user=None):
        return self.env[action["res_model"]].with_user(user or self.admin).browse(action["res_id"])

    def test_register(self):
        self.meta(register=True)
        wizard = self._wizard(self.channel.with_user(self.admin).action_open_register())
        wizard.region = "DE"
        wizard.with_context(whatsapp_pin=PIN).action_register()
        self.assertEqual(self.calls("register"), [("register", NUMBER, PIN, "DE")])
        self.assertTrue(self.channel.is_pin_enabled)
        self.assertIn("registered", self.channel.message_ids[:2].mapped("body")[0] + self.channel.message_ids[:2].mapped("body")[-1])

    def test_a_pin_is_stored_and_logged_nowhere(self):
        self.meta(register=True, set_pin=True)
        with self.assertLogs(level=logging.DEBUG) as logs:
            for action, button in (("action_open_register", "action_register"), ("action_open_pin", "action_set_pin")):
                wizard = self._wizard(getattr(self.channel.with_user(self.admin), action)())
                wizard.write({"pin": PIN})
                getattr(wizard.with_context(whatsapp_pin=PIN), button)()
                self.env.flush_all()
            logging.getLogger("x").debug("x")
        self.assertNotIn(PIN, "\n".join(logs.output))
        self.env.cr.execute("SELECT w::text FROM whatsapp_number_setup w")
        stored = str(self.env.cr.fetchall())
        self.env.cr.execute("SELECT m::text FROM mail_message m WHERE model LIKE 'whatsapp%'")
        stored += str(self.env.cr.fetchall())
        self.env.cr.execute("SELECT c::text FROM whatsapp_channel c UNION ALL SELECT l::text FROM whatsapp_health_log l")
        self.assertNotIn(PIN, stored + str(self.env.cr.fetchall()))

    def test_a_wrong_pin_never_leaves(self):
        self.meta(set_pin=True)
        wizard = self._wizard(self.channel.with_user(self.admin).action_open_pin())
        for pin in (None, "12345", "abcdef"):
            with self.assertRaisesRegex(UserError, "six digits"):
                wizard.with_context(whatsapp_pin=pin).action_set_pin()
        self.assertFalse(self.calls("set_pin"))

    def test_metas_refusals_tell_what_to_do(self):
        for code, words in ((133005, "PIN does not match|Wrong PIN"), (133016, "72 hours"), (133006, "verified")):
            self.meta(register=client.ApiError(MetaError(code=code, message="no"), 400))
            wizard = self._wizard(self.channel.with_user(self.admin).action_open_register())
            with self.subTest(code=code), self.assertRaisesRegex(UserError, words):
                wizard.with_context(whatsapp_pin=PIN).action_register()

    def test_deregister(self):
        self.meta(deregister=True, phone_number={"status": "DISCONNECTED"})
        wizard = self._wizard(self.channel.with_user(self.admin).action_open_deregister())
        self.channel.is_on_phone_app = True
        with self.assertRaisesRegex(UserError, "Business app"):
            wizard.action_deregister()
        self.assertFalse(self.calls("deregister"))
        self.channel.is_on_phone_app = False
        wizard.action_deregister()
        self.assertEqual((self.calls("deregister"), self.channel.status), ([("deregister", NUMBER)], "DISCONNECTED"))

    def test_a_new_number(self):
        self.meta(add_number="399000000000055", request_code=True, verify_code=True, register=True)
        Wizard = self.env["whatsapp.number.setup"].with_user(self.admin)
        wizard = Wizard.create({
            "account_id": self.account.id, "country_id": self.env.ref("base.es").id, "phone_number": "+34 910 000 001",
            "display_name_wanted": "Acme"})
        wizard.action_add()
        self.assertEqual(self.calls("add_number"), [("add_number", WABA, "34", "910000001", "Acme")])
        channel = wizard.channel_id
        self.assertEqual((channel.phone_number_id, channel.verification_status, wizard.step), ("399000000000055", "NOT_VERIFIED", "code"))
        wizard.code_method = "VOICE"
        wizard.action_request_code()
        self.assertEqual(self.calls("request_code"), [("request_code", "399000000000055", "VOICE", "en_US")])
        with self.assertRaisesRegex(UserError, "six digits"):
            wizard.with_context(whatsapp_code="1").action_verify()
        wizard.with_context(whatsapp_code="123-456").action_verify()
        self.assertEqual((self.calls("verify_code")[0][2], wizard.step), ("123456", "register"))
        wizard.with_context(whatsapp_pin=PIN).action_register()
        self.assertEqual(channel.status, "CONNECTED")

    def test_the_display_name(self):
        self.meta(set_display_name=True)
        wizard = self._wizard(self.channel.with_user(self.admin).action_open_display_name())
        wizard.display_name_wanted = " "
        with self.assertRaisesRegex(UserError, "empty"):
            wizard.action_change_name()
        wizard.display_name_wanted = " Acme Iberia "
        wizard.action_change_name()
        self.assertEqual((self.channel.requested_name, self.channel.requested_name_status), ("Acme Iberia", "PENDING_REVIEW"))

    def test_roles(self):
        for user in (self.supervisor, self.agent, self.employee):
            with self.subTest(user=user.login):
                for name in ("action_open_register", "action_open_pin", "action_open_deregister", "action_open_display_name",
                             "action_open_profile", "action_publish_automation", "action_fetch_automation", "action_sync_qr_codes"):
                    with self.assertRaises(AccessError):
                        getattr(self.channel.with_user(user), name)()
                with self.assertRaises(AccessError):
                    self.channel.with_user(user)._register_number(PIN)
        self.assertFalse(self.asked)


@tagged("post_install", "-at_install")
class TestProfile(SetupCommon):
    """The public profile, as it is at Meta."""

    PROFILE = {"about": "Open", "email": "a@b.test", "websites": ["https://a.test"], "vertical": "RETAIL"}

    def _open(self, **profile):
        self.meta(business_profile={**self.PROFILE, **profile}, set_business_profile=True, set_username=True, delete_username=True,
                  download=(PNG, "image/png"))
        action = self.channel.with_user(self.admin).action_open_profile()
        return self.env["whatsapp.channel.profile"].with_user(self.admin).browse(action["res_id"])

    def test_it_shows_what_is_there_and_saves_changes(self):
        wizard = self._open(profile_picture_url="https://pps.whatsapp.net/x")
        self.assertEqual((wizard.about, wizard.website_1, wizard.website_2, wizard.vertical), ("Open", "https://a.test", False, "RETAIL"))
        self.assertTrue(wizard.picture)
        wizard.write({"about": "Closed", "website_2": "https://b.test"})
        wizard.action_save()
        [(_name, number, body)] = self.calls("set_business_profile")
        self.assertEqual((number, body["about"], body["websites"]), (NUMBER, "Closed", ["https://a.test", "https://b.test"]))
        self.assertNotIn("profile_picture_handle", body, "the picture was not changed")
        self.assertFalse(self.calls("set_username", "delete_username"))

    def test_a_new_picture(self):
        wizard = self._open()
        self.meta(upload_example="4::handle")
        wizard.picture = base64.b64encode(PNG)
        wizard.action_save()
        self.assertEqual(self.calls("upload_example"), [("upload_example", APP, PNG, "image/png", "profile")])
        self.assertEqual(self.calls("set_business_profile")[0][2]["profile_picture_handle"], "4::handle")

    def test_limits_are_checked_before_anything_leaves(self):
        wizard = self._open()
        for values, words in (
            ({"about": False}, "empty"), ({"email": "x"}, "email"), ({"website_1": "a.test"}, "https"), ({"username": "www.x"}, "username"),
            ({"description": "x" * 513}, "512"), ({"picture": base64.b64encode(b"GIF89a" + b"x" * 20)}, "JPEG or PNG"),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                wizard.write(values)
                wizard.action_save()
        self.assertFalse(self.calls("set_business_profile"))

    def test_username(self):
        wizard = self._open()
        wizard.write({"username": "Acme.Shop", "transfer_username": True})
        wizard.action_save()
        self.assertEqual(self.calls("set_username"), [("set_username", NUMBER, "acme.shop", True)])
        self.assertEqual(self.channel.username, "acme.shop")
        wizard.write({"username_before": "acme.shop", "username": False})
        wizard.action_save()
        self.assertEqual(len(self.calls("delete_username")), 1)
        self.assertFalse(self.channel.username)


@tagged("post_install", "-at_install")
class TestPresence(SetupCommon):
    """QR codes, ice breakers and commands."""

    def setUp(self):
        super().setUp()
        self.meta(save_qr_code={"code": "QX7", "deep_link_url": "https://wa.me/message/QX7", "qr_image_url": "https://x.fbcdn.net/q"},
                  delete_qr_code=True, download=(PNG, "image/png"), set_conversational_automation=True)
        self.QrCode = self.env["whatsapp.qr.code"].with_user(self.admin)

    def _code(self, text="I want an offer"):
        return self.QrCode.create({"channel_id": self.channel.id, "prefilled_message": text})

    def test_a_code_is_made_changed_and_deleted_at_meta(self):
        code = self._code(" I want an offer ")
        self.assertEqual((code.code, code.deep_link_url, code.prefilled_message), ("QX7", "https://wa.me/message/QX7", "I want an offer"))
        self.assertEqual(base64.b64decode(code.image), PNG)
        code.prefilled_message = "Another"
        code.unlink()
        names = [call[0] for call in self.calls("save_qr_code", "delete_qr_code")]
        self.assertEqual(names, ["save_qr_code", "save_qr_code", "delete_qr_code"])
        self.assertEqual(self.calls("save_qr_code")[1], ("save_qr_code", NUMBER, "Another", "QX7"))

    def test_too_long_texts_never_leave(self):
        with self.assertRaises(UserError):
            self._code("x" * 141)
        self.assertFalse(self.calls("save_qr_code"))

    def test_a_refusal_stores_nothing(self):
        self.meta(save_qr_code=client.ApiError(MetaError(code=100, message="no"), 400))
        with self.assertRaisesRegex(UserError, "Invalid parameter"):
            self._code()
        self.assertFalse(self.QrCode.search([]))

    def test_synchronising(self):
        kept = self._code()
        self.meta(save_qr_code={"code": "GONE", "deep_link_url": "https://wa.me/message/GONE"})
        self._code("Old")
        self.meta(qr_codes=[
            {"code": "QX7", "prefilled_message": "Changed there", "deep_link_url": "https://wa.me/message/QX7"},
            {"code": "NEW", "prefilled_message": "Made there", "deep_link_url": "https://wa.me/message/NEW"},
        ])
        before = len(self.asked)
        self.channel.with_user(self.admin).action_sync_qr_codes()
        codes = self.QrCode.search([("channel_id", "=", self.channel.id)])
        self.assertEqual(set(codes.mapped("code")), {"QX7", "NEW"})
        self.assertEqual(kept.prefilled_message, "Changed there")
        self.assertEqual([call[0] for call in self.asked[before:]], ["qr_codes"], "nothing is changed at Meta")
        self.assertEqual(self.channel.qr_code_count, 2)
        self.meta(save_qr_code={"code": "NEW", "deep_link_url": "https://wa.me/message/NEW", "qr_image_url": "https://x.fbcdn.net/q"})
        new = codes.filtered(lambda code: code.code == "NEW")
        new.action_print()
        self.assertEqual(base64.b64decode(new.image), PNG, "lists of Meta's have no pictures: it is fetched when it is needed")

    def test_agents_see_codes_and_change_none(self):
        code = self._code()
        self.assertEqual(code.with_user(self.agent).deep_link_url, "https://wa.me/message/QX7")
        before = len(self.asked)
        for change in (
            lambda: self.env["whatsapp.qr.code"].with_user(self.agent).create({"channel_id": self.channel.id, "prefilled_message": "x"}),
            lambda: code.with_user(self.agent).write({"prefilled_message": "x"}),
            lambda: code.with_user(self.agent).unlink(),
            lambda: self.env["whatsapp.channel.prompt"].with_user(self.agent).create({"channel_id": self.channel.id, "text": "x"}),
        ):
            with self.assertRaises(AccessError):
                change()
        self.assertEqual(len(self.asked), before)
        company = self.env["res.company"].create({"name": "Other"})
        self.agent.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertFalse(self.env["whatsapp.qr.code"].with_user(self.agent).search([]))

    def test_codes_are_printed_with_text_and_link(self):
        code = self._code("Table <7>")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html("whatsapp_base.report_whatsapp_qr_code", code.ids)
        for part in ("Table &lt;7&gt;", "https://wa.me/message/QX7", "data:image/png;base64,"):
            self.assertIn(part, html.decode())

    def test_publishing(self):
        self.channel.write({
            "enable_welcome_message": True, "prompt_ids": [(0, 0, {"text": "Open?"})],
            "command_ids": [(0, 0, {"name": "status", "hint": "Order status"})]})
        self.channel.with_user(self.admin).action_publish_automation()
        self.assertEqual(self.calls("set_conversational_automation"), [("set_conversational_automation", NUMBER, {
            "enable_welcome_message": True, "prompts": ["Open?"],
            "commands": [{"command_name": "status", "command_description": "Order status"}]})])
        self.assertTrue(self.channel.automation_published_at)
        self.channel.prompt_ids = [(0, 0, {"text": f"Q{index}"}) for index in range(4)]
        with self.assertRaisesRegex(UserError, "at most 4"):
            self.channel.with_user(self.admin).action_publish_automation()
        self.assertEqual(len(self.calls("set_conversational_automation")), 1)

    def test_fetching(self):
        self.meta(conversational_automation={
            "enable_welcome_message": True, "prompts": ["A", "B"], "commands": [{"command_name": "x", "command_description": "y"}]})
        self.channel.prompt_ids = [(0, 0, {"text": "Old"})]
        self.channel.with_user(self.admin).action_fetch_automation()
        self.assertEqual(self.channel.prompt_ids.mapped("text"), ["A", "B"])
        self.assertEqual((self.channel.command_ids.name, self.channel.command_ids.hint), ("x", "y"))
