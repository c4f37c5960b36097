"""Addons made up for a test."""

from pathlib import Path

import pytest


def _make(folder: Path, name: str, depends=(), auto_install=False, installable=True) -> Path:
    addon = folder / name
    (addon / "models").mkdir(parents=True)
    manifest = {"name": name, "depends": list(depends), "auto_install": auto_install, "installable": installable}
    (addon / "__manifest__.py").write_text(repr(manifest))
    (addon / "__init__.py").write_text("from . import models\n")
    (addon / "models" / "__init__.py").write_text("")
    return addon


@pytest.fixture
def make_addon():
    """A function that writes an addon into a folder."""
    return _make
