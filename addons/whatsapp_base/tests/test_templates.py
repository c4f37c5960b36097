from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WhatsappCommon


@tagged("post_install", "-at_install")
class TestTemplateSync(WhatsappCommon):
    """Templates are what Meta lists: one name, many languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Template = cls.env["whatsapp.message.template"]

    def _listed(self, name, language="en", **values):
        return {"id": f"49{abs(hash((name, language))) % 10**8}", "name": name, "language": language, "category": "UTILITY",
                "status": "APPROVED", "components": [{"type": "BODY", "text": "Hi"}], **values}

    def _all(self):
        return self.Template.with_context(active_test=False).search([("account_id", "=", self.account.id)])

    def test_new_changed_and_gone(self):
        self.Template._sync(self.account, [self._listed("a"), self._listed("b")])
        self.Template._sync(self.account, [self._listed("a", status="PAUSED"), self._listed("c")])
        found = {template.name: (template.translation_ids.status, template.state, template.active) for template in self._all()}
        self.assertEqual(
            found, {"a": ("PAUSED", "paused", True), "b": ("DELETED", "deleted", False), "c": ("APPROVED", "approved", True)}
        )
        self.Template._sync(self.account, [self._listed("b")])
        self.assertTrue(self.Template.search([("account_id", "=", self.account.id), ("name", "=", "b")]).is_sendable)

    def test_languages_of_one_name_are_one_template(self):
        listed = [self._listed("x"), self._listed("x", "bn", status="PENDING"), self._listed("x", "bn")]
        self.assertEqual(self.Template._sync(self.account, listed), 2)
        template = self._all()
        self.assertEqual(sorted(template.translation_ids.mapped("language")), ["bn", "en"])
        self.assertEqual((template.state, template.is_sendable, template.language_count), ("partly", True, 2))
        self.Template._sync(self.account, [self._listed("x", "bn", status="PENDING")])
        self.assertEqual((template.state, template.is_sendable, template.active), ("review", False, True))
        self.assertEqual(template.translation_ids.filtered(lambda t: t.language == "en").state, "deleted")

    def test_rubbish_in_the_list_is_skipped(self):
        self.assertEqual(self.Template._sync(self.account, [None, 5, {}, self._listed("ok")]), 1)

    def test_a_status_of_tomorrow_is_kept_and_not_sent(self):
        self.Template._sync(self.account, [self._listed("x", status="SLEEPING")])
        self.assertEqual((self._all().translation_ids.status, self._all().state), ("SLEEPING", "other"))

    def test_a_refresh_that_brings_nothing_new_writes_nothing(self):
        listed = [self._listed(f"t{number}", language) for number in range(20) for language in ("en", "fr")]
        self.Template._sync(self.account, listed)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(8):
            self.Template._sync(self.account, listed)
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestTemplateLanguages(WhatsappCommon):
    """The recipient's language is chosen by a chain that people can see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.template = cls._languages_of("greeting", en_US="APPROVED", fr="APPROVED", es_MX="APPROVED", de="PAUSED")

    @classmethod
    def _languages_of(cls, name, **languages):
        return cls.env["whatsapp.message.template"]._take_over(cls.account, [
            {"id": f"77{number}{name}", "name": name, "language": language, "category": "UTILITY", "status": status,
             "components": [{"type": "BODY", "text": f"{language}: {{{{1}}}}", "example": {"body_text": [["Ana"]]}}]}
            for number, (language, status) in enumerate(languages.items())
        ]).template_id

    def test_the_chain(self):
        for spoken, sent in (
            ("fr_CA", "fr"), ("en_GB", "en_US"), ("es_ES", "es_MX"), ("de_DE", "en_US"), ("ja_JP", "en_US"), (False, "en_US"),
        ):
            with self.subTest(spoken=spoken):
                self.assertEqual(self.template._pick(spoken).language, sent)
        self.template.fallback_language = "es_MX"
        self.assertEqual(self.template._pick("de_DE").language, "es_MX", "a paused language is passed over")

    def test_the_form_shows_the_chain(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        self.template.fallback_language = "fr"
        lines = self.template.language_chain.splitlines()
        self.assertIn("nl_NL → nl → fr", next(line for line in lines if line.startswith("Dutch")))
        self.assertTrue(next(line for line in lines if line.startswith("English (US)")).endswith(": en_US"))

    def test_the_customers_language_decides(self):
        talk = self._conversation(open_window=False)
        self.env["res.lang"]._activate_lang("fr_FR")
        talk.contact_id.partner_id.lang = "fr_FR"
        row = talk._send_template(self.template, body=["Ana"])
        self.assertEqual((row.body, row.payload_value("template", "language", "code")), ("fr: Ana", "fr"))
        self.assertEqual((row.template_id, row.template_translation_id.language), (self.template, "fr"))
        talk.contact_id.language = "es"
        self.assertEqual(talk._send_template(self.template, body=["Ana"]).body, "es_MX: Ana")
        self.assertEqual(talk._send_template(self.template, body=["Ana"], language="en").body, "en_US: Ana")

    def test_the_api_takes_a_language_or_none(self):
        talk = self._conversation(open_window=False).with_user(self.agent)
        row = self.Message.browse(talk.send_template("greeting", body=["Ana"], language="fr_BE")["id"])
        self.assertEqual(row.body, "fr: Ana")
        talk.contact_id.language = "es_AR"
        self.assertEqual(self.Message.browse(talk.send_template("greeting", body=["Ana"])["id"]).body, "es_MX: Ana")

    def test_nothing_to_send_is_explained_also_to_agents(self):
        self.template.translation_ids.status = "PAUSED"
        talk = self._conversation(open_window=False).with_user(self.agent)
        with self.assertRaisesRegex(UserError, "greeting.*Paused"):
            talk.send_template("greeting", body=["Ana"])
        with self.assertRaisesRegex(UserError, "greeting.*Paused"):
            self.template._pick("fr")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_agents_see_what_can_be_sent_and_supervisors_all(self):
        hidden = self._languages_of("hidden", en="REJECTED")
        for user, count in ((self.agent, 1), (self.supervisor, 2), (self.admin, 2)):
            seen = self.env["whatsapp.message.template"].with_user(user).search([("account_id", "=", self.account.id)])
            self.assertEqual(len(seen), count)
            self.assertEqual(hidden.with_user(user).has_access("read"), user != self.agent)
        languages = self.template.translation_ids
        self.assertEqual(len(languages.with_user(self.agent)._filtered_access("read")), 3)
        self.assertEqual(len(languages.with_user(self.supervisor)._filtered_access("read")), 4)

    def test_cards_and_offers_are_filled_in(self):
        header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}}
        button = {"type": "URL", "text": "Buy", "url": "https://x.test/{{1}}", "example": ["https://x.test/a"]}
        card = {"components": [header, {"type": "BUTTONS", "buttons": [button]}]}
        self._template("cards", category="MARKETING", components=[
            {"type": "BODY", "text": "Look"}, {"type": "CAROUSEL", "cards": [card, card]}])
        self._template("offer", category="MARKETING", components=[
            {"type": "BODY", "text": "Look"}, {"type": "BUTTONS", "buttons": [button]},
            {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}}])
        talk = self._conversation(open_window=False).with_user(self.agent)
        picture = {"type": "image", "image": {"link": "https://x.test/a.jpg"}}
        cards = [{"header": picture, "buttons": ["a"]}, {"header": picture, "buttons": ["b"]}]
        row = self.Message.browse(talk.send_template("cards", cards=cards)["id"])
        [carousel] = row.payload_value("template", "components")
        self.assertEqual([card["card_index"] for card in carousel["cards"]], [0, 1])
        row = self.Message.browse(talk.send_template("offer", buttons=["a"], offer_ends="2099-01-01 00:00:00")["id"])
        offer = row.payload_value("template", "components")[-1]["parameters"][0]["limited_time_offer"]
        self.assertEqual(offer, {"expiration_time_ms": 4070908800000})
        for wrong, words in (({"offer_ends": "tomorrow"}, "no time"), ({}, "end")):
            with self.assertRaisesRegex(ValidationError, words):
                talk.send_template("offer", buttons=["a"], **wrong)
