import logging
import time

from odoo import api, fields, models
from odoo.tools import SQL

from ..lanes import LOCK_DESK_CLOCK
from .whatsapp_lane import is_conflict

_logger = logging.getLogger(__name__)

# Their rows are locked until the batch is committed, and a customer who writes meanwhile has to wait for that
DESK_BATCH = 50
RETRY_AFTER = 300  # seconds, when a follow-up failed
CLOCK_INTERVAL = 5.0  # seconds between two looks at what is due by the clock, in each process

_clock_looked_at = {}


class WhatsappConversation(models.Model):
    """The desk: what the team inbox does with conversations once their messages are stored and shown.

    Counting, deadlines, greetings and routing would make intake slow, and nobody waits for them. So whoever changes a
    conversation only marks it as due; the lane ``desk`` takes up what is due, some at a time, and what the clock
    brings: snoozes that end, deadlines that pass.
    """

    _inherit = "whatsapp.conversation"

    tag_ids = fields.Many2many("whatsapp.tag", string="Tags")
    priority = fields.Selection([("0", "Normal"), ("1", "High"), ("2", "Urgent")], default="0", index="btree_not_null", tracking=True)
    snoozed_until = fields.Datetime(
        readonly=True, copy=False, index="btree_not_null", help="Out of sight until then, or until the customer writes."
    )
    snoozed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    shared_user_ids = fields.Many2many(
        "res.users", "whatsapp_conversation_shared_rel", "conversation_id", "user_id", string="Shared with",
        domain=[("share", "=", False)], help="Colleagues who see this conversation whatever their team.",
    )
    assigned_at = fields.Datetime(readonly=True, copy=False)
    desk_due = fields.Boolean(readonly=True, copy=False)
    desk_after = fields.Datetime(readonly=True, copy=False, help="Not before: the last attempt failed.")

    # customers who wait come before what happens after a conversation: of that there may be much at once
    _desk_idx = models.Index("((waiting_since IS NULL), id) WHERE desk_due")

    def _system_fields(self):
        return super()._system_fields() | {"snoozed_until", "snoozed_by_id", "assigned_at", "desk_due", "desk_after"}

    def write(self, vals):
        if vals.get("user_id") and "assigned_at" not in vals:
            changed = self.filtered(lambda conversation: conversation.user_id.id != vals["user_id"])
            result = super().write(vals)
            # sudo: a time that belongs to the system; the right to assign was checked by the line above
            changed.sudo().write({"assigned_at": fields.Datetime.now()})
            return result
        return super().write(vals)

    # ------------------------------------------------------------
    # What turned
    # ------------------------------------------------------------

    def _desk_mark(self):
        """Have the desk look at these conversations once this transaction is committed."""
        # sudo: a mark of the system's
        self.sudo().write({"desk_due": True})
        self.env["whatsapp.lane"]._wake_soon("desk")

    @api.model
    def _desk_followups(self):
        """Return the names of the methods that the desk calls with the conversations that are due, in order.

        Each takes up to ``DESK_BATCH`` conversations, costs a constant number of queries, and changes nothing when it
        runs again. An addon adds its own by inheritance.
        """
        return []

    @api.model
    def _desk_step(self):
        """Take up one batch of what is due; tells whether there was anything.

        What a worker does not get through is rolled back with its mark: nothing is lost when it dies.
        """
        self.env["whatsapp.lane"]._read_committed()
        if self._desk_clock_is_due() and self._desk_clock():
            return True
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM whatsapp_conversation
                    WHERE desk_due AND (desk_after IS NULL OR desk_after <= %s)
                 ORDER BY waiting_since IS NULL, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED""",
                fields.Datetime.now(), DESK_BATCH,
            )
        )
        due = self.browse(sorted(row[0] for row in rows))
        if not due:
            return False
        if not self._desk_try(due):
            # somebody spoils it for all: one after the other, and who fails comes again later
            for conversation in due:
                if len(due) == 1 or not self._desk_try(conversation):
                    conversation._desk_postpone()
        return True

    def _desk_try(self, due):
        """Run the follow-ups in a savepoint; tells whether they went well."""
        try:
            with self.env.cr.savepoint():
                due.write({"desk_due": False, "desk_after": False})
                for name in self._desk_followups():
                    getattr(due, name)()
                self.env.flush_all()
        except Exception as error:
            if is_conflict(error):
                raise
            _logger.exception("WhatsApp desk: conversations %s could not be followed up", due.ids)
            self.env.invalidate_all(flush=False)
            return False
        return True

    def _desk_postpone(self):
        later = fields.Datetime.add(fields.Datetime.now(), seconds=RETRY_AFTER)
        self.write({"desk_due": True, "desk_after": later})

    # ------------------------------------------------------------
    # What the clock brings
    # ------------------------------------------------------------

    @api.model
    def _desk_timers(self):
        """Return the names of the methods that look for what has become due by the clock.

        Each finds its rows by an index, takes a few hundred at most, skips what others hold, and tells whether more
        is due.
        """
        return []

    @api.model
    def _desk_clock_is_due(self):
        return time.monotonic() - _clock_looked_at.get(self.env.cr.dbname, -CLOCK_INTERVAL) >= CLOCK_INTERVAL

    @api.model
    def _desk_clock(self):
        """Run the timers, in one process at a time; tells whether more is due."""
        _clock_looked_at[self.env.cr.dbname] = time.monotonic()
        if not self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s, 0)", LOCK_DESK_CLOCK))[0][0]:
            return False
        more = False
        for name in self._desk_timers():
            try:
                with self.env.cr.savepoint():
                    more = bool(getattr(self, name)()) or more
                    self.env.flush_all()
            except Exception as error:
                if is_conflict(error):
                    raise
                _logger.exception("WhatsApp desk: %s failed", name)
                self.env.invalidate_all(flush=False)
        if more:
            _clock_looked_at.pop(self.env.cr.dbname, None)
        return more
