"""What codes mean in plain words: refusals, problems, proposals, and places in a file."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from core.texts import StrOrPromise
from exchange.iati.problems import What
from exchange.iati.records import Problem
from exchange.iati.refusals import Refusal
from exchange.services.bodies import ProposalKind

REFUSALS: Final[Mapping[Refusal, StrOrPromise]] = {
    Refusal.EMPTY_FILE: gettext_lazy("The file is empty."),
    Refusal.TOO_LARGE: gettext_lazy("The file is larger than %(limit)s MB."),
    Refusal.TOO_DEEP: gettext_lazy("Elements are nested deeper than %(limit)s levels."),
    Refusal.TOO_MANY_ELEMENTS: gettext_lazy("The file has more than %(limit)s elements."),
    Refusal.TOO_MANY_ATTRIBUTES: gettext_lazy("An element has more than %(limit)s attributes."),
    Refusal.TOO_MANY_ACTIVITIES: gettext_lazy("The file has more than %(limit)s activities. Please split it."),
    Refusal.TOO_MANY_ROWS: gettext_lazy(
        "The file names more than %(limit)s organisations and values. Please split it."
    ),
    Refusal.TEXT_TOO_LONG: gettext_lazy("A text is longer than %(limit)s characters."),
    Refusal.WRONG_ENCODING: gettext_lazy(
        "The file is written in %(encoding)s. Please save it as UTF-8, which is what IATI asks for."
    ),
    Refusal.BROKEN_ENCODING: gettext_lazy(
        "The file says it is %(encoding)s, but has letters that are not. Please save it again as UTF-8."
    ),
    Refusal.NUL_CHARACTER: gettext_lazy("The file holds a NUL character, which no text has. It may be damaged."),
    Refusal.DOCTYPE: gettext_lazy(
        "The file has a DOCTYPE or ENTITY declaration. IATI files need none, and we open none for safety."
    ),
    Refusal.TRUNCATED: gettext_lazy("The file ends in the middle. It may not have been downloaded completely."),
    Refusal.NOT_XML: gettext_lazy("This is not well-formed XML: %(reason)s."),
    Refusal.NOT_IATI: gettext_lazy("This is not an IATI activity file: it begins with “%(found)s”."),
    Refusal.ORGANISATION_FILE: gettext_lazy(
        "This is an IATI organisation file. Please bring the activity file: it has the partners and results."
    ),
    Refusal.OLD_VERSION: gettext_lazy("The file follows IATI version %(version)s. We read 2.01, 2.02 and 2.03."),
    Refusal.UNKNOWN_VERSION: gettext_lazy("We do not know IATI version %(version)s. We read 2.01, 2.02 and 2.03."),
    Refusal.NO_ACTIVITIES: gettext_lazy("The file has no activities."),
    Refusal.TOO_SLOW: gettext_lazy("Reading the file took longer than %(seconds)s seconds, so we stopped."),
    Refusal.TOO_MUCH_MEMORY: gettext_lazy("Reading the file needed more memory than we give one file, so we stopped."),
    Refusal.READER_FAILED: gettext_lazy("The file could not be read. Please tell whoever runs this installation."),
}

PROBLEMS: Final[Mapping[What, StrOrPromise]] = {
    What.EMPTY_VALUE: gettext_lazy("Nothing is written here. It stays empty, which is not zero."),
    What.TEXT_VALUE: gettext_lazy("Words, not a number. Kept as text."),
    What.MALFORMED_NUMBER: gettext_lazy("Looks like a number but could mean several. Kept as text."),
    What.NUMBER_TOO_LONG: gettext_lazy("The number is too long for us. Kept as text."),
    What.THOUSANDS: gettext_lazy("Read as a number with thousands marks."),
    What.ROUNDED: gettext_lazy("Rounded to six decimals; what was written is kept beside it."),
    What.PERCENT_SIGN: gettext_lazy("The percent sign was left out of the number."),
    What.NUMBER_FOR_WORDS: gettext_lazy("A number where the indicator asks for words. Read as a number."),
    What.NO_BASELINE: gettext_lazy("No baseline: progress will be shown from the first value."),
    What.DIRECTION_CONTRADICTED: gettext_lazy(
        "The target lies in the direction the file calls worse. Please check which way is better."
    ),
    What.DIRECTION_UNCHECKED: gettext_lazy(
        "The file says lower is better, and has no baseline and target to check it by. Please check."
    ),
    What.NO_PERIOD: gettext_lazy("No period: the indicator comes without targets and values."),
    What.NO_INDICATOR: gettext_lazy("A result without indicators becomes a goal without indicators."),
    What.ACTUAL_WITHOUT_TARGET: gettext_lazy("A measured value without a target."),
    What.UNREADABLE_PERIOD: gettext_lazy(
        "We cannot tell when this period begins or ends. Its values are kept as text."
    ),
    What.PERIOD_BACKWARDS: gettext_lazy("The period ends before it begins. Its values are kept as text."),
    What.PERIODS_OVERLAP: gettext_lazy("Overlaps another period of the same indicator. Both are kept."),
    What.PERIOD_OUTSIDE_ACTIVITY: gettext_lazy("Begins before the activity or ends after it. Kept as it is."),
    What.UNREADABLE_BASELINE_DATE: gettext_lazy("We cannot tell which year this baseline is of. Kept as text."),
    What.NO_TOTAL: gettext_lazy("Only parts are given, no total. We do not add them up."),
    What.REPEATED_TITLES: gettext_lazy(
        "The same titles occur more than once. Each is kept; its place tells them apart."
    ),
    What.JOINABLE_INDICATORS: gettext_lazy(
        "An indicator with this title is there already in the same result. Both are kept, not joined."
    ),
    What.NO_TITLE: gettext_lazy("No title: it gets its number as a name."),
    What.UNKNOWN_CODE: gettext_lazy("We do not know this code. The neutral choice is used."),
    What.NO_IDENTIFIER: gettext_lazy("No identifier: the title tells this activity apart when the file comes again."),
    What.REPEATED_IDENTIFIER: gettext_lazy("An earlier activity has the same identifier. This one is left out."),
    What.UNREADABLE_DATE: gettext_lazy("Not a date we can read. Kept as text."),
    What.NO_VERSION: gettext_lazy("The file names no IATI version. Read as version 2."),
    What.NO_ORGANISATIONS: gettext_lazy("No organisation takes part: the partnership begins with you alone."),
    What.NO_REF: gettext_lazy("No identifier: this organisation is known by its name only."),
    What.PLACEHOLDER_REF: gettext_lazy("A placeholder, not an identifier. The organisation is known by its name only."),
    What.ODD_REF: gettext_lazy("Blanks or unusual dashes in an identifier. Stored with plain hyphens."),
    What.NO_NAME: gettext_lazy("No name: the identifier stands in for it."),
    What.ZERO_LOST_REF: gettext_lazy(
        "Another identifier differs only in leading zeros. You can say that they are the same."
    ),
    What.UNKNOWN_TYPE: gettext_lazy(
        "The kind of organisation is not given or not known to us. Shown as not known yet."
    ),
    What.UNKNOWN_ROLE: gettext_lazy("We do not know this role. The organisation takes part without it; kept as text."),
    What.EMPTY_MENTION: gettext_lazy("An organisation without name and identifier. Left out."),
    What.REPEATED_MENTION: gettext_lazy("Named twice in the same role. Merged."),
    What.SAME_REF_OTHER_NAME: gettext_lazy(
        "One identifier for two wholly different names. Kept apart unless you say that they are the same."
    ),
    What.SAME_REF_SEVERAL_NAMES: gettext_lazy("Another name for the same identifier. Kept as a further name."),
    What.SAME_NAME_OTHER_REF: gettext_lazy(
        "The same name with another identifier, or with none. Kept apart unless you say that they are the same."
    ),
    What.LONG_NAME: gettext_lazy("A description in the place of a name. Kept as text."),
    What.PLACEHOLDER_NAME: gettext_lazy("Looks like a placeholder, not an organisation. Imported as it is."),
}

PROPOSALS: Final[Mapping[ProposalKind, StrOrPromise]] = {
    ProposalKind.SAME_NAME: gettext_lazy("Same name in the file, but not the same identifier"),
    ProposalKind.SAME_REF_OTHER_NAME: gettext_lazy("Same identifier, wholly different names"),
    ProposalKind.ZERO_LOST: gettext_lazy("Identifiers differ only in leading zeros"),
    ProposalKind.KNOWN_NAME: gettext_lazy("You already work with an organisation of this name"),
    ProposalKind.KNOWN_REF_OTHER_NAME: gettext_lazy("You already work with an organisation that has this identifier"),
}

ROWS: Final[Mapping[str, Any]] = {
    "partners.Partnership": ngettext_lazy("%(n)s partnership", "%(n)s partnerships", "n"),
    "partners.Organization": ngettext_lazy("%(n)s organisation", "%(n)s organisations", "n"),
    "partners.Participation": ngettext_lazy("%(n)s partner in a partnership", "%(n)s partners in partnerships", "n"),
    "partners.Seat": ngettext_lazy("%(n)s seat", "%(n)s seats", "n"),
    "partners.Contact": ngettext_lazy("%(n)s person at an organisation", "%(n)s persons at organisations", "n"),
    "goals.SharedGoal": ngettext_lazy("%(n)s goal", "%(n)s goals", "n"),
    "goals.Indicator": ngettext_lazy("%(n)s indicator", "%(n)s indicators", "n"),
    "goals.Baseline": ngettext_lazy("%(n)s baseline", "%(n)s baselines", "n"),
    "goals.Target": ngettext_lazy("%(n)s target", "%(n)s targets", "n"),
    "goals.Measurement": ngettext_lazy("%(n)s measured value", "%(n)s measured values", "n"),
}

OBSTACLES: Final[Mapping[str, StrOrPromise]] = {
    "edited": gettext_lazy("changed since"),
    "gone": gettext_lazy("deleted since"),
    "added": gettext_lazy("added since"),
    "used": gettext_lazy("in use since"),
}

_PLACES: Final[Mapping[str, StrOrPromise]] = {
    "iati-activities": gettext_lazy("File"),
    "iati-activity": gettext_lazy("Activity"),
    "participating-org": gettext_lazy("organisation"),
    "result": gettext_lazy("result"),
    "indicator": gettext_lazy("indicator"),
    "baseline": gettext_lazy("baseline"),
    "period": gettext_lazy("period"),
    "target": gettext_lazy("target"),
    "actual": gettext_lazy("measured value"),
    "activity-date": gettext_lazy("date"),
}
_STEP = re.compile(r"([a-z-]+)(?:\[(\d+)\])?\Z")


def refusal_sentence(code: str, facts: Mapping[str, str]) -> str:
    """Say why a whole file is refused, without the line."""
    return str(REFUSALS[Refusal(code)]) % facts


def problem_sentence(problem: Problem) -> str:
    return str(PROBLEMS[What(problem.code)])


def problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "where": problem.where,
        "value": problem.value,
        "what": problem_sentence(problem),
    }


def place_in_words(where: str) -> str:
    """Write "iati-activity[3]/result[2]" as "Activity 3, result 2"."""
    words = []
    for step in filter(None, where.split("/")):
        match = _STEP.match(step)
        tag, number = (match[1], match[2]) if match else (step, None)
        name = str(_PLACES.get(tag, tag))
        words.append(_("%(name)s %(number)s") % {"name": name, "number": number} if number else name)
    return ", ".join(words)


def key_in_words(key: str) -> str:
    """Write the key "result/2/indicator/1" as "result 2, indicator 1", and that of an organisation as its name."""
    kind, _slash, rest = key.partition("/")
    if kind != "result":
        return f"{_PLACES['participating-org']} {rest.partition(':')[2] or rest}"
    steps = key.split("/")
    return place_in_words("/".join(f"{tag}[{number}]" for tag, number in zip(steps[::2], steps[1::2], strict=False)))


def rows_in_words(counts: Mapping[str, int]) -> list[str]:
    """Say how many rows of each kind, partnerships first; kinds nobody asks about are left out."""
    return [words % {"n": counts[label]} for label, words in ROWS.items() if counts.get(label)]
