"""What values look like: one finder for each kind of value.

A finder looks for a value in a folded text (ASCII digits, lower case) and tells where it is and how to write it down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import phonenumbers

MAX_TEXT_VALUE = 500
MAX_NAME_VALUE = 80


@dataclass(frozen=True, slots=True)
class Found:
    """A value and its place in the folded text; ``value`` None means "as the customer spelled it"."""

    start: int
    end: int
    value: str | None = None


class BadLengths(ValueError):
    """Lengths that cannot be read; the text says what to write."""


def parse_lengths(value: str | None) -> tuple[tuple[int, int], ...]:
    """Read allowed numbers of digits such as ``10, 13 or 17`` or ``8-12``; empty means any.

    :returns: (lowest, highest) of each range
    :raises BadLengths: anything else
    """
    ranges = []
    for part in re.split(r"[,;/]|\bor\b|\band\b", value or ""):
        part = part.strip()
        if not part:
            continue
        match = re.fullmatch(r"(\d{1,3})(?:\s*(?:-|–|to)\s*(\d{1,3}))?", part)
        low = int(match.group(1)) if match else 0
        high = int(match.group(2)) if match and match.group(2) else low
        if not match or not 1 <= low <= high <= 100:
            raise BadLengths(f"“{part}” is no number of digits. Write numbers such as 10, 13, 17 or a range such as 8-12.")
        ranges.append((low, high))
    return tuple(ranges)


def fits(length: int, lengths: Iterable[tuple[int, int]]) -> bool:
    """Tell whether a number of digits is allowed; no ranges allow every number."""
    ranges = tuple(lengths)
    return not ranges or any(low <= length <= high for low, high in ranges)


_DIGIT_GROUPS = re.compile(r"(?<![\w+])\d+(?:[ -]\d+)*(?![^\W_])")


def find_digits(text: str, start: int, lengths: tuple[tuple[int, int], ...], at_start: bool) -> Found | None:
    """Find digits of an allowed number, which may be grouped by single spaces or hyphens."""
    for match in _matches(_DIGIT_GROUPS, text, start, at_start):
        groups = list(re.finditer(r"\d+", match.group()))
        for first in range(1 if at_start else len(groups)):
            total = ""
            for group in groups[first:]:
                total += group.group()
                if fits(len(total), lengths) and (lengths or group is groups[-1]):
                    return Found(match.start() + groups[first].start(), match.start() + group.end(), total)
    return None


_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])")


def find_email(text: str, start: int, at_start: bool) -> Found | None:
    """Find an e-mail address."""
    for match in _matches(_EMAIL, text, start, at_start):
        return Found(match.start(), match.end(), match.group().strip("."))
    return None


_PHONE = re.compile(r"(?<![\w+])(?:\+|00)?\(?\d[\d ().-]{5,22}\d(?!\w)")


def find_phone(text: str, start: int, region: str | None, at_start: bool) -> Found | None:
    """Find a phone number; it is written down in international form.

    :param region: country (two letters) of numbers that are written without a country code
    """
    for match in _matches(_PHONE, text, start, at_start):
        written = match.group()
        number = f"+{written[2:]}" if written.startswith("00") else written
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed):
            return Found(match.start(), match.end(), phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return None


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|" \
              r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_DATES = (
    re.compile(r"(?<!\w)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\w)"),
    re.compile(r"(?<!\w)(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})(?!\w)"),
    re.compile(rf"(?<!\w)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s.,-]+(?:of\s+)?{_MONTH_NAME}[\s.,-]+(?P<year>\d{{4}})(?!\w)"),
    re.compile(rf"(?<!\w){_MONTH_NAME}[\s.]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,]+(?P<year>\d{{4}})(?!\w)"),
)


def find_date(text: str, start: int, day_first: bool, at_start: bool) -> Found | None:
    """Find a date; it is written down as YYYY-MM-DD.

    :param day_first: how to read 03/04/2026; a number above 12 decides by itself
    """
    found = []
    for pattern in _DATES:
        for match in _matches(pattern, text, start, at_start):
            value = _date(match, day_first)
            if value:
                found.append(Found(match.start(), match.end(), value))
                break
    return min(found, key=lambda f: f.start, default=None)


def _date(match: re.Match[str], day_first: bool) -> str | None:
    day, month = match["day"], match["month"]
    if not month.isdigit():
        month = str(_MONTHS.index(month[:3]) + 1)
    elif len(match["year"]) == 4 and match.start("year") > match.start("day"):
        swap = int(month) > 12 if day_first else int(day) <= 12
        if swap:
            day, month = month, day
    try:
        return date(int(match["year"]), int(month), int(day)).isoformat()
    except ValueError:
        return None


_ABBREVIATIONS = frozenset("md mr mrs ms mst mohd dr prof eng st jr sr no ave rd apt nr tel".split())
_SENTENCE_END = re.compile(r"[.؟۔।](?=\s|$)")
_NEXT_CLAUSE = re.compile(r"\s+(?:and|&)\s+(?:i|i'm|my|the|our|we|please|need|want)\b")
_LOOSE_END = re.compile(r"(?:[\s,;:&.–-]|\b(?:and|with|my|the))+$")


def find_text(text: str, start: int, stop: int, name: bool) -> Found | None:
    """Take the words from ``start`` up to the end of line, sentence or ``stop``.

    :param name: a person's or thing's name: a comma or a digit ends it too
    """
    limit = min(stop, start + (MAX_NAME_VALUE if name else MAX_TEXT_VALUE), len(text))
    end = _first(text, start, limit, "\n\r;!?|" + (",()،0123456789" if name else ""))
    for match in _SENTENCE_END.finditer(text, start, end):
        last_word = re.split(r"[\s.]", text[start:match.start()])[-1]
        if last_word not in _ABBREVIATIONS and (len(last_word) > 1 or last_word.isdigit()):
            end = match.start()
            break
    clause = _NEXT_CLAUSE.search(text, start, end)
    if clause and clause.start() > start:
        end = clause.start()
    loose = _LOOSE_END.search(text, start, end)
    if loose:
        end = loose.start()
    if not any(char.isalnum() for char in text[start:end]):
        return None
    return Found(start, end)


def _first(text: str, start: int, limit: int, stops: str) -> int:
    for position in range(start, limit):
        if text[position] in stops:
            return position
    return limit


def _matches(pattern: re.Pattern[str], text: str, start: int, at_start: bool) -> Iterable[re.Match[str]]:
    if at_start:
        match = pattern.match(text, start)
        return [match] if match else []
    return pattern.finditer(text, start)
