import base64
import json
from datetime import timedelta
from unittest.mock import Mock, patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from ..lanes.sender import perform
from .discuss_common import DiscussCommon

PDF = b"%PDF-1.4 fake"
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


class ComposeCommon(DiscussCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls._template()
        cls.Partner = cls.env["res.partner"]
        cls.ana = cls.Partner.create({"name": "Ana Ruiz", "phone": "+34600900111"})
        cls.nobody = cls.Partner.create({"name": "Nobody"})

    def composer(self, records, user=None, **context):
        """Return the form of the dialog, opened as a chatter or list does."""
        env = self.env(user=user or self.agent)
        context = {"active_model": records._name, "active_ids": records.ids, "active_id": records[:1].id, **context}
        return Form(env["whatsapp.compose.message"].with_context(**context))

    def filled(self, records, **context):
        form = self.composer(records, **context)
        form.template_id = self.template
        with form.line_ids.edit(0) as line:
            line.value = "you"
        return form

    def sent(self):
        return self.Message.search([("direction", "=", "outbound")], order="id")

    def run_cron(self, name="ir_cron_whatsapp_send_batch"):
        with self.enter_registry_test_mode():
            self.env.ref(f"whatsapp_base.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def many(self, number):
        return self.Partner.create([{"name": f"P{i:03}", "phone": f"+34600{i:06}"} for i in range(number)])


class TestCompose(ComposeCommon):
    """The dialog: from a record, from a list, from a conversation."""

    def test_one_record(self):
        form = self.filled(self.ana)
        self.assertEqual((form.ready_count, form.left_out_count), (1, 0))
        self.assertIn("Hello you", form.preview["body"])
        action = form.save().action_send()
        row = self.sent()
        self.assertEqual((row.type, row.origin, row.res_id, row.user_id), ("template", "agent", self.ana.id, self.agent))
        self.assertEqual(action["params"]["type"], "success")

    def test_who_is_left_out_is_shown_with_the_reason(self):
        form = self.filled(self.ana + self.nobody)
        self.assertEqual((form.ready_count, form.left_out_count), (1, 1))
        composer = form.save()
        self.assertEqual(composer.recipient_ids.mapped("reason"), [False, "Has no phone number"])
        self.assertIn("Nobody: Has no phone number", composer.action_send()["params"]["message"])
        self.assertEqual(len(self.sent()), 1)

    def test_nobody_to_send_to_says_why(self):
        with self.assertRaisesRegex(UserError, "Nobody: Has no phone number"):
            self.filled(self.nobody).save().action_send()

    def test_every_value_is_asked_for(self):
        form = self.composer(self.ana)
        form.template_id = self.template
        with self.assertRaisesRegex(UserError, "Fill in: Text"):
            form.save().action_send()

    def test_free_text_goes_to_who_wrote_today(self):
        self.conversation.contact_id.partner_id = ben = self.Partner.create({"name": "Ben", "phone": "+34600900222"})
        form = self.composer(self.ana + ben)
        form.mode = "text"
        form.body = "We are open"
        self.assertEqual((form.ready_count, form.left_out_count), (1, 1))
        form.save().action_send()
        self.assertEqual((self.sent().body, self.sent().contact_id), ("We are open", self.conversation.contact_id))

    def test_in_a_conversation(self):
        action = self.conversation.with_user(self.agent).action_send_template()
        form = Form(self.env(user=self.agent)[action["res_model"]].with_context(**action["context"]))
        form.template_id = self.template
        with form.line_ids.edit(0) as line:
            line.value = "you"
        form.save().action_send()
        row = self.sent()
        self.assertEqual((row.conversation_id, row.priority, row.res_model), (self.conversation, 0, False))
        self.assertEqual(row.mail_message_id.model, "discuss.channel")
        self.assertEqual(self.conversation.user_id, self.agent)

    def test_scheduled(self):
        form = self.filled(self.ana)
        form.scheduled_at = fields.Datetime.now() + timedelta(hours=2)
        form.save().action_send()
        self.assertFalse(self.claim())
        self.assertTrue(self.sent().record_message_id._whatsapp_status()["scheduled_at"])

    def test_only_agents(self):
        with self.assertRaises(AccessError):
            self.composer(self.ana, user=self.employee)

    def test_another_teams_conversation(self):
        with self.assertRaises(AccessError):
            self.composer(self.conversation, user=self.other_agent)

    def test_the_action_menu_offers_it_to_agents(self):
        def names(user, model="res.partner"):
            return [a["name"] for a in self.env["ir.actions.actions"].with_user(user).get_bindings(model).get("action", ())]

        self.assertIn("Send WhatsApp", names(self.agent))
        self.assertNotIn("Send WhatsApp", names(self.employee))
        for model in ("res.country", "ir.actions.server", "whatsapp.conversation"):
            self.assertNotIn("Send WhatsApp", names(self.agent, model))

    # ------------------------------------------------------------
    # PDF
    # ------------------------------------------------------------

    def report(self):
        model = self.env["ir.model"]._get("res.partner")
        view = self.env["ir.ui.view"].create({"type": "qweb", "name": "card", "key": "whatsapp_base.card", "arch": "<t><p>Card</p></t>"})
        return self.env["ir.actions.report"].create(
            {"name": "Card", "model": "res.partner", "report_name": view.key, "binding_model_id": model.id, "report_type": "qweb-pdf"}
        )

    def with_pdf(self):
        return patch.multiple(
            type(self.env["ir.actions.report"]), get_wkhtmltopdf_state=lambda _self: "ok",
            _render_qweb_pdf=lambda _self, _report, res_ids=None, data=None: (self.rendered.append(res_ids), (PDF, "pdf"))[1],
        )

    def test_the_pdf_is_the_header_rendered_once_for_each_state(self):
        self.rendered = []
        header = {"type": "HEADER", "format": "DOCUMENT"}
        template = self._template("with_pdf", components=[header, {"type": "BODY", "text": "Your card"}])
        report = self.report()
        with self.with_pdf():
            for _turn in range(2):
                [result] = self.ana.with_user(self.agent).whatsapp_send(template=template, report=report.id)
            self.assertEqual(self.rendered, [self.ana.ids])
            self.env.cr.execute("UPDATE res_partner SET write_date = write_date + interval '1 hour' WHERE id = %s", [self.ana.id])
            self.env.invalidate_all()
            self.ana.with_user(self.agent).whatsapp_send(template=template, report=report.id)
        self.assertEqual(len(self.rendered), 2)
        row = self.Message.browse(result["message_id"])
        parameter = json.loads(row.payload)["template"]["components"][0]["parameters"][0]
        self.assertEqual((parameter["type"], parameter["document"]["filename"]), ("document", "Ana Ruiz.pdf"))
        [upload] = {job.upload.data for job in self.claim()}
        self.assertEqual(upload, PDF)

    def test_a_picture_on_top_is_asked_for_and_sent(self):
        header = {"type": "HEADER", "format": "IMAGE"}
        self.template = self._template("with_picture", components=[header, {"type": "BODY", "text": "Our new lamp"}])
        form = self.composer(self.ana)
        form.template_id = self.template
        self.assertIn("Add it", form.problem)
        with self.assertRaisesRegex(UserError, "picture on top"):
            form.save().action_send()
        picture = self.env["ir.attachment"].with_user(self.agent).create({"name": "lamp.png", "raw": PNG})
        composer = form.save()
        composer.attachment_ids = picture
        self.assertFalse(composer.problem)
        composer.action_send()
        parameter = json.loads(self.sent().payload)["template"]["components"][0]["parameters"][0]
        self.assertEqual((parameter["type"], self.sent().attachment_ids), ("image", picture))

    def test_what_comes_from_the_record_is_not_asked_for(self):
        self.template.model_id = self.env["ir.model"]._get("res.partner")
        self.template.variable_ids.write({"source": "field", "field_path": "name"})
        form = self.composer(self.ana)
        self.assertEqual(form.template_id, self.template)
        self.assertEqual(len(form.line_ids), 0)
        self.assertIn("Hello Ana Ruiz", form.preview["body"])
        form.save().action_send()
        self.assertEqual(self.sent().body, "Hello Ana Ruiz")

    def test_a_contacts_template_serves_a_conversation(self):
        self.conversation.contact_id.partner_id = self.ana
        self.template.model_id = self.env["ir.model"]._get("res.partner")
        self.template.variable_ids.write({"source": "field", "field_path": "name"})
        form = self.composer(self.conversation)
        form.template_id = self.template
        self.assertIn("Hello Ana Ruiz", form.preview["body"])
        form.save().action_send()
        self.assertEqual((self.sent().body, self.sent().conversation_id), ("Hello Ana Ruiz", self.conversation))

    def test_in_a_conversation_what_another_document_would_know_is_typed(self):
        self.template.model_id = self.env["ir.model"]._get("res.company")
        self.template.variable_ids.write({"source": "field", "field_path": "name"})
        form = self.composer(self.conversation)
        form.template_id = self.template
        self.assertEqual(len(form.line_ids), 1)
        with form.line_ids.edit(0) as line:
            line.value = "order S77"
        self.assertIn("Hello order S77", form.preview["body"])
        form.save().action_send()
        self.assertEqual(self.sent().body, "Hello order S77")

    def test_in_the_window_the_pdf_follows_as_a_file(self):
        self.rendered = []
        self.conversation.contact_id.partner_id = self.ana
        self.ana.phone = "+34600900222"
        with self.with_pdf():
            self.ana.with_user(self.agent).whatsapp_send(body="Here it is", report=self.report().id)
        self.assertEqual(self.sent().mapped("type"), ["text", "document"])
        self.assertEqual(len(self.sent().record_message_id), 1)

    def test_without_wkhtmltopdf_nothing_is_sent_and_the_remedy_is_named(self):
        with patch.object(type(self.env["ir.actions.report"]), "get_wkhtmltopdf_state", lambda _self: "install"):
            with self.assertRaisesRegex(UserError, "no wkhtmltopdf"):
                self.ana.with_user(self.agent).whatsapp_send(template=self.template, report=self.report().id)
        self.assertFalse(self.sent())

    def test_another_documents_report_is_refused(self):
        with self.assertRaisesRegex(UserError, "not one of these documents"):
            self.ana.with_user(self.agent).whatsapp_send(template=self.template, report="base.report_ir_model_overview")


class TestComposeParts(ComposeCommon):
    """What a template needs beyond its texts: cards, a place, products, the end of an offer."""

    def card(self, header="IMAGE"):
        return {
            "components": [
                {"type": "HEADER", "format": header, "example": {"header_handle": ["4::x"]}},
                {"type": "BODY", "text": "Shoe {{1}}", "example": {"body_text": [["red"]]}},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "More"}]},
            ]
        }

    def form_for(self, records, *components, free=None):
        """Return the dialog with a template of these components, with what is asked for filled in."""
        template = self._template("parts", components=[{"type": "BODY", "text": "Look"}, *components])
        form = self.composer(records)
        form.template_id = template
        for number, value in enumerate(free or ()):
            with form.line_ids.edit(number) as line:
                line.value = value
        return form

    def pictures(self, number):
        values = [{"name": f"{i}.png", "raw": PNG + bytes([i]), "mimetype": "image/png"} for i in range(number)]
        return self.env["ir.attachment"].with_user(self.agent).create(values)

    def components(self):
        return json.loads(self.sent().payload)["template"]["components"]

    def test_cards_with_their_pictures(self):
        carousel = {"type": "CAROUSEL", "cards": [self.card(), self.card()]}
        form = self.form_for(self.ana, carousel, free=["red", "blue"])
        self.assertIn("2 cards", form.problem)
        first, second = self.pictures(2)
        form.attachment_ids.add(second)
        form.attachment_ids.add(first)
        self.assertFalse(form.problem)
        self.assertIn("Shoe blue", form.preview["cards"][1]["body"])
        form.save().action_send()
        cards = self.components()[0]["cards"]
        self.assertEqual([card["components"][1]["parameters"][0]["text"] for card in cards], ["red", "blue"])
        [job] = self.claim()
        client = Mock()
        client.upload_media.side_effect = lambda _number, data, *_rest: "M%d" % data[-1]
        self.assertEqual(perform(job, client).kind, "accepted")
        sent = client.send.call_args.args[1]["template"]["components"][0]["cards"]
        ids = [card["components"][0]["parameters"][0]["image"]["id"] for card in sent]
        self.assertEqual(ids, ["M0", "M1"])

    def test_a_program_with_too_few_pictures_is_told(self):
        template = self._template("parts", components=[{"type": "BODY", "text": "Look"}, {"type": "CAROUSEL", "cards": [self.card()] * 2}])
        [result] = self.ana.with_user(self.agent).whatsapp_send(
            template, free={"card.0.1": "a", "card.1.1": "b"}, attachment_ids=self.pictures(1).ids
        )
        self.assertIn("2 cards", result["detail"])
        self.assertFalse(self.sent())

    def test_a_place_on_top(self):
        form = self.form_for(self.ana, {"type": "HEADER", "format": "LOCATION"}, free=["40.4", "-3.7", "Shop", "Street 1"])
        form.save().action_send()
        place = self.components()[0]["parameters"][0]["location"]
        self.assertEqual(place, {"latitude": 40.4, "longitude": -3.7, "name": "Shop", "address": "Street 1"})

    def test_a_place_that_is_none_is_refused(self):
        form = self.form_for(self.ana, {"type": "HEADER", "format": "LOCATION"}, free=["north", "-3.7", "Shop", "Street 1"])
        self.assertIn("north", form.problem)
        with self.assertRaisesRegex(UserError, "north"):
            form.save().action_send()

    def test_a_product_on_top_needs_the_catalogue(self):
        form = self.form_for(self.ana, {"type": "HEADER", "format": "PRODUCT"}, free=["SKU-1"])
        self.assertIn("catalogue", form.problem)
        self.account.catalog_id = "555"
        form = self.composer(self.ana)
        form.template_id = self.env["whatsapp.message.template"].search([("name", "=", "parts")])
        with form.line_ids.edit(0) as line:
            line.value = "SKU-1"
        form.save().action_send()
        self.assertEqual(
            self.components()[0]["parameters"][0]["product"], {"product_retailer_id": "SKU-1", "catalog_id": "555"}
        )

    def test_products_and_codes_of_buttons(self):
        buttons = [{"type": "MPM", "text": "View items"}, {"type": "COPY_CODE", "example": ["SAVE10"]}]
        form = self.form_for(self.ana, {"type": "BUTTONS", "buttons": buttons}, free=["SAVE10", "A, B"])
        self.assertEqual([line.key for line in form.save().line_ids], ["button.1", "button.0"])
        form.save().action_send()
        mpm, code = self.components()
        self.assertEqual(mpm["parameters"][0]["action"]["thumbnail_product_retailer_id"], "A")
        self.assertEqual(code["parameters"][0]["coupon_code"], "SAVE10")

    def test_the_end_of_an_offer_in_a_batch(self):
        offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Soon", "has_expiration": True}}
        form = self.form_for(self.many(11), offer)
        self.assertIn("Say when", form.problem)
        form.offer_ends = fields.Datetime.now() - timedelta(days=1)
        self.assertIn("ended already", form.problem)
        form.offer_ends = fields.Datetime.now() + timedelta(days=1)
        self.assertFalse(form.problem)
        form.save().action_send()
        self.run_cron()
        self.assertEqual(len(self.sent()), 11)
        self.assertIn("expiration_time_ms", self.sent()[-1].payload)


class TestBatch(ComposeCommon):
    """Bulk: in the background, each once, with a result for each."""

    def start(self, records, **values):
        form = self.filled(records)
        for name, value in values.items():
            form[name] = value
        action = form.save().action_send()
        return self.env["whatsapp.send.batch"].browse(action["res_id"])

    def test_many_are_no_work_for_the_request(self):
        batch = self.start(self.many(15))
        self.assertFalse(self.sent())
        self.assertEqual((batch.state, batch.total_count, batch.waiting_count), ("queued", 15, 15))

    def test_each_once_and_in_the_bulk_lane(self):
        partners = self.many(120)
        batch = self.start(partners + self.nobody)
        self.run_cron()
        self.assertEqual((batch.state, batch.progress, batch.left_out_count), ("done", 100, 1))
        rows = self.sent()
        self.assertEqual(sorted(rows.mapped("res_id")), sorted(partners.ids))
        self.assertEqual((set(rows.mapped("lane")), set(rows.mapped("priority"))), ({"bulk"}, {2}))
        self.assertEqual(len(rows.record_message_id), 120)
        [line] = batch.line_ids.filtered(lambda line: line.state == "left_out")
        self.assertEqual((line.res_id, line.problem), (self.nobody.id, "Has no phone number"))
        self.run_cron()
        self.assertEqual(len(self.sent()), 120)

    def test_it_goes_on_where_a_dead_process_stopped(self):
        batch = self.start(self.many(70))
        batch.sudo()._work_off()  # a chunk; then the process dies
        self.assertEqual((len(self.sent()), batch.state), (50, "running"))
        self.run_cron()
        self.assertEqual((len(self.sent()), batch.state), (70, "done"))

    def test_one_broken_record_takes_no_neighbour_along(self):
        partners = self.many(15)
        broken = partners[3]
        original = type(self.Partner)._whatsapp_send_one

        def send_one(record, *args, **kwargs):
            if record == broken:
                raise ValueError("broken")
            return original(record, *args, **kwargs)

        batch = self.start(partners)
        with patch.object(type(self.Partner), "_whatsapp_send_one", send_one), self.assertLogs("odoo.addons.whatsapp_base", "ERROR"):
            self.run_cron()
        self.assertEqual(len(self.sent()), 14)
        [line] = batch.line_ids.filtered(lambda line: line.state == "left_out")
        self.assertEqual(line.res_id, broken.id)

    def test_two_cards_of_one_person_in_different_chunks(self):
        partners = self.many(60)
        partners[-1].phone = partners[0].phone
        batch = self.start(partners)
        self.run_cron()
        self.assertEqual(len(self.sent()), 59)
        self.assertEqual(batch.line_ids.filtered("reason").mapped("reason"), ["duplicate"])

    def test_cancelled_in_the_middle(self):
        batch = self.start(self.many(70))
        batch.sudo()._work_off()
        batch.with_user(self.agent).action_cancel()
        self.run_cron()
        self.assertEqual(batch.state, "cancelled")
        self.assertEqual(set(self.sent().mapped("state")), {"cancelled"})
        self.assertEqual(len(self.sent()), 50)

    def test_failed_ones_are_tried_again_and_no_others(self):
        batch = self.start(self.many(11) + self.nobody)
        self.run_cron()
        self.sent()[0].state = "failed"
        self.sent()[1:].state = "accepted"
        self.nobody.phone = "+34600999999"
        batch.with_user(self.agent).action_retry()
        self.run_cron()
        self.assertEqual(len(self.sent()), 12)
        self.assertEqual(self.sent().filtered(lambda row: row.state == "queued"), self.sent()[0] | self.sent()[-1])

    def test_the_rights_of_who_sends_count(self):
        partners = self.many(12)
        batch = self.start(partners)
        partners[0].company_id = self.env["res.company"].create({"name": "Other"})
        self.run_cron()
        self.assertEqual(batch.line_ids.filtered(lambda line: line.reason == "gone").res_id, partners[0].id)

    def test_a_colleagues_sending_is_not_seen_nor_stopped(self):
        batch = self.start(self.many(12))
        with self.assertRaises(AccessError):
            batch.with_user(self.other_agent).action_cancel()
        self.assertFalse(self.env["whatsapp.send.batch"].with_user(self.other_agent).search([("id", "=", batch.id)]))
        self.assertFalse(self.env["whatsapp.send.batch.line"].with_user(self.other_agent).search([("batch_id", "=", batch.id)]))
        batch.with_user(self.supervisor).action_cancel()

    def test_discuss_shows_it_when_the_customer_answers(self):
        self.start(self.ana + self.many(11))
        self.run_cron()
        row = self.sent().filtered(lambda row: row.res_id == self.ana.id)
        self.assertFalse(row.mail_message_id)
        row.state = "delivered"
        answer = self.receive(self.inbound_text("Yes"))
        self.assertEqual(answer.conversation_id, row.conversation_id)
        self.assertIn("Hello you", row.mail_message_id.body)
        self.assertLess(row.mail_message_id.id, answer.mail_message_id.id)
        self.assertEqual(row.mail_message_id._whatsapp_status()["state"], "delivered")
        self.receive(self.inbound_text("Please"))
        self.assertEqual(len(row.conversation_id.discuss_channel_id.message_ids.filtered(lambda m: "Hello you" in m.body)), 1)

    def test_old_result_lists_are_deleted(self):
        old, new = self.start(self.many(11)), self.start(self.many(11))
        self.run_cron()
        self.env.cr.execute("UPDATE whatsapp_send_batch SET write_date = now() - interval '200 days' WHERE id = %s", [old.id])
        self.env.invalidate_all()
        self.env["whatsapp.send.batch"]._gc_finished()
        self.assertEqual((old | new).exists(), new)

    def test_people_cannot_write_batches(self):
        batch = self.start(self.many(12))
        with self.assertRaises(AccessError):
            batch.with_user(self.admin).write({"body": "Something else"})


class TestServerAction(ComposeCommon):
    """"Send WhatsApp" in automations and buttons."""

    def action(self, **values):
        return self.env["ir.actions.server"].create(
            {
                "name": "Greet",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "state": "whatsapp_send",
                "whatsapp_template_id": self._template("plain", components=[{"type": "BODY", "text": "Hello"}]).id,
                **values,
            }
        )

    def run_on(self, action, records, user=None):
        context = {"active_model": records._name, "active_ids": records.ids, "active_id": records[:1].id}
        action.with_user(user or self.agent).sudo().with_context(**context).run()

    def test_twice_sends_once(self):
        action = self.action()
        self.run_on(action, self.ana)
        self.run_on(action, self.ana)
        self.assertEqual(len(self.sent()), 1)
        self.assertEqual((self.sent().res_id, self.sent().origin), (self.ana.id, "api"))

    def test_another_day_if_told_so(self):
        action = self.action(whatsapp_repeat="day")
        self.run_on(action, self.ana)
        self.run_on(action, self.ana)
        with patch("odoo.fields.Date.today", lambda: fields.Date.to_date("2031-01-01")):
            self.run_on(action, self.ana)
        self.assertEqual(len(self.sent()), 2)

    def test_always_if_told_so(self):
        action = self.action(whatsapp_repeat="always")
        self.run_on(action, self.ana)
        self.run_on(action, self.ana)
        self.assertEqual(len(self.sent()), 2)

    def test_an_employee_may_set_it_off(self):
        self.run_on(self.action(), self.ana, user=self.employee)
        self.assertEqual(self.sent().user_id, self.employee)

    def test_who_cannot_be_reached_is_noted_and_stops_nobody(self):
        self.run_on(self.action(), self.ana + self.nobody)
        self.assertEqual(len(self.sent()), 1)
        self.assertIn("Has no phone number", self.nobody.message_ids[:1].body)

    def test_many_go_to_the_background_once(self):
        action, partners = self.action(), self.many(30)
        self.run_on(action, partners, user=self.employee)
        self.assertFalse(self.sent())
        self.run_on(action, partners, user=self.employee)
        self.run_cron()
        self.assertEqual(len(self.sent()), 30)

    def test_what_is_wrong_is_shown_on_the_form(self):
        self.assertFalse(self.action().warning)
        self.assertIn("Choose the template", self.action(whatsapp_template_id=False).warning)
        action = self.action()
        action.whatsapp_template_id.translation_ids.status = "PAUSED"
        self.assertIn("not approved", action.warning)

    def test_a_template_that_somebody_would_have_to_be_asked_for_is_refused_when_the_action_is_set_up(self):
        body = {"type": "BODY", "text": "Hello"}
        place = self._template("place", components=[{"type": "HEADER", "format": "LOCATION"}, body])
        picture = self._template("picture", components=[
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://x.test/a.png"]}}, body])
        offer = self._template("offer", components=[
            {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Today only", "has_expiration": True}}, body,
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Shop", "url": "https://x.test"}]}])
        card = {"components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://x.test/a.png"]}}, body,
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Shop", "url": "https://x.test"}]}]}
        cards = self._template("cards", components=[body, {"type": "CAROUSEL", "cards": [card, card]}])
        texts = ("a place", "a picture", "the end of the offer", "the files of its cards", r"\{\{1\}\}")
        for template, text in zip((place, picture, offer, cards, self._template("asks")), texts, strict=True):
            with self.assertRaisesRegex(ValidationError, f"cannot be sent by an action.*{text}"):
                self.action(whatsapp_template_id=template.id)

    def test_a_template_whose_variables_are_known_can_be_sent_by_an_action(self):
        template = self._template("known")
        template.model_id = self.env["ir.model"]._get("res.partner")
        template.variable_ids.write({"source": "field", "field_path": "name"})
        self.run_on(self.action(whatsapp_template_id=template.id), self.ana)
        self.assertEqual(self.sent().body, "Hello Ana Ruiz")
        template.variable_ids.write({"source": "free", "field_path": False, "value": "you"})
        self.assertFalse(self.action(whatsapp_template_id=template.id).warning)

    def test_the_pdf_of_the_record_is_a_document_on_top(self):
        document = {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["https://x.test/a.pdf"]}}
        template = self._template("document", components=[document, {"type": "BODY", "text": "Here it is"}])
        with self.assertRaisesRegex(ValidationError, "a document"):
            self.action(whatsapp_template_id=template.id)
        report = self.env["ir.actions.report"].create(
            {"name": "Card", "model": "res.partner", "report_name": "whatsapp_base.card", "report_type": "qweb-pdf"})
        self.action(whatsapp_template_id=template.id, whatsapp_report_id=report.id)
