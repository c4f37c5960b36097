"""What the end-to-end tests share: the running system, and words to speak to it with.

Everything is real: PostgreSQL with fsync, Odoo's own server processes, the simulator, HTTP. Nothing in the product
knows of these tests. To stop a process at an exact point, a test holds a lock in PostgreSQL that the process needs
(`Stack.hold`), waits until the database says that somebody waits for it (`Stack.wait_until_blocked`), and kills.
"""

import contextlib
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator

import psycopg2
import psycopg2.extras
from people import ADMIN, Agent, Customer
from simulator_client import PNID, SimulatorClient

from devtools import processes
from devtools.env import Environment, OdooProcess
from devtools.ui import Problem, tail

WABA, APP = "200000000000001", "100000000000001"
SECRET, VERIFY_TOKEN, TOKEN = "demo-app-secret", "demo-verify-token", "demo-access-token"
# Below the ports that the system gives to outgoing connections: else a retry to a dead server could meet itself.
PORTS = range(20_000, 30_000)
# First halves of the advisory locks of the lanes (addons/whatsapp_base/lanes/__init__.py).
LOCK_RUNNER, LOCK_CLAIM = 0x57A2, 0x57A3
HOLD_INTAKE = f"SELECT pg_advisory_lock({LOCK_CLAIM}, 0)"
FINAL_STATES = ("read", "failed", "uncertain", "cancelled")


def wait_until(condition: Callable[[], object], what: str, timeout: float = 20.0, pause: float = 0.05):
    """Poll until `condition()` is true and return its value.

    what: completes "waited N s for ..." in the AssertionError, which also shows the last value.
    A database that is away for a moment counts as "not yet".
    """
    deadline = time.monotonic() + timeout
    value: object = None
    while True:
        try:
            value = condition()
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            value = error
        else:
            if value:
                return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:.0f} s for {what}; last seen: {value!r}")
        time.sleep(pause)


def wait_until_equal(get: Callable[[], object], expected: object, what: str, timeout: float = 20.0) -> None:
    """Poll until `get()` returns `expected`; the AssertionError shows both."""
    try:
        wait_until(lambda: get() == expected, what, timeout)
    except AssertionError:
        seen = get()
        if seen != expected:
            raise AssertionError(f"waited {timeout:.0f} s for {what}:\n{seen!r}\ninstead of\n{expected!r}") from None


def quiet_port() -> int:
    """A free port that no outgoing connection will ever use, and hardly another run of these tests."""
    return next(port for port in random.sample(PORTS, len(PORTS)) if processes.port_is_free(port))


class Stack:
    """The running system: one database, the simulator in Meta's place, Odoo and lane workers.

    env: devtools' environment. db: name of the database. odoo: the running Odoo or None. sim: SimulatorClient.
    """

    def __init__(self, env: Environment, db: str):
        self.env, self.db = env, db
        self.workers: list[processes.Process] = []
        self.odoo: OdooProcess | None = None
        self.hook = ""
        self._connection = None
        self._numbers = itertools.count(int(time.time()) % 1_000_000 * 1000)
        self._simulator_port = quiet_port()
        self.start_simulator()
        self.odoo_port = quiet_port()
        self.admin: Agent | None = None

    # -- processes -----------------------------------------------------------------------------------------------------

    def start_odoo(self, workers: int = 2, cron_threads: int = 1) -> OdooProcess:
        """Start Odoo on its usual port; prefork unless workers is 0."""
        assert self.odoo is None or not self.odoo.alive(), "Odoo runs already"
        self.odoo = self.env.start_odoo(
            self.db, self.odoo_port, workers=workers, cron_threads=cron_threads, log="e2e-odoo.log"
        )
        self.admin = Agent(self, *ADMIN)
        return self.odoo

    @contextlib.contextmanager
    def supervised(self) -> Iterator[None]:
        """Start Odoo again whenever it ends by itself, as systemd or Docker would (not the way `kill_odoo` is meant).

        Odoo's prefork master gives up when it has to replace a worker while PostgreSQL is away.
        """
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(0.2):
                if not self.odoo.alive():
                    self.odoo.kill()  # children that it has left behind
                    with contextlib.suppress(Problem):  # PostgreSQL may still be away
                        self.start_odoo()

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()

    def start_second_odoo(self, workers: int = 0, cron_threads: int = 0) -> OdooProcess:
        """One more Odoo on the same database, as another machine would be; the caller stops it."""
        port = quiet_port()
        return self.env.start_odoo(self.db, port, workers=workers, cron_threads=cron_threads, log="e2e-odoo-2.log")

    def kill_odoo(self) -> None:
        """kill -9 of Odoo and all of its children."""
        self.odoo.kill()

    def start_simulator(self) -> None:
        """Start the simulator, which has forgotten everything, and tell it the webhook's address again."""
        self.simulator = self.env.start_simulator(self._simulator_port, log="e2e-simulator.log")
        self.sim = SimulatorClient(self.simulator.url)
        self.sim.reset()
        if self.hook:
            self.sim.post("webhook_url", waba=WABA, url=self.webhook_url, verify=False, verify_token=VERIFY_TOKEN)

    def stop_simulator(self) -> None:
        """Meta is not there at all: connections are refused."""
        self.simulator.kill()

    def start_worker(self, *args: str) -> processes.Process:
        """Start `odoo-bin whatsapp_worker` and wait until it is on duty."""
        worker = self.env.start_worker(self.db, args, log="e2e-worker.log")
        self.workers.append(worker)
        wait_until(lambda: self.runners_of(worker) or not worker.alive(), "the lane worker to be on duty", 60)
        assert worker.alive(), f"the lane worker ended by itself:\n{tail(worker.log)}"
        return worker

    def stop_workers(self) -> None:
        """End the dedicated workers politely."""
        while self.workers:
            self.workers.pop().stop()

    def runners_of(self, process: processes.Process) -> int:
        """How many lane runners of a process are connected to the database."""
        return self.value(
            """SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
                WHERE locktype = 'advisory' AND classid = %s AND application_name = %s""",
            LOCK_RUNNER,
            f"odoo-{process.pid}",
        )

    def heal(self) -> None:
        """Bring everything back to the usual state, whatever the test before has left."""
        if not self.env.server.is_running():
            self.env.server.restart("immediate")
        self.stop_workers()
        if not self.simulator.alive():
            self.start_simulator()
        self.sim.reset()
        self.execute("UPDATE whatsapp_channel SET paused_until = NULL, breaker_failures = 0")
        self.execute("DELETE FROM whatsapp_webhook_event WHERE state <> 'done'")
        self.execute("UPDATE whatsapp_chat_message SET state = 'cancelled' WHERE state IN ('queued', 'held')")
        if self.odoo is None or not self.odoo.alive():
            self.start_odoo()

    def run_cron(self, name: str = "ir_cron_whatsapp_lanes") -> None:
        """Let the time of a scheduled action of ours have come, and wait until it has run."""
        job = f"""SELECT res_id FROM ir_model_data WHERE module = 'whatsapp_base' AND name = '{name}'"""
        now = "now() AT TIME ZONE 'utc'"
        self.execute(f"UPDATE ir_cron SET nextcall = {now} - interval '1 second' WHERE id = ({job})")

        def has_run() -> bool:
            self.execute_on("postgres", f"NOTIFY cron_trigger, '{self.db}'")  # a cron worker may still be starting
            return self.value(f"SELECT nextcall > {now} FROM ir_cron WHERE id = ({job})")

        wait_until(has_run, "the scheduled action to run", pause=0.3)

    # -- database ------------------------------------------------------------------------------------------------------

    def connect(self, db: str | None = None):
        """A new connection of the test's own. It does not wait for ever for what the product, or the test itself, holds."""
        server = self.env.server.connection
        return psycopg2.connect(
            dbname=db or self.db, host=server.host, port=server.port, user=server.user, password=server.password or None,
            options="-c lock_timeout=30s",
        )

    def _cursor(self):
        if self._connection is None or self._connection.closed:
            self._connection = self.connect()
            self._connection.autocommit = True
        return self._connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor)

    def rows(self, query: str, *params) -> list[dict]:
        """Rows of a query, as dicts."""
        try:
            with self._cursor() as cursor:
                cursor.execute(query, params or None)
                return [dict(row) for row in cursor.fetchall()]
        except psycopg2.Error as error:
            # a server that has gone away is told in several ways; a bare DatabaseError is one of them
            if self._connection is not None and not self._connection.closed and type(error) is not psycopg2.DatabaseError:
                raise
            self._connection = None
            raise psycopg2.OperationalError(str(error)) from error

    def value(self, query: str, *params):
        """The first column of the first row, or None."""
        rows = self.rows(query, *params)
        return next(iter(rows[0].values())) if rows else None

    def execute(self, statement: str, *params) -> None:
        """Run a statement and commit it."""
        with self._cursor() as cursor:
            cursor.execute(statement, params or None)

    def execute_on(self, db: str, statement: str) -> None:
        """Run a statement in another database."""
        connection = self.connect(db)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    @contextlib.contextmanager
    def hold(self, statement: str, *params) -> Iterator[Callable[[], None]]:
        """Keep the locks that a statement takes until the end of the block; yields a function that frees them before."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, params or None)
            yield connection.close
        finally:
            connection.close()

    def blocked(self, fragment: str) -> int:
        """How many backends wait for a lock in a statement that contains `fragment`."""
        return self.value(
            """SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE %s""",
            f"%{fragment}%",
        )

    def blocked_processes(self, fragment: str) -> set[int]:
        """Ids of the programs (Odoo tells PostgreSQL its own) that wait for a lock in such a statement."""
        rows = self.rows(
            """SELECT application_name AS name FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE %s""",
            f"%{fragment}%",
        )
        return {int(row["name"].removeprefix("odoo-")) for row in rows}

    def wait_until_blocked(self, fragment: str, timeout: float = 20.0) -> None:
        """Wait until somebody waits for a lock in a statement that contains `fragment`."""
        wait_until(lambda: self.blocked(fragment), f"a process to wait in {fragment!r}", timeout)

    # -- what Odoo knows -----------------------------------------------------------------------------------------------

    def customer(self, name: str | None = None, hidden: bool = False) -> Customer:
        """A customer whom nobody has met before. hidden: WhatsApp does not tell the phone, only a user id."""
        number = next(self._numbers)
        return Customer(self, f"8801{number:09d}", f"BD.e2e{number}", name or f"Customer {number}", hidden)

    def acquaintance(self, name: str | None = None, hidden: bool = False) -> Customer:
        """A customer who has just written, so that agents may answer."""
        customer = self.customer(name, hidden)
        customer.writes("Hello")
        wait_until(customer.messages, f"the first message of {customer.name}")
        return customer

    def colleague(self, name: str, role: str, login: str, **values) -> int:
        """A new user with a role of the suite (agent, supervisor, admin), whose password is the login; returns the ID."""
        call = self.admin.call
        [[_module, group]] = [call("ir.model.data", "check_object_reference", "whatsapp_base", f"group_whatsapp_{role}")]
        person = {"name": name, "login": login, "password": login, "group_ids": [(4, group)], **values}
        [user_id] = call("res.users", "create", [person])
        return user_id

    def end_team(self, team_id: int) -> None:
        """Archive a team; what it still has is resolved before, else Odoo refuses."""
        left = self.admin.call("whatsapp.conversation", "search", [("team_id", "=", team_id), ("state", "!=", "resolved")])
        if left:
            self.admin.call("whatsapp.conversation", "action_resolve", left)
        self.admin.call("whatsapp.team", "write", [team_id], {"active": False})

    def journal(self, state: str | None = None) -> int:
        """How many notifications are in the journal (in a state)."""
        return self.value("SELECT count(*) FROM whatsapp_webhook_event WHERE %s IS NULL OR state = %s", state, state)

    def wait_until_quiet(self, timeout: float = 30.0) -> None:
        """Wait until every notification is delivered and handled, every message as far as it comes, the desk done."""
        wait_until(
            lambda: self.sim.stats()["webhooks"]["waiting"] == 0
            and self.sim.stats()["webhooks"]["planned"] == 0
            and self.journal("pending") == 0
            and not self.value("SELECT count(*) FROM whatsapp_chat_message WHERE state IN ('queued', 'sending')")
            and not self.value("SELECT count(*) FROM whatsapp_conversation WHERE desk_due AND desk_after IS NULL"),
            "journal, outbox and desk to be empty",
            timeout,
        )

    def message(self, message_id: int) -> dict:
        """A row of whatsapp_chat_message."""
        return self.rows("SELECT * FROM whatsapp_chat_message WHERE id = %s", message_id)[0]

    def wait_for_state(self, message_id: int, *states: str, timeout: float = 20.0) -> dict:
        """Wait until a message has one of these states; returns its row."""
        wait_until(
            lambda: self.message(message_id)["state"] in states, f"message {message_id} to become {states}", timeout
        )
        return self.message(message_id)

    def next_try_is_due(self, message_id: int) -> None:
        """Let the time of a message's next try have come, and every pause of its number be over."""
        self.execute("UPDATE whatsapp_channel SET paused_until = NULL")
        self.execute(
            "UPDATE whatsapp_chat_message SET next_try_at = now() AT TIME ZONE 'utc' WHERE id = %s AND state = 'queued'",
            message_id,
        )
        self.execute("NOTIFY whatsapp_lane, 'replies'")

    def diagnosis(self) -> str:
        """The last of the journal, the messages and Odoo's log, for the report of a failed test."""
        parts = []
        for what, query in {
            "journal": "SELECT id, state, attempts, next_try_at, error, note FROM whatsapp_webhook_event",
            "messages": "SELECT id, direction, state, body, wamid, attempts, error_code, error_details, claimed_by,"
            " next_try_at FROM whatsapp_chat_message",
        }.items():
            try:
                rows = self.rows(f"{query} ORDER BY id DESC LIMIT 10")
            except psycopg2.Error as error:
                rows = [error]
            parts += [f"-- {what}, newest first", *map(str, rows)]
        lines = self.odoo.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.odoo else []
        telling = [line for line in lines if " INFO " not in line]
        return "\n".join([*parts, "-- Odoo's log, without INFO", *telling[-40:]])

    # -- setting up ----------------------------------------------------------------------------------------------------

    def connect_account(self) -> None:
        """Enter the account as an administrator would, test it, and register the webhook at the simulator."""
        account = self.admin.call(
            "whatsapp.business.account",
            "create",
            [
                {
                    "name": "Demo Services",
                    "waba_id": WABA,
                    "app_id": APP,
                    "graph_url": self.sim.url,
                    "access_token": TOKEN,
                    "app_secret": SECRET,
                    "verify_token": VERIFY_TOKEN,
                }
            ],
        )[0]
        self.account_id = account
        self.admin.call("whatsapp.business.account", "action_test_connection", [account])
        self.hook = self.value("SELECT webhook_uuid FROM whatsapp_business_account WHERE id = %s", account)
        self.sim.post("webhook_url", waba=WABA, url=self.webhook_url, verify_token=VERIFY_TOKEN)
        self.channel_id = self.value("SELECT id FROM whatsapp_channel WHERE phone_number_id = %s", PNID)

    @property
    def webhook_url(self) -> str:
        """Where the account's notifications go."""
        return f"http://127.0.0.1:{self.odoo_port}/whatsapp/webhook/{self.hook}"
