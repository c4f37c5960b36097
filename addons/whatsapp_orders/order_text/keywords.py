"""Which service does a text ask for?"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from .folding import fold, occurrences, words

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Hit:
    """The best keyword of one service in a text: its place, and how specific it is."""

    start: int
    end: int
    word_count: int

    @property
    def size(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Hit) -> bool:
        """Tell whether both stand on the same words."""
        return self.start < other.end and other.start < self.end


def split_keywords(value: str | None) -> list[str]:
    """Return the keywords of a setting, separated by commas, semicolons or line breaks."""
    parts = (value or "").replace(";", ",").replace("\n", ",").replace("،", ",").split(",")
    return [part for part in (" ".join(part.split()) for part in parts) if part and words(fold(part).text)]


def find_type(text: str, types: Mapping[Key, Iterable[str]]) -> Key | None:
    """Return the service that a text asks for, or None where none or more than one could be meant.

    Keywords count as whole words, whatever their case and accents. More words win over fewer; with as many words,
    the longer one wins where both stand at the same place ("passport renewals" over "renewals passport" never
    compete); two services named side by side are ambiguous, and a person should look.

    :param types: keywords by service
    """
    hits = {key: hit for key, keywords in types.items() if (hit := _best_hit(text, keywords))}
    if not hits:
        return None
    most_words = max(hit.word_count for hit in hits.values())
    best = {key: hit for key, hit in hits.items() if hit.word_count == most_words}
    key = max(best, key=lambda k: best[k].size)
    winner = best.pop(key)
    if any(not hit.overlaps(winner) or hit.size == winner.size for hit in best.values()):
        return None
    return key


def _best_hit(text: str, keywords: Iterable[str]) -> Hit | None:
    folded = fold(text).text
    text_words = words(folded)
    best = None
    for keyword in keywords:
        for start, end in occurrences(folded, text_words, keyword):
            hit = Hit(start, end, len(words(folded[start:end])))
            if best is None or (hit.word_count, hit.size) > (best.word_count, best.size):
                best = hit
    return best
