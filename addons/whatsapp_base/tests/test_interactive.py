import base64
import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..lanes.sender import fill_media, pending_media
from .discuss_common import DiscussCommon

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
BUTTONS = {"body": "Shall we *deliver*?", "buttons": [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}], "footer": "Acme"}


@tagged("-at_install", "post_install")
class TestInteractive(DiscussCommon):
    """Messages with something to press: who may send them, what leaves, and how they look in the thread."""

    def send(self, kind, values, user=None, **options):
        answer = self.conversation.with_user(user or self.agent).send_message(kind, values, **options)
        return self.Message.browse(answer["id"])

    def payload(self, row):
        return json.loads(row.payload)["interactive"]

    def test_buttons_leave_as_a_reply_and_show_as_the_customer_has_them(self):
        row = self.send("buttons", BUTTONS)
        self.assertEqual((row.state, row.type, row.origin, row.lane), ("queued", "interactive", "agent", "replies"))
        self.assertEqual(row.user_id, self.agent)
        self.assertEqual(self.payload(row)["action"]["buttons"][0]["reply"], {"id": "yes", "title": "Yes"})
        message = row.mail_message_id
        self.assertEqual(message.author_id, self.agent.partner_id)
        for part in ("<b>deliver</b>", "Acme", "Yes", "No", "o-whatsapp-sent-button"):
            self.assertIn(part, message.body)
        self.assertEqual(message._whatsapp_status()["state"], "queued")
        self.assertEqual(len(self.conversation.message_line_ids.filtered(lambda r: r.direction == "outbound")), 1)

    def test_the_first_message_takes_the_conversation_like_a_text(self):
        self.send("location_request", {"body": "Where are you?"})
        self.assertEqual(self.conversation.user_id, self.agent)

    def test_a_list_shows_its_sections_and_rows(self):
        row = self.send("list", {"body": "Pick", "button": "See slots", "sections": [
            {"title": "Today", "rows": [{"title": "10:00", "description": "Free"}]},
            {"title": "Tomorrow", "rows": [{"title": "11:00"}]}]})
        for part in ("Today", "10:00", "Free", "Tomorrow", "11:00", "See slots"):
            self.assertIn(part, row.mail_message_id.body)

    def test_nothing_that_people_write_becomes_html(self):
        row = self.send("buttons", {"body": "<script>a</script>", "header": "<b>h</b>", "buttons": [{"title": "<i>x</i>"}]})
        for bad in ("<script", "<b>h", "<i>x"):
            self.assertNotIn(bad, row.mail_message_id.body)

    def test_what_meta_would_refuse_is_refused_with_the_remedy(self):
        for kind, values, words in (
            ("buttons", {"body": "x", "buttons": []}, "Add at least one"),
            ("buttons", {"body": "x", "buttons": [{"title": "y" * 21}]}, "21 characters; WhatsApp allows 20"),
            ("link", {"body": "x", "label": "y", "url": "acme"}, "Start it with https"),
            ("product", {"retailer_id": "1"}, "Enter its ID in the settings of the account"),
            ("poem", {}, "There is no kind of message"),
        ):
            with self.subTest(kind=kind), self.assertRaisesRegex(ValidationError, words):
                self.send(kind, values)
        self.assertFalse(self.Message.search([("conversation_id", "=", self.conversation.id), ("direction", "=", "outbound")]))

    def test_items_are_of_the_accounts_catalogue(self):
        self.account.catalog_id = "1013839427321234"
        row = self.send("product", {"retailer_id": "SKU-1", "body": "Look"})
        self.assertEqual(self.payload(row)["action"], {"catalog_id": "1013839427321234", "product_retailer_id": "SKU-1"})
        self.assertIn("SKU-1", row.mail_message_id.body)

    def test_a_catalogue_id_has_digits_only(self):
        with self.assertRaisesRegex(ValidationError, "digits only"):
            self.account.catalog_id = "my catalogue"

    def test_partners_go_as_contact_cards_with_their_numbers_in_international_form(self):
        partner = self.env["res.partner"].create(
            {
                "name": "Bo Li", "phone": "600 111 222", "country_id": self.env.ref("base.es").id, "function": "Sales",
                "email": "bo@example.com",
            }
        )
        row = self.send("contacts", {"partner_ids": partner.ids})
        [card] = json.loads(row.payload)["contacts"]
        self.assertEqual(card["name"]["formatted_name"], "Bo Li")
        self.assertEqual(card["phones"][0]["wa_id"], "34600111222")
        self.assertEqual((card["org"]["title"], card["emails"]), ("Sales", [{"email": "bo@example.com"}]))
        self.assertIn("bo@example.com", row.mail_message_id.body)

    def test_only_partners_that_the_agent_may_see_can_be_handed_on(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        partner = self.env["res.partner"].create({"name": "Secret", "company_id": other.id})
        with self.assertRaises(AccessError):
            self.send("contacts", {"partner_ids": partner.ids})
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.agent).builder_place(partner.id)

    def test_a_place_shows_as_a_link_to_the_map(self):
        row = self.send("location", {"latitude": 40.4168, "longitude": -3.7038, "name": "Shop", "address": "Calle Mayor 1"})
        self.assertEqual(json.loads(row.payload)["location"]["latitude"], 40.4168)
        self.assertIn("openstreetmap.org", row.mail_message_id.body)
        self.assertIn("Calle Mayor 1", row.mail_message_id.body)

    def test_rights_are_those_of_texts(self):
        for user, error in ((self.employee, AccessError), (self.other_agent, AccessError), (self.portal, AccessError)):
            with self.subTest(user=user.login), self.assertRaises(error):
                self.send("buttons", BUTTONS, user=user)
            for method in ("builder_settings", "builder_place"):
                with self.subTest(user=user.login, method=method), self.assertRaises(error):
                    getattr(self.conversation.with_user(user), method)()
        self.send("buttons", BUTTONS, user=self.supervisor)

    def test_nothing_but_templates_leaves_outside_the_window(self):
        self.conversation.window_expires_at = False
        with self.assertRaises(UserError):
            self.send("buttons", BUTTONS)

    def test_once_is_once(self):
        first = self.send("buttons", BUTTONS, once="a")
        self.assertEqual(self.send("buttons", BUTTONS, once="a"), first)

    def test_a_quote_names_what_this_thread_has_on_whatsapp_and_nothing_else(self):
        quoted = self.sent(self.conversation)
        row = self.send("buttons", BUTTONS, reply_to=quoted.mail_message_id.id)
        self.assertEqual(row.reply_to_wamid, quoted.wamid)
        elsewhere = self.sent(self._conversation("34600900333"))
        self.assertFalse(self.send("buttons", BUTTONS, reply_to=elsewhere.mail_message_id.id).reply_to_wamid)

    def test_the_preview_shows_what_is_written_and_says_what_is_missing(self):
        conversation = self.conversation.with_user(self.agent)
        half = conversation.builder_preview("buttons", {"body": "*OK?*", "buttons": []})
        self.assertIn("OK?", half["phone"]["body"])
        self.assertEqual(half["problem"]["field"], "buttons")
        self.assertIn("Add at least one", half["problem"]["text"])
        whole = conversation.builder_preview("buttons", BUTTONS)
        self.assertFalse(whole["problem"])
        self.assertEqual([button["label"] for button in whole["phone"]["buttons"]], ["Yes", "No"])
        self.assertEqual(conversation.builder_preview("location", {"latitude": ""})["phone"], False)
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.employee).builder_preview("buttons", BUTTONS)

    def test_a_picture_in_place_of_the_title_is_uploaded_when_the_message_leaves(self):
        picture = self.env["ir.attachment"].with_user(self.agent).create(
            {"name": "shop.png", "raw": PIXEL, "res_model": "whatsapp.conversation", "res_id": self.conversation.id}
        )
        values = {**BUTTONS, "header": {"attachment_id": picture.id}}
        shown = self.conversation.with_user(self.agent).builder_preview("buttons", values)
        self.assertEqual(shown["phone"]["header"], {"kind": "image", "url": f"/web/content/{picture.id}", "filename": "shop.png"})
        row = self.send("buttons", values)
        self.assertEqual(row.mail_message_id.attachment_ids, picture)
        [job] = self.claim()
        self.assertEqual((job.upload.filename, job.upload.mimetype), ("shop.png", "image/png"))
        self.assertEqual(fill_media(job.content, "M1")["interactive"]["header"], {"type": "image", "image": {"id": "M1"}})

    def test_a_file_that_the_agent_may_not_see_or_that_is_no_header_is_refused(self):
        secret = self.env["ir.attachment"].create({"name": "a.png", "raw": PIXEL})
        with self.assertRaises(AccessError):
            self.send("buttons", {**BUTTONS, "header": {"attachment_id": secret.id}})
        for file_id in (0, "1", 999999999):
            with self.subTest(file_id=file_id), self.assertRaisesRegex(ValidationError, "Choose it again"):
                self.send("buttons", {**BUTTONS, "header": {"attachment_id": file_id}})
        sound = self.env["ir.attachment"].with_user(self.agent).create(
            {"name": "a.mp3", "raw": b"ID3", "mimetype": "audio/mpeg", "res_model": "whatsapp.conversation", "res_id": self.conversation.id}
        )
        with self.assertRaisesRegex(ValidationError, "header cannot be audio"):
            self.send("buttons", {**BUTTONS, "header": {"attachment_id": sound.id}})

    def test_files_on_the_cards_of_a_carousel_and_addresses_side_by_side(self):
        one, two = self.env["ir.attachment"].with_user(self.agent).create(
            [{"name": f"{n}.png", "raw": PIXEL, "res_model": "whatsapp.conversation", "res_id": self.conversation.id} for n in range(2)]
        )
        button = {"label": "Look", "url": "https://x.test"}
        files = ({"attachment_id": two.id}, {"link": "https://x.test/a.png"}, {"attachment_id": one.id})
        values = {"body": "Lamps", "cards": [{**file, **button} for file in files]}
        shown = self.conversation.with_user(self.agent).builder_preview("carousel", values)
        self.assertFalse(shown["problem"])
        urls = [card["header"]["url"] for card in shown["phone"]["cards"]]
        self.assertEqual(urls, [f"/web/content/{two.id}", "https://x.test/a.png", f"/web/content/{one.id}"])
        self.assertEqual(self.send("carousel", values).attachment_ids, one | two)
        [job] = self.claim()
        self.assertEqual([upload.filename for upload in (job.upload, *job.more)], ["0.png", "1.png"])
        content = fill_media(fill_media(job.content, "M0"), "M1", pending_media(1))
        headers = [card["header"]["image"] for card in content["interactive"]["action"]["cards"]]
        self.assertEqual(headers, [{"id": "M1"}, {"link": "https://x.test/a.png"}, {"id": "M0"}])

    def test_a_card_takes_no_file_of_others_and_no_sound(self):
        secret = self.env["ir.attachment"].create({"name": "a.png", "raw": PIXEL})
        sound = self.env["ir.attachment"].with_user(self.agent).create(
            {"name": "a.mp3", "raw": b"ID3", "mimetype": "audio/mpeg", "res_model": "whatsapp.conversation", "res_id": self.conversation.id}
        )
        for file_id, error in ((secret.id, AccessError), (0, ValidationError), (sound.id, ValidationError)):
            card = {"attachment_id": file_id, "label": "Look", "url": "https://x.test"}
            with self.subTest(file_id=file_id), self.assertRaises(error):
                self.send("carousel", {"body": "Lamps", "cards": [card, card]})

    def test_our_address_is_a_place(self):
        self.company.partner_id.write({"street": "Calle Mayor 1", "city": "Madrid", "partner_latitude": 40.4, "partner_longitude": -3.7})
        place = self.conversation.with_user(self.agent).builder_place()
        self.assertEqual((place["latitude"], place["longitude"]), (40.4, -3.7))
        self.assertIn("Calle Mayor 1", place["address"])
