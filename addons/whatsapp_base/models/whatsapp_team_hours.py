import re
from datetime import timedelta

import pytz
from babel.dates import format_date, format_time

from odoo import fields, models
from odoo.tools.misc import babel_locale_parse

from .resource_calendar import BLOCK, MAX_BLOCKS, epoch, from_epoch


class WhatsappTeam(models.Model):
    """When a team answers. A team without working hours is always open. All moments are naive UTC."""

    _inherit = "whatsapp.team"

    def _hours(self, start, end):
        """Return the ``WorkHours`` of this team around two moments, None where it is always open."""
        self.ensure_one()
        # sudo: agents need not be allowed to read calendars to know when their team works
        team = self.sudo()
        return team.calendar_id._whatsapp_hours(team.company_id, start, end) if team.calendar_id else None

    def _is_open(self, moment=None):
        """Tell whether the team answers at a moment, by default now."""
        moment = moment or fields.Datetime.now()
        hours = self._hours(moment, moment)
        return hours is None or hours.is_open(epoch(moment))

    def _next_opening(self, moment=None):
        """Return when the team answers next: the moment itself while open, None if it does not within two years."""
        moment = moment or fields.Datetime.now()
        return self._first_within(moment, lambda hours: hours.next_opening(epoch(moment)), moment)

    def _work_seconds(self, start, end):
        """Return the working seconds between two moments; those of the clock for a team that is always open."""
        if not start or not end or end <= start:
            return 0
        hours = self._hours(start, end)
        return int((end - start).total_seconds()) if hours is None else hours.seconds(epoch(start), epoch(end))

    def _work_after(self, start, seconds):
        """Return the moment when ``seconds`` of working time have passed since ``start``, None if they never do."""
        return self._first_within(
            start, lambda hours: hours.after(epoch(start), seconds), start + timedelta(seconds=seconds)
        )

    def _first_within(self, start, ask, always):
        """Ask the hours from ``start`` on, more of them until there is an answer: mostly the first weeks have it."""
        for blocks in (0, 1, MAX_BLOCKS):
            hours = self._hours(start, start + timedelta(seconds=BLOCK * blocks))
            if hours is None:
                return always
            answer = ask(hours)
            if answer is not None:
                return from_epoch(answer)
        return None

    def _work_seconds_batch(self, spans):
        """Return the working seconds of many spans: one look at each calendar, then arithmetic.

        :param spans: list of (team or empty recordset, start, end)
        :returns: list of seconds in the same order
        """
        bounds = {}
        for team, start, end in spans:
            if team and start and end and end > start:
                low, high = bounds.get(team, (start, end))
                bounds[team] = (min(low, start), max(high, end))
        hours_of = {team: team._hours(low, high) for team, (low, high) in bounds.items()}
        result = []
        for team, start, end in spans:
            if not start or not end or end <= start:
                result.append(0)
                continue
            hours = hours_of.get(team)
            result.append(int((end - start).total_seconds()) if hours is None else hours.seconds(epoch(start), epoch(end)))
        return result

    def _opening_phrase(self, moment, lang=None):
        """Return a moment as customers read it: day and time in their language and format, in the team's time zone.

        :param str lang: code such as ``es`` or ``es_MX``; by default the company's
        """
        self.ensure_one()
        team = self.sudo()  # sudo: see _hours
        company = team.company_id
        locale = babel_locale_parse(lang or company.partner_id.lang or "en_US")
        zone = pytz.timezone(team.tz or company.partner_id.tz or "UTC")
        local = pytz.utc.localize(moment).astimezone(zone)
        time = format_time(local.time(), "short", locale=locale)
        if local.date() == pytz.utc.localize(fields.Datetime.now()).astimezone(zone).date():
            return time
        # the language's own way to put a time behind a day: "lunes, 30 de noviembre, 9:00"
        day = format_date(local.date(), _day_pattern(locale), locale=locale)
        return locale.datetime_formats["medium"].format(time, day)


def _day_pattern(locale):
    """Return the pattern of weekday, day and month, written out, without the year."""
    # most languages end with the year, and what joins it goes with it
    if found := re.fullmatch(r"(.+?)(?:\s*'[^']*')?,?\s*y", locale.date_formats["full"].pattern):
        return found[1]
    skeletons = locale.datetime_skeletons
    short = next((skeletons[name].pattern for name in ("MMMEd", "MEd") if name in skeletons), "E, d MMM")
    return re.sub("MMM+", "MMMM", re.sub("E+", "EEEE", short))
