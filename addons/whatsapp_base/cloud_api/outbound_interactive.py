"""Outgoing messages with something to press: reply buttons, lists and a link button.

Source: Meta, "Interactive messages": reply buttons, lists, call-to-action URL. Import these from `outbound`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .outbound_basic import (
    MAX_BODY,
    MAX_BUTTON_ID,
    MAX_BUTTON_TITLE,
    MAX_BUTTONS,
    MAX_FOOTER,
    MAX_HEADER,
    MAX_INTERACTIVE_BODY,
    MAX_ROW_DESCRIPTION,
    MAX_ROW_ID,
    MAX_ROW_TITLE,
    MAX_ROWS,
    MAX_SECTION_TITLE,
    MAX_SECTIONS,
    InvalidContent,
    Media,
    check_text,
)
from .values import one_line
from .words import _

Header = str | Media | None


def _check_frame(header: Header, body: str, footer: str | None, limit: int = MAX_INTERACTIVE_BODY) -> None:
    check_text("body", _("message"), body, limit)
    check_text("footer", _("footer"), footer, MAX_FOOTER, required=False)
    if isinstance(header, Media):
        header.validate()
        if header.kind not in ("image", "video", "document"):
            raise InvalidContent(
                "header", _("A header cannot be %(kind)s."), _("Use an image, video or document."), kind=header.kind)
    else:
        check_text("header", _("header"), header, MAX_HEADER, required=False)


def _check_unique(field: str, label: str, values: Sequence[str]) -> None:
    if len(set(values)) != len(values):
        raise InvalidContent(field, _("Two %(label)s are the same."), _("Make each of them different."), label=label)


def interactive_frame(
    kind: str, header: Header, body: str | None, footer: str | None, action: dict[str, Any]
) -> dict[str, Any]:
    """Return type and content of an interactive message: what all of them have around their ``action``."""
    interactive: dict[str, Any] = {"type": kind}
    if isinstance(header, Media):
        media = header.body()
        media.pop("caption", None)
        interactive["header"] = {"type": header.kind, header.kind: media}
    elif header:
        interactive["header"] = {"type": "text", "text": header}
    if body:
        interactive["body"] = {"text": body}
    if footer:
        interactive["footer"] = {"text": footer}
    interactive["action"] = action
    return {"type": "interactive", "interactive": interactive}


@dataclass(frozen=True, slots=True)
class Button:
    """A reply button: ``id`` comes back when it is pressed, ``title`` is what the customer reads."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Buttons:
    """A message with one to three reply buttons."""

    body: str
    buttons: Sequence[Button]
    header: Header = None
    footer: str | None = None

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        _check_frame(self.header, self.body, self.footer)
        if not self.buttons:
            raise InvalidContent("buttons", _("There is no button."), _("Add at least one."))
        if len(self.buttons) > MAX_BUTTONS:
            raise InvalidContent(
                "buttons", _("A message has 1 to %(limit)s buttons, this one has %(count)s."),
                _("Use a list for more choices."), limit=MAX_BUTTONS, count=len(self.buttons))
        for button in self.buttons:
            check_text("buttons", _("button's label"), button.title, MAX_BUTTON_TITLE)
            check_text("buttons", _("button's id"), button.id, MAX_BUTTON_ID)
        _check_unique("buttons", "buttons' labels", [button.title for button in self.buttons])
        _check_unique("buttons", "buttons' ids", [button.id for button in self.buttons])

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        buttons = [{"type": "reply", "reply": {"id": b.id, "title": b.title}} for b in self.buttons]
        return interactive_frame("button", self.header, self.body, self.footer, {"buttons": buttons})

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line(self.body)


@dataclass(frozen=True, slots=True)
class Row:
    """One choice of a list message."""

    id: str
    title: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A group of rows; the title is needed as soon as there is a second section."""

    title: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class ListMessage:
    """A message with a button that opens up to ten rows."""

    body: str
    button: str
    sections: Sequence[Section]
    header: str | None = None
    footer: str | None = None

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        if isinstance(self.header, Media):
            raise InvalidContent("header", _("The header of a list is text."), _("Enter text as header."))
        _check_frame(self.header, self.body, self.footer, MAX_BODY)
        check_text("button", _("button's label"), self.button, MAX_BUTTON_TITLE)
        rows = [row for section in self.sections for row in section.rows]
        if not 1 <= len(self.sections) <= MAX_SECTIONS or not 1 <= len(rows) <= MAX_ROWS:
            raise InvalidContent(
                "sections",
                _("A list has 1 to %(sections)s sections and 1 to %(rows)s rows in all; this one has %(has_sections)s and "
                  "%(has_rows)s."),
                _("Offer fewer choices."), sections=MAX_SECTIONS, rows=MAX_ROWS, has_sections=len(self.sections),
                has_rows=len(rows))
        for section in self.sections:
            check_text("sections", _("section's title"), section.title, MAX_SECTION_TITLE, len(self.sections) > 1)
            if not section.rows:
                raise InvalidContent("sections", _("A section has no rows."), _("Remove it or add rows."))
        for row in rows:
            check_text("rows", _("row's id"), row.id, MAX_ROW_ID)
            check_text("rows", _("row's title"), row.title, MAX_ROW_TITLE)
            check_text("rows", _("row's description"), row.description, MAX_ROW_DESCRIPTION, required=False)
        _check_unique("rows", "rows' ids", [row.id for row in rows])

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        sections: list[dict[str, Any]] = []
        for section in self.sections:
            rows = [
                {"id": r.id, "title": r.title, **({"description": r.description} if r.description else {})}
                for r in section.rows
            ]
            sections.append({**({"title": section.title} if section.title else {}), "rows": rows})
        return interactive_frame("list", self.header, self.body, self.footer, {"button": self.button, "sections": sections})

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line(self.body)


@dataclass(frozen=True, slots=True)
class CtaUrl:
    """A message with one button that opens a web page."""

    body: str
    label: str
    url: str
    header: Header = None
    footer: str | None = None

    def validate(self) -> None:
        """Raise `InvalidContent` when Meta would refuse the message."""
        _check_frame(self.header, self.body, self.footer)
        check_text("label", _("button's label"), self.label, MAX_BUTTON_TITLE)
        if not self.url.startswith(("https://", "http://")):
            raise InvalidContent(
                "url", _("The address of the button is no web address."), _("Start it with https://."))

    def payload(self) -> dict[str, Any]:
        """Return type and content for the request."""
        action = {"name": "cta_url", "parameters": {"display_text": self.label, "url": self.url}}
        return interactive_frame("cta_url", self.header, self.body, self.footer, action)

    def summary(self) -> str:
        """Return one plain line for lists."""
        return one_line(self.body)
