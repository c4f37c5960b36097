from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError

from .team_common import TeamCommon

HOUR = 3600


class TestTeamHours(TeamCommon):
    """When a team answers, in its own time zone; 2026-11-30 is a Monday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.calendar_id = cls.calendar((9, 14), (16, 19))

    def test_a_day_has_several_blocks(self):
        for moment, is_open in (("08:59", False), ("09:00", True), ("13:59", True), ("14:00", False), ("16:00", True), ("19:00", False)):
            with self.subTest(moment=moment):
                self.assertEqual(self.team._is_open(self.at(f"2026-11-30 {moment}")), is_open)

    def test_the_next_opening_is_after_lunch_tomorrow_or_on_monday(self):
        for moment, opening in (
            ("2026-11-30 10:00", "2026-11-30 10:00"), ("2026-11-30 14:30", "2026-11-30 16:00"),
            ("2026-11-30 20:00", "2026-12-01 09:00"), ("2026-12-04 19:00", "2026-12-07 09:00"),
        ):
            with self.subTest(moment=moment):
                self.assertEqual(self.team._next_opening(self.at(moment)), self.at(opening))

    def test_working_time_leaves_nights_lunches_and_weekends_out(self):
        for start, end, hours in (
            ("2026-11-30 13:00", "2026-11-30 17:00", 2), ("2026-11-30 18:00", "2026-12-01 10:00", 2),
            ("2026-12-04 18:00", "2026-12-07 10:00", 2), ("2026-12-05 10:00", "2026-12-06 10:00", 0),
            ("2026-11-30 09:00", "2026-12-07 09:00", 40),
        ):
            with self.subTest(start=start, end=end):
                self.assertEqual(self.team._work_seconds(self.at(start), self.at(end)), hours * HOUR)

    def test_years_of_waiting_are_counted(self):
        seconds = self.team._work_seconds(self.at("2024-01-01 00:00"), self.at("2026-01-05 00:00"))
        self.assertEqual(seconds, 105 * 5 * 8 * HOUR)  # 105 weeks from a Monday to a Monday

    def test_daylight_saving_moves_the_opening_and_changes_the_length_of_a_night(self):
        night = self.env["whatsapp.team"].create({"name": "Night", "calendar_id": self.calendar((0, 8), days="0123456").id})
        # clocks go from 02:00 to 03:00 on 29 March, and from 03:00 back to 02:00 on 25 October
        for day, hours in (("2026-03-28", 8), ("2026-03-29", 7), ("2026-10-24", 8), ("2026-10-25", 9)):
            with self.subTest(day=day):
                self.assertEqual(night._work_seconds(self.at(f"{day} 00:00"), self.at(f"{day} 12:00")), hours * HOUR)
        self.assertEqual(self.team._next_opening(self.at("2026-03-28 12:00")), fields.Datetime.to_datetime("2026-03-30 07:00:00"))
        self.assertEqual(self.team._next_opening(self.at("2026-03-21 12:00")), fields.Datetime.to_datetime("2026-03-23 08:00:00"))

    def test_the_promised_moment_is_found_across_a_change_of_clocks(self):
        self.assertEqual(self.team._work_after(self.at("2026-03-27 18:30"), HOUR), self.at("2026-03-30 09:30"))
        self.assertEqual(self.team._work_after(self.at("2026-11-30 09:00"), 8 * HOUR), self.at("2026-11-30 19:00"))

    def test_public_holidays_close_and_other_companies_holidays_do_not(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        moment = self.at("2026-11-30 10:00")
        self.assertTrue(self.team._is_open(moment))
        leave = {"name": "Holiday", "date_from": self.at("2026-11-30 00:00"), "date_to": self.at("2026-11-30 23:59"), "calendar_id": False}
        self.env["resource.calendar.leaves"].create(leave).company_id = other
        self.assertTrue(self.team._is_open(moment))
        holiday = self.env["resource.calendar.leaves"].create({**leave, "company_id": self.company.id})
        self.assertFalse(self.team._is_open(moment))
        self.assertEqual(self.team._next_opening(moment), self.at("2026-12-01 09:00"))
        holiday.date_to = self.at("2026-11-30 09:30")
        self.assertTrue(self.team._is_open(moment))
        holiday.unlink()
        self.assertEqual(self.team._next_opening(self.at("2026-11-30 08:00")), self.at("2026-11-30 09:00"))

    def test_changed_hours_count_at_once(self):
        moment = self.at("2026-11-30 08:30")
        self.assertFalse(self.team._is_open(moment))
        self.team.calendar_id.attendance_ids.filtered(lambda a: a.dayofweek == "0" and a.hour_from == 9).hour_from = 8
        self.assertTrue(self.team._is_open(moment))
        self.team.calendar_id.tz = "America/Mexico_City"
        self.assertFalse(self.team._is_open(moment))

    def test_without_hours_a_team_is_always_open(self):
        team = self.env["whatsapp.team"].create({"name": "Always"})
        night = self.at("2026-12-06 03:00")
        self.assertTrue(team._is_open(night))
        self.assertEqual(team._next_opening(night), night)
        self.assertEqual(team._work_seconds(night, self.at("2026-12-06 04:00")), HOUR)
        self.assertEqual(team._work_after(night, HOUR), self.at("2026-12-06 04:00"))

    def test_hours_that_never_come_are_no_endless_search(self):
        team = self.env["whatsapp.team"].create({"name": "Never", "calendar_id": self.calendar().id})
        self.assertIsNone(team._next_opening(self.at("2026-11-30 10:00")))
        self.assertIsNone(team._work_after(self.at("2026-11-30 10:00"), 60))

    def test_a_thousand_waits_take_no_query(self):
        start, end = self.at("2026-11-02 10:00"), self.at("2026-11-30 10:00")
        spans = [(self.team, start, end), (self.env["whatsapp.team"], start, end), (self.team, end, start)] * 333
        self.team._work_seconds_batch(spans)
        with self.assertQueryCount(0):
            result = self.team._work_seconds_batch(spans)
        self.assertEqual(result[:3], [self.team._work_seconds(start, end), int((end - start).total_seconds()), 0])

    def test_the_next_opening_is_said_in_the_customers_way(self):
        monday = self.at("2026-11-30 09:00")
        with patch.object(fields.Datetime, "now", return_value=self.at("2026-11-28 12:00")):
            for lang, phrase in (
                ("en_US", "Monday, November 30, 9:00 AM"), ("en_GB", "Monday, 30 November, 09:00"),
                ("es", "lunes, 30 de noviembre, 9:00"), ("ca", "dilluns, 30 de novembre, 9:00"),
            ):
                with self.subTest(lang=lang):
                    self.assertEqual(self.team._opening_phrase(monday, lang).replace("\u202f", " "), phrase)
            self.assertIn("30", self.team._opening_phrase(monday, "ar"))
        with patch.object(fields.Datetime, "now", return_value=self.at("2026-11-30 07:00")):
            self.assertEqual(self.team._opening_phrase(monday, "es"), "9:00")

    def test_texts_are_checked_and_previewed(self):
        self.team.away_message = "Hello {{name}}, back {{ next_opening }}."
        self.assertIn("Hello Ana, back ", self.team.away_preview)
        self.assertNotIn("{{", self.team.away_preview)
        with self.assertRaisesRegex(ValidationError, "Greeting.*next_opening.*name"):
            self.team.greeting = "We open {{next_opening}}"
        with self.assertRaisesRegex(ValidationError, "4,096"):
            self.team.greeting = "x" * 4097
        with self.assertRaisesRegex(ValidationError, "Again After"):
            self.team.away_interval_hours = 0
