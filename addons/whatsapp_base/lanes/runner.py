"""One thread that serves one lane of one database."""

import logging
import threading
import time

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service import server as odoo_server

from .duty import Duty
from .fetcher import Fetcher
from .sender import Sender

_logger = logging.getLogger(__name__)

LINGER = 15.0  # seconds that a runner inside an Odoo process stays after its last work
IDLE_POLL = 0.8  # seconds between two looks at work that becomes due by the clock
# Pauses (seconds) before the next looks after the last work: in a stream not every notification wakes us, see
# whatsapp.lane.WAKE_INTERVAL, which the first of them must exceed
LOOK_AGAIN = (0.05, 0.1, 0.2)
SIGNALING_INTERVAL = 1.0  # seconds between two checks whether the registry changed
RECONNECT_DELAYS = (0.2, 0.5, 1.0, 2.0, 5.0)
# A batch costs as much as twenty messages before it does anything. So while notifications pour in, the intake rests
# after a batch that is not full for twice as long as it took, up to this many seconds: batches become large by
# themselves, and what is left of the processor answers Meta.
BREATH = 0.4
BREATHS = 2
SMALL_BATCH = range(4, 180)
# The desk is never in a hurry, a customer's message is on the screen already. It rests longer, and while notifications
# pour in it leaves the processor to them.
DESK_BREATHS, DESK_BREATHS_IN_FLOOD, DESK_BREATH_IN_FLOOD = 4, 20, 2.0
FLOOD = 30  # notifications in one batch
FLOOD_LASTS = 1.0  # seconds after the last such batch
FAREWELL = 0.8  # two of these are longer than anybody believes that we are still on duty (DUTY_CACHE) and commits

_runners = {}
_flooded_at = {}
_runners_lock = threading.Lock()


def ensure(dbname, lane):
    """Start a runner for a lane in this process, unless one lives here already."""
    with _runners_lock:
        runner = _runners.get((dbname, lane))
        if runner and runner.is_alive():
            runner.nudge()
            return
        runner = Runner(dbname, lane)
        _runners[dbname, lane] = runner
    runner.start()


class Runner(threading.Thread):
    """Serve a lane until there is nothing left to do (or for ever, when ``dedicated``).

    Not a daemon thread: at the end of its process it finishes the requests that are under way.
    """

    def __init__(self, dbname, lane, dedicated=False):
        super().__init__(name=f"whatsapp.{lane}.{dbname}", daemon=False)
        self.dbname = dbname
        self.lane = lane
        self.dedicated = dedicated
        self._halt = threading.Event()
        self._nudged = threading.Event()
        self._checked_signaling = 0.0
        # what does HTTP for the lane, many requests at once
        self._crew = Sender(lane) if lane in ("replies", "bulk") else Fetcher() if lane == "media" else None

    def nudge(self):
        """Tell a runner that may be about to leave that there is more work."""
        self._nudged.set()

    def stop(self):
        """Ask the runner to finish what is under way and to end."""
        self._halt.set()

    @property
    def stopping(self):
        """True once the process ends or somebody called :meth:`stop`."""
        # the threaded server closes all connections a second after the signal, long before its main thread ends
        told_to_quit = getattr(odoo_server.server, "quit_signals_received", 0)
        return bool(self._halt.is_set() or told_to_quit or not threading.main_thread().is_alive())

    def run(self):
        failures = 0
        try:
            while not self.stopping:
                try:
                    with Duty(self.dbname, self.lane, self.dedicated) as duty:
                        if duty.acquire():
                            self._serve(duty)
                            failures = 0
                    if not self.dedicated:
                        return
                except Exception as error:  # noqa: BLE001 - whatever happens, the lane must go on
                    # a server that goes away in the middle of an answer gives a bare DatabaseError
                    lost = isinstance(error, (psycopg2.OperationalError, psycopg2.InterfaceError))
                    lost = lost or type(error) is psycopg2.DatabaseError
                    _logger.log(
                        logging.WARNING if lost else logging.ERROR,
                        "WhatsApp lane %s: %s, trying again", self.lane, "database connection lost" if lost else "failed",
                        exc_info=not lost,
                    )
                    self._halt.wait(RECONNECT_DELAYS[min(failures, len(RECONNECT_DELAYS) - 1)])
                    failures += 1
        finally:
            if self._crew:
                self._finish_requests()

    def _serve(self, duty):
        """Work while there is work; leave after a while without any, if not dedicated."""
        idle_since = time.monotonic()
        self._recover(duty)
        recovered_at = time.monotonic()
        idle_looks = len(LOOK_AGAIN)
        while not self.stopping:
            if time.monotonic() - recovered_at > 5:
                duty.check_alive()
                # a dedicated worker that began beside a runner of Odoo's goes on duty when that one has left
                duty.acquire()
                self._recover(duty)
                recovered_at = time.monotonic()
            self._nudged.clear()
            begin = time.monotonic()
            if done := self._step(duty):
                idle_since = time.monotonic()
                idle_looks = 0
                self._rest(done, idle_since - begin)
                continue
            if self._crew and self._crew.busy:
                self._crew.wait()
                idle_since = time.monotonic()
                continue
            if duty.wait(LOOK_AGAIN[idle_looks] if idle_looks < len(LOOK_AGAIN) else IDLE_POLL):
                idle_since = time.monotonic()
                idle_looks = 0
            elif idle_looks < len(LOOK_AGAIN):
                idle_looks += 1
            elif not self.dedicated and time.monotonic() - idle_since > LINGER:
                if self._leave(duty):
                    return
                idle_since = time.monotonic()

    def _rest(self, done, took):
        """Rest after a batch, by how much there was to do and how long it took."""
        now = time.monotonic()
        if self.lane == "intake":
            if done >= FLOOD:
                _flooded_at[self.dbname] = now
            if done in SMALL_BATCH:
                self._halt.wait(min(BREATH, BREATHS * took))
        elif self.lane == "desk":
            is_flood = now - _flooded_at.get(self.dbname, -FLOOD_LASTS) < FLOOD_LASTS
            limit, breaths = (DESK_BREATH_IN_FLOOD, DESK_BREATHS_IN_FLOOD) if is_flood else (BREATH, DESK_BREATHS)
            self._halt.wait(min(limit, breaths * took))

    def _leave(self, duty):
        """Go off duty without losing what came in meanwhile; tells whether the runner may end."""
        duty.release()
        # who inserted work believing that we are on duty started no runner: look again once they have committed
        for _turn in range(2):
            if self._nudged.is_set() or self._step(duty):
                return not duty.acquire()
            time.sleep(FAREWELL)
        if self._nudged.is_set() or self._step(duty):
            return not duty.acquire()
        with _runners_lock:
            if self._nudged.is_set():
                return not duty.acquire()
            _runners.pop((self.dbname, self.lane), None)
        return True

    def _env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {"whatsapp_lane": self.lane})

    def _registry(self):
        now = time.monotonic()
        registry = Registry(self.dbname)
        if now - self._checked_signaling > SIGNALING_INTERVAL:
            registry = registry.check_signaling()
            self._checked_signaling = now
        return registry

    def _step(self, duty):
        """Do one batch; tells whether there was anything to do (the intake: how much)."""
        registry = self._registry()
        if self._crew:
            return self._crew.step(registry, self._env, duty.runner_id)
        with registry.cursor() as cr:
            done = self._env(cr)["whatsapp.lane"]._step(self.lane)
        registry.signal_changes()
        return done

    def _recover(self, duty):
        """Settle what dead processes left behind."""
        if self._crew:
            self._crew.recover(self._registry(), self._env, duty.runner_id)

    def _finish_requests(self):
        """Write the results of requests that are still under way, whatever it takes within reason."""
        deadline = time.monotonic() + (60 if self._crew.MUST_FINISH else 0)
        while self._crew.busy and time.monotonic() < deadline:
            self._crew.wait()
            try:
                self._crew.collect(self._registry(), self._env)
            except Exception:  # noqa: BLE001 - the rows stay in sending and become unclear: nothing is sent twice
                _logger.exception("WhatsApp lane %s: results of the last requests could not be written", self.lane)
                time.sleep(1)
        self._crew.close()
