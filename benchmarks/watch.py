"""Watches Odoo's bus: when could a browser see a message?"""

import re
import select
import threading
import time

MARK = re.compile(r"bench-[a-z]+-\d+")


class BusWatch(threading.Thread):
    """Notes when the first new_message notification of each mark (``bench-<word>-<number>``) is on the bus.

    Woken by Odoo's own NOTIFY, as its websocket workers are; then reads the committed rows. seen: mark -> epoch seconds.
    """

    def __init__(self, stack):
        super().__init__(daemon=True)
        self.seen = {}
        self._rows = stack.connect()
        self._wake = stack.connect("postgres")
        self._ending = threading.Event()
        with self._wake.cursor() as cr:
            cr.execute("LISTEN imbus")
        with self._rows.cursor() as cr:
            cr.execute("SELECT COALESCE(max(id), 0) FROM bus_bus")
            self._last = cr.fetchone()[0]
        self._recent = set()

    def run(self):
        """Watch until `stop`."""
        while not self._ending.is_set():
            select.select([self._wake], [], [], 0.1)
            self._wake.poll()
            self._wake.notifies.clear()
            self._look()

    def _look(self):
        with self._rows.cursor() as cr:
            # ids are given before the commit: look back, a lower one may appear later
            cr.execute("SELECT id, message FROM bus_bus WHERE id > %s AND NOT id = ANY(%s) ORDER BY id",
                       [self._last - 500, list(self._recent)])
            rows = cr.fetchall()
        now = time.time()
        for row_id, message in rows:
            self._recent.add(row_id)
            self._last = max(self._last, row_id)
            if "discuss.channel/new_message" in message:
                for mark in MARK.findall(message):
                    self.seen.setdefault(mark, now)
        self._recent = {row_id for row_id in self._recent if row_id > self._last - 500}

    def stop(self):
        """Look a last time and end."""
        self._ending.set()
        self.join()
        self._look()
        self._rows.close()
        self._wake.close()
