"""Our addons: their manifests, what they depend on, and a hash of what they put into a database."""

import ast
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .ui import Problem

# These change nothing in a database: tests, files served as they are, code that runs only when asked.
NOT_IN_DATABASE = ("tests", "static", "controllers", "cli", "cloud_api", "readme", "doc", "docs", "__pycache__")
YET_IN_DATABASE = ("static/description",)  # menu icons are stored
SUFFIXES = (".py", ".xml", ".csv", ".po", ".pot", ".json", ".sql", ".html", ".png", ".svg", ".jpg")


@dataclass(frozen=True)
class Addon:
    """One of our addons: technical name, folder, manifest."""

    name: str
    folder: Path
    manifest: Mapping = field(hash=False, compare=False)

    @property
    def depends(self) -> tuple[str, ...]:
        """Names of the modules that it needs."""
        return tuple(self.manifest.get("depends", ()))

    @property
    def auto_install(self) -> tuple[str, ...]:
        """The modules whose presence installs it by itself; empty when it waits to be asked."""
        wanted = self.manifest.get("auto_install", False)
        if wanted is True:
            return self.depends
        return tuple(wanted or ())


def read_manifest(folder: Path) -> dict:
    """The manifest of an addon; raises Problem when it is no Python dictionary."""
    path = folder / "__manifest__.py"
    try:
        manifest = ast.literal_eval(path.read_text(encoding="utf-8"))
        if not isinstance(manifest, dict):
            raise ValueError("not a dictionary")
    except (SyntaxError, ValueError) as error:
        raise Problem(
            f"{path} is not a manifest: {error}.", "Correct it: one Python dictionary of plain values."
        ) from error
    return manifest


def find(addons: Path) -> dict[str, Addon]:
    """Our installable addons by name: every folder with a manifest."""
    found = {}
    for path in sorted(addons.glob("*/__manifest__.py")):
        manifest = read_manifest(path.parent)
        if manifest.get("installable", True):
            found[path.parent.name] = Addon(path.parent.name, path.parent, manifest)
    return found


def closure(wanted: Iterable[str], addons: Mapping[str, Addon]) -> list[str]:
    """Our addons that installing `wanted` brings in, dependencies first.

    Addons that install themselves are part of it, once all that they wait for is there. Odoo's own modules that are
    named in `wanted` are left out. Raises Problem for a name that is neither.
    """
    result: list[str] = []

    def add(name: str) -> None:
        if name in addons and name not in result:
            for other in addons[name].depends:
                add(other)
            if name not in result:
                result.append(name)

    for name in wanted:
        add(name)
    while True:
        present = set(result) | external(result, addons)
        more = [
            addon.name
            for addon in addons.values()
            if addon.name not in result and addon.auto_install and present.issuperset(addon.auto_install)
        ]
        if not more:
            return result
        for name in more:
            add(name)


def external(names: Iterable[str], addons: Mapping[str, Addon]) -> set[str]:
    """The modules of Odoo itself that these addons of ours name in their manifests."""
    return {other for name in names for other in addons[name].depends if other not in addons}


def require_known(names: Sequence[str], addons: Mapping[str, Addon]) -> None:
    """Raise a Problem for a name that is none of our addons."""
    for name in names:
        if name not in addons:
            raise Problem(f"There is no addon {name!r}.", f"One of: {', '.join(addons) or 'none yet'}")


def database_hash(addon: Addon) -> str:
    """A hash of everything that an addon puts into a database when it is installed.

    Manifest, data, views, security, translations, demo data, icons; and its Python without comments, docstrings and
    layout: models decide columns, and defaults, computed fields and hooks decide what the data files leave behind.
    Tests, static files, controllers and commands are no part of it.
    """
    digest = hashlib.sha256()
    for path in sorted(addon.folder.rglob("*")):
        relative = path.relative_to(addon.folder)
        if path.suffix not in SUFFIXES or not path.is_file() or not _counts(relative):
            continue
        digest.update(relative.as_posix().encode() + b"\0")
        content = path.read_bytes()
        digest.update(_meaning(content) if path.suffix == ".py" else content)
    return digest.hexdigest()[:16]


def _counts(relative: Path) -> bool:
    text = relative.as_posix()
    if any(text.startswith(f"{kept}/") for kept in YET_IN_DATABASE):
        return True
    return relative.parts[0] not in NOT_IN_DATABASE and "__pycache__" not in relative.parts


def _meaning(source: bytes) -> bytes:
    """Python source reduced to what it does; the source itself when it does not parse (Odoo will complain)."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return source
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
            and isinstance(body[0].value.value, str)
        ):
            node.body = body[1:]
    return ast.dump(tree).encode("utf-8", "surrogatepass")
