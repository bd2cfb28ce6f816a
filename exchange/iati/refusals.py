"""Why a whole file is turned away. The words for a code live with the pages; here are only codes and facts."""

from collections.abc import Mapping
from enum import StrEnum


class Refusal(StrEnum):
    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    TOO_MANY_ELEMENTS = "too_many_elements"
    TOO_MANY_ATTRIBUTES = "too_many_attributes"
    TOO_MANY_ACTIVITIES = "too_many_activities"
    TOO_MANY_ROWS = "too_many_rows"
    TEXT_TOO_LONG = "text_too_long"
    WRONG_ENCODING = "wrong_encoding"
    BROKEN_ENCODING = "broken_encoding"
    NUL_CHARACTER = "nul_character"
    DOCTYPE = "doctype"
    TRUNCATED = "truncated"
    NOT_XML = "not_xml"
    NOT_IATI = "not_iati"
    ORGANISATION_FILE = "organisation_file"
    OLD_VERSION = "old_version"
    UNKNOWN_VERSION = "unknown_version"
    NO_ACTIVITIES = "no_activities"
    TOO_SLOW = "too_slow"
    TOO_MUCH_MEMORY = "too_much_memory"
    READER_FAILED = "reader_failed"


class FileRefused(Exception):
    """The file cannot be read; ``line`` is the line of the file (from 1) or None where no line is meant."""

    def __init__(self, code: Refusal, *, line: int | None = None, facts: Mapping[str, str] | None = None) -> None:
        super().__init__(code, line)
        self.code = code
        self.line = line
        self.facts = dict(facts or {})
