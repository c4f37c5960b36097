"""Reads a rate card: a table with a row for each market and a column for each category.

The layout is that of the CSV files that Meta offers on its pricing page: some lines of explanation, then a header
such as ``Market,Currency,Marketing,Utility,Authentication,Authentication-International,Service``. People open such
files in spreadsheets and save them in their country's way, so separators, decimal commas and currency signs vary.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from .pricing import CATEGORIES, normalize_category

MAX_ROWS = 5000
_SEPARATORS = (",", ";", "\t", "|")
_MARKET = ("market", "country", "region", "country_/_region", "country/region", "markets", "country_or_region")
_CURRENCY = ("currency", "currencies")
_FROM = ("from", "from_quantity", "volume_from", "tier_from", "from_messages")
_SIGNS = {"$us": "USD", "us$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "rp": "IDR", "r$": "BRL", "a$": "AUD"}
_NONE = ("", "-", "–", "—", "n/a", "na", "n.a.", "none", "not applicable")
_HIGHEST = Decimal(100_000_000)


@dataclass(frozen=True, slots=True)
class Line:
    """One price. ``row`` is the row in the file, from 1; ``currency`` is None where the file names none."""

    row: int
    market: str
    category: str
    price: Decimal
    currency: str | None = None
    from_quantity: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row, in words."""

    row: int
    text: str


@dataclass(slots=True)
class Card:
    """What a file holds."""

    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def decode(data: bytes) -> str:
    """Return the text of a file as spreadsheets save it: UTF-8, UTF-16 or the old Western code page."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def parse_price(text: str) -> Decimal | None:
    """Return a price as people and spreadsheets write it (``$0.0618``, ``0,0618``), None for "no price".

    :raises ValueError: no price
    """
    bare = text.strip().lower()
    if bare in _NONE:
        return None
    bare = re.sub(r"[^\d.,+\-]", "", bare.replace("\u2212", "-"))
    commas, dots = bare.count(","), bare.count(".")
    if commas and dots:
        # the last of the two is the decimal sign
        bare = bare.replace(".", "").replace(",", ".") if bare.rfind(",") > bare.rfind(".") else bare.replace(",", "")
    elif commas == 1:
        bare = bare.replace(",", ".")
    elif commas or dots > 1:
        bare = bare.replace(",", "").replace(".", "")
    try:
        price = Decimal(bare)
    except InvalidOperation:
        raise ValueError(f"“{text.strip()[:40]}” is not a price") from None
    if price < 0:
        raise ValueError(f"“{text.strip()[:40]}” is below zero")
    if price >= _HIGHEST:
        raise ValueError(f"“{text.strip()[:40]}” is too high for the price of a message")
    return price


def parse_currency(text: str) -> str | None:
    """Return the ISO code of a currency as rate cards write it (``$US``, ``EUR``), None for none.

    :raises ValueError: not known
    """
    bare = text.strip().lower()
    if bare in _NONE:
        return None
    if bare in _SIGNS:
        return _SIGNS[bare]
    if re.fullmatch(r"[a-z]{3}", bare):
        return bare.upper()
    raise ValueError(f"“{text.strip()[:40]}” is not a currency; write its code, such as USD")


def parse(text: str) -> Card:
    """Read a rate card; what is wrong is told by row and spoils no other row."""
    card = Card()
    rows = _rows(text)
    head = next((index for index, row in enumerate(rows) if _columns(row)), None)
    if head is None:
        names = ", ".join(name.replace("_", " ").title() for name in CATEGORIES[:6])
        card.problems.append(Problem(1, f"No header row was found. It needs a column “Market” and at least one of: {names}."))
        return card
    columns = _columns(rows[head])
    seen: dict[tuple, int] = {}
    for index, row in enumerate(rows[head + 1:], head + 2):
        if index > MAX_ROWS:
            card.problems.append(Problem(index, f"More than {MAX_ROWS} rows; the rest was not read."))
            break
        _read_row(card, index, row, columns, seen)
    if not card.lines and not card.problems:
        card.problems.append(Problem(head + 1, "There is no price below the header."))
    return card


def _rows(text: str) -> list[list[str]]:
    text = text.replace("\x00", "")
    lines = text.splitlines()
    # the separator that makes a header of the first line that can be one
    for separator in _SEPARATORS:
        for line in lines[:60]:
            if _columns(next(csv.reader([line], delimiter=separator), [])):
                try:
                    return list(csv.reader(io.StringIO(text), delimiter=separator))
                except csv.Error:
                    break
    return [[line] for line in lines]


def _columns(row: list[str]) -> dict[int, str] | None:
    """Return ``{column: meaning}`` of a header row, None when it is none."""
    names = {index: normalize_category(cell) or "" for index, cell in enumerate(row)}
    meanings: dict[int, str] = {}
    for index, name in names.items():
        meaning = ("market" if name in _MARKET else "currency" if name in _CURRENCY else "from" if name in _FROM
                   else name if name in CATEGORIES else None)
        if meaning and meaning not in meanings.values():
            meanings[index] = meaning
    found = set(meanings.values())
    return meanings if "market" in found and found & set(CATEGORIES) else None


def _read_row(card: Card, number: int, row: list[str], columns: dict[int, str], seen: dict[tuple, int]) -> None:
    cells = {meaning: row[index].strip() if index < len(row) else "" for index, meaning in columns.items()}
    if not any(cells.values()):
        return
    market = cells.pop("market")
    if not market:
        card.problems.append(Problem(number, "The market is missing."))
        return
    try:
        currency = parse_currency(cells.pop("currency", ""))
        start = parse_price(cells.pop("from", "")) or Decimal(0)
        if start != int(start):
            raise ValueError("“From” must be a whole number of messages")
    except ValueError as error:
        card.problems.append(Problem(number, f"{market}: {error}."))
        return
    for category, text in cells.items():
        try:
            price = parse_price(text)
        except ValueError as error:
            card.problems.append(Problem(number, f"{market}, {category.replace('_', ' ')}: {error}."))
            continue
        if price is None:
            continue
        key = (market.casefold(), category, currency, int(start))
        if key in seen:
            card.problems.append(
                Problem(number, f"{market}, {category.replace('_', ' ')}: row {seen[key]} has a price for it already."))
            continue
        seen[key] = number
        card.lines.append(Line(number, market, category, price, currency, int(start)))
