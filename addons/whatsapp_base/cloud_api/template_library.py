"""Ready-made templates: files with texts in many languages, read as definitions that can be submitted.

A file has category, format of the variables, where their values come from, buttons, and for each language the body,
the labels of the buttons and an example of each variable. What depends on the company is filled in here.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = ["FOLDER", "definition", "languages_of", "load"]

FOLDER = Path(__file__).resolve().parents[1] / "data" / "library"
MAX_FOOTER = 60


@lru_cache(maxsize=64)
def load(key: str) -> dict[str, Any]:
    """Return the file of a template; nobody may change what is returned."""
    return json.loads((FOLDER / f"{key}.json").read_text(encoding="utf-8"))


def languages_of(key: str) -> list[str]:
    """Return Meta's codes of the languages that a template is written in."""
    return list(load(key)["languages"])


def definition(key: str, language: str, *, site: str, company: str, has_page: bool = True) -> dict[str, Any]:
    """Return the body with which the template would be created at Meta.

    :param site: address of the company's own pages, without a slash at the end
    :param company: its name, which becomes the footer
    :param has_page: whether customers can open a page of the record that the template speaks about; without one, the
        button that leads there is left out
    """
    entry = load(key)
    text = entry["languages"][language]
    is_named = entry["parameter_format"] == "NAMED"
    parts: list[dict[str, Any]] = []
    if "header" in entry:
        parts.append({"type": "HEADER", "format": entry["header"]["format"]})
    parts.append(_body(text, is_named))
    if entry.get("code_minutes"):
        parts.append({"type": "FOOTER", "code_expiration_minutes": entry["code_minutes"]})
    elif entry.get("footer") and company.strip():
        parts.append({"type": "FOOTER", "text": company.strip()[:MAX_FOOTER]})
    buttons = [
        _button(button, label, site.rstrip("/"))
        for button, label in zip(entry["buttons"], text.get("buttons", ()))
        if has_page or not button.get("page")
    ]
    if buttons:
        parts.append({"type": "BUTTONS", "buttons": buttons})
    return {"name": key, "language": language, "category": entry["category"], "parameter_format": entry["parameter_format"],
            "components": parts}


def _body(text: dict[str, Any], is_named: bool) -> dict[str, Any]:
    if "body" not in text:
        return {"type": "BODY", "add_security_recommendation": True}
    part: dict[str, Any] = {"type": "BODY", "text": text["body"]}
    examples = {name: example for name, example in text["examples"].items() if f"{{{{{name}}}}}" in text["body"]}
    if examples:
        part["example"] = {"body_text_named_params": [{"param_name": n, "example": e} for n, e in examples.items()]} if is_named else {
            "body_text": [list(examples.values())]}
    return part


def _button(button: dict[str, Any], label: str, site: str) -> dict[str, Any]:
    made = {key: value for key, value in button.items() if key != "page"}
    made["text"] = label
    if "url" in made:
        made["url"] = made["url"].replace("{site}", site)
        if "{{1}}" in made["url"]:
            made["example"] = [made["url"].replace("{{1}}", "my/orders/42")]
    return made
