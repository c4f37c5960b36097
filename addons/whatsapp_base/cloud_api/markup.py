"""WhatsApp's text formatting to safe HTML, and back.

Source: WhatsApp Help, "How to format your messages", and Meta, "Text messages". Everything here works in time
proportional to the text: it is fed by strangers.
"""

from __future__ import annotations

import re
from html import escape

from .markup_html import from_html

__all__ = ["from_html", "split", "to_html"]

MAX_TEXT = 4096
_TAGS = {"*": "b", "_": "i", "~": "s"}
_FENCE = "```"
# Up to the first character that cannot be in an address; trailing punctuation is given back to the sentence.
_URL_RE = re.compile(r"https?://[^\s<>\"'`\x00-\x20\x7f]{1,2048}", re.IGNORECASE)
_TRAILING = ".,;:!?…*_~"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_BULLET_RE = re.compile(r"[-*] (?=\S)")
_NUMBER_RE = re.compile(r"[0-9]{1,3}\. (?=\S)")
# Characters that must stay with the one before them: joiner, variation selectors, skin tones, combining marks.
_GLUED_RE = re.compile("[\u200d\ufe00-\ufe0f\u0300-\u036f\U0001f3fb-\U0001f3ff]")


def to_html(text: str) -> str:
    """Return ``text`` with WhatsApp's formatting as safe HTML.

    Everything is escaped; the result holds only b, i, s, code, pre, blockquote, ul, ol, li, br, and a with http and
    https addresses. Marks that do not format, as in ``2*3*4`` or ``snake_case``, stay as they are.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    html: list[str] = []
    buffer: list[str] = []
    for kind, part in _fences(text):
        if kind == "text":
            buffer.append(part)
        elif "\n" not in part:
            # Within a line; a private mark keeps it out of the reach of the other marks.
            buffer.append(f"\x01{part}\x01")
        else:
            # A block of its own: the line break before it is the block's edge, not an empty line.
            if buffer:
                html.append(_lines_html("".join(buffer).removesuffix("\n").split("\n")))
            html.append(f"<pre>{escape(part.strip(chr(10)))}</pre>")
            buffer = []
    if buffer:
        html.append(_lines_html("".join(buffer).split("\n")))
    return "".join(html)


def _fences(text: str) -> list[tuple[str, str]]:
    """Cut ``text`` at pairs of three backticks; the pieces are ``("text", ...)`` and ``("mono", ...)``."""
    text = text.replace("\x01", "")
    pieces: list[tuple[str, str]] = []
    start = 0
    while (begin := text.find(_FENCE, start)) >= 0:
        end = text.find(_FENCE, begin + 3)
        if end < 0:
            break
        inner = text[begin + 3:end]
        if not inner.strip():
            pieces.append(("text", text[start:end + 3]))
        else:
            if begin > start:
                pieces.append(("text", text[start:begin]))
            pieces.append(("mono", inner))
            if "\n" in inner and text[end + 3:end + 4] == "\n":
                end += 1
        start = end + 3
    if start < len(text):
        pieces.append(("text", text[start:]))
    return pieces


def _lines_html(lines: list[str]) -> str:
    """Return lines as HTML, with runs of quote and list lines as blocks."""
    html: list[str] = []
    run: list[str] = []
    kind = ""
    for line in lines:
        line_kind, rest = _line_kind(line)
        if line_kind != kind and run:
            html.append(_block(kind, run))
            run = []
        kind = line_kind
        run.append(rest if line_kind != "ol" else line)
    if run:
        html.append(_block(kind, run))
    return "".join(html)


def _line_kind(line: str) -> tuple[str, str]:
    if line.startswith("> ") or line == ">":
        return "blockquote", line[2:]
    if match := _BULLET_RE.match(line):
        return "ul", line[match.end():]
    if match := _NUMBER_RE.match(line):
        return "ol", line[match.end():]
    return "", line


def _block(kind: str, run: list[str]) -> str:
    if kind == "ul":
        return "<ul>" + "".join(f"<li>{_inline(line)}</li>" for line in run) + "</ul>"
    if kind == "ol":
        return _numbered(run)
    # A line break at the end of a block does not show; an empty last line needs a second one.
    html = "<br>".join(map(_inline, run)) + ("" if run[-1] else "<br>")
    return f"<blockquote>{html}</blockquote>" if kind else html


def _numbered(run: list[str]) -> str:
    """Return numbered lines as lists; a number that does not follow the one before starts a new list."""
    html: list[str] = []
    expected = None
    for line in run:
        number, _, rest = line.partition(". ")
        if int(number) != expected or number != str(expected):
            if expected is not None:
                html.append("</ol>")
            html.append("<ol>" if number == "1" else f'<ol start="{int(number)}">')
        html.append(f"<li>{_inline(rest)}</li>")
        expected = int(number) + 1
    return "".join(html) + "</ol>"


def _inline(line: str) -> str:
    """Return one line as HTML: code, links and the three marks."""
    tokens: list[str] = []  # pieces of HTML; a mark is one token until its partner is found
    open_marks: list[tuple[str, int]] = []
    for kind, part, before, after in _tokens(line):
        if kind != "mark":
            tokens.append(part)
            continue
        opened = next((i for i, (mark, _at) in enumerate(open_marks) if mark == part), None)
        closes = opened is not None and not before.isspace() and before != "" and not _is_word(after)
        if closes and open_marks[opened][1] < len(tokens) - 1:  # type: ignore[index]
            position = open_marks[opened][1]  # type: ignore[index]
            del open_marks[opened:]  # marks in between that found no partner stay text
            tokens[position] = f"<{_TAGS[part]}>"
            tokens.append(f"</{_TAGS[part]}>")
        else:
            if opened is None and after not in ("", part) and not after.isspace() and not _is_word(before):
                open_marks.append((part, len(tokens)))
            tokens.append(part)
    return "".join(tokens)


def _is_word(character: str) -> bool:
    return character.isalnum()


def _tokens(line: str) -> list[tuple[str, str, str, str]]:
    """Cut a line into ``(kind, html, character before, character after)``; marks are not escaped, all else is HTML."""
    found: list[tuple[str, str, str, str]] = []
    plain = 0
    position = 0
    length = len(line)
    # Looked for once: without it, each of many lone backticks would search the rest of the line again.
    last_tick, last_mono = line.rfind("`"), line.rfind("\x01")

    def flush(until: int) -> None:
        if until > plain:
            found.append(("text", _spaces(escape(line[plain:until]), plain == 0, until == length), "", ""))

    while position < length:
        character = line[position]
        if character == "`" and position < last_tick or character == "\x01" and position < last_mono:
            end = line.find(character, position + 1)
            inner = line[position + 1:end]
            if inner.strip():
                flush(position)
                found.append(("code", f"<code>{_spaces(escape(inner), True, True)}</code>", "", ""))
                position = plain = end + 1
                continue
            position = end if character == "`" else position + 1
        elif character in _TAGS:
            flush(position)
            found.append(("mark", character, line[position - 1] if position else "", line[position + 1:position + 2]))
            position = plain = position + 1
            continue
        elif character in "hH" and (position == 0 or not _is_word(line[position - 1])):
            match = _URL_RE.match(line, position)
            if match and (url := _trimmed(match[0])):
                flush(position)
                safe = escape(url)
                found.append(("link", f'<a href="{safe}" target="_blank" rel="noreferrer noopener">{safe}</a>', "", ""))
                position = plain = position + len(url)
                continue
            position += 1
        else:
            position += 1
    flush(length)
    return found


def _trimmed(url: str) -> str:
    """Return an address without the punctuation of the sentence around it; "" when nothing is left."""
    surplus = {close: url.count(close) - url.count(opening) for close, opening in _BRACKETS.items()}
    end = len(url)
    while end and (url[end - 1] in _TRAILING or surplus.get(url[end - 1], 0) > 0):
        end -= 1
        if url[end] in surplus:
            surplus[url[end]] -= 1
    url = url[:end]
    return url if len(url) > len("https://") or (url.lower().startswith("http://") and len(url) > 7) else ""


def _spaces(html: str, at_start: bool, at_end: bool) -> str:
    """Keep spaces that HTML would swallow: runs, and those at the edge of a line."""
    html = html.replace("\t", " ").replace("  ", " \u00a0").replace("  ", "\u00a0 ")
    if at_start and html.startswith(" "):
        html = "\u00a0" + html[1:]
    if at_end and html.endswith(" "):
        html = html[:-1] + "\u00a0"
    return html


def split(text: str, limit: int = MAX_TEXT) -> list[str]:
    """Cut a text into messages of at most ``limit`` characters, at empty lines, lines or words where possible.

    :raises ValueError: a limit below 16
    """
    if limit < 16:
        raise ValueError("The limit must be at least 16 characters.")
    parts: list[str] = []
    start, length = 0, len(text)
    while length - start > limit:
        cut = _cut(text, start, start + limit)
        parts.append(text[start:cut].rstrip())
        start = cut
        while start < length and text[start].isspace():
            start += 1
    parts.append(text[start:].rstrip())
    return [part for part in parts if part.strip()]


def _cut(text: str, start: int, end: int) -> int:
    """Return where to end a part that may not go beyond ``end``."""
    for separator in ("\n\n", "\n", " "):
        # Not in the first half: better a cut at a word than a very short message.
        cut = text.rfind(separator, start + (end - start) // 2, end + 1)
        if cut > start:
            return cut
    cut = end
    while cut > start + 1 and end - cut < 12 and (_GLUED_RE.match(text, cut) or text[cut - 1] == "\u200d"):
        cut -= 1
    return cut if cut > start + 1 else end
