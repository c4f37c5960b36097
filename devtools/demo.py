"""./dev demo: Odoo with our addons and demo data, the simulator in Meta's place, and a page to be the customer.

Odoo runs with --workers 0 here: one process with threads serves the web client and the websocket on one port, so that
no proxy is needed. Production runs workers behind a proxy (docker-compose.yml), and the benchmarks do too.
"""

import argparse
import json
import time
import urllib.error
import urllib.request

from . import modules
from .env import Environment
from .paths import Paths
from .postgres import literal, quoted
from .processes import Process, require_port
from .running import Note
from .ui import Problem, Ui

DATABASE = "demo"
ODOO_PORT = 8069
SIMULATOR_PORT = 8899
LOGINS = (("Administrator", "admin"), ("Supervisor", "supervisor"), ("Agent", "agent"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of ./dev demo."""
    parser.add_argument("--fresh", action="store_true", help="start over with new demo data")
    parser.add_argument("--port", type=int, default=ODOO_PORT, metavar="N", help="Odoo's port (default: %(default)s)")
    parser.add_argument(
        "--sim-port", type=int, default=SIMULATOR_PORT, metavar="N", help="the simulator's port (default: %(default)s)"
    )


def run(args: argparse.Namespace, ui: Ui) -> int:
    """Run the demo until Ctrl-C. Returns the exit code."""
    paths = Paths.of()
    paths.make()
    note = Note(paths.run / "demo.json")
    if note.owner_alive():
        raise Problem(
            f"The demo runs already, at {note.read().get('odoo')}.",
            "Use it there, or stop it with Ctrl-C in its terminal and run the command again.",
        )
    if note.end_orphans():
        ui.say("Ended what an earlier demo had left running.")
    require_port(args.port, "Odoo", "--port")
    require_port(args.sim_port, "the simulator", "--sim-port")
    if args.port == args.sim_port:
        raise Problem(
            f"Odoo and the simulator cannot both use port {args.port}.", "Give them two: --port N --sim-port M"
        )
    if not modules.find(paths.addons):
        raise Problem("There is no addon in addons/ yet.", "Check the checkout: git status")
    with Environment.prepare("demo", ui=ui) as env:
        try:
            return _serve(env, args, note)
        finally:
            ui.say("Stopping what was started.")
            note.remove()


def _serve(env: Environment, args: argparse.Namespace, note: Note) -> int:
    _database(env, args.fresh)
    _connect(env, args)
    for log in ("demo-odoo.log", "demo-worker.log", "demo-simulator.log"):
        (env.paths.logs / log).unlink(missing_ok=True)
    with env.ui.step("Starting the simulator"):
        simulator = env.start_simulator(args.sim_port, log="demo-simulator.log")
    with env.ui.step("Starting Odoo"):
        odoo = env.start_odoo(DATABASE, args.port, workers=0, cron_threads=1, log="demo-odoo.log")
    running = [simulator, odoo]
    note.write(running, odoo=odoo.url, simulator=simulator.url)
    if register_webhooks(env, DATABASE, odoo.url, simulator.url):
        restore_windows(env, DATABASE, simulator.url)
    if env.has_worker:
        running.append(env.start_worker(DATABASE, log="demo-worker.log"))
    note.write(running, odoo=odoo.url, simulator=simulator.url)
    with env.ui.step("Preparing the first page"):
        _warm(odoo)
    env.ui.say(welcome(odoo.url, simulator.url, people(env), str(env.paths.logs)))
    return _watch(running)


def _watch(running: list[Process]) -> int:
    """Wait for Ctrl-C; if something ends by itself, say so and end everything."""
    try:
        while True:
            for process in running:
                if not process.alive():
                    raise process.died()
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0


# -- the database ------------------------------------------------------------------------------------------------------


def _database(env: Environment, fresh: bool) -> None:
    """Make the demo database, or bring the existing one up to date with the code, keeping its data."""
    if fresh or not env.server.exists(DATABASE) or not _installed(env):
        env.database(DATABASE, demo=True)
        _remember(env)
        return
    known = _remembered(env)
    current = _hashes(env)
    new = [name for name in current if name not in known]
    changed = [name for name in current if name in known and known[name] != current[name]]
    if not new and not changed:
        return
    arguments: list[object] = [
        "-d",
        DATABASE,
        "--stop-after-init",
        "--no-http",
        "--max-cron-threads=0",
        "--log-level=warn",
    ]
    arguments += ["-u", ",".join(changed)] if changed else []
    arguments += ["-i", ",".join(new), "--with-demo"] if new else []
    with env.ui.step(f"Updating the demo to changed code: {', '.join(changed + new)}"):
        try:
            env.run_odoo(*arguments, what="Updating the demo", log="demo-update.log")
        except Problem as problem:
            problem.remedy = f"Correct the code, or start over with new data: ./dev demo --fresh\n{problem.remedy}"
            raise
    _remember(env)


def _installed(env: Environment) -> bool:
    """Whether the database holds an Odoo (a set-up that was interrupted may have left an empty one)."""
    return env.server.sql("SELECT to_regclass('ir_module_module') IS NOT NULL", DATABASE) == "t" and bool(
        _remembered(env)
    )


def _hashes(env: Environment) -> dict[str, str]:
    return {name: modules.database_hash(addon) for name, addon in env.addons.items()}


def _remember(env: Environment) -> None:
    """Note in the database which code it was made with."""
    env.server.sql(f"COMMENT ON DATABASE {quoted(DATABASE)} IS {literal(json.dumps(_hashes(env)))}", DATABASE)


def _remembered(env: Environment) -> dict[str, str]:
    text = env.server.sql(
        f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = {literal(DATABASE)}"
    )
    try:
        return json.loads(text)
    except ValueError:
        return {}


def _connect(env: Environment, args: argparse.Namespace) -> None:
    """Point the demo's accounts at the simulator, and Odoo at its own address, on the ports of this run."""
    odoo = f"http://127.0.0.1:{args.port}"
    env.server.sql(
        f"UPDATE ir_config_parameter SET value = {literal(odoo)} WHERE key = 'web.base.url'",
        DATABASE,
    )
    if has_accounts(env, DATABASE):
        simulator = f"http://127.0.0.1:{args.sim_port}"
        env.server.sql(
            f"UPDATE whatsapp_business_account SET graph_url = {literal(simulator)} "
            "WHERE graph_url ~ '^http://(127\\.0\\.0\\.1|localhost)'",
            DATABASE,
        )


def has_accounts(env: Environment, database: str) -> bool:
    """Whether our base addon is installed in a database."""
    return env.server.sql("SELECT to_regclass('whatsapp_business_account') IS NOT NULL", database) == "t"


def register_webhooks(env: Environment, database: str, odoo_url: str, simulator_url: str) -> int:
    """Tell the simulator where each account of a database wants its webhooks. Returns how many were registered."""
    if not has_accounts(env, database):
        return 0
    rows = env.server.sql(
        f"SELECT waba_id, webhook_uuid FROM whatsapp_business_account WHERE graph_url = {literal(simulator_url)}",
        database,
    ).splitlines()
    for row in rows:
        waba, hook = row.split("|")
        body = {"waba": waba, "url": f"{odoo_url}/whatsapp/webhook/{hook}", "verify_token": "demo-verify-token"}
        try:
            post_json(f"{simulator_url}/_sim/webhook_url", body)
        except urllib.error.HTTPError as error:
            raise Problem(
                f"The simulator could not register the webhook of account {waba}.",
                f"./dev demo --fresh restores the demo's credentials. Odoo's log: {env.paths.logs / 'demo-odoo.log'}",
                error.read().decode(errors="replace"),
            ) from error
    return len(rows)


def restore_windows(env: Environment, database: str, simulator_url: str) -> int:
    """Tell the simulator, which forgets everything when it stops, who wrote within the last 24 hours.

    Without it, it would refuse the replies that Odoo rightly allows. Returns how many people were told.
    """
    rows = env.server.sql(
        "SELECT json_build_object('from', c.wa_id, 'user_id', c.bsuid, 'profile_name', c.profile_name, "
        "'username', c.username, 'phone_number_id', n.phone_number_id, 'hours_ago', "
        "greatest(0, extract(epoch FROM (now() AT TIME ZONE 'utc') - v.last_inbound_at) / 3600)) "
        "FROM whatsapp_conversation v JOIN whatsapp_contact c ON c.id = v.contact_id "
        "JOIN whatsapp_channel n ON n.id = v.channel_id JOIN whatsapp_business_account a ON a.id = n.account_id "
        f"WHERE v.window_expires_at > now() AT TIME ZONE 'utc' AND a.graph_url = {literal(simulator_url)}",
        database,
    ).splitlines()
    for row in rows:
        person = {name: value for name, value in json.loads(row).items() if value is not None}
        post_json(f"{simulator_url}/_sim/window", person)
    return len(rows)


def post_json(url: str, body: dict) -> dict:
    """POST JSON to a local server (never through a proxy) and return the JSON answer."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return json.loads(answer.read() or b"{}")


def _warm(odoo: Process) -> None:
    """Load the login page once, so that the person who opens it does not wait for its styles to be compiled."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{odoo.url}/web/login", timeout=120) as answer:
            answer.read()
    except OSError:
        pass  # only a courtesy


# -- what a person reads -----------------------------------------------------------------------------------------------


def people(env: Environment) -> list[tuple[str, str, str]]:
    """The demo's people as the simulator knows them: (name, phone, what they are)."""
    code = "import json, simulator.seed as s; print(json.dumps([[p[0], p[1], p[5]] for p in s.PEOPLE]))"
    done = env.python_run(["-c", code], capture_output=True, text=True)
    try:
        return [
            (name, f"+{phone}" if phone else "no phone, only a user id", about)
            for name, phone, about in json.loads(done.stdout)
        ]
    except ValueError:
        return []


def welcome(odoo_url: str, simulator_url: str, who: list[tuple[str, str, str]], logs: str) -> str:
    """What the demo prints when it is ready."""
    width = max([len(name) for name, _phone, _about in who] + [13])
    lines = ["", "The demo is ready.", ""]
    lines.append(f"  Odoo          {odoo_url}/odoo")
    lines += [f"    {role:<{width}}  login {login}, password {login}" for role, login in LOGINS]
    lines.append(f"  Phones        {simulator_url}/")
    lines += [f"    {name:<{width}}  {phone} ({about.lower()})" for name, phone, about in who]
    lines += [
        "",
        "Try this first:",
        "  1. Open Odoo as agent: Discuss shows the WhatsApp conversations.",
        "  2. Open the phone page as John Doe in a second window and write:",
        "       Hi, I need NID service. My name is John Doe. NID: 1234567890",
        "  3. The message appears in Odoo, an order is made, and the seller's phone gets it with Accept and Reject.",
        "  4. Be the seller on the phone page, press Accept, and watch both sides.",
        "",
        f"Logs: {logs}    New data: ./dev demo --fresh    Stop: Ctrl-C",
    ]
    return "\n".join(lines)
