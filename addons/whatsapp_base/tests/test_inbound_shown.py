import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.mail.tools.discuss import Store

from .common import ANA, WhatsappCommon

REFERRAL = {
    "source_url": "https://fb.me/abc", "source_id": "1203", "source_type": "ad", "headline": "50% off",
    "body": "Chat with us", "media_type": "image", "image_url": "https://cdn.example/x.jpg", "ctwa_clid": "AfClick01",
}  # fmt: skip


class ShownCommon(WhatsappCommon):
    def _one(self, kind, **values):
        row = self.receive(self.inbound_message(kind, **values))
        self.assertEqual(len(row), 1)
        return row

    def _shown(self, row):
        """Return what the client gets with the bubble of a row."""
        data = Store().add(row.mail_message_id).get_result()
        [message] = [m for m in data["mail.message"] if m["id"] == row.mail_message_id.id]
        return message["whatsapp_content"]


@tagged("post_install", "-at_install")
class TestShownContent(ShownCommon):
    """What a bubble shows beyond its text."""

    def test_a_plain_text_carries_nothing_more(self):
        self.assertIs(self._shown(self.receive(self.inbound_text("Hi"))), False)

    def test_a_location_is_a_card_and_its_body_says_it_in_words(self):
        row = self._one("location", location={"latitude": 52.5, "longitude": 13.4, "name": "Shop", "address": "Street 1"})
        shown = self._shown(row)
        self.assertEqual((shown["kind"], shown["replaces_body"]), ("location", True))
        self.assertEqual(shown["card"]["name"], "Shop")
        self.assertTrue(shown["card"]["url"].startswith("https://www.openstreetmap.org/?mlat=52.500000&mlon=13.400000"))
        self.assertIn("Street 1", row.mail_message_id.body)

    def test_a_cart_has_lines_and_a_total(self):
        items = [
            {"product_retailer_id": "SKU-1", "quantity": 2, "item_price": 9.5, "currency": "EUR"},
            {"product_retailer_id": "SKU-2", "quantity": 1, "item_price": 1, "currency": "EUR"},
        ]
        card = self._shown(self._one("order", order={"catalog_id": "5", "text": "today", "product_items": items}))["card"]
        self.assertEqual((card["total"], card["currency"], card["note"]), (20.0, "EUR", "today"))
        self.assertEqual([line["code"] for line in card["lines"]], ["SKU-1", "SKU-2"])

    def test_a_cart_of_two_currencies_has_no_total(self):
        items = [
            {"product_retailer_id": code, "quantity": 1, "item_price": 1, "currency": code} for code in ("EUR", "USD")
        ]
        card = self._shown(self._one("order", order={"product_items": items}))["card"]
        self.assertEqual((card["total"], card["currency"]), (False, False))

    def test_a_form_is_a_table_without_its_token(self):
        reply = {"name": "flow", "body": "Sent", "response_json": json.dumps({"full_name": "Ana", "flow_token": "secret"})}
        row = self._one("interactive", interactive={"type": "nfm_reply", "nfm_reply": reply})
        self.assertEqual(self._shown(row)["card"]["rows"], [{"label": "Full name", "value": "Ana"}])
        self.assertNotIn("secret", row.mail_message_id.body)

    def test_an_answer_is_marked_and_points_at_its_question(self):
        question = self.sent(self._conversation(ANA["wa_id"]), wamid="wamid.Q")
        question.mail_message_id = False  # as for bulk
        row = self._one(
            "interactive", context={"id": "wamid.Q"},
            interactive={"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}},
        )  # fmt: skip
        shown = self._shown(row)
        self.assertEqual(shown["answer"], "button")
        self.assertEqual(shown["quote"], {"text": "Hello", "is_ours": True}, "the question is no Discuss message: it is named")
        self.assertEqual(row.quoted_id, question)

    def test_a_quote_of_something_unknown_is_said_to_be_unknown(self):
        row = self.receive(self.inbound_text("Yes, that", context={"id": "wamid.NEVER"}))
        self.assertEqual(self._shown(row)["quote"], {"text": False, "is_ours": False})

    def test_a_quote_of_another_customers_message_is_not_shown(self):
        self.receive(self.inbound_text("Secret", id="wamid.THEIRS", **{"from": "34600900333"}), contacts=())
        row = self.receive(self.inbound_text("Ha", context={"id": "wamid.THEIRS"}))
        self.assertEqual(self._shown(row)["quote"], {"text": False, "is_ours": False})
        self.assertFalse(row.mail_message_id.parent_id)

    def test_forwarded_and_the_article_that_it_is_about(self):
        context = {"forwarded": True, "referred_product": {"catalog_id": "5", "product_retailer_id": "SKU-1"}}
        shown = self._shown(self.receive(self.inbound_text("Is this in stock?", context=context)))
        self.assertEqual((shown["forwarded"], shown["product"]), ("once", "SKU-1"))

    def test_what_whatsapp_keeps_back_is_named(self):
        row = self._one("unsupported", unsupported={"type": "poll"}, errors=[{"code": 131051, "title": "Unsupported"}])
        self.assertIn("poll", row.mail_message_id.body)
        row = self._one("unsupported", errors=[{"code": 131052, "title": "Media download error"}])
        self.assertIn("100 MB", row.mail_message_id.body)
        row = self._one("hologram", hologram={"x": 1})
        self.assertIn("hologram", row.mail_message_id.body)
        self.assertEqual(row.type, "unsupported")

    def test_a_picture_without_text_has_words_for_the_lock_screen_only(self):
        row = self._one("image", image={"id": "1", "mime_type": "image/jpeg"})
        self.assertIn("Photo", row.mail_message_id.body)
        shown = self._shown(row)
        self.assertTrue(shown["replaces_body"])
        self.assertEqual(shown["media"]["state"], "pending")

    def test_system_messages_are_slim_lines(self):
        row = self._one("system", system={"type": "user_changed_number", "wa_id": "34600999888", "body": "x"})
        self.assertEqual(row.mail_message_id.message_type, "notification")
        self.assertIn("+34600999888", row.mail_message_id.body)
        self.assertEqual(row.conversation_id.unanswered_count, 0)

    def test_employees_without_the_role_do_not_get_it_in_other_threads(self):
        partner = self.env["res.partner"].create({"name": "Other"})
        message = partner.message_post(body="note")
        data = Store().add(message).get_result()
        self.assertNotIn("whatsapp_content", data["mail.message"][0])


@tagged("post_install", "-at_install")
class TestReferral(ShownCommon):
    """Where customers come from is kept on the conversation."""

    def test_an_ad_is_kept_apart_from_the_click(self):
        row = self.receive(self.inbound_text("Hi", referral=REFERRAL))
        conversation = row.conversation_id
        self.assertEqual((conversation.referral_source_id, conversation.referral_ctwa_clid), ("1203", "AfClick01"))
        self.assertEqual(conversation.referral_headline, "50% off")
        for name, value in (("source_id", "1203"), ("headline", "50% off"), ("ctwa_clid", "AfClick01")):
            self.assertEqual(self.Conversation.search([(f"referral_{name}", "=", value)]), conversation)
        self.assertFalse(self.Conversation.search([("referral_ctwa_clid", "=", "1203")]))
        self.assertEqual(self._shown(row)["referral"]["headline"], "50% off")

    def test_an_ad_without_a_click_does_not_keep_the_click_of_another(self):
        self.receive(self.inbound_text("Hi", referral=REFERRAL, timestamp="1790000000"))
        status_ad = {**REFERRAL, "source_id": "77", "ctwa_clid": None}
        row = self.receive(self.inbound_text("Again", referral=status_ad, timestamp="1790000100"))
        self.assertEqual((row.conversation_id.referral_source_id, row.conversation_id.referral_ctwa_clid), ("77", False))

    def test_an_older_ad_that_comes_late_changes_nothing(self):
        self.receive(self.inbound_text("Hi", referral=REFERRAL, timestamp="1790000100"))
        row = self.receive(self.inbound_text("Earlier", referral={**REFERRAL, "source_id": "1"}, timestamp="1790000000"))
        self.assertEqual(row.conversation_id.referral_source_id, "1203")

    def test_agents_do_not_write_where_somebody_came_from(self):
        self._set_up_people()
        conversation = self.receive(self.inbound_text("Hi", referral=REFERRAL)).conversation_id
        with self.assertRaises(AccessError):
            conversation.with_user(self.agent).write({"referral_ctwa_clid": "forged"})

    def test_an_address_that_is_none_is_no_link(self):
        row = self.receive(self.inbound_text("Hi", referral={**REFERRAL, "source_url": "javascript:alert(1)"}))
        self.assertIs(self._shown(row)["referral"]["url"], False)


@tagged("post_install", "-at_install")
class TestTypedAnswers(ShownCommon):
    """Handlers get answers as values."""

    def test_a_button_and_a_row_of_a_list(self):
        self.sent(self._conversation(ANA["wa_id"]), wamid="wamid.Q")
        answer = self._one("button", button={"payload": "stop", "text": "Stop"}, context={"id": "wamid.Q"})._answer()
        self.assertEqual((answer.kind, answer.id, answer.title, answer.question.wamid), ("button", "stop", "Stop", "wamid.Q"))
        reply = {"id": "slot:1", "title": "10:00", "description": "Free"}
        answer = self._one("interactive", interactive={"type": "list_reply", "list_reply": reply})._answer()
        self.assertEqual((answer.kind, answer.id, answer.description), ("list", "slot:1", "Free"))
        self.assertFalse(answer.question)

    def test_a_form_with_its_token(self):
        reply = {"name": "flow", "body": "Sent", "response_json": json.dumps({"flow_token": "tok-1", "date": "2026-10-01"})}
        answer = self._one("interactive", interactive={"type": "nfm_reply", "nfm_reply": reply})._answer()
        self.assertEqual((answer.kind, answer.flow_token, answer.values["date"]), ("flow", "tok-1", "2026-10-01"))

    def test_a_form_without_its_token_is_found_by_the_question(self):
        sent = self.sent(self._conversation(ANA["wa_id"]), wamid="wamid.FORM")
        sent.payload = json.dumps({"type": "interactive", "interactive": {"action": {"parameters": {"flow_token": "tok-2"}}}})
        reply = {"name": "flow", "body": "Sent", "response_json": "{}"}
        row = self._one("interactive", interactive={"type": "nfm_reply", "nfm_reply": reply}, context={"id": "wamid.FORM"})
        self.assertEqual(row._answer().flow_token, "tok-2")

    def test_a_cart(self):
        item = {"product_retailer_id": "SKU-1", "quantity": 2, "item_price": 9.5, "currency": "EUR"}
        answer = self._one("order", order={"catalog_id": "5", "text": "today", "product_items": [item]})._answer()
        self.assertEqual((answer.kind, answer.catalog_id, answer.text), ("order", "5", "today"))
        self.assertEqual((answer.items[0].retailer_id, answer.items[0].quantity), ("SKU-1", 2))

    def test_a_text_is_no_answer(self):
        self.assertIsNone(self.receive(self.inbound_text("Yes"))._answer())


@tagged("post_install", "-at_install")
class TestContactCards(ShownCommon):
    """From a contact card to a customer in one click."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.agent.group_ids += cls.env.ref("base.group_partner_manager")

    def _cards(self, *phones):
        cards = [
            {
                "name": {"formatted_name": f"Person {n}"}, "phones": [phone], "emails": [{"email": f"p{n}@example.com"}],
                "org": {"company": "Acme"},
            }
            for n, phone in enumerate(phones)
        ]  # fmt: skip
        return self._one("contacts", contacts=cards)

    def test_who_is_known_is_found_by_phone(self):
        partner = self.env["res.partner"].create({"name": "Known", "phone": "+34600123456"})
        row = self._cards({"phone": "+34 600 12 34 56"}, {"phone": "+34600654321", "wa_id": "34600654321"})
        known = row.with_user(self.agent).contact_card_partners()
        self.assertEqual(known, [partner.id, False])
        self.assertEqual(row.with_user(self.agent).action_open_card_partner(0)["res_id"], partner.id)

    def test_who_is_on_whatsapp_is_found_by_that_first(self):
        namesake = self.env["res.partner"].create({"name": "Namesake", "phone": "+34600123456"})
        contact = self._contact("34600123456", partner_id=self.env["res.partner"].create({"name": "Customer"}).id)
        row = self._cards({"phone": "+34600123456", "wa_id": "34600123456"})
        self.assertEqual(row.with_user(self.agent).contact_card_partners(), [contact.partner_id.id])
        self.assertNotEqual(contact.partner_id, namesake)

    def test_the_form_is_filled_in(self):
        context = self._cards({"phone": "+34600654321"}).with_user(self.agent).action_open_card_partner(0)["context"]
        self.assertEqual(
            (context["default_name"], context["default_phone"], context["default_email"], context["default_company_name"]),
            ("Person 0", "+34600654321", "p0@example.com", "Acme"),
        )

    def test_who_may_not_fill_in_the_form_makes_the_customer_at_once(self):
        self.team.member_ids += self.other_agent
        row = self._cards({"phone": "+34600654321"}).with_user(self.other_agent)
        partner = self.env["res.partner"].browse(row.action_open_card_partner(0)["res_id"])
        self.assertEqual((partner.name, partner.phone, partner.email), ("Person 0", "+34600654321", "p0@example.com"))
        self.assertEqual(row.contact_card_partners(), partner.ids)
        self.assertEqual(row.action_open_card_partner(0)["res_id"], partner.id, "a second click opens it")

    def test_a_person_who_is_not_on_the_card(self):
        row = self._cards({"phone": "+34600654321"}).with_user(self.agent)
        for index in (1, -1, "0", None):
            with self.assertRaises(UserError):
                row.action_open_card_partner(index)

    def test_other_teams_and_people_without_the_role_get_nothing(self):
        row = self._cards({"phone": "+34600654321"})
        for user in (self.other_agent, self.employee, self.portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                row.with_user(user).action_open_card_partner(0)

    def test_another_companys_customers_stay_there(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["res.partner"].create({"name": "Theirs", "phone": "+34600654321", "company_id": company.id})
        user = new_test_user(
            self.env, "wa_both", "base.group_user,whatsapp_base.group_whatsapp_supervisor",
            company_ids=[(6, 0, (self.company | company).ids)],
        )  # fmt: skip
        self.assertEqual(self._cards({"phone": "+34600654321"}).with_user(user).contact_card_partners(), [False])
