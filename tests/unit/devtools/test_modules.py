"""What belongs together among the addons, and when a template database is out of date."""

from pathlib import Path

import pytest

from devtools import modules
from devtools.ui import Problem


@pytest.fixture
def addons(tmp_path, make_addon):
    make_addon(tmp_path, "a_base", ["mail"])
    make_addon(tmp_path, "a_orders", ["a_base", "sale"])
    make_addon(tmp_path, "a_crm", ["a_base", "crm"])
    make_addon(tmp_path, "a_glue", ["a_orders", "a_crm"], auto_install=True)
    make_addon(tmp_path, "a_off", ["a_base"], installable=False)
    (tmp_path / "no_addon").mkdir()
    return tmp_path


def test_only_installable_addons_are_found(addons):
    assert list(modules.find(addons)) == ["a_base", "a_crm", "a_glue", "a_orders"]


def test_dependencies_come_first_and_foreign_modules_stay_out(addons):
    found = modules.find(addons)
    assert modules.closure(["a_orders"], found) == ["a_base", "a_orders"]
    assert modules.external(["a_base", "a_orders"], found) == {"mail", "sale"}


def test_an_addon_that_installs_itself_joins_when_all_it_waits_for_is_there(addons):
    found = modules.find(addons)
    assert modules.closure(["a_orders", "a_crm"], found) == ["a_base", "a_orders", "a_crm", "a_glue"]
    assert "a_glue" not in modules.closure(["a_crm"], found)


def test_a_broken_manifest_is_named(tmp_path, make_addon):
    make_addon(tmp_path, "broken")
    (tmp_path / "broken" / "__manifest__.py").write_text("{'name': }")
    with pytest.raises(Problem) as caught:
        modules.find(tmp_path)
    assert "broken" in caught.value.message


def test_an_unknown_addon_is_answered_with_those_there_are(addons):
    with pytest.raises(Problem) as caught:
        modules.require_known(["a_bas"], modules.find(addons))
    assert "a_base" in caught.value.remedy


def database_hash(addons: Path, name: str = "a_base") -> str:
    return modules.database_hash(modules.find(addons)[name])


def change(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("views/a_views.xml", "<odoo><record/></odoo>"),
        ("security/ir.model.access.csv", "id,name"),
        ("data/a.xml", "<odoo/>"),
        ("i18n/de.po", 'msgid "x"'),
        ("models/a.py", "x = 1"),
        ("hooks.py", "def post_init(env): pass"),
        ("static/description/icon.png", "picture"),
        ("wizard/a.py", "y = 1"),
        ("migrations/19.0.1.1.0/post-x.py", "def migrate(cr, version): pass"),
    ],
)
def test_what_reaches_the_database_makes_the_template_outdated(addons, path, text):
    before = database_hash(addons)
    change(addons / "a_base" / path, text)
    assert database_hash(addons) != before


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/test_a.py", "def test(): pass"),
        ("static/src/a.js", "let a;"),
        ("static/tests/a.test.js", "test()"),
        ("controllers/main.py", "x = 1"),
        ("cloud_api/client.py", "x = 1"),
        ("cli/whatsapp_worker.py", "x = 1"),
        ("README.md", "# A"),
        ("models/__pycache__/a.cpython-311.pyc", "x"),
    ],
)
def test_what_never_reaches_the_database_does_not(addons, path, text):
    before = database_hash(addons)
    change(addons / "a_base" / path, text)
    assert database_hash(addons) == before


def test_comments_docstrings_and_layout_of_a_model_do_not_but_its_fields_do(addons):
    model = addons / "a_base" / "models" / "a.py"
    model.write_text("class A:\n    x = fields.Char()\n")
    before = database_hash(addons)
    model.write_text('class A:\n    """Doc."""\n\n    # why\n    x = fields.Char(  )\n')
    assert database_hash(addons) == before
    model.write_text("class A:\n    x = fields.Text()\n")
    assert database_hash(addons) != before


def test_a_model_that_does_not_parse_still_has_a_hash(addons):
    (addons / "a_base" / "models" / "a.py").write_text("class A(:\n")
    assert database_hash(addons)


def test_moving_a_file_makes_the_template_outdated(addons):
    change(addons / "a_base" / "data" / "a.xml", "<odoo/>")
    before = database_hash(addons)
    (addons / "a_base" / "data" / "a.xml").rename(addons / "a_base" / "data" / "b.xml")
    assert database_hash(addons) != before
