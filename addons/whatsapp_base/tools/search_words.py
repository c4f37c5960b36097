"""Turning what a person types into the search of the inbox into what PostgreSQL is asked. No Odoo here.

Text is compared *folded*: lower case, without the accents that people leave out, punctuation taken for spaces. The
database folds with ``lower`` and ``translate``, which are immutable, so that an index can be built on it; ``fold``
does the same to the words that are looked for. The map is short on purpose: ``translate`` goes through it for every
letter of every message.
"""

import re

MAX_WORDS = 8
MAX_LENGTH = 60  # of a word: PostgreSQL refuses very long ones
MIN_DIGITS = 3
_PLAIN = {
    "a": "áàâäãåāăą", "c": "çćč", "d": "ďđ", "e": "éèêëēęě", "g": "ğ", "i": "íìîïī", "l": "ł", "n": "ñńň",
    "o": "óòôöõøő", "r": "řŕ", "s": "śşšșß", "t": "ťţț", "u": "úùûüūůű", "y": "ýÿ", "z": "źżž",
}
_SPACES = "/-._@:'’+&=#"
FROM = "".join(_PLAIN.values()) + _SPACES
TO = "".join(plain * len(accented) for plain, accented in _PLAIN.items()) + " " * len(_SPACES)
_TABLE = str.maketrans(FROM, TO)
_WORD = re.compile(r"[^\W_]+")


def fold(text):
    """Return text as it is compared."""
    return text.lower().translate(_TABLE)


def sql_document(*columns):
    """Return the SQL expression that is indexed: the words of some text columns of one table. Trusted names only."""
    text = " || ' ' || ".join(f"COALESCE({column}, '')" for column in columns)
    # quotes: the map holds one, and a per cent sign would be taken for a parameter
    source, target = FROM.replace("'", "''"), TO
    return f"to_tsvector('simple', translate(lower({text}), '{source}', '{target}'))"


def words(text):
    """Return the words of a search, folded; no more than are of use."""
    return [word[:MAX_LENGTH] for word in _WORD.findall(fold(text))[:MAX_WORDS]]


def prefix_query(text):
    """Return a ``tsquery`` that finds texts with all words of the search, each at the beginning of a word; or None."""
    found = words(text)
    return " & ".join(f"'{word}':*" for word in found) if found else None


def digits(text):
    """Return the digits of a search that looks like a part of a phone number, or None."""
    plain = text.strip()
    if not re.fullmatch(r"[+(]?[\d\s().\-/]+", plain):
        return None
    found = re.sub(r"\D", "", plain)
    if found.startswith("00"):
        found = found[2:]
    return found if len(found) >= MIN_DIGITS else None


def split_numbers(text):
    """Return (what is to be looked for in names, digits to be looked for in phone numbers) of a search."""
    if whole := digits(text):
        return "", [whole]
    found = words(text)
    numbers = [word for word in found if word.isdigit() and len(word) >= MIN_DIGITS]
    return " ".join(word for word in found if word not in numbers), numbers


def excerpt(body, text, before=20, length=120):
    """Return one line of a message around the first word that was found."""
    line = " ".join(body.split())
    folded = fold(line)
    starts = [match.start() for word in words(text) if (match := re.search(rf"(?<![^\W_]){re.escape(word)}", folded))]
    begin = max(0, min(starts, default=0) - before)
    if begin:
        begin = line.find(" ", begin) + 1
    return ("…" if begin else "") + line[begin:begin + length] + ("…" if len(line) > begin + length else "")
