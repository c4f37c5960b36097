import time
from functools import partial

import psycopg2

from odoo import api, models
from odoo.modules import module
from odoo.tools import SQL

from ..lanes import LANES, LOCK_ON_DUTY, notify_channel, runner

# seconds for which a process believes that a lane is served; runners stay longer than that when they leave
DUTY_CACHE = 1.0

# A NOTIFY takes a lock that all commits of the server with a NOTIFY queue for. In a stream of notifications one in this
# many seconds, from each process, is enough: whoever was woken looks again until long after that (runner.LOOK_AGAIN).
WAKE_INTERVAL = 0.03

_seen_on_duty = {}
_woken_at = {}


class WhatsappLane(models.AbstractModel):
    """What the loops of ``lanes`` do in the database, and how they are woken."""

    _name = "whatsapp.lane"
    _description = "WhatsApp Lanes"

    @api.model
    def _wake(self, *lanes):
        """Have the lanes look for work once this transaction is committed.

        Notifies who listens and asks who is on duty. Where nobody is, this process starts a runner after its commit,
        beside its answer.
        """
        # while addons are installed, demo data included, nothing can run yet; the scheduled action starts the lanes
        if module.current_test or not self.env.registry.ready:
            return
        self.env.cr.execute(SQL("SELECT %s", SQL(", ").join(self._notify_sql(lane) for lane in lanes)))
        now = time.monotonic()
        dbname = self.env.cr.dbname
        unknown = [lane for lane in lanes if now - _seen_on_duty.get((dbname, lane), -DUTY_CACHE) >= DUTY_CACHE]
        if not unknown:
            return
        self.env.cr.execute(
            SQL(
                """SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""",
                LOCK_ON_DUTY,
            )
        )
        on_duty = {LANES[number] for (number,) in self.env.cr.fetchall() if number < len(LANES)}
        for lane in unknown:
            if lane in on_duty:
                _seen_on_duty[dbname, lane] = now
            else:
                self.env.cr.postcommit.add(partial(runner.ensure, dbname, lane))

    @api.model
    def _wake_soon(self, lane):
        """Do as :meth:`_wake`, unless this process has just done so: for work that comes in streams."""
        key = (self.env.cr.dbname, lane)
        if time.monotonic() - _woken_at.get(key, -WAKE_INTERVAL) < WAKE_INTERVAL:
            return
        self._wake(lane)
        # only after the commit does anybody hear of it
        self.env.cr.postcommit.add(lambda: _woken_at.__setitem__(key, time.monotonic()))

    @api.model
    def _notify_sql(self, lane):
        """Return the SQL expression that wakes a lane's listeners at commit."""
        return SQL("pg_notify(%s, '')", notify_channel(lane))

    @api.model
    def _step(self, lane):
        """Do one batch of a lane that needs no thread pool; tells whether there was anything to do (the intake: how much)."""
        if lane == "intake":
            return self.env["whatsapp.webhook.event"]._drain()
        if lane == "desk":
            return self.env["whatsapp.conversation"]._desk_step()
        return self.env["whatsapp.signal"]._deliver()

    @api.model
    def _cron_lanes(self):
        """Fallback: start the lanes where somebody forgot to, or died before they could."""
        if module.current_test:
            while self._step("intake") or self._step("desk"):
                pass
            return
        self.env["whatsapp.chat.message"]._show_orphans()
        for lane in LANES:
            runner.ensure(self.env.cr.dbname, lane)

    @api.model
    def _read_committed(self):
        """Let this transaction see what others commit meanwhile; only as its first statement.

        Claims and counters wait for each other's row locks instead of failing with a serialization error.
        """
        if not module.current_test:
            self.env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")


def is_conflict(error):
    """Tell whether a database error means "somebody else was faster, try again"."""
    errors = psycopg2.errors
    return isinstance(error, (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable))
