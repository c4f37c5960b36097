"""The servers of a benchmark, in production's form: PostgreSQL that syncs, Odoo with HTTP workers, the lane worker."""

import contextlib
import threading
import time
from pathlib import Path

import psutil
import psycopg2
import requests

from devtools import modules
from devtools.env import Environment

from . import payloads
from .figures import say

HTTP_WORKERS = 2
CRON_THREADS = 2  # Odoo's default
# whatsapp_base, lanes/__init__.py
LANES = ("intake", "replies", "bulk", "media", "signals", "desk")
LOCK_ON_DUTY = 0x57A1
ADDONS = Path(__file__).parent / "addons"


class BenchEnvironment(Environment):
    """The environment with the benchmarks' own addon on the addons path."""

    @property
    def addons_path(self) -> str:
        """Odoo's addons, ours, and the benchmarks'."""
        return f"{super().addons_path},{ADDONS}"


class Rpc:
    """A web session: logs in, calls methods and routes. Raises RuntimeError with Odoo's text when a call fails."""

    def __init__(self, url: str, db: str, login: str = "admin", password: str = "admin"):
        self.url = url
        self._http = requests.Session()
        self._http.trust_env = False
        self.route("/web/session/authenticate", {"db": db, "login": login, "password": password})

    def route(self, path: str, params: dict, timeout: float = 600.0):
        """Call a JSON-RPC route and return its result."""
        answer = self._http.post(f"{self.url}{path}", json={"jsonrpc": "2.0", "method": "call", "params": params}, timeout=timeout)
        answer.raise_for_status()
        data = answer.json()
        if "error" in data:
            raise RuntimeError(data["error"].get("data", {}).get("debug") or data["error"]["message"])
        return data["result"]

    def call(self, model: str, method: str, *args, **kwargs):
        """Call a model's method."""
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return self.route(f"/web/dataset/call_kw/{model}/{method}", params)


class Simulator:
    """Client of the simulator's control API."""

    def __init__(self, url: str):
        self.url = url
        self._http = requests.Session()
        self._http.trust_env = False

    def get(self, name: str, **params):
        """GET /_sim/<name>."""
        answer = self._http.get(f"{self.url}/_sim/{name}", params=params, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def post(self, name: str, **data):
        """POST /_sim/<name>."""
        answer = self._http.post(f"{self.url}/_sim/{name}", json=data, timeout=60)
        if answer.status_code >= 400:
            raise RuntimeError(f"simulator, {name}: {answer.text}")
        return answer.json()


class Memory(threading.Thread):
    """Watches the resident memory of processes and their children, twice a second."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak_total = self.peak_single = 0
        self.pids = set()

    def run(self):
        """Sample for ever."""
        while True:
            sizes = [size for pid in list(self.pids) for size in self._sizes(pid)]
            self.peak_total = max(self.peak_total, sum(sizes))
            self.peak_single = max([self.peak_single, *sizes])
            time.sleep(0.5)

    @staticmethod
    def _sizes(pid: int) -> list:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            return [p.memory_info().rss for p in (process, *process.children(recursive=True))]
        return []


def _cpu_of(pid: int) -> float:
    total = 0.0
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        times = process.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
        for child in process.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                times = child.cpu_times()
                total += times.user + times.system
    return total


class Stack:
    """All servers of one run; a context manager that stops them. db: a fresh database of that name.

    keep: take the database as the run before has left it, if the addons' data have not changed since.
    """

    def __init__(self, db: str, keep: bool = False):
        self.db, self.keep = db, keep
        self.memory = Memory()
        self.worker = None

    def __enter__(self) -> "Stack":
        say("preparing PostgreSQL, Odoo and a fresh database")
        self.env = BenchEnvironment.prepare("bench")
        try:
            self._start()
        except BaseException:
            self.env.close()
            raise
        return self

    def __exit__(self, *_error) -> None:
        self.env.close()

    def _start(self):
        self.env.addons = {**self.env.addons, **modules.find(ADDONS)}
        if not self.keep:
            self.env.database(self.db, ["whatsapp_base", "bench_floor"])
        self.simulator_process = self.env.start_simulator(log="bench-simulator.log")
        self.simulator = Simulator(self.simulator_process.url)
        # Nobody has written at the simulator, and load does not come from its phone pages.
        self.simulator.post("config", window="off", record={"requests": 200_000, "bodies": True})
        self.odoo = self.env.start_odoo(
            self.db, workers=HTTP_WORKERS, cron_threads=CRON_THREADS, log=f"{self.db}-odoo.log",
            # devtools sets dbfilter; with it, Odoo asks for the list of databases, on a new connection, at each request
            # without a cookie: twice the price of a webhook. Sites with one database set db_name only.
            extra_args=["--log-level=warn", "--db-filter="],
        )
        self.memory.pids.add(self.odoo.pid)
        self.memory.start()
        connection = self.env.server.connection
        self.dsn = {"host": connection.host, "port": connection.port, "user": connection.user}
        if connection.password:
            self.dsn["password"] = connection.password
        self._connection = self.connect()
        self.rpc = Rpc(self.odoo.url, self.db)
        facts = self.rpc.call("bench.tools", "bench_connect", self.simulator_process.url)
        self.account_id, self.hook = facts["account"], f"/whatsapp/webhook/{facts['hook']}"
        self.channel_id = facts["channels"][payloads.PHONE_NUMBER_ID]
        say(f"Odoo with {HTTP_WORKERS} HTTP workers on {self.odoo.url}, simulator on {self.simulator.url}")

    def connect(self, dbname: str | None = None):
        """A new autocommit connection to the database (or another one)."""
        connection = psycopg2.connect(dbname=dbname or self.db, **self.dsn)
        connection.autocommit = True
        return connection

    def sql(self, query: str, params=None) -> list:
        """Run SQL and return its rows (an empty list when it has none)."""
        with self._connection.cursor() as cr:
            cr.execute(query, params)
            return cr.fetchall() if cr.description else []

    def one(self, query: str, params=None):
        """The only value of a query."""
        return self.sql(query, params)[0][0]

    def cpu(self) -> dict:
        """CPU seconds used so far by each program of the stack. What else runs on the machine does not count."""
        server = self.env.server
        pids = {
            "odoo": self.odoo.pid, "simulator": self.simulator_process.pid, "worker": self.worker and self.worker.pid,
            "postgres": server.can_restart and server.pid(),
        }
        return {name: _cpu_of(pid) if pid else 0.0 for name, pid in pids.items()}

    def cpu_since(self, before: dict, count: int) -> dict:
        """CPU milliseconds for each of `count` things since `before` (from `cpu`), by program."""
        return {name: round(1000 * (now - before[name]) / max(count, 1), 2) for name, now in self.cpu().items()}

    # -- the lane worker -----------------------------------------------------------------------------------------------

    def start_worker(self, *args: object) -> None:
        """Start `odoo-bin whatsapp_worker` and wait until it works."""
        log = self.env.paths.logs / f"{self.db}-worker.log"
        log.unlink(missing_ok=True)
        self.worker = self.env.start_worker(self.db, args, log=log)
        self.memory.pids.add(self.worker.pid)
        self.worker.wait_for_line("WhatsApp worker: lanes", 60)

    def stop_worker(self) -> None:
        """End the lane worker in good order."""
        if self.worker:
            self.worker.stop(timeout=60)
            self.memory.pids.discard(self.worker.pid)
            self.worker = None

    @contextlib.contextmanager
    def lane_taken(self, lane: str = "intake"):
        """Keep HTTP and cron workers from serving a lane by themselves, as if a lane worker were there."""
        connection = self.connect()
        with connection.cursor() as cr:
            cr.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_ON_DUTY, LANES.index(lane)])  # waits for threads that are still at it
        try:
            yield
        finally:
            connection.close()

    def register_webhook(self) -> None:
        """Have the simulator send its notifications (statuses) to Odoo."""
        self.simulator.post("webhook_url", url=self.odoo.url + self.hook, verify_token="demo-verify-token", waba=payloads.WABA_ID)

    # -- test data -----------------------------------------------------------------------------------------------------

    def talks(self, phones: list) -> list:
        """Make conversations of these numbers through the models; returns (conversation id, discuss channel id)s."""
        made = []
        for start in range(0, len(phones), 200):
            made += self.rpc.call("bench.tools", "bench_talks", self.channel_id, phones[start : start + 200])
        return made

    def bulk_contacts(self, first: int, count: int) -> None:
        """Make contacts and conversations (no customer, no Discuss channel) of phones `first`, `first` + 1, ..."""
        params = {"first": first, "last": first + count - 1, "channel": self.channel_id}
        self.sql(
            """INSERT INTO whatsapp_contact (company_id, portfolio, wa_id, phone_key, profile_name, active, create_date, write_date)
               SELECT n.company_id, n.portfolio, p::text, p::text, 'Bulk ' || p, TRUE, now(), now()
                 FROM whatsapp_channel n, generate_series(%(first)s, %(last)s) AS p WHERE n.id = %(channel)s""", params)
        self.sql(
            """INSERT INTO whatsapp_conversation (channel_id, contact_id, company_id, state, window_expires_at, create_date, write_date)
               SELECT %(channel)s, id, company_id, 'open', now() AT TIME ZONE 'utc' + interval '1 day', now(), now()
                 FROM whatsapp_contact WHERE wa_id::bigint BETWEEN %(first)s AND %(last)s""", params)

    def bulk_messages(self, first: int, last: int, state: str, prefix: str) -> None:
        """Make one outgoing text of the bulk lane for each of these phones; accepted ones have wamid `prefix` + phone."""
        self.sql(
            """INSERT INTO whatsapp_chat_message (conversation_id, channel_id, contact_id, company_id, direction, origin, type,
                      state, lane, priority, body, summary, payload, uuid, wamid, sent_on, accepted_at, create_date, write_date)
               SELECT v.id, v.channel_id, c.id, v.company_id, 'outbound', 'campaign', 'text', %(state)s, 'bulk', 2,
                      'Offer for ' || c.wa_id, 'Offer for ' || c.wa_id,
                      json_build_object('type', 'text', 'text', json_build_object('body', 'Offer for ' || c.wa_id))::text,
                      md5(%(prefix)s || c.wa_id), CASE WHEN %(state)s = 'queued' THEN NULL ELSE %(prefix)s || c.wa_id END,
                      now() AT TIME ZONE 'utc', CASE WHEN %(state)s = 'queued' THEN NULL ELSE now() AT TIME ZONE 'utc' END,
                      now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc'
                 FROM whatsapp_conversation v JOIN whatsapp_contact c ON c.id = v.contact_id
                WHERE c.wa_id::bigint BETWEEN %(first)s AND %(last)s ORDER BY v.id""",
            {"state": state, "prefix": prefix, "first": first, "last": last})

    def prefill(self, bodies: list) -> None:
        """Put notifications into the journal, as the webhook would."""
        with self._connection.cursor() as cr:
            for start in range(0, len(bodies), 1000):
                part = [body.decode() for body in bodies[start : start + 1000]]
                cr.execute(
                    """INSERT INTO whatsapp_webhook_event (account_id, received_at, body, state, attempts)
                       SELECT %s, now() AT TIME ZONE 'utc', b, 'pending', 0 FROM unnest(%s) AS b""", [self.account_id, part])

    def settle(self) -> None:
        """ANALYZE and CHECKPOINT, so that test data just made does not weigh on what is measured."""
        self.sql("ANALYZE")
        with contextlib.suppress(psycopg2.Error):
            self.sql("CHECKPOINT")

    def pending(self) -> int:
        """Notifications that are not handled yet."""
        return self.one("SELECT count(*) FROM whatsapp_webhook_event WHERE state = 'pending'")

    def drain(self, timeout: float = 600.0) -> tuple[int, float]:
        """Wait until the journal is empty; returns (notifications handled, seconds) from the first one that was."""
        total = left = self.pending()
        deadline = time.monotonic() + timeout
        while left == total and left and time.monotonic() < deadline:
            time.sleep(0.02)
            left = self.pending()
        counted, begin = left, time.monotonic()
        while left and time.monotonic() < deadline:
            time.sleep(0.1)
            left = self.pending()
        if left:
            raise RuntimeError(f"{left} notifications are still pending after {timeout:.0f} s; see {self.worker and self.worker.log}.")
        return counted, time.monotonic() - begin
