"""Codes of a file into the words of ours. An unknown code becomes the neutral choice; the code itself is kept."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from exchange.iati import codelists
from exchange.iati.records import Amount, Indicator
from goals.choices import Frequency, GoalLevel, MeasureKind
from partners.choices import OrganizationKind, ParticipationRoleName, Sector

KIND: Final[Mapping[str, OrganizationKind]] = {
    "10": OrganizationKind.PUBLIC,
    "11": OrganizationKind.PUBLIC,
    "15": OrganizationKind.PUBLIC,
    "21": OrganizationKind.CIVIL_SOCIETY,
    "22": OrganizationKind.CIVIL_SOCIETY,
    "23": OrganizationKind.CIVIL_SOCIETY,
    "24": OrganizationKind.CIVIL_SOCIETY,
    "30": OrganizationKind.PUBLIC_PRIVATE,
    "40": OrganizationKind.MULTILATERAL,
    "60": OrganizationKind.FOUNDATION,
    "70": OrganizationKind.BUSINESS,
    "71": OrganizationKind.BUSINESS,
    "72": OrganizationKind.BUSINESS,
    "73": OrganizationKind.BUSINESS,
    "80": OrganizationKind.ACADEMIC,
}
SECTOR: Final[Mapping[OrganizationKind, Sector]] = {
    OrganizationKind.PUBLIC: Sector.PUBLIC_SERVICES,
    OrganizationKind.CIVIL_SOCIETY: Sector.COMMUNITY,
    OrganizationKind.FOUNDATION: Sector.FUNDER,
    OrganizationKind.BUSINESS: Sector.BUSINESS,
    OrganizationKind.ACADEMIC: Sector.RESEARCH,
}
"""Where the kind says enough; what an organisation works on is otherwise not in the file."""

ROLE: Final[Mapping[str, ParticipationRoleName]] = {
    "1": ParticipationRoleName.FUNDER,
    "2": ParticipationRoleName.LEAD,
    "3": ParticipationRoleName.INTERMEDIARY,
    "4": ParticipationRoleName.IMPLEMENTING,
}
LEVEL: Final[Mapping[str, GoalLevel]] = {"1": GoalLevel.OUTPUT, "2": GoalLevel.OUTCOME, "3": GoalLevel.IMPACT}
MEASURE: Final[Mapping[str, MeasureKind]] = {
    "1": MeasureKind.NUMBER,
    codelists.PERCENTAGE: MeasureKind.PERCENTAGE,
    "3": MeasureKind.NOMINAL,
    "4": MeasureKind.ORDINAL,
    codelists.QUALITATIVE: MeasureKind.QUALITATIVE,
}
_SCHEME = re.compile(r"([A-Z]{2}-[A-Za-z0-9_]+)-.")
_FREQUENCIES = ((45, Frequency.MONTHLY), (120, Frequency.QUARTERLY), (270, Frequency.HALF_YEARLY))
MAX_DECIMALS = 3


def kind_of(types: list[str]) -> OrganizationKind:
    return next((KIND[code] for code in types if code in KIND), OrganizationKind.UNKNOWN)


def sector_of(kind: OrganizationKind) -> Sector:
    return SECTOR.get(kind, Sector.UNKNOWN)


def scheme_of(ref: str) -> str:
    """Take the register's prefix of an identifier ("NL-KVK"), or "" where it has none."""
    match = _SCHEME.match(ref)
    return match[1][:40] if match else ""


def frequency_of(indicator: Indicator) -> Frequency:
    """Take the shortest readable period as the rhythm in which values come."""
    days = [(p.end - p.start).days + 1 for p in indicator.periods if p.start and p.end and p.start <= p.end]
    shortest = min(days, default=366)
    return next((frequency for limit, frequency in _FREQUENCIES if shortest <= limit), Frequency.YEARLY)


def decimals_of(indicator: Indicator) -> int:
    """Count the decimals the file's own numbers need, three at most."""
    amounts = [baseline.amount for baseline in indicator.baselines]
    amounts += [amount for period in indicator.periods for amount in (*period.targets, *period.actuals)]
    return min(MAX_DECIMALS, max((_decimals(amount) for amount in amounts), default=0))


def _decimals(amount: Amount) -> int:
    if amount.value.number is None:
        return 0
    exponent = amount.value.number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def dimensions_of(amount: Amount) -> dict[str, str]:
    """Keep each dimension once; two values of one dimension are written side by side, never summed."""
    found: dict[str, str] = {}
    for dimension in amount.dimensions:
        name = dimension.name or "–"
        found[name] = f"{found[name]} / {dimension.value}" if name in found else dimension.value
    return found


def period_label(start: date, end: date) -> str:
    """Name a whole calendar year by its number; other periods are named by their dates."""
    whole = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year
    return str(start.year) if whole else ""
