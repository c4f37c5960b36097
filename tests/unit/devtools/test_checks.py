"""The checks of addons find what they promise, and are content with a good addon."""

from pathlib import Path

import pytest

from devtools import checks

MANIFEST = {
    "name": "Good",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "us",
    "summary": "Good",
    "depends": ["mail"],
    "data": ["security/ir.model.access.csv", "views/a_views.xml"],
    "assets": {"web.assets_backend": ["good/static/src/**/*", ("remove", "good/static/src/x/**/*")]},
}
FILES = {
    "__init__.py": "from . import models\n",
    "models/__init__.py": "from . import a\n",
    "models/a.py": "",
    "tests/__init__.py": "from . import test_a\n",
    "tests/test_a.py": "",
    "tests/common.py": "",
    "security/ir.model.access.csv": "id,name\naccess_a,a\n",
    "views/a_views.xml": '<odoo><record id="a" model="b"><field name="arch"><list/></field></record></odoo>',
    "static/src/inbox/inbox.js": "",
    "static/src/inbox/inbox.xml": "<templates/>",
}


@pytest.fixture
def addon(tmp_path):
    """Write the good addon with some files and manifest keys changed; None removes. Returns its complaints as text."""

    def check(files=None, **manifest) -> str:
        folder = tmp_path / "addons" / "good"
        for name, text in {**FILES, **(files or {})}.items():
            if text is not None:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        values = {key: value for key, value in {**MANIFEST, **manifest}.items() if value is not None}
        (folder / "__manifest__.py").write_text(repr(values))
        return "\n".join(checks.all_checks(Path(tmp_path)))

    return check


def test_a_good_addon_is_fine(addon):
    assert addon() == ""


@pytest.mark.parametrize(
    ("manifest", "complaint"),
    [
        ({"license": "AGPL-3"}, "the license is 'AGPL-3'"),
        ({"version": "1.0"}, "expected 19.0.x.y.z"),
        ({"summary": None}, "no 'summary'"),
        ({"data": ["views/a_views.xml"]}, "security/ir.model.access.csv exists and is listed neither"),
        ({"data": [*MANIFEST["data"], "data/gone.xml"]}, "data/gone.xml is listed and does not exist"),
        ({"demo": ["views/a_views.xml"]}, "views/a_views.xml is listed 2 times"),
        ({"assets": {"web.assets_backend": ["good/static/src/other/**/*"]}}, "matches no file"),
        ({"assets": {"web.assets_backend": ["good/static/src/**/*.js"]}}, "inbox.xml is in no asset bundle"),
    ],
)
def test_a_wrong_manifest_is_found(addon, manifest, complaint):
    assert complaint in addon(**manifest)


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"views/a_views.xml": "<odoo><record></odoo>"}, "views/a_views.xml:1: not well-formed"),
        ({"views/a_views.xml": '<odoo>\n<record id="a" model="b"><tree/></record></odoo>'}, "a_views.xml:2: <tree> is <list>"),
        ({"views/a_views.xml": '<odoo><field name="view_mode">tree,form</field></odoo>'}, 'view mode "tree"'),
        ({"views/a_views.xml": '<odoo><field attrs="{}"/></odoo>'}, "attrs="),
        ({"views/a_views.xml": '<odoo><record id="a" model="b"/><record id="a" model="c"/></odoo>'}, "the id 'a' is also in"),
        ({"views/forgotten.xml": "<odoo/>"}, "views/forgotten.xml exists and is listed neither"),
        ({"models/forgotten.py": ""}, "models/__init__.py: forgotten is not imported"),
        ({"tests/test_forgotten.py": ""}, "tests/__init__.py: test_forgotten is not imported"),
        ({"tests/__init__.py": "from . import test_a, test_b\n"}, "test_b is imported and does not exist"),
        ({"controllers/__init__.py": "from . import main", "controllers/main.py": ""}, "controllers is not imported"),
        ({"security/ir.model.access.csv": "id,name\na,b,c\n"}, "3 columns, the first row has 2"),
        ({"security/ir.model.access.csv": "id,name\na,b\na,c\n"}, "the id 'a' is there 2 times"),
    ],
)
def test_a_wrong_file_is_found(addon, files, complaint):
    assert complaint in addon(files)


@pytest.mark.parametrize(
    ("name", "pattern", "matches"),
    [
        ("a/static/src/x.js", "a/static/src/**/*", True),
        ("a/static/src/b/c/x.js", "a/static/src/**/*", True),
        ("a/static/src/b/x.js", "a/static/src/*.js", False),
        ("a/static/src/b/x.dark.scss", "a/static/src/**/*.dark.scss", True),
        ("a/static/tests/x.js", "a/static/src/**/*", False),
    ],
)
def test_asset_patterns_match_as_odoo_s_do(name, pattern, matches):
    assert checks._matches(name, pattern) is matches
