from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..cloud_api import template_library
from .common import WhatsappCommon


@tagged("post_install", "-at_install")
class TestTemplateLibrary(WhatsappCommon):
    """Ready-made templates become drafts that can be submitted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.Library = cls.env["whatsapp.library.template"]
        cls.account.company_id.name = "Demo Services"

    def _entry(self, key):
        return self.env.ref(f"whatsapp_base.library_{key}")

    def test_every_file_is_in_the_library_and_the_other_way_round(self):
        files = {path.stem for path in template_library.FOLDER.glob("*.json")}
        self.assertEqual(set(self.Library.search([]).mapped("key")), files)
        for entry in self.Library.search([]):
            self.assertEqual(entry.category, template_library.load(entry.key)["category"])

    def test_all_of_them_install_as_drafts_without_findings(self):
        codes = ["en", "es", "pt_BR", "fr", "ar", "hi", "id", "bn"]
        templates = self.Library.search([]).with_user(self.admin)._install(self.account, codes)
        self.assertEqual(len(templates), self.Library.search_count([]))
        for translation in templates.translation_ids:
            with self.subTest(template=translation.display_name):
                self.assertFalse(translation.findings)
                self.assertTrue(translation._checked_body())
        self.assertEqual(set(templates.mapped("state")), {"draft"})
        self.assertEqual({len(template.translation_ids) for template in templates}, {8})

    def test_the_wizard_proposes_languages_and_opens_the_draft(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        entry = self._entry("welcome").with_user(self.admin)
        action = entry.action_install()
        with Form(self.env[action["res_model"]].with_user(self.admin).with_context(**action["context"])) as form:
            self.assertEqual(form.account_id, self.account)
        wizard = form.record
        self.assertEqual({code for code, state in wizard.languages.items() if state["checked"]}, {"en", "fr"})
        opened = wizard.action_install()
        template = self.env["whatsapp.message.template"].browse(opened["res_id"])
        self.assertEqual(sorted(template.translation_ids.mapped("language")), ["en", "fr"])
        self.assertEqual((template.model, template.fallback_language), ("res.partner", "en"))
        wizard.languages = {code: {**state, "checked": False} for code, state in wizard.languages.items()}
        with self.assertRaisesRegex(UserError, "at least one language"):
            wizard.action_install()

    def test_values_come_from_where_the_library_says(self):
        template = self._entry("welcome").with_user(self.admin)._install(self.account, ["en"])
        found = {v.name: (v.source, v.field_path, v.label) for v in template.variable_ids}
        self.assertEqual(found, {"customer": ("field", "name", "Customer"), "company": ("company", "name", "Company")})
        partner = self.env["res.partner"].create({"name": "Ana"})
        row = template._values_for(partner)[partner.id]
        self.assertEqual(row["body"], {"customer": "Ana", "company": self.env.company.name})

    def test_what_is_not_installed_is_asked_when_sending(self):
        template = self._entry("order_confirmation").with_user(self.admin)._install(self.account, ["en"])
        if "sale.order" not in self.env:
            self.assertFalse(template.model)
            self.assertEqual(set(template.variable_ids.mapped("source")), {"free"})
            self.assertFalse(template.translation_ids.button_ids, "there is no page that the button could open")

    def test_installing_again_adds_languages_and_keeps_what_was_written(self):
        entry = self._entry("delivery_done").with_user(self.admin)
        template = entry._install(self.account, ["en"])
        template.translation_ids.body_text = "Hello {{customer}}, my own words about {{order}} are here."
        template.variable_ids[0].write({"source": "fixed", "value": "friend"})
        again = entry._install(self.account, ["en", "ar"])
        self.assertEqual(again, template)
        self.assertEqual(sorted(template.translation_ids.mapped("language")), ["ar", "en"])
        english = template.translation_ids.filtered(lambda t: t.language == "en")
        self.assertIn("my own words", english.body_text)
        self.assertEqual(template.variable_ids[0].source, "fixed")
        self.assertTrue(entry.is_installed)
        self.assertIn(entry, self.Library.with_user(self.admin).search([("is_installed", "=", True)]))
        self.assertNotIn(entry, self.Library.with_user(self.admin).search([("is_installed", "=", False)]))

    def test_a_template_of_the_same_name_that_says_something_else_is_left_alone(self):
        other = self._template("welcome", components=[{"type": "BODY", "text": "Our own {{1}} words."}])
        entry = self._entry("welcome").with_user(self.admin)
        template = entry._install(self.account, ["en"])
        self.assertEqual((template.name, other.translation_ids.mapped("language")), ("welcome_2", ["en"]))
        self.assertEqual(entry._install(self.account, ["en", "es"]), template)

    def test_a_document_comes_with_an_example(self):
        template = self._entry("invoice_ready").with_user(self.admin)._install(self.account, ["en"])
        self.assertEqual(template.translation_ids._samples()["header"].mimetype, "application/pdf")

    def test_it_is_found_by_its_words_and_shown_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self.assertIn(self._entry("abandoned_cart"), self.Library.search([("body_text", "ilike", "carrito")]))
        self.assertFalse(self.Library.search([("body_text", "ilike", "no such words anywhere")]))
        entry = self._entry("welcome")
        self.assertIn("welcome to", entry.phone["body"])
        self.assertIn("bienvenida", entry.with_context(lang="es_ES").phone["body"])
        self.assertIn("483920", self._entry("login_code").phone["body"])

    def test_supervisors_look_admins_install_others_see_nothing(self):
        entry = self._entry("welcome")
        self.assertTrue(entry.with_user(self.supervisor).read(["title", "phone"]))
        with self.assertRaises(AccessError):
            entry.with_user(self.supervisor)._install(self.account, ["en"])
        for user in (self.agent, self.employee):
            with self.assertRaises(AccessError):
                entry.with_user(user).read(["title"])

    def test_no_template_for_an_account_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        account = self._account("299000000000077", company_id=other.id)
        with self.assertRaises(AccessError):
            self._entry("welcome").with_user(self.admin)._install(account, ["en"])
