"""The database connection with which a runner listens, and shows that it is alive.

Two session advisory locks are held on it. They vanish with the connection, so a killed process needs no
time-out to be noticed:

- *on duty* for a lane: dedicated workers share it, a runner inside an Odoo process takes it alone, so that at
  most one of those runs and none does where a dedicated worker serves the lane;
- *runner id*: rows in state ``sending`` carry it; whose lock is free is dead.
"""

import contextlib
import random
import select

from odoo.sql_db import db_connect
from odoo.tools import SQL

from . import LANES, LOCK_ON_DUTY, LOCK_RUNNER, notify_channel


class Duty:
    """A runner's own connection; a context manager.

    :param dbname: database
    :param lane: one of ``LANES``
    :param shared: True for a dedicated worker
    """

    def __init__(self, dbname, lane, shared):
        self.dbname = dbname
        self.lane = lane
        self.shared = shared
        self.is_on_duty = False
        self.runner_id = 0
        self._cr = None

    def __enter__(self):
        self._cr = db_connect(self.dbname).cursor()
        try:
            while True:
                self.runner_id = random.randint(1, 2**31 - 1)
                if self._scalar("SELECT pg_try_advisory_lock(%s, %s)", LOCK_RUNNER, self.runner_id):
                    break
            self.acquire()
            self._cr.execute(SQL("LISTEN %s", SQL.identifier(notify_channel(self.lane))))
            self._cr.commit()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc):
        # the connection goes back to a pool: it must not take locks or subscriptions along
        with contextlib.suppress(Exception):
            self._cr.rollback()
            self._cr.execute("SELECT pg_advisory_unlock_all()")
            self._cr.execute("UNLISTEN *")
            self._cr.commit()
        with contextlib.suppress(Exception):
            self._cr.close()

    def _scalar(self, query, *params):
        self._cr.execute(query, params)
        return self._cr.fetchone()[0]

    def acquire(self):
        """Try to go on duty; tells whether this runner may work."""
        if not self.is_on_duty:
            function = "pg_try_advisory_lock_shared" if self.shared else "pg_try_advisory_lock"
            self.is_on_duty = self._scalar(f"SELECT {function}(%s, %s)", LOCK_ON_DUTY, LANES.index(self.lane))
            self._cr.commit()
        return self.is_on_duty or self.shared

    def release(self):
        """Go off duty, still alive."""
        if self.is_on_duty:
            function = "pg_advisory_unlock_shared" if self.shared else "pg_advisory_unlock"
            self._cr.execute(f"SELECT {function}(%s, %s)", (LOCK_ON_DUTY, LANES.index(self.lane)))
            self._cr.commit()
            self.is_on_duty = False

    def wait(self, seconds):
        """Sleep until this lane is woken or ``seconds`` have passed; tells whether it was woken.

        :raises psycopg2.OperationalError: the connection is gone
        """
        connection = self._cr._cnx
        select.select([connection], [], [], seconds)
        connection.poll()
        woken = bool(connection.notifies)
        connection.notifies.clear()
        return woken

    def check_alive(self):
        """Raise ``psycopg2.OperationalError`` if the connection, and with it our locks, is gone."""
        self._cr.execute("SELECT 1")
        self._cr.commit()
