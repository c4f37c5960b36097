from datetime import date, datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..tools import field_paths
from .common import WhatsappCommon


class TemplateValuesCommon(WhatsappCommon):
    """A template about partners, whose variables come from their fields."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        for code in ("fr_FR", "es_ES"):
            cls.env["res.lang"]._activate_lang(code)
        cls.partner_model = cls.env["ir.model"]._get("res.partner")
        cls.ana = cls.env["res.partner"].create(
            {"name": "Ana Ruiz", "lang": "en_US", "phone": "+34600900111", "country_id": cls.env.ref("base.es").id, "tz": "Europe/Madrid"}
        )
        cls.luc = cls.env["res.partner"].create({"name": "Luc Dupont", "lang": "fr_FR", "phone": "+33612345678"})

    @classmethod
    def _about_partners(cls, text="Hello {{1}} of {{2}}, all is well.", **values):
        count = text.count("{{")
        template = cls._template(
            values.pop("name", "about_partners"),
            components=[{"type": "BODY", "text": text, "example": {"body_text": [["x"] * count]}}, *values.pop("more", [])],
            **values,
        )
        template.model_id = cls.partner_model
        return template

    @classmethod
    def _set(cls, template, name, source, component="body", **values):
        line = template.variable_ids.filtered(lambda v: v.name == name and v.component == component)
        line.write({"source": source, **values})
        return line


@tagged("post_install", "-at_install")
class TestVariables(TemplateValuesCommon):
    """A template has a line for each variable of its languages."""

    def test_lines_follow_the_texts_and_keep_what_was_chosen(self):
        template = self._about_partners()
        self.assertEqual(template.variable_ids.mapped("name"), ["1", "2"])
        self._set(template, "1", "field", field_path="name")
        self.env["whatsapp.message.template"]._take_over(self.account, [{
            "id": "4990001", "name": template.name, "language": "es", "status": "APPROVED", "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Hola {{1}}, {{2}} y {{3}} son suyos."}],
        }])
        self.assertEqual(template.variable_ids.mapped("name"), ["1", "2", "3"])
        self.assertEqual(template.variable_ids[0].field_path, "name")
        spanish = template.translation_ids.filtered(lambda t: t.language == "es")
        spanish.meta_id = False
        spanish.unlink()
        self.assertEqual(template.variable_ids.mapped("name"), ["1", "2"])

    def test_header_and_buttons_have_lines_files_and_login_codes_have_none(self):
        template = self._about_partners(more=[
            {"type": "HEADER", "format": "TEXT", "text": "For {{1}}"},
            {"type": "BUTTONS", "buttons": [
                {"type": "QUICK_REPLY", "text": "Yes"}, {"type": "URL", "text": "Open", "url": "https://x.example/{{1}}"}]},
        ])
        self.assertEqual([(v.component, v.key) for v in template.variable_ids],
                         [("header", "header"), ("body", "1"), ("body", "2"), ("button", "button.1")])
        self.assertEqual(template.variable_ids[-1].label, "Open")
        code = self._template("otp", category="AUTHENTICATION", components=[
            {"type": "BODY", "add_security_recommendation": True}, {"type": "BUTTONS", "buttons": [{"type": "OTP", "text": "Copy"}]}])
        self.assertEqual(code.variable_ids.mapped("component"), ["body"])
        image = self._template("image", components=[{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "x"}])
        self.assertFalse(image.variable_ids)

    def test_paths_are_checked_when_they_are_chosen(self):
        template = self._about_partners()
        line = template.variable_ids[0]
        for path, problem in (
            ("nome", "no field"), ("name.x", "does not lead"), ("parent_id.nome", "no field"), ("image_128", "cannot be written"),
            ("signup_type", "never sent"), ("user_ids.password", "never sent"), ("message_attachment_count.x", "does not lead"),
            ("activity_ids.res_model_id", "never sent"), (False, "Choose a field"), ("parent_id." * 6 + "name", "Choose a field"),
        ):
            with self.subTest(path=path), self.assertRaisesRegex(ValidationError, problem):
                line.write({"source": "field", "field_path": path})
        line.write({"source": "field", "field_path": "parent_id.country_id.name"})
        with self.assertRaisesRegex(ValidationError, "enter the text"):
            line.write({"source": "fixed"})

    def test_secrets_of_any_model_are_refused(self):
        for model, path in (
            ("res.users", "api_key_ids.name"), ("res.users", "totp_secret"), ("whatsapp.channel", "account_id.name"),
            ("res.company", "partner_id.user_ids.password"),
        ):
            with self.subTest(path=path), self.assertRaises(ValidationError):
                field_paths.check(self.env, model, path)

    def test_administrators_choose_sources_agents_do_not(self):
        line = self._about_partners().variable_ids[0]
        line.with_user(self.admin).write({"source": "field", "field_path": "name"})
        with self.assertRaises(AccessError):
            line.with_user(self.agent).write({"field_path": "phone"})
        with self.assertRaises(AccessError):
            line.with_user(self.employee).read(["field_path"])

    def test_variables_stay_in_their_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(self.env, "wa_stranger", "base.group_user,whatsapp_base.group_whatsapp_supervisor", company_id=other.id,
                                 company_ids=[(6, 0, other.ids)])
        line = self._about_partners().variable_ids[0]
        with self.assertRaises(AccessError):
            line.with_user(stranger).read(["field_path"])


@tagged("post_install", "-at_install")
class TestValues(TemplateValuesCommon):
    """Values are read with the sender's rights and written for the recipient."""

    def _texts(self, template, records, **options):
        values = template.with_user(options.pop("user", self.agent))._values_for(records, **options)
        return {key: list(row["body"].values()) for key, row in values.items()}

    def test_every_kind_of_field_in_the_recipients_language(self):
        tag = self.env["res.partner.category"].create({"name": "Friends"})
        self.env["res.partner.category"].create({"name": "Unused"})
        self.env.ref("base.es").with_context(lang="fr_FR").name = "Espagne"
        for partner in (self.ana, self.luc):
            partner.write({"country_id": self.env.ref("base.es").id, "comment": "<p>Likes<br/>tea</p>", "category_id": tag.ids,
                           "partner_latitude": 1234.5, "type": "invoice", "color": 7})
        self.env.cr.execute("UPDATE res_partner SET create_date = '2026-03-01 22:30:00' WHERE id IN %s", [(self.ana.id, self.luc.id)])
        self.env.invalidate_all()
        read = lambda partner, name, **kw: field_paths.values(  # noqa: E731
            partner.with_context(lang=partner.lang), name, {partner.id: kw.get("tz")})[partner.id]
        self.assertEqual(read(self.ana, "country_id"), "Spain")
        self.assertEqual(read(self.luc, "country_id.name"), "Espagne")
        self.assertEqual(read(self.ana, "create_date", tz="Europe/Madrid"), "March 1, 2026, 11:30\u202fPM")
        self.assertEqual(read(self.luc, "create_date", tz="Asia/Dhaka"), "2 mars 2026, 04:30")
        self.assertEqual(read(self.ana, "comment"), "Likes tea")
        self.assertEqual(read(self.ana, "category_id"), "Friends")
        self.assertEqual(read(self.ana, "partner_latitude"), "1,234.5000000")
        self.assertEqual(read(self.luc, "partner_latitude").replace("\u202f", " ").replace("\xa0", " "), "1 234,5000000")
        self.assertEqual(read(self.ana, "color"), "7")
        self.assertEqual(read(self.ana, "type"), "Invoice")
        self.assertEqual(read(self.ana, "active"), "Yes")
        self.assertEqual(read(self.ana, "parent_id.name"), "")
        mail = self.env["res.partner"].new({"name": "x"})
        self.assertEqual(field_paths.readable(mail, "name"), "x")

    def test_a_date(self):
        rate = self.env["res.currency.rate"].create({"name": date(2026, 5, 4), "currency_id": self.env.ref("base.EUR").id, "rate": 2})
        for lang, text in (("en_US", "May 4, 2026"), ("es_ES", "4 de mayo de 2026"), ("fr_FR", "4 mai 2026")):
            self.assertEqual(field_paths.readable(rate.with_context(lang=lang), "name"), text)

    def test_through_relations_each_record_its_own(self):
        parent = self.env["res.partner"].create({"name": "Acme"})
        self.ana.parent_id = parent
        template = self._about_partners()
        self._set(template, "1", "field", field_path="name")
        self._set(template, "2", "field", field_path="parent_id.name", fallback="nobody")
        texts = self._texts(template, self.ana | self.luc)
        self.assertEqual(texts, {self.ana.id: ["Ana Ruiz", "Acme"], self.luc.id: ["Luc Dupont", "nobody"]})

    def test_sender_company_fixed_and_asked(self):
        template = self._about_partners("Hello {{1}}, {{2}} of {{3}} has {{4}} for you today.")
        self._set(template, "1", "fixed", value="friend")
        self._set(template, "2", "user", field_path="name")
        self._set(template, "3", "company", field_path="name")
        asked = self._set(template, "4", "free", value="news")
        company = self.env.company.name
        given = ((None, "news"), ({"4": 0}, "0"), ({"4": "cake"}, "cake"), ({asked.id: "tea"}, "tea"), ({str(asked.id): "rum"}, "rum"))
        for free, expected in given:
            with self.subTest(free=free):
                self.assertEqual(self._texts(template, self.ana, free=free)[self.ana.id], ["friend", self.agent.name, company, expected])

    def test_an_empty_value_names_record_and_variable(self):
        template = self._about_partners()
        self._set(template, "1", "field", field_path="name")
        self._set(template, "2", "field", field_path="parent_id.name", label="Employer")
        with self.assertRaisesRegex(UserError, r"Ana Ruiz: \{\{2\}\} of the template “about_partners” is empty \(Employer\)"):
            template._values_for(self.ana)
        self.ana.parent_id = self.luc
        values, problems = template._try_values_for(self.ana | self.luc)
        self.assertEqual((list(values), list(problems)), ([self.ana.id], [self.luc.id]))

    def test_language_of_partner_then_contact_then_company(self):
        template = self._about_partners()
        for name in "12":
            self._set(template, name, "fixed", value="x")
        nameless = self.env["res.partner"].create({"name": "Nobody", "lang": False})
        known = self.env["res.partner"].create({"name": "Known", "lang": False})
        self._contact("34600900333", partner_id=known.id, language="es")
        self.env.company.partner_id.lang = "fr_FR"
        records = self.ana | self.luc | nameless | known
        found = {key: row["language"] for key, row in template._values_for(records).items()}
        self.assertEqual(found, {self.ana.id: "en_US", self.luc.id: "fr_FR", nameless.id: "fr_FR", known.id: "es"})
        self.assertEqual({row["language"] for row in template._values_for(records, language="es").values()}, {"es"})

    def test_values_are_in_the_language_of_the_text_that_leaves(self):
        """Whoever gets English for want of French must not read French dates in it."""
        template = self._about_partners()
        self.env.ref("base.es").with_context(lang="fr_FR").name = "Espagne"
        self.luc.country_id = self.env.ref("base.es")
        self._set(template, "1", "field", field_path="name")
        self._set(template, "2", "field", field_path="country_id.name")
        self.assertEqual(self._texts(template, self.luc)[self.luc.id][1], "Spain")

    def test_nothing_is_read_with_more_rights_than_the_senders(self):
        template = self._about_partners()
        self._set(template, "1", "field", field_path="name")
        self._set(template, "2", "field", field_path="company_id.name", fallback="x")
        hidden = self.env["res.company"].create({"name": "Hidden"})
        self.ana.company_id = hidden
        for records in (self.ana, self.ana.sudo()):
            with self.assertRaisesRegex(UserError, "You may not read"):
                template.with_user(self.agent)._values_for(records)
        values, problems = template.with_user(self.agent)._try_values_for(self.luc | self.ana)
        self.assertEqual((list(values), list(problems)), ([self.luc.id], [self.ana.id]))

    def test_a_template_about_something_else_is_refused(self):
        template = self._about_partners()
        self._set(template, "1", "field", field_path="name")
        with self.assertRaisesRegex(UserError, "speaks about Contact"):
            template._values_for(self.env.user)

    def test_line_breaks_never_get_into_values(self):
        template = self._about_partners()
        self.ana.name = "Ana\n\tRuiz     y Sol"
        self._set(template, "1", "field", field_path="name")
        self.assertEqual(self._texts(template, self.ana, free={"2": "a\nb"})[self.ana.id], ["Ana Ruiz y Sol", "a b"])

    def test_parts_that_the_caller_has_ready_win(self):
        template = self._about_partners()
        values = template._values_for(self.ana, free={"body": ["a", "b"], "1": "x", "2": "y"})
        self.assertEqual(values[self.ana.id]["body"], ["a", "b"])

    def test_a_login_code_is_in_text_and_button(self):
        template = self._template("otp", category="AUTHENTICATION", components=[
            {"type": "BODY", "add_security_recommendation": True}, {"type": "BUTTONS", "buttons": [{"type": "OTP", "text": "Copy"}]}])
        row = template._values_for(self.ana, free={"1": "483920"})[self.ana.id]
        self.assertEqual((row["body"], row["buttons"]), ({"1": "483920"}, ["483920"]))
        content = template._content(row["header"], row["body"], row["buttons"], row["language"])
        self.assertEqual(len(content.components), 2)

    def test_what_comes_out_fills_the_template(self):
        template = self._about_partners(more=[
            {"type": "HEADER", "format": "TEXT", "text": "For {{1}}"},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Open", "url": "https://x.example/{{1}}"}]},
        ])
        self._set(template, "1", "field", field_path="name")
        free = {"header": "you", "2": "Madrid", "button.0": "S1"}
        row = template._values_for(self.ana, free=free)[self.ana.id]
        content = template._content(row["header"], row["body"], row["buttons"], row["language"])
        texts = [parameter["text"] for part in content.components for parameter in part["parameters"]]
        self.assertEqual(texts, ["you", "Ana Ruiz", "Madrid", "S1"])

    def test_records_without_a_page_say_so(self):
        template = self._about_partners()
        self._set(template, "1", "portal_url")
        with self.assertRaisesRegex(UserError, "no page that customers can open"):
            template._values_for(self.ana, free={"2": "x"})

    def test_many_records_cost_no_more_queries_than_two(self):
        template = self._about_partners()
        self._set(template, "1", "field", field_path="name")
        self._set(template, "2", "field", field_path="parent_id.country_id.name", fallback="x")
        parents = self.env["res.partner"].create([
            {"name": f"Parent {n}", "country_id": self.env.ref("base.es").id} for n in range(40)])
        records = self.env["res.partner"].create([
            {"name": f"Child {n}", "lang": "en_US", "parent_id": parent.id} for n, parent in enumerate(parents)])

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            template.with_user(self.agent)._values_for(some.with_user(self.agent))
            return self.env.cr.sql_log_count - before

        queries(records[:2])
        self.assertEqual(queries(records), queries(records[:2]))

    def test_a_moment_is_shown_in_the_recipients_time_zone(self):
        template = self._about_partners()
        self._set(template, "1", "field", field_path="create_date")
        self.env.cr.execute("UPDATE res_partner SET create_date = %s WHERE id = %s", [datetime(2026, 3, 1, 23, 30), self.ana.id])
        self.env.invalidate_all()
        self.assertTrue(self._texts(template, self.ana, free={"2": "x"})[self.ana.id][0].startswith("March 2, 2026, 12:30"))
