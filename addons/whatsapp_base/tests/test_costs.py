import base64
from calendar import monthrange
from datetime import date, datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import file_open, mute_logger

from ..cloud_api import client as cloud_client
from ..cloud_api.calls_pricing import PricePoint
from ..cloud_api.meta_error import MetaError
from .common import WhatsappCommon

SINCE = date(2026, 1, 1)
REGULAR = {"billable": True, "pricing_model": "PMP", "type": "regular"}


class CostCommon(WhatsappCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_people()
        cls.usd = cls.env.ref("base.USD")
        cls.Rate = cls.env["whatsapp.rate"]
        cls.Rate.search([]).unlink()
        cls.spain = cls.env.ref("base.es")
        cls.marketing = cls._rate("marketing", 0.06)
        cls.utility = cls._rate("utility", 0.02)
        cls.env["ir.config_parameter"].set_param("whatsapp_base.free_service_messages", "0")

    @classmethod
    def _rate(cls, category, price, since=SINCE, **values):
        place = {} if "market_id" in values else {"country_id": cls.spain.id}
        return cls.Rate.create(
            {"category": category, "price": price, "valid_from": since, "currency_id": cls.usd.id, **place, **values}
        )

    def deliver(self, row, category, kind="regular", at=None, statuses=("sent", "delivered")):
        """Have Meta tell that a message was delivered and how it is billed, twice as it does."""
        pricing = {**REGULAR, "category": category, "type": kind}
        for status in statuses:
            self.apply_statuses(self.status(row.wamid, status, at=at, pricing=pricing))

    def settle_costs(self):
        count = self.Message._settle_costs()
        self.env.invalidate_all()
        return count

    def charged(self, category="marketing", **values):
        """Return a text that Meta has delivered and bills in a category."""
        row = self.sent(**values)
        self.deliver(row, category)
        self.settle_costs()
        return row


@tagged("post_install", "-at_install")
class TestCosts(CostCommon):
    """What a message costs: expected when queued, settled once when Meta has delivered it."""

    def test_a_queued_template_has_its_expected_category_and_price(self):
        template = self._template(category="MARKETING")
        row = self._conversation()._send_template(template, body=["Ana"])
        self.assertEqual((row.cost, row.currency_id, row.cost_state), (0.06, self.usd, "estimated"))
        self.assertEqual((row.cost_category, row.cost_reason, row.country_id), ("marketing", "charged", self.spain))

    def test_a_reply_is_expected_at_the_price_of_utility(self):
        row = self._conversation()._send_text("Hello")
        self.assertEqual((row.cost, row.cost_category), (0.02, "service"))

    def test_everything_is_free_for_a_while_after_an_ad(self):
        conversation = self._conversation()
        conversation.free_until = fields.Datetime.now() + timedelta(hours=50)
        row = conversation._send_template(self._template(category="MARKETING"), body=["Ana"])
        self.assertEqual((row.cost, row.cost_reason), (0.0, "entry_point"))
        later = conversation._send_text("Hi")
        conversation.free_until = fields.Datetime.now() - timedelta(minutes=1)
        self.assertEqual((later.cost_reason, conversation._send_text("Hi").cost_reason), ("entry_point", "charged"))

    def test_what_meta_says_counts_not_what_was_expected(self):
        template = self._template(category="UTILITY")
        row = self._conversation()._send_template(template, body=["Ana"])
        [job] = self.claim()
        self.settle(job)
        self.deliver(row, "marketing")
        self.assertEqual(self.settle_costs(), 1)
        self.assertEqual((row.cost, row.cost_state, row.cost_category), (0.06, "final", "marketing"))

    def test_pricing_that_is_told_twice_is_counted_once(self):
        row = self.charged()
        self.deliver(row, "marketing", statuses=("delivered", "read", "sent", "delivered"))
        self.assertEqual(self.settle_costs(), 0)
        self.assertEqual(row.cost, 0.06)
        tally = self.env["whatsapp.rate.tally"].search([("channel_id", "=", self.channel.id)])
        self.assertEqual(tally.mapped("quantity"), [1])

    def test_the_price_may_come_with_read_only(self):
        row = self.sent()
        self.apply_statuses(self.status(row.wamid, "delivered"))
        self.assertEqual(self.settle_costs(), 0, "Meta has not told the price yet")
        self.deliver(row, "utility", statuses=["read"])
        self.assertEqual(self.settle_costs(), 1)
        self.assertEqual((row.cost, row.cost_state), (0.02, "final"))

    def test_without_a_word_of_meta_the_rules_decide_after_a_day(self):
        row = self.sent()
        self.apply_statuses(self.status(row.wamid, "delivered", at=datetime.now() - timedelta(days=2)))
        self.assertEqual(self.settle_costs(), 1)
        self.assertEqual((row.cost_state, row.cost_category), ("final", "service"))

    def test_free_messages_cost_nothing_and_say_why(self):
        for kind, reason in (("free_entry_point", "entry_point"), ("free_customer_service", "allowance")):
            row = self.sent()
            self.deliver(row, "service", kind)
            self.settle_costs()
            self.assertEqual((row.cost, row.cost_state, row.cost_reason), (0.0, "free", reason))

    def test_a_message_that_failed_or_was_cancelled_costs_nothing(self):
        failed, cancelled = self.sent(), self._conversation()._send_text("No")
        self.apply_statuses(self.status(failed.wamid, "failed", errors=[{"code": 131026, "title": "Undeliverable"}]))
        cancelled.action_cancel()
        self.assertEqual(self.settle_costs(), 2)
        for row in failed | cancelled:
            self.assertEqual((row.cost, row.cost_state, row.cost_reason), (0.0, "free", "not_delivered"))

    def test_what_is_sent_again_is_expected_to_cost_again(self):
        row = self.sent()
        self.apply_statuses(self.status(row.wamid, "failed", errors=[{"code": 131026, "title": "Undeliverable"}]))
        self.settle_costs()
        row.action_retry()
        self.assertEqual((row.cost, row.cost_state), (0.02, "estimated"))

    def test_what_people_write_on_their_phone_and_what_comes_in_costs_nothing(self):
        conversation = self._conversation()
        echo = conversation._send_text("From the phone", origin="echo")
        [incoming] = self.receive(self.inbound_text())
        self.assertFalse(echo.cost_state or incoming.cost_state)

    def test_a_bot_costs_as_much_as_a_person(self):
        rows = [self._conversation()._send_text("Hi", origin=origin) for origin in ("agent", "flow", "api", "order")]
        self.assertEqual({row.cost for row in rows}, {0.02})

    def test_service_messages_before_october_2026_are_free(self):
        row = self.sent()
        self.deliver(row, "service", at=datetime(2026, 9, 30, 23, 59))
        self.settle_costs()
        self.assertEqual((row.cost_state, row.cost_reason), ("free", "window"))

    def test_the_first_thousand_replies_of_a_number_and_month_are_free_where_the_setting_says_so(self):
        self.env["ir.config_parameter"].set_param("whatsapp_base.free_service_messages", "1")
        quiet = self._conversation("34600900777")
        self.assertEqual(quiet._send_text("Hi").cost_reason, "allowance")
        month = fields.Date.today().replace(day=1)
        self.env["whatsapp.rate.tally"]._add({(self.channel.id, month, "service", "ES"): 999})
        rows = [self.sent(), self.sent()]
        for row in rows:
            self.deliver(row, "service")
        self.settle_costs()
        self.assertEqual([row.cost_reason for row in rows], ["allowance", "charged"])
        self.assertEqual(quiet._send_text("Hi").cost_reason, "charged")
        other = self._channel(self.account, "399000000000077")
        self.assertEqual(self._conversation(channel=other)._send_text("Hi").cost_reason, "allowance", "each number has its own")

    def test_volume_tiers_count_the_month_of_an_account(self):
        self._rate("utility", 0.01, from_quantity=2)
        rows = [self.sent() for _number in range(3)]
        for row in rows:
            self.deliver(row, "utility")
        self.settle_costs()
        self.assertEqual([row.cost for row in rows], [0.02, 0.02, 0.01])

    def test_a_market_stands_for_its_countries(self):
        market = self.env.ref("whatsapp_base.rate_market_rest_of_africa")
        self._rate("utility", 0.004, market_id=market.id)
        row = self._conversation("221771234567")._send_text("Bonjour")
        self.assertEqual((row.cost, row.country_id.code), (0.004, "SN"))

    def test_a_user_without_a_phone_has_the_country_of_the_id(self):
        contact = self._contact("34600900999")
        contact.write({"wa_id": False, "bsuid": "ES.abc123"})
        conversation = self.Conversation._find_or_create(self.channel, contact)[contact]
        conversation.window_expires_at = fields.Datetime.now() + timedelta(hours=3)
        self.assertEqual(conversation._send_text("Hola").country_id, self.spain)

    def test_without_a_rate_the_message_says_what_is_missing(self):
        row = self._conversation("8801712345678")._send_text("Hello")
        self.assertEqual((row.cost, row.cost_state, row.cost_reason), (0.0, "estimated", "no_rate"))
        self.assertIn("Bangladesh", row.cost_hint)
        [job] = self.claim()
        self.settle(job)
        self.deliver(row, "utility")
        self.settle_costs()
        self.assertEqual(row.cost_state, "unknown")
        missing = self.env["whatsapp.rate.missing"].search([("country_id.code", "=", "BD")])
        self.assertEqual((missing.category, missing.message_count), ("utility", 1))
        action = missing.action_add_rate()
        self.assertEqual(action["context"]["default_category"], "utility")
        self.assertEqual(self.Message.search(missing.action_open_messages()["domain"]), row)

    def test_the_cost_is_also_kept_in_the_companys_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        today = fields.Date.today()
        self.env["res.currency.rate"].create({"currency_id": euro.id, "name": today, "rate": 0.5, "company_id": self.company.id})
        self._rate("marketing", 0.10, currency_id=euro.id)
        self.account.currency_id = euro
        row = self.charged()
        self.assertEqual((row.cost, row.currency_id), (0.10, euro))
        self.assertAlmostEqual(row.cost_company, 0.20)

    def test_a_rate_in_another_currency_than_the_accounts_does_not_count(self):
        self.account.currency_id = self.env.ref("base.EUR")
        self.assertEqual(self._conversation()._send_text("Hi").cost_reason, "no_rate")

    def test_settling_takes_the_same_number_of_queries_for_any_number_of_messages(self):
        def settle(number):
            rows = [self.sent() for _number in range(number)]
            for row in rows:
                self.deliver(row, "marketing")
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(self.Message._settle_costs(), number)
            return self.env.cr.sql_log_count - before

        settle(1)  # fills caches
        few, many = settle(2), settle(12)
        self.assertEqual(few, many)

    def test_statuses_take_no_query_more_for_prices(self):
        rows = [self.sent() for _number in range(6)]
        self.apply_statuses(*[self.status(row.wamid, "sent") for row in rows])  # fills caches
        plain = [self.status(row.wamid, "delivered") for row in rows]
        priced = [self.status(row.wamid, "read", pricing={**REGULAR, "category": "utility"}) for row in rows]
        counts = []
        for statuses in (plain, priced):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.apply_statuses(*statuses)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_the_scheduled_action_settles_until_none_is_left(self):
        for _number in range(3):
            self.deliver(self.sent(), "marketing")
        with patch("odoo.addons.whatsapp_base.models.whatsapp_chat_message_cost.BATCH", 2), self.enter_registry_test_mode():
            self.env.ref("whatsapp_base.ir_cron_whatsapp_costs").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.Message.search_count([("cost_state", "=", "final")]), 3)

    def test_what_was_never_delivered_is_not_expected_for_ever(self):
        row = self.sent()
        row.cost_date = fields.Date.today() - timedelta(days=40)
        self.Message._gc_estimates()
        self.env.invalidate_all()
        self.assertEqual((row.cost, row.cost_state), (0.0, "free"))

    # ------------------------------------------------------------
    # Pricing again
    # ------------------------------------------------------------

    def test_a_period_is_priced_again_by_the_rates_of_today(self):
        row = self.charged()
        self.marketing.price = 0.08
        wizard = self.env["whatsapp.cost.reprice"].with_user(self.admin).create({})
        self.assertEqual(wizard.message_count, 1)
        wizard.action_reprice()
        self.assertEqual(row.cost, 0.06, "the old cost stays until the new one is known")
        self.assertEqual(self.settle_costs(), 1)
        self.assertEqual((row.cost, row.cost_state), (0.08, "final"))
        tally = self.env["whatsapp.rate.tally"].search([("channel_id", "=", self.channel.id)])
        self.assertEqual(tally.mapped("quantity"), [1], "counted once")

    def test_pricing_again_leaves_other_months_and_companies_alone(self):
        row = self.charged()
        last_month = fields.Date.today().replace(day=1) - timedelta(days=1)
        wizard = self.env["whatsapp.cost.reprice"].create({"date_from": last_month, "date_to": last_month})
        self.assertEqual(wizard.message_count, 0)
        wizard.action_reprice()
        self.assertEqual(row.cost_state, "final")
        with self.assertRaises(ValidationError):
            wizard.date_to = last_month - timedelta(days=90)

    def test_without_rates_there_is_nothing_to_price(self):
        self.Rate.search([]).unlink()
        with self.assertRaisesRegex(UserError, "Import a rate card"):
            self.env["whatsapp.cost.reprice"].create({}).action_reprice()


@tagged("post_install", "-at_install")
class TestRates(CostCommon):
    """The price list itself, and how it comes in."""

    def test_a_rate_has_one_place_one_price_and_no_twin(self):
        other = self.env.ref("whatsapp_base.rate_market_other")
        for values in ({"market_id": other.id, "country_id": self.spain.id}, {"price": -1}):
            with self.subTest(values=values), self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self._rate("service", **{"price": 1, **values})
        with self.assertRaises(ValidationError):
            self._rate("service", 5_000_000)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self._rate("marketing", 0.07)
        self._rate("marketing", 0.07, since=date(2026, 4, 1))

    def test_a_company_s_own_rate_goes_before_the_common_one(self):
        self.marketing.company_id = False
        self.env.flush_all()
        self._rate("marketing", 0.05)
        row = self._conversation()._send_template(self._template(category="MARKETING"), body=["Ana"])
        self.assertEqual(row.cost, 0.05)

    def test_a_country_belongs_to_one_market(self):
        africa, europe = (self.env.ref(f"whatsapp_base.rate_market_rest_of_{name}") for name in ("africa", "western_europe"))
        with self.assertRaisesRegex(ValidationError, "belongs to the market"):
            europe.country_ids += africa.country_ids[0]

    def test_no_official_number_is_shipped(self):
        shipped = self.env["ir.model.data"].search([("model", "=", "whatsapp.rate"), ("module", "=", "whatsapp_base")])
        self.assertTrue(all(self.Rate.browse(shipped.mapped("res_id")).mapped("is_example")))

    def test_odoos_own_import_takes_the_template_file(self):
        [template] = self.Rate.get_import_templates()
        import_wizard = self.env["base_import.import"].create(
            {
                "res_model": "whatsapp.rate", "file_name": "rates.csv", "file_type": "text/csv",
                "file": self._read_static(template["template"]),
            }
        )
        options = {"has_headers": True, "quoting": '"', "separator": ",", "encoding": "utf-8", "float_decimal_separator": ".",
                   "float_thousand_separator": ",", "date_format": "%Y-%m-%d"}
        columns = ["country_id", "market_id", "category", "valid_from", "currency_id", "price", "from_quantity"]
        before = self.Rate.search_count([])
        result = import_wizard.execute_import(columns, columns, options)
        self.assertFalse([m for m in result["messages"] if m.get("type") == "error"], result["messages"])
        self.assertEqual(self.Rate.search_count([]), before + 3)

    def _read_static(self, path):
        with file_open(path.lstrip("/"), "rb") as file:
            return file.read()

    # ------------------------------------------------------------
    # Rate cards
    # ------------------------------------------------------------

    def _card(self, text, **values):
        data = base64.b64encode(text.encode())
        return self.env["whatsapp.rate.import"].with_user(self.admin).create(
            {"file": data, "file_name": "card.csv", "valid_from": date(2026, 10, 1), "currency_id": self.usd.id, **values}
        )

    def test_a_rate_card_is_shown_before_anything_changes_and_can_be_undone(self):
        before = self.Rate.search_count([])
        card = self._card("Market;Currency;Marketing;Utility\nSpain;$US;0,07;0,03\nRest of Africa;$US;0,02;n/a\nAtlantis;$US;1;1\n")
        self.assertEqual((card.line_count, card.problem_count), (3, 2))
        self.assertIn("Atlantis", card.problem_ids[0].problem)
        self.assertEqual(card.problem_ids[0].row, 4)
        self.assertEqual(self.Rate.search_count([]), before)
        card.action_import()
        self.assertEqual(self.Rate.search_count([]), before + 3)
        row = self._conversation()._send_text("Hi")
        self.assertEqual(row.cost, 0.03)
        card.action_undo()
        self.assertEqual(self.Rate.search_count([]), before)
        self.assertEqual(self._conversation()._send_text("Hi").cost, 0.02)
        with self.assertRaises(UserError):
            card.action_import()

    def test_a_corrected_card_replaces_the_prices_of_its_day_and_undoing_brings_them_back(self):
        first = self._card("Market,Marketing\nSpain,0.07\nBrazil,0.05\n")
        first.action_import()
        second = self._card("Market,Marketing\nSpain,0.08\nBrazil,0.05\n")
        self.assertEqual(second.price_ids.mapped("previous_price"), [0.07, 0.05])
        second.action_import()
        self.assertEqual(second.rate_ids.mapped("price"), [0.08], "what did not change is left alone")
        with self.assertRaisesRegex(UserError, "Undo that one first"):
            first.action_undo()
        second.action_undo()
        self.assertEqual(self.Rate.search([("import_id", "=", first.id)]).mapped("price"), [0.05, 0.07])

    def test_a_file_without_prices_says_so_and_imports_nothing(self):
        card = self._card("hello\n")
        self.assertTrue(card.problem_count)
        with self.assertRaisesRegex(UserError, "no price to import"):
            card.action_import()

    def test_the_example_file_is_read_without_a_problem(self):
        text = self._read_static("/whatsapp_base/static/example/whatsapp_rates_example.csv").decode()
        card = self._card(text, is_example=True)
        self.assertFalse(card.problem_ids.mapped("problem"))
        card.action_import()
        self.assertTrue(card.rate_ids and all(card.rate_ids.mapped("is_example")))

    def test_the_form_reads_the_file_and_the_undo_button_waits(self):
        form = Form(self.env["whatsapp.rate.import"].with_user(self.admin))
        form.file = base64.b64encode(b"Market,Marketing\nSpain,0.5\n")
        card = form.save()
        self.assertEqual(card.line_count, 1)
        with self.assertRaises(UserError):
            card.action_undo()


@tagged("post_install", "-at_install")
class TestCostsShown(CostCommon):
    """Who sees costs, and where."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["whatsapp.cost.report"]

    def setUp(self):
        super().setUp()
        self.row = self.charged()
        self.conversation = self.row.conversation_id

    def test_the_report_tells_month_number_category_country_and_origin(self):
        [(month, channel, category, country, origin, count, cost)] = self.Report._read_group(
            [("conversation_id", "=", self.conversation.id)],
            ["date:month", "channel_id", "category", "country_id", "origin"], ["__count", "cost:sum"],
        )
        self.assertEqual(month, fields.Date.today().replace(day=1))
        self.assertEqual((channel, category, country, origin), (self.channel, "marketing", self.spain, "api"))
        self.assertEqual((count, round(cost, 4)), (1, 0.06))

    def test_a_row_of_the_report_opens_its_message(self):
        line = self.Report.search([("message_id", "=", self.row.id)])
        action = line.action_open_message()
        self.assertEqual((action["res_model"], action["res_id"]), ("whatsapp.chat.message", self.row.id))
        self.assertEqual((line.is_billable, line.state, line.team_id), ("billable", "final", self.team))

    def test_the_report_says_so_where_prices_are_missing(self):
        opened = self.env.ref("whatsapp_base.whatsapp_cost_report_action_open").with_user(self.supervisor).with_context(lang="en_US")
        self.assertEqual(opened.run()["res_model"], "whatsapp.cost.report")
        self._conversation("8801712345678")._send_text("Hello")
        action = opened.run()
        self.assertEqual((action["tag"], action["params"]["next"]["res_model"]), ("display_notification", "whatsapp.cost.report"))
        self.assertEqual(action["params"]["links"][0]["url"], "/odoo/whatsapp-missing-rates")
        self.agent.group_ids += self.env.ref("whatsapp_base.group_whatsapp_costs")
        self.assertNotIn("%s", self.env["whatsapp.cost.report"].with_user(self.agent).action_open().get("params", {}).get("message", ""))
        with self.assertRaises(AccessError):
            opened.with_user(self.employee).run()

    def test_totals_of_conversation_number_and_template(self):
        template = self._template(category="MARKETING")
        row = self.conversation._send_template(template, body=["Ana"])
        self.env.flush_all()
        self.assertAlmostEqual(self.conversation.cost, 0.12)
        self.assertAlmostEqual(self.channel.cost_this_month, 0.12)
        self.assertAlmostEqual(template.cost_this_month, 0.06)
        today = fields.Date.today()
        self.assertAlmostEqual(self.channel.cost_forecast, 0.12 * monthrange(today.year, today.month)[1] / today.day, places=2)
        for record, rows in ((self.conversation, self.row | row), (self.channel, self.row | row), (template, row)):
            action = record.action_view_costs()
            self.assertEqual(self.Report.search(action["domain"]).message_id, rows)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_agents_do_not_see_costs(self):
        for user in (self.agent, self.employee, self.portal):
            with self.assertRaises(AccessError):
                self.row.with_user(user).read(["cost"])
            with self.assertRaises(AccessError):
                self.conversation.with_user(user).read(["cost"])
            for model in ("whatsapp.cost.report", "whatsapp.rate", "whatsapp.rate.missing", "whatsapp.cost.reprice"):
                self.assertFalse(self.env[model].with_user(user).has_access("read"), model)
        fields_of_agent = self.Message.with_user(self.agent).fields_get()
        self.assertFalse([name for name in fields_of_agent if name.startswith("cost")])
        arch = self.Message.with_user(self.agent).get_view(view_type="form")["arch"]
        self.assertNotIn("cost_state", arch)
        self.assertIn("cost_state", self.Message.with_user(self.supervisor).get_view(view_type="form")["arch"])
        for record in (self.channel, self.conversation):
            self.assertNotIn("action_view_costs", record.with_user(self.agent).get_view(view_type="form")["arch"])

    def test_an_agent_who_may_see_costs_sees_those_of_the_own_teams(self):
        for user in (self.agent, self.other_agent):
            user.group_ids += self.env.ref("whatsapp_base.group_whatsapp_costs")
        self.assertEqual(self.row.with_user(self.agent).cost, 0.06)
        self.assertEqual(self.Report.with_user(self.agent).search([]).message_id, self.row)
        self.assertFalse(self.Report.with_user(self.other_agent).search([("message_id", "=", self.row.id)]))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_supervisors_see_costs_and_administrators_change_rates(self):
        self.assertEqual(self.Report.with_user(self.supervisor).search([("id", "=", self.row.id)]).message_id, self.row)
        with self.assertRaises(AccessError):
            self.marketing.with_user(self.supervisor).price = 1
        with self.assertRaises(AccessError):
            self.env["whatsapp.cost.reprice"].with_user(self.supervisor).create({})
        self.marketing.with_user(self.admin).price = 0.5

    def test_another_company_sees_neither_costs_nor_rates(self):
        company = self.env["res.company"].create({"name": "Tenant"})
        stranger = new_test_user(
            self.env, "wa_stranger", "base.group_user,whatsapp_base.group_whatsapp_admin",
            company_id=company.id, company_ids=[(6, 0, company.ids)],
        )
        self.assertFalse(self.Report.with_user(stranger).search([]))
        self.assertFalse(self.env["whatsapp.rate.missing"].with_user(stranger).search([]))
        self.assertNotIn(self.marketing, self.Rate.with_user(stranger).search([]))
        self.assertFalse(self.env["whatsapp.rate"].with_user(stranger).with_company(company)._has_rates())
        wizard = self.env["whatsapp.cost.reprice"].with_user(stranger)
        with self.assertRaises(AccessError):
            wizard.create({"company_id": self.company.id}).action_reprice()

    # ------------------------------------------------------------
    # Compared with Meta
    # ------------------------------------------------------------

    def _compare(self, answer):
        wizard = self.env["whatsapp.cost.compare"].with_user(self.supervisor).create({"account_id": self.account.id})
        with patch.object(cloud_client.CloudClient, "pricing_analytics", **answer) as call:
            wizard.action_compare()
        return wizard, call

    def test_the_difference_to_what_meta_says(self):
        points = [PricePoint("ES", "MARKETING", "regular", 2, 0.12), PricePoint("BR", "UTILITY", "regular", 1, 0.01)]
        wizard, call = self._compare({"return_value": ("USD", points)})
        month = fields.Date.today().replace(day=1)
        self.assertEqual(call.call_args.args[1], int(datetime(month.year, month.month, 1).timestamp()))
        lines = [(line.country_id.code, line.our_count, line.meta_count) for line in wizard.line_ids]
        self.assertEqual(lines, [("ES", 1, 2), ("BR", 0, 1)])
        self.assertAlmostEqual(wizard.difference, 0.06 - 0.13)
        self.assertEqual(self.account.currency_id, self.usd, "Meta told the currency")

    def test_a_refusal_of_meta_is_explained(self):
        error = cloud_client.ApiError(MetaError(code=190, title=None, message="Invalid OAuth access token."), 401)
        with self.assertRaises(UserError) as caught:
            self._compare({"side_effect": error})
        self.assertNotIn("Traceback", str(caught.exception))
