"""A private apt state: the mirror comes from the machine, and nothing is written down."""

import pytest

from devtools import apt
from devtools.apt import System, Target
from devtools.ui import Problem

BOOKWORM = System("debian", "bookworm")


def test_os_release_is_read_with_and_without_quotes():
    text = 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=wilma\nNAME="Linux Mint"\n'
    system = apt.read_system(text)
    assert system == System("linuxmint", "wilma", ("ubuntu", "debian"))
    assert system.family == "ubuntu"
    assert apt.read_system("ID=fedora\n").family is None


def test_targets_that_apt_knows_little_about_are_read():
    text = "http://mirror/debian/|bookworm|main|$(SIGNED_BY)\nhttp://mirror/debian/|sid|main|/k.gpg\n\nnonsense\n"
    assert apt.parse_targets(text) == [
        Target("http://mirror/debian/", "bookworm", "main"),
        Target("http://mirror/debian/", "sid", "main", "/k.gpg"),
    ]


def test_the_machine_s_main_archive_is_chosen_and_never_updates_or_security():
    targets = [
        Target("http://security/", "bookworm-security", "main"),
        Target("http://mirror/", "bookworm-updates", "main"),
        Target("http://third/", "nodistro", "main"),
        Target("http://mirror/", "bookworm", "contrib"),
        Target("http://mirror/", "bookworm", "main"),
    ]
    assert apt.choose(targets, "bookworm") == targets[-1]
    assert apt.choose(targets[:2], "bookworm") is None


def test_the_sources_name_the_own_release_and_the_unstable_one():
    text = apt.sources_list(Target("http://mirror/debian/", "bookworm", "main"), BOOKWORM)
    assert text == "deb http://mirror/debian/ bookworm main\ndeb http://mirror/debian/ sid main\n"


def test_a_keyring_is_kept_when_it_exists(tmp_path):
    key = tmp_path / "debian.gpg"
    key.write_text("")
    text = apt.sources_list(Target("http://m/", "bookworm", "main", str(key)), BOOKWORM)
    assert text.startswith(f"deb [signed-by={key}] http://m/ bookworm main\n")
    gone = apt.sources_list(Target("http://m/", "bookworm", "main", str(tmp_path / "gone")), BOOKWORM)
    assert "signed-by" not in gone


@pytest.mark.parametrize(("codename", "suite"), [("bookworm", "bookworm"), ("trixie", "trixie"), ("sid", "stable"), ("", "stable")])
def test_what_must_be_stable_comes_from_a_stable_release(codename, suite):
    assert apt.stable_suite(System("debian", codename)) == suite


def test_nothing_switches_the_signature_checks_off(tmp_path):
    words = " ".join(apt.Apt(tmp_path, tmp_path / "log", "").options(tmp_path / "sources.list")).lower()
    for switch in ("allowunauthenticated", "allow-insecure", "trusted", "allowinsecure", "verify-peer"):
        assert switch not in words


def test_all_state_is_private(tmp_path):
    words = apt.Apt(tmp_path, tmp_path / "log", "").options(tmp_path / "sources.list")
    for name in ("Dir::State::Lists", "Dir::Cache", "Dir::State::status", "Dir::Etc::sourcelist"):
        assert any(word.startswith(f"{name}={tmp_path}") for word in words), name


def test_a_machine_without_apt_is_told_the_other_ways(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Problem) as caught:
        apt.Apt(tmp_path, tmp_path / "log", "use containers").require()
    assert "apt-get" in caught.value.message and caught.value.remedy == "use containers"
