"""HTML of Odoo's editors to WhatsApp's text formatting. Import it from `markup`.

Reads HTML as a browser shows it: a line break ends a line, blocks start and end lines, white space is one space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_MARKS = {"b": "*", "strong": "*", "i": "_", "em": "_", "s": "~", "strike": "~", "del": "~"}
_BLOCKS = {
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "table", "tr", "section",
    "article", "header", "footer", "hr", "figure",
}
_HIDDEN = {"script", "style", "head", "title", "template", "noscript", "svg", "iframe", "object"}
_VOID = {"br", "img", "hr", "input", "meta", "link", "col", "wbr"}
_MENTIONS = ("o_mail_redirect", "o_channel_redirect", "o_mail_mention")
_WHITE_RE = re.compile(r"[ \t\n\r\f]+")
_MAX_DEPTH = 100


@dataclass(slots=True)
class _Element:
    tag: str
    mark: str = ""
    prefix: str = ""  # what the lines of a block begin with
    href: str = ""
    text_from: int = 0  # first piece of the present line that belongs to it
    number: int = 0  # of the next item of an ordered list
    lines_from: int = 0  # first line of a preformatted block


class _Writer(HTMLParser):
    """Builds lines while the HTML is read; marks are put around the words of a line when they close."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.current: list[str] = []  # pieces of the line being written
        self.stack: list[_Element] = []
        self.hidden = 0
        self.pre = 0
        self.space = True  # the line so far ends with a space, or is empty
        self.bullet = ""  # waits for the first text of a list item

    # -- lines

    def _prefix(self) -> str:
        return "".join(element.prefix for element in self.stack if element.prefix)

    def end_line(self, force: bool = False) -> None:
        """Write the line; an empty one only when forced (a line break)."""
        text = "".join(self.current).rstrip(" ")
        if text or force:
            if self.bullet and text:
                text, self.bullet = self.bullet + text, ""
            self.lines.append((self._prefix() + text).rstrip(" ") if text or self._prefix() else "")
        self.current, self.space = [], True

    def break_line(self, force: bool) -> None:
        """End the line within open marks: WhatsApp's marks do not reach over lines, so each line gets its own."""
        marked = [element for element in self.stack if element.mark]
        for element in reversed(marked):
            self._close_mark(element)
        self.end_line(force)
        for element in marked:
            element.text_from = 0
        for element in self.stack:
            if element.href:
                element.text_from = 0

    def _close_mark(self, element: _Element) -> None:
        pieces = self.current[element.text_from:]
        text = "".join(pieces)
        core = text.strip(" \u00a0")
        if not core or self.pre or any(e.tag == "code" for e in self.stack if e is not element):
            return
        # Marks work only at the edge of words, so spaces go outside; twice the same mark would undo itself.
        if len(core) > 1 and core[0] == core[-1] == element.mark:
            return
        start = text.index(core[0]) if core else 0
        lead, tail = text[:start], text[start + len(core):]
        self.current[element.text_from:] = [f"{lead}{element.mark}{core}{element.mark}{tail}"]

    # -- parser's calls

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self._void(tag, dict(attrs))
            return
        if tag in _HIDDEN:
            self.hidden += 1
        if len(self.stack) >= _MAX_DEPTH:
            # Deeper elements keep their text and lose their form.
            return
        if tag in _BLOCKS:
            self.break_line(False)
        element = _Element(tag, text_from=len(self.current))
        if tag in _MARKS and not any(e.mark == _MARKS[tag] for e in self.stack):
            element.mark = _MARKS[tag]
        elif tag == "code" and not self.pre and not any(e.tag == "code" for e in self.stack):
            element.mark = "`"
        elif tag == "blockquote":
            element.prefix = "> "
        elif tag == "a":
            values = dict(attrs)
            mention = any(name in (values.get("class") or "") for name in _MENTIONS)
            element.href = "" if mention else (values.get("href") or "").strip()
        elif tag == "ol":
            start = dict(attrs).get("start") or "1"
            element.number = int(start) if start.isascii() and start.isdigit() and len(start) < 4 else 1
        elif tag == "li":
            self.bullet = self._item()
        elif tag == "pre":
            self.pre += 1
            element.lines_from = len(self.lines)
        self.stack.append(element)

    def _void(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "br" and not self.hidden:
            self.break_line(True)
        elif tag == "hr":
            self.break_line(False)
        elif tag == "img" and not self.hidden:
            alt = attrs.get("alt") or ""
            # Emoji pictures carry the emoji as their text; other pictures travel as attachments.
            if alt and len(alt) <= 16 and not alt.isascii():
                self.handle_data(alt)

    def _item(self) -> str:
        parent = next((e for e in reversed(self.stack) if e.tag in ("ul", "ol")), None)
        if parent is None or parent.tag == "ul":
            return "- "
        parent.number += 1
        return f"{parent.number - 1}. "

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self._void(tag, dict(attrs))
        else:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN and self.hidden:
            self.hidden -= 1
        if tag == "br":
            self._void(tag, {})
            return
        if not any(element.tag == tag for element in self.stack):
            return
        # Elements left open inside are closed with it, as browsers do.
        while self.stack:
            element = self.stack[-1]
            self._close(element)
            self.stack.pop()
            if element.tag == tag:
                break

    def _close(self, element: _Element) -> None:
        if element.mark:
            self._close_mark(element)
        elif element.href:
            self._close_link(element)
        elif element.tag == "pre":
            self.break_line(False)
            self.pre -= 1
            self._fence(element.lines_from)
        elif element.tag in ("td", "th"):
            self.handle_data(" ")
        elif element.tag in _BLOCKS:
            self.break_line(False)
            if element.tag == "li":
                self.bullet = ""

    def _fence(self, start: int) -> None:
        """Put the lines since the start of a preformatted block between three backticks."""
        inner = self.lines[start:]
        self.lines[start:] = ["```" + "\n".join(inner) + "```"] if any(line.strip() for line in inner) else []

    def _close_link(self, element: _Element) -> None:
        text = "".join(self.current[element.text_from:]).strip()
        href = element.href
        if not href.lower().startswith(("http://", "https://", "mailto:", "tel:")):
            return
        shown = href.partition(":")[2] if href.lower().startswith(("mailto:", "tel:")) else href
        bare = text.rstrip("/").lower()
        if not text:
            self.current.append(shown)
        elif bare not in (shown.rstrip("/").lower(), shown.partition("://")[2].rstrip("/").lower()):
            self.current.append(f" ({shown})")
        elif shown is href:
            self.current[element.text_from:] = [href]
        self.space = False

    def handle_data(self, data: str) -> None:
        if self.hidden or not data:
            return
        if self.pre:
            first, *others = data.split("\n")
            self.current.append(first)
            for line in others:
                self.end_line(True)
                self.current.append(line)
            return
        data = _WHITE_RE.sub(" ", data)
        if self.space and data.startswith(" "):
            data = data[1:]
        if data:
            self.current.append(data)
            self.space = data.endswith(" ")


def from_html(html: str) -> str:
    """Return HTML of Odoo's composer as text with WhatsApp's formatting.

    Bold, italic, strike, code, quotes, lists and links are kept; links show their address unless it is their text;
    mentions become their text; pictures are left out. The text is not cut: see ``markup.split``.
    """
    writer = _Writer()
    writer.feed(html.replace("\0", ""))
    writer.close()
    while writer.stack:
        writer._close(writer.stack[-1])
        writer.stack.pop()
    writer.end_line()
    text = "\n".join(writer.lines).replace("\u00a0", " ")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()
