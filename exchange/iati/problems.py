"""What can be odd about a file that we can still read. Codes only; the words live with the pages."""

from enum import StrEnum

from exchange.iati.limits import MAX_PROBLEMS
from exchange.iati.records import Problem

VALUE_SHOWN = 300


class What(StrEnum):
    # values
    EMPTY_VALUE = "empty_value"
    TEXT_VALUE = "text_value"
    MALFORMED_NUMBER = "malformed_number"
    NUMBER_TOO_LONG = "number_too_long"
    THOUSANDS = "thousands"
    ROUNDED = "rounded"
    PERCENT_SIGN = "percent_sign"
    NUMBER_FOR_WORDS = "number_for_words"
    # indicators and periods
    NO_BASELINE = "no_baseline"
    DIRECTION_CONTRADICTED = "direction_contradicted"
    DIRECTION_UNCHECKED = "direction_unchecked"
    NO_PERIOD = "no_period"
    NO_INDICATOR = "no_indicator"
    ACTUAL_WITHOUT_TARGET = "actual_without_target"
    UNREADABLE_PERIOD = "unreadable_period"
    PERIOD_BACKWARDS = "period_backwards"
    PERIODS_OVERLAP = "periods_overlap"
    PERIOD_OUTSIDE_ACTIVITY = "period_outside_activity"
    UNREADABLE_BASELINE_DATE = "unreadable_baseline_date"
    NO_TOTAL = "no_total"
    REPEATED_TITLES = "repeated_titles"
    JOINABLE_INDICATORS = "joinable_indicators"
    NO_TITLE = "no_title"
    UNKNOWN_CODE = "unknown_code"
    # activities
    NO_IDENTIFIER = "no_identifier"
    REPEATED_IDENTIFIER = "repeated_identifier"
    UNREADABLE_DATE = "unreadable_date"
    NO_VERSION = "no_version"
    NO_ORGANISATIONS = "no_organisations"
    # organisations
    NO_REF = "no_ref"
    PLACEHOLDER_REF = "placeholder_ref"
    ODD_REF = "odd_ref"
    NO_NAME = "no_name"
    ZERO_LOST_REF = "zero_lost_ref"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_ROLE = "unknown_role"
    EMPTY_MENTION = "empty_mention"
    REPEATED_MENTION = "repeated_mention"
    SAME_REF_OTHER_NAME = "same_ref_other_name"
    SAME_REF_SEVERAL_NAMES = "same_ref_several_names"
    SAME_NAME_OTHER_REF = "same_name_other_ref"
    LONG_NAME = "long_name"
    PLACEHOLDER_NAME = "placeholder_name"


class Problems:
    """Collects problems in reading order; beyond the limit they are counted, not listed."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.unlisted = 0

    def add(self, what: What, *, line: int, where: str, value: str = "") -> None:
        if len(self.found) >= MAX_PROBLEMS:
            self.unlisted += 1
            return
        self.found.append(Problem(line, where, value[:VALUE_SHOWN], what.value))
