"""Look at the bytes before any XML parser does: size, encoding, NUL characters, DOCTYPE."""

import codecs
import re
from typing import Final

from exchange.iati.limits import MAX_BYTES
from exchange.iati.refusals import FileRefused, Refusal

_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_WIDE_MARKS: Final = (
    codecs.BOM_UTF32_LE,
    codecs.BOM_UTF32_BE,
    codecs.BOM_UTF16_LE,
    codecs.BOM_UTF16_BE,
    b"<\x00",
    b"\x00<",
    b"+/v",
)
_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_SINGLE_BYTE: Final = frozenset({"iso-8859-1", "iso-8859-15", "latin1", "windows-1252"})


def check_bytes(data: bytes) -> bytes:
    """Return the file as UTF-8 without a byte order mark, with the same lines; or raise :class:`FileRefused`.

    DOCTYPE is refused here, before parsing, so no entity is ever declared. Wide encodings are refused because a
    DOCTYPE could hide in them.
    """
    if len(data) > MAX_BYTES:
        raise FileRefused(Refusal.TOO_LARGE, facts={"limit": f"{MAX_BYTES // 1_000_000}"})
    if data.startswith(_WIDE_MARKS):
        raise FileRefused(Refusal.WRONG_ENCODING, line=1, facts={"encoding": "UTF-16"})
    data = data.removeprefix(codecs.BOM_UTF8)
    if not data.strip():
        raise FileRefused(Refusal.EMPTY_FILE)
    data = _as_utf8(data)
    if (position := data.find(b"\x00")) >= 0:
        raise FileRefused(Refusal.NUL_CHARACTER, line=_line(data, position))
    if match := _FORBIDDEN.search(data):
        raise FileRefused(Refusal.DOCTYPE, line=_line(data, match.start()))
    return data


def blank_spans(data: bytes, spans: tuple[tuple[int, int], ...]) -> bytes:
    """Make these byte ranges blank; line breaks stay, so every line keeps its number."""
    kept = bytearray(data)
    for start, end in spans:
        kept[start:end] = re.sub(rb"[^\r\n]", b" ", kept[start:end])
    return bytes(kept)


def _as_utf8(data: bytes) -> bytes:
    declared = _DECLARED.match(data)
    encoding = declared[1].decode("ascii").casefold() if declared else "utf-8"
    if encoding not in _UTF8 | _SINGLE_BYTE:
        raise FileRefused(Refusal.WRONG_ENCODING, line=1, facts={"encoding": encoding})
    try:
        text = data.decode("utf-8" if encoding in _UTF8 else encoding)
    except UnicodeDecodeError as error:
        raise FileRefused(
            Refusal.BROKEN_ENCODING, line=_line(data, error.start), facts={"encoding": encoding}
        ) from error
    return data if encoding in _UTF8 else text.encode()


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1
