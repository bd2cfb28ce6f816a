"""Which sectors of the people asked could be told apart at all, decided once, before anybody answers."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from feedback.measure.disclosure import plan_rows
from feedback.measure.params import Params
from feedback.models import FeedbackWindow, WindowSector
from meetings.choices import Presence
from meetings.models import Attendance, Meeting
from partners.choices import Sector
from partners.models import Contact, Seat

NO_SECTOR = "?"  # no name of a sector; what follows keeps organisations apart


@dataclass(frozen=True)
class Breakdown:
    """``sector_of`` holds people of a sector with a row of its own; ``rows`` are sector, people, organisations."""

    sector_of: Mapping[int, str]
    rows: tuple[tuple[str, int, int], ...]

    def rows_of(self, window: FeedbackWindow) -> Iterator[WindowSector]:
        for sector, invited, organizations in self.rows:
            yield WindowSector(window=window, sector=sector, invited=invited, organizations=organizations)


def break_down(*, meeting: Meeting, people: Collection[int], on: date) -> Breakdown:
    """Sectors with enough people from enough organisations; all the others are one row, and must be enough as well.

    A person counts for the sector of the organisation they sit for. Nobody knows where somebody belongs who has two
    organisations of different sectors, or one whose sector is not known.
    """
    groups: dict[int, str] = {}
    organizations: defaultdict[str, set[int]] = defaultdict(set)
    for person, places in _places(meeting, people, on).items():
        organization, sector = next(iter(places.items()))
        if set(places.values()) != {sector}:
            groups[person] = NO_SECTOR
            continue
        groups[person] = sector if sector != Sector.UNKNOWN else f"{NO_SECTOR}{organization}"
        organizations[groups[person]].add(organization)
    sizes = Counter(groups.get(person, NO_SECTOR) for person in people)
    counted = {group: len(organizations[group]) for group in sizes}
    rules = Params()
    plan = plan_rows(sizes, k=rules.k, organizations=counted, min_orgs=rules.min_orgs)
    rows = [(sector, sizes[sector], counted[sector]) for sector in plan.own_rows]
    if plan.combined_shown:
        rows.append(("", sum(sizes[one] for one in plan.combined), sum(counted[one] for one in plan.combined)))
    return Breakdown(
        sector_of={person: group for person, group in groups.items() if group in plan.own_rows}, rows=tuple(rows)
    )


def _places(meeting: Meeting, people: Collection[int], on: date) -> Mapping[int, Mapping[int, str]]:
    """Person → organisations of this partnership with their sectors, the one they came for first."""
    places: defaultdict[int, dict[int, str]] = defaultdict(dict)
    of_seat = ("seat__participation__organization", "seat__participation__organization__main_sector")
    came = Attendance.objects.filter(meeting=meeting)
    present = came.filter(presence=Presence.PRESENT, person__in=people).values_list("person", *of_seat)
    deputies = came.filter(presence=Presence.DEPUTY, deputy__in=people).values_list("deputy", *of_seat)
    seats = Seat.objects.filter(partnership=meeting.partnership_id, person__in=people).values_list(
        "person", "participation__organization", "participation__organization__main_sector"
    )
    contacts = Contact.objects.filter(
        Q(until=None) | Q(until__gte=on),
        person__in=people,
        organization__participations__partnership=meeting.partnership_id,
    ).values_list("person", "organization", "organization__main_sector")
    for rows in (present, deputies, seats, contacts):
        for person, organization, sector in rows.order_by("pk"):
            places[person].setdefault(organization, sector)
    return places
