"""Languages of templates: Meta's codes, and which of them serves somebody whose language is written otherwise.

Source: Meta, "Supported languages" of message templates. Meta sends exactly the language that is asked for and never
falls back by itself (error 132001), so the choice is made here.
"""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["LANGUAGES", "RIGHT_TO_LEFT", "candidates", "choose", "closest", "is_right_to_left", "normalize"]

#: Meta's code -> English name
LANGUAGES = {
    "af": "Afrikaans", "sq": "Albanian", "ar": "Arabic", "ar_EG": "Arabic (Egypt)", "ar_AE": "Arabic (UAE)",
    "ar_LB": "Arabic (Lebanon)", "ar_MA": "Arabic (Morocco)", "ar_QA": "Arabic (Qatar)", "az": "Azerbaijani",
    "be_BY": "Belarusian", "bn": "Bengali", "bn_IN": "Bengali (India)", "bg": "Bulgarian", "ca": "Catalan",
    "zh_CN": "Chinese (China)", "zh_HK": "Chinese (Hong Kong)", "zh_TW": "Chinese (Taiwan)", "hr": "Croatian",
    "cs": "Czech", "da": "Danish", "prs_AF": "Dari", "nl": "Dutch", "nl_BE": "Dutch (Belgium)", "en": "English",
    "en_GB": "English (UK)", "en_US": "English (US)", "en_AE": "English (UAE)", "en_AU": "English (Australia)",
    "en_CA": "English (Canada)", "en_GH": "English (Ghana)", "en_IE": "English (Ireland)", "en_IN": "English (India)",
    "en_JM": "English (Jamaica)", "en_MY": "English (Malaysia)", "en_NZ": "English (New Zealand)",
    "en_QA": "English (Qatar)", "en_SG": "English (Singapore)", "en_UG": "English (Uganda)",
    "en_ZA": "English (South Africa)", "et": "Estonian", "fil": "Filipino", "fi": "Finnish", "fr": "French",
    "fr_BE": "French (Belgium)", "fr_CA": "French (Canada)", "fr_CH": "French (Switzerland)",
    "fr_CI": "French (Ivory Coast)", "fr_MA": "French (Morocco)", "ka": "Georgian", "de": "German",
    "de_AT": "German (Austria)", "de_CH": "German (Switzerland)", "el": "Greek", "gu": "Gujarati", "ha": "Hausa",
    "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "ga": "Irish", "it": "Italian",
    "ja": "Japanese", "kn": "Kannada", "kk": "Kazakh", "rw_RW": "Kinyarwanda", "ko": "Korean",
    "ky_KG": "Kyrgyz", "lo": "Lao", "lv": "Latvian", "lt": "Lithuanian", "mk": "Macedonian", "ms": "Malay",
    "ml": "Malayalam", "mr": "Marathi", "nb": "Norwegian", "ps_AF": "Pashto", "fa": "Persian", "pl": "Polish",
    "pt_BR": "Portuguese (Brazil)", "pt_PT": "Portuguese (Portugal)", "pa": "Punjabi", "ro": "Romanian",
    "ru": "Russian", "sr": "Serbian", "si_LK": "Sinhala", "sk": "Slovak", "sl": "Slovenian", "es": "Spanish",
    "es_AR": "Spanish (Argentina)", "es_CL": "Spanish (Chile)", "es_CO": "Spanish (Colombia)",
    "es_CR": "Spanish (Costa Rica)", "es_DO": "Spanish (Dominican Republic)", "es_EC": "Spanish (Ecuador)",
    "es_HN": "Spanish (Honduras)", "es_MX": "Spanish (Mexico)", "es_PA": "Spanish (Panama)",
    "es_PE": "Spanish (Peru)", "es_ES": "Spanish (Spain)", "es_UY": "Spanish (Uruguay)", "sw": "Swahili",
    "sv": "Swedish", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "uz": "Uzbek", "vi": "Vietnamese", "zu": "Zulu",
}
RIGHT_TO_LEFT = ("ar", "fa", "he", "prs", "ps", "ur")

# Other names of a language -> Meta's.
_ALIASES = {"no": "nb", "nn": "nb", "tl": "fil", "iw": "he", "in": "id"}
# Of several regions, the one that most people take for the language itself.
_USUAL = {"en": "en_US", "pt": "pt_BR", "es": "es_ES", "zh": "zh_CN"}


def normalize(code: str | None) -> str:
    """Return a language code as Meta spells it (``pt-br`` is ``pt_BR``, ``tl_PH`` is ``fil``); empty for nothing.

    >>> normalize("sr@latin")
    'sr'
    """
    base, _, region = (code or "").strip().replace("-", "_").partition("@")[0].partition("_")
    base = base.lower()
    if base in _ALIASES:
        return _ALIASES[base]
    return f"{base}_{region.upper()}" if region else base


def candidates(code: str | None) -> list[str]:
    """Return Meta's codes that serve somebody with this language, best first.

    Exactly theirs, the language without its region, then other regions, the usual one first.

    :param code: any spelling: ``pt_BR``, ``en-US``, ``es_419``, ``sr@latin``, ``tl_PH``
    """
    return _relatives(normalize(code), LANGUAGES)


def closest(code: str | None, available: Collection[str]) -> str | None:
    """Return the one of ``available`` that serves this language best, or None."""
    spelled = {normalize(known): known for known in available}
    found = _relatives(normalize(code), spelled)
    return spelled[found[0]] if found else None


def choose(wanted: str | None, available: Collection[str], fallback: str | None = None) -> str | None:
    """Return the one of ``available`` that somebody gets, None when there is none.

    What serves their language best, else what serves the fall-back language, else English, else the first.
    """
    found = (closest(code, available) for code in (wanted, fallback, "en"))
    return next(filter(None, found), min(available, default=None))


def _relatives(code: str, known: Collection[str]) -> list[str]:
    base = code.partition("_")[0]
    same = sorted(other for other in known if base and other.partition("_")[0] == base)
    return sorted(same, key=lambda other: (other != code, other != base, other != _USUAL.get(base)))


def is_right_to_left(code: str | None) -> bool:
    """Tell whether texts of this language run from right to left."""
    return (code or "").replace("-", "_").partition("_")[0].lower() in RIGHT_TO_LEFT
