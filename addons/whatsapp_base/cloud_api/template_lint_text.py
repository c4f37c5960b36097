"""Lint rules for the texts of a template: header, body, footer, and the variables in them.

Source: Meta, "Template components", "Parameter formats" and "Common rejection reasons".
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from .template_findings import Report, upper
from .values import as_dict, as_list
from .words import _

MAX_HEADER, MAX_BODY, MAX_FOOTER = 60, 1024, 60
MAX_EMOJI = 10
FORMATS = ("TEXT", "IMAGE", "VIDEO", "GIF", "DOCUMENT", "LOCATION", "PRODUCT")
MEGABYTE = 1024 * 1024
#: header format -> (types of file, largest size)
FILES = {
    "IMAGE": (("image/jpeg", "image/png"), 5 * MEGABYTE),
    "VIDEO": (("video/mp4", "video/3gpp"), 16 * MEGABYTE),
    "GIF": (("video/mp4", "image/gif"), 16 * MEGABYTE),
    "DOCUMENT": (
        (
            "application/pdf",
            "text/plain",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        100 * MEGABYTE,
    ),
}

VARIABLE_RE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
NAME_RE = re.compile(r"[a-z][a-z0-9_]*")
EMOJI_RE = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff\U0001f1e6-\U0001f1ff]")
_MARKS_RE = re.compile(r"[*~`]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def names_in(text: Any) -> list[str]:
    """Return the names of the variables in a text, in order, each once."""
    return list(dict.fromkeys(VARIABLE_RE.findall(text))) if isinstance(text, str) else []


def header(report: Report, part: dict[str, Any], path: str = "header") -> None:
    """Check a HEADER component."""
    kind = upper(part.get("format")) or "TEXT"
    if kind not in FORMATS:
        report.error(
            f"{path}.format",
            _("WhatsApp knows no header of the kind “%(kind)s”."),
            _("Choose another kind of header."),
            kind=kind,
        )
    elif kind == "TEXT":
        _header_text(report, part, path)
    elif kind in FILES:
        _media(report, kind, part, path)
    if kind == "PRODUCT" and report.category != "MARKETING":
        report.error(
            f"{path}.format",
            _("A product in the header is for marketing templates only."),
            _("Change the category to Marketing, or choose another header."),
        )


def _header_text(report: Report, part: dict[str, Any], path: str) -> None:
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        report.error(f"{path}.text", _("The header is empty."), _("Write a header, or remove it."))
        return
    if len(text) > MAX_HEADER:
        report.error(
            f"{path}.text",
            _("The header has %(count)s characters; WhatsApp allows %(limit)s."),
            _("Shorten it."),
            count=len(text),
            limit=MAX_HEADER,
        )
    plain = VARIABLE_RE.sub("", text)
    if "\n" in text or "\r" in text:
        report.error(f"{path}.text", _("The header has a line break."), _("Write it in one line."))
    if EMOJI_RE.search(plain):
        report.error(f"{path}.text", _("The header has an emoji."), _("Move the emoji to the text below."))
    if _MARKS_RE.search(plain):
        report.error(
            f"{path}.text",
            _("The header has formatting marks (* _ ~ `)."),
            _("Remove them: WhatsApp shows headers in bold by itself."),
        )
    names = variables(report, text, f"{path}.text")
    if len(names) > 1:
        report.error(
            f"{path}.text",
            _("The header has %(count)s variables; WhatsApp allows one."),
            _("Move the others to the text below."),
            count=len(names),
        )
    if names and not plain.strip():
        report.warn(f"{path}.text", _("The header is nothing but a variable."), _("Add a word, such as “Order {{1}}”."))
    examples(report, part, names, "header_text", path)


def _media(report: Report, kind: str, part: dict[str, Any], path: str) -> None:
    types, largest = FILES[kind]
    sample = report.samples.get(path)
    handles = as_dict(part.get("example")).get("header_handle")
    if sample is None and not handles:
        report.error(f"{path}.example", _("The file in the header needs an example."), _("Add a file as example."))
    if sample is not None:
        if sample.mimetype not in types:
            endings = ", ".join(sorted({_ending(name) for name in types}))
            report.error(
                f"{path}.example",
                _("A file of type %(type)s cannot be the example of this header."),
                _("Choose one of: %(endings)s."),
                type=sample.mimetype or "?",
                endings=endings,
            )
        if sample.size > largest:
            report.error(
                f"{path}.example",
                _("The example has %(size)s MB; WhatsApp allows %(limit)s MB."),
                _("Choose a smaller file."),
                size=f"{sample.size / MEGABYTE:.1f}",
                limit=largest // MEGABYTE,
            )
        elif sample.size <= 0:
            report.error(f"{path}.example", _("The example is an empty file."), _("Choose another file."))
    if kind == "GIF" and report.category != "MARKETING":
        report.error(
            f"{path}.format",
            _("An animation in the header is for marketing templates only."),
            _("Change the category to Marketing, or choose another header."),
        )


def _ending(mimetype: str) -> str:
    known = {
        "text/plain": "txt",
        "application/msword": "doc",
        "application/vnd.ms-excel": "xls",
        "application/vnd.ms-powerpoint": "ppt",
        "video/3gpp": "3gp",
        "image/jpeg": "jpg",
    }
    tail = mimetype.rpartition(".")[2]
    long = {"document": "docx", "sheet": "xlsx", "presentation": "pptx"}
    return known.get(mimetype) or long.get(tail) or mimetype.rpartition("/")[2]


def body(report: Report, part: dict[str, Any], path: str = "body", limit: int = MAX_BODY) -> None:
    """Check a BODY component that has a text of its own."""
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        report.error(f"{path}.text", _("The text is empty."), _("Write what the customer shall read."))
        return
    if len(text) > limit:
        report.error(
            f"{path}.text",
            _("The text has %(count)s characters; WhatsApp allows %(limit)s."),
            _("Shorten it."),
            count=len(text),
            limit=limit,
        )
    if re.search(r"\n[ \t]*\n[ \t]*\n", text):
        report.warn(f"{path}.text", _("The text has several empty lines in a row."), _("Leave one empty line at most."))
    if "\t" in text or "     " in text:
        report.warn(f"{path}.text", _("The text has a tab or more than four spaces in a row."), _("Use single spaces."))
    if len(EMOJI_RE.findall(text)) > MAX_EMOJI:
        report.warn(
            f"{path}.text",
            _("The text has more than %(limit)s emojis."),
            _("Meta may refuse it. Remove some."),
            limit=MAX_EMOJI,
        )
    names = variables(report, text, f"{path}.text")
    _positions(report, text, f"{path}.text")
    examples(report, part, names, "body_text", path)


def footer(report: Report, part: dict[str, Any], path: str = "footer") -> None:
    """Check a FOOTER component that has a text of its own."""
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        report.error(f"{path}.text", _("The footer is empty."), _("Write a footer, or remove it."))
        return
    if len(text) > MAX_FOOTER:
        report.error(
            f"{path}.text",
            _("The footer has %(count)s characters; WhatsApp allows %(limit)s."),
            _("Shorten it."),
            count=len(text),
            limit=MAX_FOOTER,
        )
    if "{{" in text or "}}" in text:
        report.error(
            f"{path}.text", _("The footer has a variable."), _("Move the variable to the text: footers are fixed.")
        )
    if "\n" in text or "\r" in text:
        report.error(f"{path}.text", _("The footer has a line break."), _("Write it in one line."))
    if EMOJI_RE.search(text):
        report.warn(f"{path}.text", _("The footer has an emoji."), _("Meta may refuse it. Move it to the text."))


def variables(report: Report, text: str, path: str) -> list[str]:
    """Check how variables are written; returns their names in order, each once."""
    rest = VARIABLE_RE.sub("", text)
    if "{{" in rest or "}}" in rest:
        report.error(
            path,
            _(
                "A variable is not written as Meta expects: its braces do not match, or it holds other signs."
            ),
            _("Write it as {{1}} or {{customer_name}}."),
        )
    names = names_in(text)
    if report.named:
        wrong = [name for name in names if not NAME_RE.fullmatch(name)]
        if wrong:
            report.error(
                path,
                _("Not a name for a variable: %(names)s."),
                _("Names begin with a letter and have lowercase letters, digits and underscores."),
                names=_listed(wrong),
            )
    elif names:
        expected = [str(number) for number in range(1, len(names) + 1)]
        if any(not name.isdecimal() for name in names):
            report.error(
                path,
                _("This template has numbered variables, but there is %(names)s."),
                _("Use numbers, or choose the format with names."),
                names=_listed(n for n in names if not n.isdecimal()),
            )
        elif names != expected:
            report.error(
                path,
                _("The variables are %(names)s; they must be %(expected)s, in this order."),
                _("Number them from 1, without a gap, in the order in which they are read."),
                names=_listed(names),
                expected=_listed(expected),
            )
    return names


def _positions(report: Report, text: str, path: str) -> None:
    """Check where variables stand in a body."""
    stripped = text.strip()
    found = list(VARIABLE_RE.finditer(stripped))
    if not found:
        return
    if found[0].start() == 0:
        report.error(path, _("The text begins with a variable."), _("Put a word before it, such as “Hello {{1}}”."))
    if found[-1].end() == len(stripped):
        report.error(path, _("The text ends with a variable."), _("Put words after it; a full stop is the least."))
    if any(not stripped[a.end() : b.start()].strip() for a, b in itertools.pairwise(found)):
        report.error(path, _("Two variables stand side by side."), _("Put words between them."))
    words = len(VARIABLE_RE.sub(" ", stripped).split())
    if words < 2 * len(found) - 1:
        report.error(
            path,
            _("There is too little text around the variables: %(words)s words for %(count)s."),
            _("Write more text, or use fewer variables."),
            count=len(found),
            words=words,
        )
    elif words < 2 * len(found) + 1:
        report.warn(
            path,
            _("There is little text around the variables (%(words)s words for %(count)s); Meta may find that too little."),
            _("Write more text around the variables."),
            count=len(found),
            words=words,
        )


def examples(report: Report, part: dict[str, Any], names: list[str], key: str, path: str) -> None:
    """Check that every variable has an example, in the shape that the format of the variables asks for."""
    if not names:
        return
    given = as_dict(part.get("example"))
    if report.named:
        known = {
            as_dict(item).get("param_name"): as_dict(item).get("example")
            for item in as_list(given.get(f"{key}_named_params"))
        }
        values = [known.get(name) for name in names]
    else:
        plain = as_list(given.get(key))
        plain = plain[0] if plain and isinstance(plain[0], list) else plain
        values = [plain[index] if index < len(plain) else None for index in range(len(names))]
    missing = [name for name, value in zip(names, values) if not isinstance(value, str) or not value.strip()]
    if missing:
        report.error(
            f"{path}.example",
            _("There is no example for %(names)s."),
            _("Give an example for each variable: Meta's reviewers read them."),
            names=_listed(missing),
        )
    if any(isinstance(value, str) and ("{{" in value or "\n" in value) for value in values):
        report.warn(
            f"{path}.example",
            _("An example has a line break or a variable in it."),
            _("Write examples as plain words."),
        )


def _listed(names: Any) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)
