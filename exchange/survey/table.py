"""From bytes to lines: encodings, separators and what spreadsheets do to a file on the way."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from exchange.survey.odd import MAX_BYTES, MAX_LINES, FileRefused, Odd, Problem, Refused

COLUMNS = {
    "date": {"round date", "date", "round_date", "date de l’enquête", "date de l'enquête"},
    "label": {"round", "round label", "round_label", "label", "enquête", "libellé"},
    "invited": {"invited", "invités", "invitées", "personnes invitées"},
    "respondent": {"respondent", "répondant", "répondante", "personne"},
    "question": {"question", "question key", "question_key"},
    "value": {"value", "answer", "valeur", "réponse"},
}
NEEDED = ("date", "respondent", "question", "value")
SEPARATORS = ",;\t|"
SPREADSHEET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
BLANKS = re.compile(r"[\s\u00a0\u202f\u200b\ufeff]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of answers. ``cells`` has every known column, blanks tidied."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    rows: list[Row]
    problems: list[Problem]


def read_table(content: bytes) -> Sheet:
    """Every line with its number in the file; raises FileRefused where no line can be trusted."""
    if not content.strip():
        raise FileRefused(Refused.EMPTY)
    if len(content) > MAX_BYTES:
        raise FileRefused(Refused.TOO_LARGE)
    if content.startswith(SPREADSHEET):
        raise FileRefused(Refused.SPREADSHEET)
    text, problems = _decoded(content)
    lines = _lines(text)
    header_line, header = next(lines, (0, []))
    columns = _columns(header)
    rows: list[Row] = []
    for line, cells in lines:
        if len(rows) == MAX_LINES:
            raise FileRefused(Refused.TOO_MANY_LINES, limit=MAX_LINES)
        odd = Odd.TOO_FEW_CELLS if len(cells) < len(header) else Odd.TOO_MANY_CELLS
        if len(cells) != len(header) and (odd is Odd.TOO_FEW_CELLS or any(map(str.strip, cells[len(header) :]))):
            problems.append(Problem(odd, line, str(len(cells)), {"columns": len(header), "header": header_line}))
            rows.append(Row(line, {}))
        else:
            rows.append(Row(line, {name: tidy(cells[place]) for name, place in columns.items()}))
    if not rows:
        raise FileRefused(Refused.EMPTY)
    return Sheet(rows, problems)


def tidy(text: str) -> str:
    return BLANKS.sub(" ", text).strip()


def _decoded(content: bytes) -> tuple[str, list[Problem]]:
    """UTF-8 with or without a mark, UTF-16 as Excel writes "Unicode text", else Windows' letters, and said so."""
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    problems = []
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-16":
            raise FileRefused(Refused.NOT_TEXT) from error
        line = content.count(b"\n", 0, error.start) + 1
        text = content.decode("cp1252", errors="replace")
        problems.append(Problem(Odd.NOT_UTF8, line))
    if "\0" in text:
        raise FileRefused(Refused.NOT_TEXT)
    return text, problems


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The line at which a record begins, and its cells; blank lines are nothing."""
    first, separator = text.partition("\n")[0].strip().casefold(), ""
    skip = 0
    if first.startswith("sep="):  # how Excel tells itself the separator
        separator, skip = first[4:5], 1
    body = io.StringIO(text, newline="")
    for _ in range(skip):
        body.readline()
    separator = separator or _separator(body)
    reader = csv.reader(body, delimiter=separator, strict=True)
    begins = skip + 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileRefused(Refused.BROKEN_QUOTES, line=begins) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = skip + reader.line_num + 1


def _separator(body: io.StringIO) -> str:
    """Whatever parts the header into most pieces."""
    here = body.tell()
    header = body.readline()
    body.seek(here)
    return max(SEPARATORS, key=header.count)


def _columns(header: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        name = next((name for name, words in COLUMNS.items() if tidy(cell).casefold() in words), "")
        if name and name in found:
            raise FileRefused(Refused.COLUMN_TWICE, column=tidy(cell))
        if name:
            found[name] = place
    if missing := [name for name in NEEDED if name not in found]:
        raise FileRefused(Refused.COLUMNS_MISSING, columns=", ".join(missing))
    return found
