from datetime import UTC, datetime, timedelta

from odoo import api, models
from odoo.tools import ormcache

from ..tools.work_hours import WorkHours

# Hours are asked for again and again for the same weeks: they are computed in blocks of this many seconds, kept by every
# process until somebody changes a calendar
BLOCK = 28 * 24 * 3600
MAX_BLOCKS = 27  # two years: who is not back by then has closed


def epoch(moment):
    """Return a naive UTC moment in whole seconds since 1970."""
    return int(moment.replace(tzinfo=UTC).timestamp())


def from_epoch(seconds):
    """Return seconds since 1970 as a naive UTC moment, or None for None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


class ResourceCalendar(models.Model):
    """Working hours as plain intervals for arithmetic, see ``tools.work_hours``.

    Odoo's own methods ask the database each time and count in days of local time; thousands of waits are measured here.
    """

    _name = "resource.calendar"
    _inherit = ["resource.calendar", "whatsapp.cached.mixin"]

    def _whatsapp_hours(self, company, start, end):
        """Return the ``WorkHours`` that cover two naive UTC moments, with what lies around them.

        :param company: whose public holidays count besides those of the calendar
        """
        self.ensure_one()
        blocks = range(epoch(start) // BLOCK, epoch(end) // BLOCK + 1)
        return WorkHours(pair for block in blocks for pair in self._whatsapp_block(company.id, block))

    @ormcache("self.id", "company_id", "block")
    def _whatsapp_block(self, company_id, block):
        """Return the intervals of one block, in seconds since 1970."""
        begin = datetime.fromtimestamp(block * BLOCK, UTC)
        holidays = [("time_type", "=", "leave"), ("company_id", "in", [False, company_id])]
        # sudo: opening hours are no secret, and who asks need not know Odoo's calendars
        intervals = self.sudo()._work_intervals_batch(begin, begin + timedelta(seconds=BLOCK), domain=holidays)[False]
        # a block until midnight ends a microsecond before it
        return tuple((int(start.timestamp()), -int(-stop.timestamp() // 1)) for start, stop, _attendance in intervals)


class ResourceCalendarAttendance(models.Model):
    """Hours that change are hours to be computed again."""

    _name = "resource.calendar.attendance"
    _inherit = ["resource.calendar.attendance", "whatsapp.cached.mixin"]


class ResourceCalendarLeaves(models.Model):
    """Public holidays change opening hours; what one person takes off does not."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._whatsapp_forget_hours()
        return rows

    def write(self, vals):
        self._whatsapp_forget_hours()
        result = super().write(vals)
        self._whatsapp_forget_hours()
        return result

    def unlink(self):
        self._whatsapp_forget_hours()
        return super().unlink()

    def _whatsapp_forget_hours(self):
        if any(not leave.resource_id for leave in self):
            self.env.registry.clear_cache()
