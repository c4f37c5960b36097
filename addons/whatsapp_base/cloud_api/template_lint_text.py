"""Lint rules for the texts of a template: header, body, footer, and the variables in them.

Source: Meta, "Template components", "Parameter formats" and "Common rejection reasons".
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from .template_findings import Report, upper
from .values import as_dict, as_list

MAX_HEADER, MAX_BODY, MAX_FOOTER = 60, 1024, 60
MAX_EMOJI = 10
FORMATS = ("TEXT", "IMAGE", "VIDEO", "GIF", "DOCUMENT", "LOCATION", "PRODUCT")
MEGABYTE = 1024 * 1024
#: header format -> (types of file, largest size)
FILES = {
    "IMAGE": (("image/jpeg", "image/png"), 5 * MEGABYTE),
    "VIDEO": (("video/mp4", "video/3gpp"), 16 * MEGABYTE),
    "GIF": (("video/mp4", "image/gif"), 16 * MEGABYTE),
    "DOCUMENT": ((
        "application/pdf", "text/plain", "application/msword", "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ), 100 * MEGABYTE),
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
        report.error(f"{path}.format", f"WhatsApp knows no header of the kind “{kind}”.", "Choose another kind of header.")
    elif kind == "TEXT":
        _header_text(report, part, path)
    elif kind in FILES:
        _media(report, kind, part, path)
    if kind == "PRODUCT" and report.category != "MARKETING":
        report.error(f"{path}.format", "A product in the header is for marketing templates only.",
                     "Change the category to Marketing, or choose another header.")


def _header_text(report: Report, part: dict[str, Any], path: str) -> None:
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        report.error(f"{path}.text", "The header is empty.", "Write a header, or remove it.")
        return
    if len(text) > MAX_HEADER:
        report.error(f"{path}.text", f"The header has {len(text)} characters; WhatsApp allows {MAX_HEADER}.", "Shorten it.")
    plain = VARIABLE_RE.sub("", text)
    if "\n" in text or "\r" in text:
        report.error(f"{path}.text", "The header has a line break.", "Write it in one line.")
    if EMOJI_RE.search(plain):
        report.error(f"{path}.text", "The header has an emoji.", "Move the emoji to the text below.")
    if _MARKS_RE.search(plain):
        report.error(f"{path}.text", "The header has formatting marks (* _ ~ `).",
                     "Remove them: WhatsApp shows headers in bold by itself.")
    names = variables(report, text, f"{path}.text")
    if len(names) > 1:
        report.error(f"{path}.text", f"The header has {len(names)} variables; WhatsApp allows one.",
                     "Move the others to the text below.")
    if names and not plain.strip():
        report.warn(f"{path}.text", "The header is nothing but a variable.", "Add a word, such as “Order {{1}}”.")
    examples(report, part, names, "header_text", path)


def _media(report: Report, kind: str, part: dict[str, Any], path: str) -> None:
    types, largest = FILES[kind]
    sample = report.samples.get(path)
    handles = as_dict(part.get("example")).get("header_handle")
    if sample is None and not handles:
        report.error(f"{path}.example", f"The {kind.lower()} in the header needs an example.", "Add a file as example.")
    if sample is not None:
        if sample.mimetype not in types:
            endings = ", ".join(sorted({_ending(name) for name in types}))
            report.error(f"{path}.example", f"A file of type {sample.mimetype or 'unknown'} cannot be the example of "
                         f"{'an' if kind == 'IMAGE' else 'a'} {kind.lower()} header.", f"Choose one of: {endings}.")
        if sample.size > largest:
            report.error(f"{path}.example", f"The example has {sample.size / MEGABYTE:.1f} MB; WhatsApp allows "
                         f"{largest // MEGABYTE} MB.", "Choose a smaller file.")
        elif sample.size <= 0:
            report.error(f"{path}.example", "The example is an empty file.", "Choose another file.")
    if kind == "GIF" and report.category != "MARKETING":
        report.error(f"{path}.format", "An animation in the header is for marketing templates only.",
                     "Change the category to Marketing, or choose another header.")


def _ending(mimetype: str) -> str:
    known = {"text/plain": "txt", "application/msword": "doc", "application/vnd.ms-excel": "xls",
             "application/vnd.ms-powerpoint": "ppt", "video/3gpp": "3gp", "image/jpeg": "jpg"}
    tail = mimetype.rpartition(".")[2]
    long = {"document": "docx", "sheet": "xlsx", "presentation": "pptx"}
    return known.get(mimetype) or long.get(tail) or mimetype.rpartition("/")[2]


def body(report: Report, part: dict[str, Any], path: str = "body", limit: int = MAX_BODY) -> None:
    """Check a BODY component that has a text of its own."""
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        report.error(f"{path}.text", "The text is empty.", "Write what the customer shall read.")
        return
    if len(text) > limit:
        report.error(f"{path}.text", f"The text has {len(text)} characters; WhatsApp allows {limit}.", "Shorten it.")
    if re.search(r"\n[ \t]*\n[ \t]*\n", text):
        report.warn(f"{path}.text", "The text has several empty lines in a row.", "Leave one empty line at most.")
    if "\t" in text or "     " in text:
        report.warn(f"{path}.text", "The text has a tab or more than four spaces in a row.", "Use single spaces.")
    if len(EMOJI_RE.findall(text)) > MAX_EMOJI:
        report.warn(f"{path}.text", f"The text has more than {MAX_EMOJI} emojis.", "Meta may refuse it. Remove some.")
    names = variables(report, text, f"{path}.text")
    _positions(report, text, f"{path}.text")
    examples(report, part, names, "body_text", path)


def footer(report: Report, part: dict[str, Any], path: str = "footer") -> None:
    """Check a FOOTER component that has a text of its own."""
    text = part.get("text")
    if not isinstance(text, str) or not text.strip():
        report.error(f"{path}.text", "The footer is empty.", "Write a footer, or remove it.")
        return
    if len(text) > MAX_FOOTER:
        report.error(f"{path}.text", f"The footer has {len(text)} characters; WhatsApp allows {MAX_FOOTER}.", "Shorten it.")
    if "{{" in text or "}}" in text:
        report.error(f"{path}.text", "The footer has a variable.", "Move the variable to the text: footers are fixed.")
    if "\n" in text or "\r" in text:
        report.error(f"{path}.text", "The footer has a line break.", "Write it in one line.")
    if EMOJI_RE.search(text):
        report.warn(f"{path}.text", "The footer has an emoji.", "Meta may refuse it. Move it to the text.")


def variables(report: Report, text: str, path: str) -> list[str]:
    """Check how variables are written; returns their names in order, each once."""
    rest = VARIABLE_RE.sub("", text)
    if "{{" in rest or "}}" in rest:
        report.error(path, "A variable is not written as Meta expects: its braces do not match, or it holds something "
                     "else than letters, digits and underscores.", "Write it as {{1}} or {{customer_name}}.")
    names = names_in(text)
    if report.named:
        wrong = [name for name in names if not NAME_RE.fullmatch(name)]
        if wrong:
            report.error(path, f"Not a name for a variable: {_listed(wrong)}.",
                         "Names begin with a letter and have lowercase letters, digits and underscores.")
    elif names:
        expected = [str(number) for number in range(1, len(names) + 1)]
        if any(not name.isdecimal() for name in names):
            report.error(path, f"This template has numbered variables, but there is {_listed(n for n in names if not n.isdecimal())}.",
                         "Use numbers, or choose the format with names.")
        elif names != expected:
            report.error(path, f"The variables are {_listed(names)}; they must be {_listed(expected)}, in this order.",
                         "Number them from 1, without a gap, in the order in which they are read.")
    return names


def _positions(report: Report, text: str, path: str) -> None:
    """Check where variables stand in a body."""
    stripped = text.strip()
    found = list(VARIABLE_RE.finditer(stripped))
    if not found:
        return
    if found[0].start() == 0:
        report.error(path, "The text begins with a variable.", "Put a word before it, such as “Hello {{1}}”.")
    if found[-1].end() == len(stripped):
        report.error(path, "The text ends with a variable.", "Put words after it; a full stop is the least.")
    if any(not stripped[a.end():b.start()].strip() for a, b in itertools.pairwise(found)):
        report.error(path, "Two variables stand side by side.", "Put words between them.")
    words = len(VARIABLE_RE.sub(" ", stripped).split())
    if words < 2 * len(found) - 1:
        report.error(path, f"There are {len(found)} variables and only {words} words around them.",
                     "Write more text, or use fewer variables.")
    elif words < 2 * len(found) + 1:
        report.warn(path, f"There are {len(found)} variables and only {words} words around them; Meta may find that too few.",
                    "Write more text around the variables.")


def examples(report: Report, part: dict[str, Any], names: list[str], key: str, path: str) -> None:
    """Check that every variable has an example, in the shape that the format of the variables asks for."""
    if not names:
        return
    given = as_dict(part.get("example"))
    if report.named:
        known = {as_dict(item).get("param_name"): as_dict(item).get("example") for item in as_list(given.get(f"{key}_named_params"))}
        values = [known.get(name) for name in names]
    else:
        plain = as_list(given.get(key))
        plain = plain[0] if plain and isinstance(plain[0], list) else plain
        values = [plain[index] if index < len(plain) else None for index in range(len(names))]
    missing = [name for name, value in zip(names, values) if not isinstance(value, str) or not value.strip()]
    if missing:
        report.error(f"{path}.example", f"There is no example for {_listed(missing)}.",
                     "Give an example for each variable: Meta's reviewers read them.")
    if any(isinstance(value, str) and ("{{" in value or "\n" in value) for value in values):
        report.warn(f"{path}.example", "An example has a line break or a variable in it.", "Write examples as plain words.")


def _listed(names: Any) -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in names)
