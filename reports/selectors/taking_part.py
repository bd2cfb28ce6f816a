"""Which partners took part. For support, never a ranking: whoever may need a call comes first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.components import Seen
from meetings.selectors import attendance_strips
from partners.models import Organization, Participation, Partnership

MEETINGS_SHOWN = 7
MISSED_IN_A_ROW = 2
MISSED = ("absent", "apologies")


@dataclass(frozen=True)
class PartnerTurnout:
    """One partner: what became of them at the last meetings, and what they finished in the month."""

    participation: Participation
    seen: Sequence[Seen]
    finished: int

    @property
    def organization(self) -> Organization:
        return self.participation.organization

    @property
    def missed_in_a_row(self) -> int:
        """How many of the newest meetings this partner was asked to and missed, one after the other."""
        count = 0
        for seen in reversed(self.seen):
            if seen.mark not in MISSED:
                break
            count += 1
        return count

    @property
    def note(self) -> str:
        if self.missed_in_a_row >= MISSED_IN_A_ROW:
            return _("Missed %(count)s in a row. A call may help.") % {"count": self.missed_in_a_row}
        return ""


def turnout_of_partners(
    partnership: Partnership, *, finished: Mapping[int, int], end: datetime
) -> list[PartnerTurnout]:
    """Every partner, those who may need a call first, then in order of name. Three queries.

    ``finished`` says how many actions each participation finished in the month.
    """
    rows = [
        PartnerTurnout(strip.participation, strip.seen, finished.get(strip.participation.pk, 0))
        for strip in attendance_strips(partnership, last=MEETINGS_SHOWN, until=end)
    ]
    return sorted(rows, key=lambda row: (-row.missed_in_a_row, str(row.organization).casefold()))
