"""Our own checks of addons: manifests, data files, assets, imports. Each finds what Odoo would find late, or never."""

import ast
import csv
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from .modules import read_manifest
from .ui import Problem

REQUIRED = ("name", "version", "license", "depends", "author", "summary")
LICENSE = "LGPL-3"
VERSION = re.compile(r"^19\.0\.\d+\.\d+\.\d+$")
# Folders whose XML and CSV files belong into the manifest's data or demo.
DATA_FOLDERS = ("security", "data", "views", "demo", "wizard", "wizards", "report", "reports")
# Folders whose modules must be imported by their __init__.py; in tests only test_*.py.
CODE_FOLDERS = ("models", "controllers", "wizard", "wizards", "report", "reports", "tests")
# What Odoo 19 refuses or, worse, accepts on the server and breaks in the browser.
OUTDATED = (
    (re.compile(r"<tree[\s/>]"), "<tree> is <list> since Odoo 18"),
    (re.compile(r"view_mode\"?>[^<]*\btree\b"), 'view mode "tree" is "list" since Odoo 18'),
    (re.compile(r"t-name=\"kanban-box\""), 'the kanban template is "card" since Odoo 18'),
    (re.compile(r"<\w[^>]*\s(attrs|states)=\""), "attrs= and states= are gone since Odoo 17"),
    (re.compile(r"class=\"oe_chatter\""), "the chatter is <chatter/> since Odoo 18"),
)


def all_checks(root: Path) -> list[str]:
    """Every complaint about the addons of a checkout, as "path: what is wrong"."""
    complaints = []
    for path in sorted((root / "addons").glob("*/__manifest__.py")):
        complaints += [
            f"{complaint[0].relative_to(root)}{complaint[1]}: {complaint[2]}" for complaint in check_addon(path.parent)
        ]
    return complaints


Complaint = tuple[Path, str, str]  # file, ":line" or "", what is wrong


def check_addon(folder: Path) -> Iterator[Complaint]:
    """Every complaint about one addon."""
    manifest_path = folder / "__manifest__.py"
    try:
        manifest = read_manifest(folder)
    except Problem as problem:
        yield manifest_path, "", problem.message
        return
    for text in check_manifest(manifest):
        yield manifest_path, "", text
    for text in check_listed_files(folder, manifest):
        yield manifest_path, "", text
    for text in check_assets(folder, manifest):
        yield manifest_path, "", text
    yield from check_xml(folder)
    yield from check_csv(folder)
    yield from check_imports(folder)


def check_manifest(manifest: dict) -> Iterator[str]:
    """Keys that every manifest has, and their form."""
    for key in REQUIRED:
        if not manifest.get(key):
            yield f"the manifest has no {key!r}"
    if manifest.get("license", LICENSE) != LICENSE:
        yield f"the license is {manifest['license']!r}, the project's is {LICENSE!r}"
    if manifest.get("version") and not VERSION.match(str(manifest["version"])):
        yield f"the version is {manifest['version']!r}, expected 19.0.x.y.z"


def check_listed_files(folder: Path, manifest: dict) -> Iterator[str]:
    """Files named in data and demo exist, none twice, and none in the usual folders is forgotten."""
    listed = [name for key in ("data", "demo") for name in manifest.get(key, ())]
    for name, count in Counter(listed).items():
        if not (folder / name).is_file():
            yield f"{name} is listed and does not exist"
        if count > 1:
            yield f"{name} is listed {count} times"
    for base in DATA_FOLDERS:
        for path in sorted((folder / base).rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.suffix in (".xml", ".csv") and name not in listed:
                yield f"{name} exists and is listed neither in data nor in demo"


def check_assets(folder: Path, manifest: dict) -> Iterator[str]:
    """Asset patterns of our own match something, and every file below static/src and static/tests is in a bundle."""
    patterns, removed = [], []
    for entries in (manifest.get("assets") or {}).values():
        for entry in entries:
            if isinstance(entry, str):
                patterns.append(entry)
            elif entry[0] == "remove":
                removed.append(entry[1])
            elif entry[0] != "include":
                patterns.append(entry[-1])
    own = [pattern.lstrip("/") for pattern in patterns if pattern.lstrip("/").startswith(f"{folder.name}/")]
    files = [
        path.relative_to(folder.parent).as_posix()
        for base in ("static/src", "static/tests")
        for path in sorted((folder / base).rglob("*"))
        if path.suffix in (".js", ".xml", ".scss", ".css")
    ]
    everything = [
        path.relative_to(folder.parent).as_posix() for path in (folder / "static").rglob("*") if path.is_file()
    ]
    for pattern in own:
        if not any(_matches(name, pattern) for name in everything):
            yield f"the asset {pattern!r} matches no file"
    for name in files:
        if not any(_matches(name, pattern) for pattern in own):
            yield f"{name} is in no asset bundle"


def _matches(name: str, pattern: str) -> bool:
    """Whether a path matches one of Odoo's asset patterns, in which ** stands for any number of folders."""
    expression = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return bool(re.fullmatch(expression, name))


def check_xml(folder: Path) -> Iterator[Complaint]:
    """XML is well-formed, has no record id twice, and nothing that Odoo 19 no longer knows."""
    seen: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.xml")):
        if "node_modules" in path.parts or "/static/lib/" in path.as_posix():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        try:
            tree = ElementTree.fromstring(path.read_bytes())
        except ElementTree.ParseError as error:
            yield path, f":{error.position[0]}", f"not well-formed: {error}"
            continue
        if "static" in path.relative_to(folder).parts:
            continue
        if tree.tag != "odoo":
            yield path, "", f"the root element is <{tree.tag}>, expected <odoo>"
        for element in tree.iter():
            name = element.get("id") if element.tag in ("record", "template", "menuitem") else None
            if name and element.get("forcecreate") is None:
                if name in seen:
                    yield path, "", f"the id {name!r} is also in {seen[name].relative_to(folder)}"
                seen.setdefault(name, path)
        for expression, complaint in OUTDATED:
            for match in expression.finditer(text):
                yield path, f":{text.count(chr(10), 0, match.start()) + 1}", complaint


def check_csv(folder: Path) -> Iterator[Complaint]:
    """CSV files are named after a model, and all rows have as many columns as the first."""
    for base in ("security", "data", "demo"):
        for path in sorted((folder / base).rglob("*.csv")):
            with open(path, encoding="utf-8", newline="") as handle:
                rows = list(csv.reader(handle))
            if not rows or "id" not in rows[0]:
                yield path, ":1", "the first row has no column `id`"
                continue
            ids = Counter(row[rows[0].index("id")] for row in rows[1:] if row)
            for name, count in ids.items():
                if count > 1:
                    yield path, "", f"the id {name!r} is there {count} times"
            for number, row in enumerate(rows[1:], 2):
                if row and len(row) != len(rows[0]):
                    yield path, f":{number}", f"{len(row)} columns, the first row has {len(rows[0])}"


def check_imports(folder: Path) -> Iterator[Complaint]:
    """Every module in models/, controllers/, ... and every test is imported: what is not, silently does nothing."""
    for base in CODE_FOLDERS:
        init = folder / base / "__init__.py"
        names = {path.stem for path in (folder / base).glob("*.py")} - {"__init__"}
        if base == "tests":
            names = {name for name in names if name.startswith("test_")}
        if not names:
            continue
        if not init.is_file():
            yield folder / base, "", "there is no __init__.py"
            continue
        for name in sorted(names - set(_imported(init))):
            yield init, "", f"{name} is not imported"
        for name in _from_here(init):
            if not (folder / base / f"{name}.py").is_file() and not (folder / base / name).is_dir():
                yield init, "", f"{name} is imported and does not exist"
        top = folder / "__init__.py"
        if base != "tests" and top.is_file() and base not in _imported(top):
            yield top, "", f"{base} is not imported"


def _from_here(init: Path) -> list[str]:
    """Names in the lines `from . import ...` of an __init__.py."""
    try:
        tree = ast.parse(init.read_text(encoding="utf-8"))
    except SyntaxError:
        return []
    lines = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.level == 1 and not node.module]
    return [alias.name for line in lines for alias in line.names]


def _imported(init: Path) -> Iterable[str]:
    """Names that an __init__.py imports, directly or by a chain within the folder."""
    try:
        tree = ast.parse(init.read_text(encoding="utf-8"))
    except SyntaxError:
        return []
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names += [alias.name for alias in node.names]
            names += (node.module or "").split(".")
        elif isinstance(node, ast.Import):
            names += [part for alias in node.names for part in alias.name.split(".")]
    return names
