"""The first steps of ./dev: which Python is taken, and what an unsuitable one is told."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from devtools import bootstrap
from devtools.bootstrap import Candidate

ROOT = Path(__file__).resolve().parents[3]
OLD_PYTHONS = ("python2", "python2.7", "python3.6", "python3.7", "python3.8", "python3.9")


@pytest.mark.parametrize(
    ("version", "suitable"),
    [((2, 7), False), ((3, 9), False), ((3, 10), True), ((3, 13), True), ((3, 14), False), ((3, 12, 4), True)],
)
def test_odoo_19_runs_on_3_10_to_3_13(version, suitable):
    assert bootstrap.is_suitable(version) is suitable


def executable(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def test_a_pyenv_shim_that_exists_and_fails_is_passed_over(tmp_path):
    shim = executable(tmp_path, "python3.12", "#!/bin/sh\necho 'pyenv: python3.12: command not found' >&2\nexit 127\n")
    assert bootstrap.probe(shim) is None


def test_a_program_that_prints_something_else_is_no_python(tmp_path):
    assert bootstrap.probe(executable(tmp_path, "python3.12", "#!/bin/sh\necho hello\n")) is None
    assert bootstrap.probe(str(tmp_path / "missing")) is None


def test_a_working_python_is_recognised_with_its_version():
    found = bootstrap.probe(sys.executable)
    assert found is not None
    assert found.version == sys.version_info[:2]


def test_a_python_that_can_make_environments_wins_over_one_that_cannot(tmp_path):
    for name in ("python3.12", "python3.11", "python3.10"):
        executable(tmp_path, name, "#!/bin/sh\n")
    answers = {
        "python3.12": Candidate("/a/python3.12", (3, 12), False),
        "python3.11": None,
        "python3.10": Candidate("/b/python3.10", (3, 10), True),
    }
    environ = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    best = bootstrap.find_python(environ, ask=lambda path: answers.get(os.path.basename(path)))
    assert best is not None and best.path == "/b/python3.10"


def test_a_newer_python_than_odoo_supports_is_not_taken(tmp_path):
    executable(tmp_path, "python3", "#!/bin/sh\n")
    environ = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    assert bootstrap.find_python(environ, ask=lambda _path: Candidate("/x", (3, 14), True)) is None


def test_pythons_that_pyenv_installed_are_found_without_being_active(tmp_path):
    folder = tmp_path / ".pyenv" / "versions" / "3.12.7" / "bin"
    folder.mkdir(parents=True)
    python = executable(folder, "python", "#!/bin/sh\n")
    assert python in bootstrap.search_paths({"PATH": "", "HOME": str(tmp_path)})


def test_the_explanation_names_the_versions_and_a_way_to_get_one():
    text = bootstrap.explain((3, 8))
    assert "3.10" in text and "3.13" in text and "3.8" in text and "apt install" in text


def old_pythons() -> list[str]:
    """Old Pythons that this machine really has."""
    found = [path for name in OLD_PYTHONS if (path := shutil.which(name))]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found += [str(path) for path in versions.glob("*/bin/python") if path.parts[-3].startswith(("2.", "3.6", "3.7", "3.8"))]
    return [path for path in found if subprocess.run([path, "-c", ""], capture_output=True).returncode == 0]


@pytest.mark.parametrize("python", old_pythons() or [""], ids=lambda path: path or "none here")
def test_an_old_python_hands_over_or_explains_itself(python, tmp_path):
    """Without any other Python in reach it must explain; a SyntaxError would not."""
    if not python:
        pytest.skip("this machine has no Python older than 3.9 to try it with")
    environ = {"PATH": str(tmp_path), "HOME": str(tmp_path), "PYENV_ROOT": str(tmp_path)}
    code = "\n".join(
        [
            f"import sys; sys.path.insert(0, {str(ROOT)!r})",
            "from devtools import bootstrap",
            "bootstrap.search_paths = lambda environ: []",
            "bootstrap.reexec_if_needed('dev', [])",
        ]
    )
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, env=environ)
    assert done.returncode == 2, done.stderr
    assert "3.10, 3.11, 3.12 or 3.13" in done.stderr
