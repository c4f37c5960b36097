"""The values that an order needs, taken from what the customer wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from . import expressions, patterns
from .folding import Folded, Word, fold, fold_text, occurrences, words
from .patterns import Found

TEXT, NAME, DIGITS, PHONE, EMAIL, DATE, EXPRESSION = "text", "name", "digits", "phone", "email", "date", "expression"
WORDED = (TEXT, NAME)  # kinds that are nothing but words; the others can be told by their looks
MAX_INPUT = 4096
MAX_NAME_WORDS = 5

# "NID: 1", "NID no. is 1", "NID card number 1": little words that may stand between a label and its value
_LINK = re.compile(r"(?:[\s:=#.–—-]|(?:is|are|no|nr|num|number|card|id|of|mine)\b){0,24}")
# words need a clearer sign: "name: John", "name is John", or a label that ends with one ("my name is John")
_SIGN = re.compile(r"\s*(?:[:=–—]|-\s|is\b|are\b)[\s:=–—-]*")
_SIGN_WORDS = frozenset(("is", "am", "are", "at", "to", "on", "in", "for", "es", "est", "ist"))
_SMALL_TALK = frozenset(
    "hi hello hey thanks thank you ok okay yes no please sure wait salam assalamualaikum good morning evening bye "
    "sorry what how much when why where who price cancel stop help".split()
)


@dataclass(frozen=True, slots=True)
class Field:
    """A value to look for.

    :param key: technical name, the key of results
    :param labels: words before the value, such as ``NID`` or ``my name is``; none: the value is found by its looks
    :param kind: text, name, digits, phone, email, date or expression
    :param lengths: for digits, the allowed numbers of them, as `patterns.parse_lengths` returns
    :param expression: for kind expression, see `expressions.compile_checked`
    """

    key: str
    labels: Sequence[str] = ()
    kind: str = TEXT
    lengths: tuple[tuple[int, int], ...] = ()
    expression: str = ""


@dataclass(slots=True)
class Extraction:
    """What was found: values by key, and by key what stood in the right place but cannot be the value."""

    values: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def extract(
    text: str | None,
    fields: Iterable[Field],
    *,
    asked: bool = False,
    region: str | None = None,
    day_first: bool = True,
) -> Extraction:
    """Find the values of ``fields`` in a customer's text.

    :param asked: the text answers our question for exactly these fields, so that a value may stand there bare
    :param region: country (two letters) of phone numbers without a country code
    :param day_first: how to read 03/04/2026
    """
    reader = _Reader(fold((text or "")[:MAX_INPUT]), list(fields), region, day_first)
    reader.read_labelled()
    reader.read_bare(asked)
    return reader.result


class _Reader:
    """One pass over one text."""

    def __init__(self, folded: Folded, fields: list[Field], region: str | None, day_first: bool) -> None:
        self.folded = folded
        self.text = folded.text
        self.words: list[Word] = words(folded.text)
        self.fields = fields
        self.region = region
        self.day_first = day_first
        self.result = Extraction()
        self.taken: list[tuple[int, int]] = []
        self.labels = self._label_places()

    # Labelled values ---------------------------------------------------------

    def _label_places(self) -> list[tuple[int, int, Field, bool]]:
        """Return (start, end, field, ends with a sign) of every label in the text, longer labels first."""
        places = []
        for item in self.fields:
            for label in item.labels:
                label_words = [word.text for word in words(fold_text(label))]
                signed = len(label_words) > 1 and label_words[-1] in _SIGN_WORDS
                places += [(start, end, item, signed) for start, end in occurrences(self.text, self.words, label)]
        return sorted(places, key=lambda place: (place[0] - place[1], place[0]))

    def read_labelled(self) -> None:
        """Read values with labels; those that can be told by their looks first, for they end the others."""
        for worded in (False, True):
            for start, end, item, signed in self.labels:
                if (item.kind in WORDED) != worded or item.key in self.result.values:
                    continue
                found = self._words_after(end, item, signed) if worded else self._value_after(end, item)
                if found:
                    self._keep(item, found, start)

    def _value_after(self, end: int, item: Field) -> Found | None:
        start = _LINK.match(self.text, end).end()
        # "+" and "(" belong to a phone number, letters of the link may belong to the value: try from the label on, too
        for position in dict.fromkeys((start, *self._value_starts(end, start))):
            found = self._find(item, position, True)
            if found:
                return found
        if item.kind == DIGITS:
            found = patterns.find_digits(self.text, start, (), True)
            if found:
                self.result.wrong.setdefault(item.key, self.folded.original(found.start, found.end))
        return None

    def _value_starts(self, first: int, last: int) -> Iterable[int]:
        return (word.start for word in self.words if first < word.start < last)

    def _words_after(self, end: int, item: Field, signed: bool) -> Found | None:
        sign = _SIGN.match(self.text, end)
        if sign:
            start = sign.end()
        elif signed:
            start = end
        else:
            return None
        while start < len(self.text) and self.text[start] in " \t:=":
            start += 1
        return patterns.find_text(self.text, start, self._next_start(start), item.kind == NAME)

    def _next_start(self, start: int) -> int:
        """Return where the next value with a label begins: words before it cannot belong to it."""
        stops = [first for first, _last in self.taken if first >= start]
        for label_start, label_end, item, signed in self.labels:
            if label_start > start and item.kind in WORDED and (signed or _SIGN.match(self.text, label_end)):
                stops.append(label_start)
        return min(stops, default=len(self.text))

    # Bare values -------------------------------------------------------------

    def read_bare(self, asked: bool) -> None:
        """Read values without labels: by their looks, and words where we asked for nothing else."""
        missing = [item for item in self.fields if item.key not in self.result.values]
        for item in missing:
            if item.kind not in WORDED and (asked or not item.labels):
                self._read_by_looks(item, missing, asked)
        if not asked:
            return
        missing = [item for item in self.fields if item.key not in self.result.values]
        worded = [item for item in missing if item.kind in WORDED]
        if len(worded) == 1:
            self._read_rest(worded[0], alone=len(missing) == 1)

    def _read_by_looks(self, item: Field, missing: list[Field], asked: bool) -> None:
        rivals = [other for other in missing if other.kind == item.kind and other.lengths == item.lengths]
        if len(rivals) > 1 and item.kind != EXPRESSION:
            return  # two values that look alike: without labels nobody can tell them apart
        found, position = [], 0
        while position <= len(self.text):
            candidate = self._find(item, position, False)
            if not candidate:
                break
            if self._is_free(candidate):
                found.append(candidate)
            position = max(candidate.end, position + 1)
        if len(found) == 1:
            self._keep(item, found[0], found[0].start)
        elif asked and not found and item.kind == DIGITS and item.key not in self.result.wrong:
            other = patterns.find_digits(self.text, 0, (), False)
            if other and self._is_free(other):
                self.result.wrong[item.key] = self.folded.original(other.start, other.end)

    def _read_rest(self, item: Field, alone: bool) -> None:
        """Take what is left of the text as the words that we asked for; strictly where we asked for more than them."""
        lines = [line for line in self._free_lines() if any(char.isalpha() for char in self.text[slice(*line)])]
        if item.kind == NAME and len(lines) != 1 or not lines:
            return
        start, end = lines[0][0], lines[-1][1]
        rest = self.text[start:end]
        rest_words = [word.text for word in words(rest)]
        if "?" in rest or set(rest_words) <= _SMALL_TALK:
            return
        if not alone and (item.kind != NAME or len(rest_words) > MAX_NAME_WORDS):
            return
        found = patterns.find_text(self.text, start, end, item.kind == NAME) if item.kind == NAME else Found(start, end)
        if found:
            self._keep(item, found, start)

    def _free_lines(self) -> list[tuple[int, int]]:
        """Return the stretches of text between line breaks and values that are known already."""
        lines, position = [], 0
        marks = sorted([*self.taken, *((m.start(), m.end()) for m in re.finditer(r"[\r\n]+", self.text))])
        for start, end in [*marks, (len(self.text), len(self.text))]:
            if start > position:
                stretch = self.text[position:start]
                left = len(stretch) - len(stretch.lstrip(" \t,;:.-"))
                right = len(stretch.rstrip(" \t,;:.-"))
                if right > left:
                    lines.append((position + left, position + right))
            position = max(position, end)
        return lines

    # Common ------------------------------------------------------------------

    def _find(self, item: Field, start: int, at_start: bool) -> Found | None:
        if item.kind == DIGITS:
            return patterns.find_digits(self.text, start, item.lengths, at_start)
        if item.kind == PHONE:
            start -= 1 if at_start and start and self.text[start - 1] in "+(" else 0
            return patterns.find_phone(self.text, start, self.region, at_start)
        if item.kind == EMAIL:
            return patterns.find_email(self.text, start, at_start)
        if item.kind == DATE:
            return patterns.find_date(self.text, start, self.day_first, at_start)
        if item.kind == EXPRESSION:
            span = expressions.search(expressions.compile_checked(item.expression), self.text, start)
            return Found(*span) if span else None
        return None

    def _is_free(self, found: Found) -> bool:
        return all(found.end <= start or end <= found.start for start, end in self.taken)

    def _keep(self, item: Field, found: Found, label_start: int) -> None:
        value = found.value if found.value is not None else " ".join(self.folded.original(found.start, found.end).split(" "))
        value = value.strip(" \t\r\n,;:")
        if not value:
            return
        self.result.values[item.key] = value
        self.result.wrong.pop(item.key, None)
        self.taken.append((label_start, found.end))
