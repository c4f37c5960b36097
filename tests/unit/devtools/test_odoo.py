"""Which Odoo is used: what the user has comes first, and only if it is a 19."""

import pytest

from devtools import odoo
from devtools.paths import Paths
from devtools.ui import Problem


def make_odoo(home, version="(19, 0, 0, FINAL, 0, '')", package="odoo"):
    folder = home / package
    (folder / "addons" / "base").mkdir(parents=True)
    (folder / "addons" / "base" / "__manifest__.py").write_text("{}")
    (folder / "release.py").write_text(f"RELEASE_LEVELS = []\nversion_info = {version}\nversion = '19'\n")
    return home


@pytest.fixture
def paths(tmp_path):
    found = Paths(tmp_path / "checkout", tmp_path / "checkout/.dev", tmp_path / "cache")
    found.make()
    return found


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("(19, 0, 0, FINAL, 0, '')", (19, 0)),
        ("('saas~19', 2, 0, FINAL, 0, '')", (19, 2)),
        ("(18, 0, 0, FINAL, 0, '')", (18, 0)),
        ("'nineteen'", None),
    ],
)
def test_the_version_is_read_without_importing(tmp_path, text, version):
    home = make_odoo(tmp_path, text)
    assert odoo.read_version(home / "odoo" / "release.py") == version


def test_a_source_checkout_has_two_addons_folders(tmp_path):
    home = make_odoo(tmp_path)
    (home / "addons" / "mail").mkdir(parents=True)
    (home / "addons" / "mail" / "__manifest__.py").write_text("{}")
    found = odoo.inspect(home)
    assert found is not None
    assert found.addons == (home / "addons", home / "odoo" / "addons")
    assert found.import_path == home


def test_the_package_itself_and_an_unpacked_debian_package_are_found(tmp_path):
    root = tmp_path / "root"
    make_odoo(root / "usr/lib/python3/dist-packages")
    package = root / "usr/lib/python3/dist-packages/odoo"
    assert odoo.inspect(root).package == package
    assert odoo.inspect(package).package == package
    assert odoo.inspect(tmp_path) is None


def test_odoo_home_is_used(tmp_path, paths):
    home = make_odoo(tmp_path / "mine")
    assert odoo.find_existing(paths, {"ODOO_HOME": str(home)}).package == home / "odoo"


def test_a_wrong_odoo_home_is_refused_and_not_replaced(tmp_path, paths):
    with pytest.raises(Problem) as caught:
        odoo.find_existing(paths, {"ODOO_HOME": str(tmp_path / "nothing")})
    assert "no Odoo in it" in caught.value.message
    home = make_odoo(tmp_path / "old", "(18, 0, 0, FINAL, 0, '')")
    with pytest.raises(Problem) as caught:
        odoo.find_existing(paths, {"ODOO_HOME": str(home)})
    assert "18.0" in caught.value.message


def test_debian_s_missing_file_is_put_in_and_an_existing_one_kept(tmp_path):
    name = "usr/lib/python3/dist-packages/odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    odoo._complete(tmp_path)
    assert (tmp_path / name).read_text() == ""
    (tmp_path / name).write_text("real")
    odoo._complete(tmp_path)
    assert (tmp_path / name).read_text() == "real"


def test_the_alternatives_are_always_named():
    for way in ("ODOO_HOME", "docker compose", "nightly"):
        assert way in odoo.ALTERNATIVES
