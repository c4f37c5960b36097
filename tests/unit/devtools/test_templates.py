"""Template databases: built once, rebuilt when something changed, never half-made."""

from pathlib import Path

import pytest

from devtools import modules
from devtools.templates import PREFIX, Templates
from devtools.ui import Ui


class FakeServer:
    """Databases as a dictionary: name -> what was installed into it."""

    def __init__(self):
        self.content: dict[str, list[str]] = {}

    def databases(self, prefix=""):
        return sorted(name for name in self.content if name.startswith(prefix))

    def exists(self, name):
        return name in self.content

    def createdb(self, name, template=None):
        assert name not in self.content
        self.content[name] = list(self.content[template]) if template else []

    def dropdb(self, name):
        self.content.pop(name, None)

    def transfer(self, name, other, new):
        other.content[new] = list(self.content[name])

    def renamedb(self, name, new):
        self.content[new] = self.content.pop(name)


class World:
    """A checkout with two addons, a fake server, and a record of what was installed."""

    def __init__(self, tmp_path: Path, make):
        self.folder = tmp_path / "addons"
        make(self.folder, "a_base", ["mail"])
        make(self.folder, "a_orders", ["a_base", "sale"])
        self.filestores = tmp_path / "filestore"
        self.server = FakeServer()
        self.installed: list[tuple[str, ...]] = []
        self.broken = False

    def install(self, database, names, demo, last):
        if self.broken:
            raise RuntimeError("power cut")
        self.installed.append(tuple(names))
        self.server.content[database] += [*names, *(["demo"] if demo else [])]
        store = self.filestores / database / "ab"
        store.mkdir(parents=True, exist_ok=True)
        (store / names[0]).write_text(names[0])

    def templates(self, identity="19.0", donors=()) -> Templates:
        with open("/dev/null", "w") as nowhere:
            ui = Ui(stream=nowhere, live=False)
        ui.step = quiet
        return Templates(self.server, self.install, self.filestores, modules.find(self.folder), identity, ui, "", donors)


class quiet:
    def __init__(self, _title):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass


@pytest.fixture
def world(tmp_path, make_addon):
    return World(tmp_path, make_addon)


def test_odoo_s_modules_are_installed_first_and_ours_on_a_copy(world):
    name = world.templates().ensure(["a_base"])
    assert world.installed == [("mail", "web"), ("a_base",)]
    assert world.server.content[name] == ["mail", "web", "a_base"]


def test_nothing_is_built_twice(world):
    first = world.templates().ensure(["a_base"])
    world.installed.clear()
    assert world.templates().ensure(["a_base"]) == first
    assert world.installed == []


def test_a_changed_view_rebuilds_our_layer_only_and_drops_the_old_one(world):
    old = world.templates().ensure(["a_base"])
    world.installed.clear()
    (world.folder / "a_base" / "views").mkdir()
    (world.folder / "a_base" / "views" / "v.xml").write_text("<odoo/>")
    new = world.templates().ensure(["a_base"])
    assert new != old
    assert world.installed == [("a_base",)]
    assert old not in world.server.content and not (world.filestores / old).exists()


def test_another_odoo_rebuilds_everything(world):
    world.templates("19.0 a").ensure(["a_base"])
    world.installed.clear()
    world.templates("19.0 b").ensure(["a_base"])
    assert world.installed == [("mail", "web"), ("a_base",)]


def test_sets_of_modules_do_not_disturb_each_other(world):
    base = world.templates().ensure(["a_base"])
    orders = world.templates().ensure(["a_orders"])
    assert world.server.content[orders] == ["mail", "web", "mail", "sale", "web", "a_base", "a_orders"]  # head start
    demo = world.templates().ensure(["a_base"], demo=True)
    assert {base, orders, demo} <= set(world.server.content)
    assert "demo" in world.server.content[demo] and "demo" not in world.server.content[base]


def test_an_interrupted_build_leaves_nothing_that_looks_complete(world):
    world.broken = True
    with pytest.raises(RuntimeError):
        world.templates().ensure(["a_base"])
    assert world.server.databases(PREFIX) == []
    world.broken = False
    name = world.templates().ensure(["a_base"])
    assert world.server.exists(name)


def test_a_copy_has_its_own_filestore(world):
    templates = world.templates()
    name = templates.ensure(["a_base"])
    templates.copy(name, "work")
    file = world.filestores / "work" / "ab" / "a_base"
    assert file.read_text() == "a_base"
    templates.drop("work")
    assert not file.exists()
    assert (world.filestores / name / "ab" / "a_base").exists()


def test_copying_over_an_existing_database_replaces_it(world):
    templates = world.templates()
    name = templates.ensure(["a_base"])
    world.server.content["work"] = ["old"]
    templates.copy(name, "work")
    assert world.server.content["work"] == world.server.content[name]


def test_what_another_server_has_is_copied_and_not_installed_again(world, make_addon, tmp_path):
    name = world.templates().ensure(["a_base"])
    other = World(tmp_path / "other", make_addon)
    assert other.templates(donors=[(world.server, world.filestores)]).ensure(["a_base"]) == name
    assert other.installed == []
    assert other.server.content[name] == world.server.content[name]
    assert (other.filestores / name / "ab" / "a_base").read_text() == "a_base"


def test_what_another_server_has_for_other_code_is_not_taken(world, make_addon, tmp_path):
    world.templates().ensure(["a_base"])
    other = World(tmp_path / "other", make_addon)
    (other.folder / "a_base" / "models" / "m.py").write_text("x = 1")
    other.templates(donors=[(world.server, world.filestores)]).ensure(["a_base"])
    assert other.installed == [("a_base",)]
