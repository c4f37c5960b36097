"""Text made comparable: case, accents and the scripts of digits no longer matter, positions are kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Marks that readers take as optional. Vowel signs of Indic scripts are marks too, but part of the word: they stay.
_OPTIONAL_MARKS = ((0x0300, 0x036F), (0x0591, 0x05C7), (0x064B, 0x065F), (0x0670, 0x0670))
# What may stand between the words of one phrase.
_INSIDE_PHRASE = frozenset(" \t\u00a0-_/'’‐‑–&+")


def _fold_char(char: str) -> str:
    result = []
    for part in unicodedata.normalize("NFKD", char):
        code = ord(part)
        if any(first <= code <= last for first, last in _OPTIONAL_MARKS) or unicodedata.category(part) == "Cf":
            continue
        digit = unicodedata.decimal(part, None)
        result.append(str(digit) if digit is not None else part.casefold())
    return "".join(result)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in comparable form, and where each of its characters comes from.

    ``origins[i]`` is the position in ``source`` of character ``i`` of ``text``; one more entry marks the end.
    """

    source: str
    text: str
    origins: tuple[int, ...]

    def original(self, start: int, end: int) -> str:
        """Return the customer's own spelling of ``text[start:end]``."""
        if end <= start:
            return ""
        return self.source[self.origins[start]:self.origins[end - 1] + 1]


def fold(source: str) -> Folded:
    """Return ``source`` without differences of case, accent and digit script."""
    chars: list[str] = []
    origins: list[int] = []
    for position, char in enumerate(source):
        folded = char.lower() if char.isascii() else _fold_char(char)
        for part in folded:
            chars.append(part)
            origins.append(position)
    return Folded(source, "".join(chars), (*origins, len(source)))


def fold_text(source: str) -> str:
    """Return the comparable form alone."""
    return fold(source).text


def ascii_digits(source: str) -> str:
    """Return ``source`` with digits of every script written 0 to 9, otherwise unchanged."""
    return "".join(
        str(unicodedata.decimal(char)) if not char.isascii() and unicodedata.decimal(char, None) is not None else char
        for char in source
    )


def is_word_char(char: str) -> bool:
    """Tell whether a character belongs to a word (letters, digits, and the marks that complete letters)."""
    return char.isalnum() or unicodedata.category(char).startswith("M")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a folded text, with its place there."""

    text: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """Return the words of a folded text."""
    found, start = [], None
    for position, char in enumerate(text):
        if is_word_char(char):
            start = position if start is None else start
        elif start is not None:
            found.append(Word(text[start:position], start, position))
            start = None
    if start is not None:
        found.append(Word(text[start:], start, len(text)))
    return found


def occurrences(text: str, text_words: list[Word], phrase: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each place where ``phrase`` stands in a folded text as whole words.

    Spaces, hyphens and apostrophes between its words do not matter; the end of a sentence does.
    """
    wanted = [word.text for word in words(fold_text(phrase))]
    size = len(wanted)
    if not size:
        return
    for index in range(len(text_words) - size + 1):
        group = text_words[index:index + size]
        if [word.text for word in group] == wanted and all(
            set(text[left.end:right.start]) <= _INSIDE_PHRASE for left, right in zip(group, group[1:])
        ):
            yield group[0].start, group[-1].end
