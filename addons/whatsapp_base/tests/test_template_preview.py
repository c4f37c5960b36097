import base64

from odoo.tests import Form, tagged

from .test_template_values import TemplateValuesCommon

PIXEL = base64.b64encode(base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
))


@tagged("post_install", "-at_install")
class TestTemplatePreview(TemplateValuesCommon):
    """The form shows how a template looks with a real record, and what Meta would refuse, while it is written."""

    def _draft(self, **values):
        template = self.env["whatsapp.message.template"].create(
            {"name": "draft", "account_id": self.account.id, "category": "UTILITY", "model_id": self.partner_model.id})
        return self.env["whatsapp.message.template.translation"].create(
            {"template_id": template.id, "language": "en", "body_text": "Hello {{1}}, all is well with you.",
             "body_examples": "Ana", **values})

    def _form(self, translation):
        return Form(translation.with_user(self.admin))

    def test_values_of_the_chosen_record(self):
        draft = self._draft()
        self._set(draft.template_id, "1", "field", field_path="name")
        draft.preview_res_id = self.luc.id
        self.assertEqual(draft.phone["body"], "Hello Luc Dupont, all is well with you.")
        draft.preview_res_id = self.ana.id
        self.assertEqual(draft.phone["body"], "Hello Ana Ruiz, all is well with you.")
        draft.preview_res_id = False
        self.assertEqual(draft.phone["body"], "Hello Ana, all is well with you.", "without a record, the example is shown")

    def test_the_newest_record_is_proposed(self):
        newest = self.env["res.partner"].search([], order="id desc", limit=1)
        self.assertEqual(self._draft().preview_res_id, newest.id)

    def test_while_somebody_types_nothing_is_saved_and_all_is_shown(self):
        draft = self._draft()
        form = self._form(draft)
        form.body_text = "Hello {{1}}, *this is new* today."
        self.assertEqual(form.phone["body"], "Hello Ana, <b>this is new</b> today.")
        form.body_text = "{{1}}"
        self.assertEqual({finding["place"] for finding in form.findings}, {"body_text"})
        form.footer_text = "x" * 61
        self.assertEqual({finding["place"] for finding in form.findings}, {"body_text", "footer_text"})
        self.assertEqual(draft.body_text, "Hello {{1}}, all is well with you.")

    def test_findings_name_their_place(self):
        draft = self._draft(header_format="TEXT", header_text="A {{1}}", body_examples=False, ttl_seconds=5,
                            button_ids=[(0, 0, {"type": "URL", "text": "Open", "url": "x"})])
        self.assertEqual({finding["place"] for finding in draft.findings},
                         {"header_example", "body_examples", "ttl_seconds", "button_ids"})
        self.assertTrue(all(finding["text"] and finding["remedy"] for finding in draft.findings))
        draft.write({"header_format": "IMAGE", "header_text": False})
        self.assertIn("header_file", {finding["place"] for finding in draft.findings})

    def test_a_template_with_errors_is_not_submitted(self):
        draft = self._draft(body_text="{{1}}")
        with self.assertRaisesRegex(Exception, "begins with a variable"):
            draft.with_user(self.admin).action_submit()
        self.assertEqual(draft.state, "draft")

    def test_the_example_picture_is_shown_saved_or_not(self):
        draft = self._draft(header_format="IMAGE", header_file=PIXEL, header_filename="a.png")
        self.assertRegex(draft.phone["header"]["url"], rf"^/web/image/whatsapp.message.template.translation/{draft.id}/header_file\?")
        self.assertFalse(draft.with_context(bin_size=True).findings)
        fresh = self.env["whatsapp.message.template.translation"].new(
            {"template_id": draft.template_id.id, "language": "es", "header_format": "IMAGE", "header_file": PIXEL})
        self.assertTrue(fresh._shown_url().startswith("data:image/png;base64,"))
        page = self.env["whatsapp.message.template.translation"].new(
            {"header_format": "IMAGE", "header_file": base64.b64encode(b"<script>alert(1)</script>")})
        self.assertEqual(page._shown_url(), "", "what is no picture is never handed to the browser as one")

    def test_the_template_shows_its_main_language(self):
        draft = self._draft()
        template = draft.template_id
        self._set(template, "1", "field", field_path="name")
        template.preview_res_id = self.ana.id
        self.assertEqual(template.phone["body"], "Hello Ana Ruiz, all is well with you.")
        with Form(template.with_user(self.admin)) as form:
            form.preview_res_id = self.ana.id
            self.assertEqual(form.phone["body"], "Hello Ana Ruiz, all is well with you.")
            form.preview_res_id = self.luc.id
            self.assertEqual(form.phone["body"], "Hello Luc Dupont, all is well with you.")
            with form.variable_ids.edit(0) as line:
                line.source, line.value = "fixed", "friend"
            self.assertEqual(form.phone["body"], "Hello friend, all is well with you.", "unsaved choices are shown")

    def test_records_that_may_not_be_read_are_not_shown(self):
        draft = self._draft()
        self._set(draft.template_id, "1", "field", field_path="name")
        self.ana.company_id = self.env["res.company"].create({"name": "Hidden"})
        draft = draft.with_user(self.admin)
        draft.preview_res_id = self.ana.id
        self.assertNotIn("Ruiz", draft.phone["body"])

    def test_right_to_left(self):
        self.assertTrue(self._draft(language="ar").phone["rtl"])
