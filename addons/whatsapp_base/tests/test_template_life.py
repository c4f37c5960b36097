import base64
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..cloud_api import client as cloud_client
from ..cloud_api import template_draft as drafts
from ..cloud_api.meta_error import MetaError
from .common import WhatsappCommon

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg==")


class FakeMeta:
    """Takes the calls about templates and remembers them; refuses what it is told to."""

    def __init__(self):
        self.calls, self.listed, self.errors, self.answer = [], {}, {}, {}
        self.serial = 0

    def _check(self, name, *args):
        self.calls.append((name, *args))
        if error := self.errors.get(name):
            raise error

    def create_template(self, waba_id, body):
        self._check("create", body)
        self.serial += 1
        answer = {"id": f"8800{self.serial}", "status": "PENDING", "category": body["category"], **self.answer}
        self.listed[answer["id"]] = {**body, **answer}
        return answer

    def edit_template(self, template_id, body):
        self._check("edit", template_id, body)
        self.listed.setdefault(template_id, {}).update(body)
        return {"success": True}

    def delete_template(self, waba_id, name, template_id=None):
        self._check("delete", name, template_id)
        return True

    def template(self, template_id):
        return self.listed.get(template_id, {})

    def templates(self, waba_id, name=None):
        return [item for item in self.listed.values() if not name or name in item["name"]]

    def unpause_template(self, template_id):
        self._check("unpause", template_id)
        return True

    def upload_example(self, app_id, data, mimetype, filename):
        self._check("upload", app_id, len(data), mimetype, filename)
        return "4::aW"

    def download(self, url, limit):
        self._check("download", url)
        return PNG, "image/png"

    def named(self, name):
        return [call for call in self.calls if call[0] == name]


class TemplateCommon(WhatsappCommon):
    """A template of the shop's own, written here, and a Meta that takes it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.Template = cls.env["whatsapp.message.template"]
        cls.Translation = cls.env["whatsapp.message.template.translation"]

    def setUp(self):
        super().setUp()
        self.meta = FakeMeta()
        self.startPatcher(patch.object(type(self.account), "_client", lambda account, **options: self.meta))

    def _written(self, name="shipped", language="en", **values):
        template = self.Template.create({"name": name, "account_id": self.account.id, "category": "UTILITY"})
        self.Translation.create({
            "template_id": template.id, "language": language, "body_text": "Hi {{1}}, your parcel is on its way.",
            "body_examples": "Ana", **values,
        })
        return template

    def refusal(self, subcode=None, text="Refused."):
        return cloud_client.ApiError(
            MetaError.from_json({"code": 100, "error_subcode": subcode, "message": "Invalid parameter", "error_user_msg": text}), 400
        )


@tagged("post_install", "-at_install")
class TestTemplateLife(TemplateCommon):
    """Written here, submitted, edited, duplicated, deleted."""

    def test_from_a_draft_to_review(self):
        template = self._written(footer_text="Acme", button_ids=[(0, 0, {"type": "QUICK_REPLY", "text": "Thanks"})])
        self.assertEqual((template.state, template.is_sendable, template.to_submit_count), ("draft", False, 1))
        template.with_user(self.admin).action_submit()
        [(_name, body)] = self.meta.named("create")
        self.assertEqual(body, {
            "name": "shipped", "language": "en", "category": "UTILITY", "parameter_format": "POSITIONAL", "components": [
                {"type": "BODY", "text": "Hi {{1}}, your parcel is on its way.", "example": {"body_text": [["Ana"]]}},
                {"type": "FOOTER", "text": "Acme"},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Thanks"}]},
            ],
        })
        translation = template.translation_ids
        self.assertEqual((template.state, translation.meta_id, translation.is_edited), ("review", "88001", False))
        self.assertEqual(translation.version_ids.mapped("origin"), ["submitted"])
        self.assertFalse(translation.is_editable, "Meta takes no changes while it reviews")
        with self.assertRaisesRegex(UserError, "In Review"):
            translation.action_submit()

    def test_approved_it_can_be_sent_and_an_edit_does_not_change_what_is_sent(self):
        template = self._written()
        template.action_submit()
        template.translation_ids._set_status("APPROVED")
        template.translation_ids._set_quality("GREEN")
        talk = self._conversation(open_window=False)
        template.translation_ids.body_text = "Dear {{1}}, it is on its way."
        self.assertTrue(template.translation_ids.is_edited)
        self.assertEqual(talk._send_template(template, body=["Ana"]).body, "Hi Ana, your parcel is on its way.")
        template.translation_ids.action_submit()
        [(_name, meta_id, changes)] = self.meta.named("edit")
        self.assertEqual((meta_id, set(changes)), ("88001", {"components"}))
        self.assertEqual((template.state, template.translation_ids.quality), ("review", "GREEN"))
        template.translation_ids._set_status("APPROVED")
        self.assertEqual(talk._send_template(template, body=["Ana"]).body, "Dear Ana, it is on its way.")
        first, second = template.translation_ids.version_ids.sorted("number")
        self.assertEqual((second.number, first.number), (2, 1))
        self.assertIn("Dear</ins>", second.comparison)
        self.assertIn(">Hi</del>", second.comparison)
        self.assertNotIn("<del", first.comparison)

    def test_what_meta_would_refuse_is_said_before(self):
        template = self._written(body_text="{{1}}", body_examples=False)
        with self.assertRaisesRegex(UserError, "example"):
            template.action_submit()
        self.assertFalse(self.meta.calls)

    def test_metas_own_words_are_shown_and_nothing_is_changed(self):
        template = self._written()
        self.meta.errors["create"] = self.refusal(text="There is already a template like that.")
        with self.assertRaisesRegex(UserError, "There is already a template like that"):
            template.action_submit()
        self.assertEqual((template.state, template.translation_ids.meta_id), ("draft", False))

    def test_a_lost_answer_does_no_harm(self):
        template = self._written()
        self.meta.errors["create"] = cloud_client.OutcomeUnknown("lost")
        with self.assertRaises(UserError):
            template.action_submit()
        # it had arrived: the second try finds it by its content
        self.meta.listed["77"] = {**template.translation_ids._body(), "id": "77", "status": "APPROVED"}
        self.meta.errors["create"] = self.refusal(2388024)
        template.action_submit()
        self.assertEqual((template.translation_ids.meta_id, template.state), ("77", "approved"))
        # and an edit that Meta has already is not made again
        template.translation_ids._edited()
        template.action_submit()
        self.assertFalse(self.meta.named("edit"))

    def test_somebody_elses_template_of_that_name_is_not_taken_for_ours(self):
        template = self._written()
        self.meta.listed["77"] = {**template.translation_ids._body(), "id": "77", "components": [{"type": "BODY", "text": "Other"}]}
        self.meta.errors["create"] = self.refusal(2388024)
        with self.assertRaises(UserError):
            template.action_submit()

    def test_one_refused_language_does_not_undo_the_others(self):
        template = self._written()
        self.Translation.create({"template_id": template.id, "language": "fr", "body_text": "Bonjour, c'est parti."})
        real = self.meta.create_template
        self.startPatcher(patch.object(
            self.meta, "create_template", lambda waba, body: real(waba, body) if body["language"] == "en" else self._raise()
        ))
        answer = template.action_submit()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertIn("French", answer["params"]["message"])
        states = {t.language: t.state for t in template.translation_ids}
        self.assertEqual(states, {"en": "review", "fr": "draft"})

    def _raise(self):
        raise self.refusal()

    def test_meta_may_decide_on_another_category(self):
        template = self._written()
        self.meta.answer = {"category": "MARKETING"}
        template.action_submit()
        self.assertEqual(template.category, "MARKETING")
        self.assertIn("category", template.activity_ids.summary)

    def test_example_files_are_uploaded_once(self):
        template = self._written(header_format="IMAGE", header_file=base64.b64encode(PNG), header_filename="a.png")
        template.action_submit()
        self.assertEqual(self.meta.named("upload"), [("upload", self.account.app_id, len(PNG), "image/png", "a.png")])
        [(_name, body)] = self.meta.named("create")
        self.assertEqual(body["components"][0]["example"], {"header_handle": ["4::aW"]})
        template.translation_ids._set_status("APPROVED")
        template.translation_ids.body_text = "Hi {{1}}, your parcel has left."
        template.action_submit()
        self.assertEqual(len(self.meta.named("upload")), 1)
        template.translation_ids._set_status("APPROVED")
        template.translation_ids.header_file = base64.b64encode(PNG + b"x")
        template.action_submit()
        self.assertEqual(len(self.meta.named("upload")), 2)

    def test_metas_example_is_used_where_there_is_no_file_here(self):
        template = self._template("pictured", components=[
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://scontent.whatsapp.net/a.png"]}},
            {"type": "BODY", "text": "Look"},
        ])
        template.translation_ids.body_text = "Look here"
        template.action_submit()
        self.assertEqual([call[0] for call in self.meta.calls], ["download", "upload", "edit"])

    def test_every_component_survives_the_way_through_odoo(self):
        card = [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
            {"type": "BODY", "text": "Add {{1}} now.", "example": {"body_text": [["light"]]}},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Buy", "url": "https://x.test/{{1}}", "example": ["https://x.test/a"]}]},
        ]
        for number, (category, components) in enumerate((
            ("MARKETING", [{"type": "BODY", "text": "Rare plants"}, {"type": "CAROUSEL", "cards": [{"components": card}] * 3}]),
            ("AUTHENTICATION", [
                {"type": "BODY", "add_security_recommendation": True}, {"type": "FOOTER", "code_expiration_minutes": 5},
                {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "ZERO_TAP", "text": "Copy", "zero_tap_terms_accepted": True,
                                                 "supported_apps": [{"package_name": "com.acme", "signature_hash": "Ab3dEf6hIj9"}]}]},
            ]),
            ("MARKETING", [
                {"type": "HEADER", "format": "VIDEO", "example": {"header_handle": ["4::aW"]}}, {"type": "BODY", "text": "For you"},
                {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}},
                {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "SAVE"}, {"type": "URL", "text": "Go", "url": "https://x.test"}]},
            ]),
            ("UTILITY", [
                {"type": "HEADER", "format": "LOCATION"}, {"type": "BODY", "text": "We are here"}, {"type": "TOMORROW", "x": 1},
                {"type": "BUTTONS", "buttons": [
                    {"type": "FLOW", "text": "Book", "flow_id": "7", "flow_action": "navigate", "navigate_screen": "ONE", "icon": "REVIEW"},
                    {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+34600900111"}, {"type": "NOVELTY", "text": "?", "y": [2]}]},
            ]),
        )):
            with self.subTest(number=number):
                translation = self._template(f"every_{number}", category=category, components=components).translation_ids
                self.assertFalse(translation.is_edited)
                wanted = drafts.content_key(components)
                self.assertEqual(drafts.content_key(translation._components()), wanted)
                self.assertEqual(drafts.content_key(translation.template_id.copy().translation_ids._components()), wanted)
                translation.body_text = "Changed"
                translation.action_revert()
                self.assertEqual((drafts.content_key(translation._components()), translation.is_edited), (wanted, False))

    def test_a_copy_is_a_draft_of_its_own(self):
        template = self._template("greeting")
        copies = template.copy() | template.copy()
        self.assertEqual(copies.mapped("name"), ["greeting_copy", "greeting_copy2"])
        translation = copies[0].translation_ids
        self.assertEqual((translation.body_text, translation.meta_id, translation.state), ("Hello {{1}}", False, "draft"))
        self.assertFalse(translation.version_ids)
        copies.unlink()
        self.assertTrue(template.exists())

    def test_a_language_is_added_from_another(self):
        template = self._template("greeting")
        action = template.action_add_language()
        wizard = Form(self.env["whatsapp.add.language"].with_context(**action["context"]))
        wizard.language = "bn"
        answer = wizard.save().action_add()
        added = self.Translation.browse(answer["res_id"])
        self.assertEqual((added.language, added.body_text, added.state, template.state), ("bn", "Hello {{1}}", "draft", "partly"))
        again = self.env["whatsapp.add.language"].create({"template_id": template.id, "language": "bn"})
        with self.assertRaisesRegex(UserError, "already"):
            again.action_add()

    def test_deleting_tells_the_consequences_and_stops_what_waits(self):
        template = self._template("greeting")
        row = self._conversation(open_window=False)._send_template(template, body=["Ana"])
        wizard = self.env["whatsapp.delete.template"].create({"template_id": template.id})
        self.assertEqual((wizard.was_approved, wizard.is_all, wizard.waiting_count), (True, True, 1))
        wizard.action_delete()
        self.assertEqual(self.meta.calls, [("delete", "greeting", None)])
        self.assertEqual((template.state, template.active, row.state), ("deleted", False, "failed"))
        self.assertIn("another template", row.error_remedy)

    def test_one_language_is_deleted_by_its_id(self):
        template = self._template("greeting")
        self._template("greeting", language="fr", id="4990001")
        wizard = self.env["whatsapp.delete.template"].create({"template_id": template.id})
        wizard.translation_ids = template.translation_ids.filtered(lambda t: t.language == "fr")
        wizard.action_delete()
        self.assertEqual(self.meta.calls, [("delete", "greeting", "4990001")])
        self.assertEqual((template.state, template.active), ("approved", True))

    def test_meta_keeps_what_it_has_disabled(self):
        template = self._template("greeting", status="DISABLED")
        with self.assertRaisesRegex(UserError, "disabled"):
            self.env["whatsapp.delete.template"].create({"template_id": template.id}).action_delete()
        with self.assertRaisesRegex(UserError, "Delete at Meta"):
            template.unlink()
        with self.assertRaisesRegex(UserError, "Duplicate"):
            template.name = "other"

    def test_names_are_checked_as_meta_does(self):
        with self.assertRaisesRegex(ValidationError, "lowercase"):
            self._written(name="Not a name")

    def test_refreshing_and_unpausing(self):
        template = self._template("greeting", status="PAUSED")
        self.meta.listed = {"1": {"id": template.translation_ids.meta_id, "name": "greeting", "language": "en", "status": "PAUSED",
                                  "category": "UTILITY", "components": [{"type": "BODY", "text": "New"}]},
                            "2": {"id": "2", "name": "greeting_two", "language": "en", "status": "APPROVED", "components": []}}
        template.action_refresh()
        self.assertEqual(template.body_text, "New")
        self.assertFalse(self.Template.search([("name", "=", "greeting_two")]))
        template.translation_ids.action_unpause()
        self.assertEqual((self.meta.named("unpause"), template.state), ([("unpause", template.translation_ids.meta_id)], "approved"))

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_only_administrators_write_and_nothing_crosses_companies(self):
        template = self._template("greeting")
        company = self.env["res.company"].create({"name": "Tenant"})
        stranger = new_test_user(
            self.env, "tpl_stranger", "base.group_user,whatsapp_base.group_whatsapp_admin",
            company_id=company.id, company_ids=[(6, 0, company.ids)],
        )
        translation = template.translation_ids
        for user in (self.agent, self.supervisor, self.employee, stranger):
            with self.subTest(user=user.login):
                for record in (template, translation):
                    self.assertFalse(record.with_user(user).has_access("write"))
                    self.assertFalse(record.with_user(user).has_access("unlink"))
                Wizard = self.env["whatsapp.delete.template"].with_user(user)
                for call, *args in (
                    (translation.with_user(user).action_submit,), (template.with_user(user).action_refresh,),
                    (translation.with_user(user).action_unpause,), (Wizard.create, {"template_id": template.id}),
                ):
                    with self.assertRaises(AccessError):
                        call(*args).action_delete()
        self.assertFalse(self.meta.calls)
        translation.with_user(self.admin).body_text = "Hi {{1}}, hello again."
        version = translation.version_ids
        self.assertTrue(version.with_user(self.supervisor).comparison)
        for user in (self.agent, stranger):
            with self.assertRaises(AccessError):
                version.with_user(user).read(["comparison"])
        with self.assertRaises(AccessError):
            version.with_user(self.supervisor).read(["components"])
