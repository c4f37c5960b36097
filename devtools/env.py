"""The working environment in one object: Python, Odoo, PostgreSQL, databases, running servers.

Everything that needs a real Odoo (./dev demo, ./dev test, tests/e2e, benchmarks) goes through `Environment`:

    from devtools.env import Environment

    env = Environment.prepare("bench")                  # sets up what is missing, starts PostgreSQL
    db = env.database("bench_intake", ["whatsapp_base"])   # fresh copy of a template: about a second
    with env.start_simulator() as simulator, env.start_odoo(db, workers=2) as odoo:
        requests.post(odoo.url + "/whatsapp/webhook/...")
        odoo.kill()                                     # kill -9 of the whole process group
    env.close()

Only the standard library is imported, so that it runs before any package is installed.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from . import cluster, modules, odoo, postgres, processes, venv
from .paths import Paths
from .processes import Process, free_port
from .templates import Templates
from .ui import Problem, Ui

# Of the embedded clusters, these hold data that is thrown away anyway.
VOLATILE_CLUSTERS = ("test",)
# Other clusters take templates from this one, if it has them.
DONOR = "test"
LIMITS = {"limit_time_cpu": 600, "limit_time_real": 1200, "limit_memory_soft": 0, "limit_memory_hard": 0}


class OdooProcess(Process):
    """A running Odoo. url: web address; websocket_port: where /websocket is served (the same port without workers)."""

    websocket_port: int = 0


@dataclass
class Environment:
    """All that is needed to run Odoo with our addons. Make it with `prepare`.

    paths: folders. python: the environment's interpreter. odoo: the Odoo in use. server: the PostgreSQL in use (its
    `can_restart` tells whether it is an embedded Cluster). addons: ours by name. ui: where progress is shown.
    """

    paths: Paths
    python: Path
    odoo: odoo.Odoo
    server: postgres.Server
    addons: dict[str, modules.Addon]
    ui: Ui
    name: str = "test"
    _processes: list[Process] = field(default_factory=list)

    # -- making one ----------------------------------------------------------------------------------------------------

    @classmethod
    def prepare(
        cls, name: str = "test", root: Path | None = None, ui: Ui | None = None, embedded: bool = False
    ) -> "Environment":
        """Set up everything that is missing and start PostgreSQL.

        name: which embedded cluster: "test" (fast, unsafe against power cuts), "demo", or any other name for one of its
        own ("bench", "crash"). It is kept in .dev/pg-<name>, templates included.
        embedded: use an embedded cluster even where the user has configured a server (to restart it, for example).
        Raises Problem, with what to do, when something cannot be set up.
        """
        paths = Paths.of(root)
        paths.make()
        ui = ui or Ui()
        python, source = cls._programs(paths, ui)
        programs = cluster.embedded_programs(python)
        server = None if embedded else postgres.configured_server(os.environ, programs)
        if server is None:
            folder = paths.state / f"pg-{name}"
            server = cluster.Cluster(folder, programs, durable=name not in VOLATILE_CLUSTERS)
        server.start()
        return cls(paths, python, source, server, modules.find(paths.addons), ui, name)

    @staticmethod
    def _programs(paths: Paths, ui: Ui) -> tuple[Path, odoo.Odoo]:
        """Python environment and Odoo, fetched side by side where both are missing."""
        odoo.find_existing(paths)  # a wrong ODOO_HOME is told now, not after the downloads
        with ThreadPoolExecutor(2) as pool:
            python = pool.submit(venv.ensure, paths, ui)
            source = pool.submit(odoo.ensure, paths, ui)
            return python.result(), source.result()

    def close(self) -> None:
        """Stop every process that was started here, and PostgreSQL unless another command uses it."""
        while self._processes:
            self._processes.pop().stop()
        self.server.release()

    def __enter__(self) -> "Environment":
        return self

    def __exit__(self, *_error) -> None:
        self.close()

    # -- running programs ----------------------------------------------------------------------------------------------

    @property
    def data(self) -> Path:
        """Odoo's data folder (filestores, sessions), one for each cluster: their databases may have the same names."""
        return self.paths.data / self.name

    @property
    def addons_path(self) -> str:
        """The value of --addons-path: Odoo's own addons and ours."""
        return ",".join(str(folder) for folder in (*self.odoo.addons, self.paths.addons))

    def process_env(self, **extra: str) -> dict[str, str]:
        """Environment variables for programs: the Python path with Odoo, and how to reach PostgreSQL."""
        values = dict(os.environ)
        values.pop("ODOO_RC", None)
        if self.server.can_restart:  # our own cluster: nothing of another server's settings may leak in
            values = {name: value for name, value in values.items() if not name.startswith("PG")}
            values[postgres.EMBEDDED_VARIABLE] = "1"
        values |= self.server.env
        values["PYTHONPATH"] = os.pathsep.join([str(self.odoo.import_path), str(self.paths.root)])
        values["PYTHONUNBUFFERED"] = "1"
        values["PATH"] = os.pathsep.join(
            [
                str(self.python.parent),
                *([str(self.server.bin_folder)] if self.server.bin_folder else []),
                values.get("PATH", ""),
            ]
        )
        return values | extra

    def config(self, name: str, settings: Mapping[str, object] | None = None) -> Path:
        """Write an Odoo configuration file .dev/run/<name>.conf with the database settings. Returns its path."""
        values: dict[str, object] = {
            "addons_path": self.addons_path,
            "data_dir": self.data,
            "admin_passwd": "admin",
            "list_db": False,
            "http_interface": "127.0.0.1",
            "server_wide_modules": "base,rpc,web",
            **LIMITS,
            **self.server.odoo_settings,
            **(settings or {}),
        }
        path = self.paths.run / f"{name}.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            "[options]\n" + "".join(f"{key} = {value}\n" for key, value in values.items()), encoding="utf-8"
        )
        path.chmod(0o600)
        return path

    def odoo_command(self, *args: object, command: str | None = None, config: Path | None = None) -> list[str]:
        """A command line for Odoo. command: an Odoo command such as "shell" or "whatsapp_worker" (default: the server).

        config: from `config()`; the default one has the database settings and nothing else.
        """
        words = [str(self.python), str(self.odoo.launcher)]
        if command:
            words += [f"--addons-path={self.addons_path}", command]
        return [*words, "-c", str(config or self.config("odoo")), *(str(arg) for arg in args)]

    def run_odoo(
        self, *args: object, what: str = "Running Odoo", log: str = "odoo.log", command: str | None = None
    ) -> None:
        """Run Odoo to its end. Raises Problem with the end of the log when it fails."""
        path = self.paths.logs / log
        processes.run(
            self.odoo_command(*args, command=command), path, what, env=self.process_env(), cwd=self.paths.root
        )

    # -- databases -----------------------------------------------------------------------------------------------------

    @property
    def templates(self) -> Templates:
        """The template databases on this server."""
        scope = (
            ""
            if self.server.can_restart
            else f"{modules.hashlib.sha256(str(self.paths.root).encode()).hexdigest()[:6]}_"
        )
        return Templates(
            self.server,
            self._install,
            self.data / "filestore",
            self.addons,
            self.odoo.identity,
            self.ui,
            scope,
            self._donors(),
        )

    def _donors(self) -> list[tuple[postgres.Server, Path]]:
        """The test cluster and its filestores, if it runs: what it has already need not be installed again here."""
        if not self.server.can_restart or self.name == DONOR:
            return []
        donor = cluster.Cluster(self.paths.state / f"pg-{DONOR}", self.server.bin_folder)
        return [(donor, self.paths.data / DONOR / "filestore")] if donor.is_running() else []

    def database(self, name: str, wanted: Iterable[str] | None = None, demo: bool = False) -> str:
        """Make a database (replacing one of that name) with these modules installed. Returns its name.

        wanted: names of our addons or Odoo's modules; default: all of our addons. Dependencies come by themselves.
        A copy of a template, so about a second once the template exists.
        """
        wanted = list(self.addons) if wanted is None else list(wanted)
        templates = self.templates
        with self.paths.lock(f"templates-{self.name}"):
            template = templates.ensure(wanted, demo)
            templates.copy(template, name)
        return name

    def make_ready(self, wanted: Iterable[str], demo: bool = False) -> None:
        """Make the template of a set of modules, so that `database` only has to copy it; may run beside tests."""
        with self.paths.lock(f"templates-{self.name}"):
            self.templates.ensure(list(wanted), demo)

    def drop_database(self, name: str) -> None:
        """Drop a database and its filestore."""
        self.templates.drop(name)

    def _install(self, database: str, names: Sequence[str], demo: bool, last: bool) -> None:
        """Install modules into a database for Templates; see its Installer."""
        log = self.paths.logs / f"install-{database}.log"
        log.unlink(missing_ok=True)
        config = self.config(f"install-{database}", {"with_demo": demo})
        command = self.odoo_command("-d", database, "-i", ",".join(names), config=config)
        command += ["--stop-after-init", "--no-http", "--max-cron-threads=0", "--log-level=warn"]
        command += ["--with-demo"] if demo else []
        try:
            processes.run(command, log, "Installing the modules", env=self.process_env(), cwd=self.paths.root)
            self._require_installed(database, names, log)
            if last:
                self._bundle(database, config, log)
        finally:
            config.unlink(missing_ok=True)

    def _bundle(self, database: str, config: Path, log: Path) -> None:
        """Compile the web client's scripts and styles now: 10 seconds that every copy's first page would take."""
        command = self.odoo_command("-d", database, "--no-http", "--log-level=warn", command="shell", config=config)
        script = "env['ir.qweb']._pregenerate_assets_bundles(); env.cr.commit()\n"
        with open(log, "ab") as output:  # only a courtesy: what is missing here, Odoo makes when it is asked for
            subprocess.run(
                command,
                input=script.encode(),
                stdout=output,
                stderr=output,
                env=self.process_env(),
                cwd=self.paths.root,
            )

    def _require_installed(self, database: str, names: Sequence[str], log: Path) -> None:
        """Odoo ends with 0 even when it skips a module (unknown, or a missing Python package): look for ourselves."""
        wanted = ", ".join(postgres.literal(name) for name in names)
        done = self.server.sql(
            f"SELECT name FROM ir_module_module WHERE state = 'installed' AND name IN ({wanted})", database
        ).splitlines()
        missing = sorted(set(names) - set(done))
        if missing:
            raise Problem(
                f"Odoo did not install {', '.join(missing)}.",
                f"The reason should be in the log: {log}",
                log.read_text(encoding="utf-8", errors="replace")[-3000:],
            )

    # -- running servers -----------------------------------------------------------------------------------------------

    def start_odoo(
        self,
        db: str,
        port: int | None = None,
        workers: int = 0,
        cron_threads: int = 1,
        websocket_port: int | None = None,
        extra_args: Sequence[object] = (),
        log: str | Path | None = None,
        env: Mapping[str, str] | None = None,
        wait: bool = True,
        timeout: float = 120.0,
    ) -> OdooProcess:
        """Start an Odoo server on 127.0.0.1 and wait until it answers.

        db: database. port, websocket_port: default any free one. workers: 0 = one process with threads, which serves
        the websocket on the same port. cron_threads: 0 = no scheduled actions. extra_args: more of Odoo's options.
        log: file name below .dev/logs, or a path; appended to, so that a restart keeps the history.
        env: more environment variables. wait=False returns at once.
        """
        port = port or free_port()
        gevent = websocket_port or free_port()
        config = self.config(
            f"odoo-{port}",
            {"db_name": db, "dbfilter": f"^{db}$", "http_port": port, "gevent_port": gevent, "db_maxconn": 64},
        )
        command = self.odoo_command(
            f"--workers={workers}", f"--max-cron-threads={cron_threads}", *extra_args, config=config
        )
        path = self.paths.logs / (log or f"odoo-{db}.log")
        process = OdooProcess(
            f"Odoo ({db})", command, path, self.process_env(**(env or {})), cwd=self.paths.root, port=port
        )
        process.websocket_port = gevent if workers else port
        self._processes.append(process)
        if wait:
            self._or_stop(process, lambda: process.wait_until_it_answers("/web/health", timeout))
        return process

    def start_worker(
        self,
        db: str,
        extra_args: Sequence[object] = (),
        log: str | Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Process:
        """Start the lane worker (`odoo-bin whatsapp_worker`) for a database."""
        config = self.config(f"worker-{db}", {"db_name": db})
        command = self.odoo_command("-d", db, *extra_args, command="whatsapp_worker", config=config)
        path = self.paths.logs / (log or f"worker-{db}.log")
        process = Process(
            f"WhatsApp worker ({db})", command, path, self.process_env(**(env or {})), cwd=self.paths.root
        )
        self._processes.append(process)
        return process

    @property
    def has_worker(self) -> bool:
        """Whether one of our addons brings the lane worker's command."""
        return any((addon.folder / "cli" / "whatsapp_worker.py").is_file() for addon in self.addons.values())

    def start_simulator(
        self,
        port: int | None = None,
        seed: str | None = "demo",
        extra_args: Sequence[object] = (),
        log: str | Path | None = None,
        wait: bool = True,
    ) -> Process:
        """Start the Cloud API simulator on 127.0.0.1 and wait until it listens. seed=None starts it empty."""
        port = port or free_port()
        command = [str(self.python), "-m", "simulator", "--port", str(port)]
        command += ["--seed", seed or "empty"]
        path = self.paths.logs / (log or f"simulator-{port}.log")
        process = Process(
            "The simulator",
            [*command, *(str(arg) for arg in extra_args)],
            path,
            self.process_env(),
            self.paths.root,
            port,
        )
        self._processes.append(process)
        if wait:
            self._or_stop(process, lambda: process.wait_until_it_answers("/", 30.0))
        return process

    def free_port(self) -> int:
        """A port that is free now."""
        return free_port()

    def python_run(self, args: Sequence[object], **options) -> subprocess.CompletedProcess:
        """Run the environment's Python with these arguments, with Odoo on its path. Returns the finished process."""
        return subprocess.run(
            [str(self.python), *(str(arg) for arg in args)],
            env=self.process_env(),
            cwd=options.pop("cwd", self.paths.root),
            **options,
        )

    @staticmethod
    def _or_stop(process: Process, wait) -> None:
        try:
            wait()
        except BaseException:
            process.stop()
            raise


def inside(env: Environment) -> bool:
    """Whether this very process runs on the environment's own Python."""
    return Path(sys.prefix).resolve() == env.python.parent.parent.resolve()
