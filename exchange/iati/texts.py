"""Clean text, name languages, and compare names and identifiers without changing what is shown."""

import re
import unicodedata
from typing import Final

_STEM: Final = 4  # letters two words must share to count as the same word
_BLANKS = re.compile(r"\s+")
_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_TAG = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,8})*\Z")
_ISO_639_2: Final = {  # three-letter codes seen where two letters were meant
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "spa": "es",
    "deu": "de",
    "ger": "de",
    "por": "pt",
    "ara": "ar",
    "rus": "ru",
    "zho": "zh",
    "chi": "zh",
    "nld": "nl",
    "dut": "nl",
    "ita": "it",
}
_PLACEHOLDER_REFS: Final = frozenset(
    {"", "-", "--", "na", "n/a", "n.a.", "none", "null", "nil", "unknown", "tbc", "tbd", "xxx", "0", "."}
)
_PLACEHOLDER_NAME = re.compile(
    r"(?:partner|organi[sz]ation|ngo|company|donor|agency) (?:[a-z]|[0-9]+)(?: \w+)?\Z"
    r"|(?:unknown|n/a|none|tbc|tbd|to be confirmed|not applicable|anonymous|other|various|-)\Z"
    r"|enterprise - .* other\Z",
)
_NO_WORDS: Final = frozenset(
    {
        "the",
        "of",
        "for",
        "and",
        "a",
        "an",
        "in",
        "de",
        "la",
        "le",
        "les",
        "du",
        "des",
        "et",
        "el",
        "los",
        "las",
        "y",
        "e",
    }
    | {"da", "do", "dos", "das", "der", "die", "und", "van", "voor", "ltd", "limited", "inc", "llc", "plc", "gmbh"}
    | {"ministry", "department", "government", "national", "international", "foundation", "fondation"}
    | {"organisation", "organization", "association"},
)
"""Words that say nothing about which body is meant."""


def one_line(text: str) -> str:
    """Clean a title or a name: every run of blanks is one space."""
    return _BLANKS.sub(" ", text).strip()


def paragraphs(text: str) -> str:
    """Clean a description or comment: line breaks stay, blanks at line ends and empty runs go."""
    lines = (_BLANKS.sub(" ", line).strip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def language_tag(raw: str) -> str:
    """Make "EN", "ENG" and "en_GB" into "en", "en", "en-gb"; an unknown tag stays as written, casefolded."""
    tag = raw.strip().casefold().replace("_", "-")
    if not _TAG.match(tag):
        return tag[:35]
    primary, _, rest = tag.partition("-")
    primary = _ISO_639_2.get(primary, primary)
    return (f"{primary}-{rest}" if rest else primary)[:35]


def name_key(name: str) -> str:
    """Give names that differ only in case, accents, dashes or blanks one key."""
    flat = unicodedata.normalize("NFKD", _DASHES.sub("-", name))
    return one_line("".join(letter for letter in flat if not unicodedata.combining(letter))).casefold()


def ref_key(ref: str) -> str:
    """Give identifiers that differ only in case, blanks or the kind of dash one key. Never read as a number.

    A placeholder ("N/A", "-") is no identifier: its key is "".
    """
    flat = _BLANKS.sub("", _DASHES.sub("-", unicodedata.normalize("NFKC", ref))).casefold()
    return "" if flat in _PLACEHOLDER_REFS else flat


def without_leading_zeros(key: str) -> str:
    """Drop the leading zeros of an identifier's last part, as spreadsheets do."""
    head, dash, tail = key.rpartition("-")
    return f"{head}{dash}{tail.lstrip('0')}" if tail.isdigit() else key


def tidy_ref(ref: str) -> str:
    """Write an identifier as we show and store it: hyphens for dashes, no blanks, its case and zeros untouched."""
    return _BLANKS.sub("", _DASHES.sub("-", unicodedata.normalize("NFKC", ref)))


def is_placeholder_name(name: str) -> bool:
    return bool(_PLACEHOLDER_NAME.match(name_key(name)))


def names_differ_wholly(first: str, second: str) -> bool:
    """Tell whether two names share no telling word and neither is the other's initials."""
    one, two = name_key(first), name_key(second)
    if one == two or not one or not two:
        return False
    words_one, words_two = _words(one), _words(two)
    if words_one & words_two or _abbreviates(one, two) or _abbreviates(two, one):
        return False
    pairs = [(a, b) for a in words_one for b in words_two if min(len(a), len(b)) >= _STEM]
    return not any(a.startswith(b) or b.startswith(a) for a, b in pairs)


def _words(key: str) -> set[str]:
    found = set(re.findall(r"\w+", key))
    return found - _NO_WORDS or found


def _abbreviates(short: str, long: str) -> bool:
    initials = "".join(word[0] for word in re.findall(r"\w+", long))
    telling = "".join(word[0] for word in re.findall(r"\w+", long) if word not in _NO_WORDS)
    letters = re.sub(r"\W", "", short)
    return len(letters) > 1 and any(word in (initials, telling) for word in {letters, *_words(short)})
