"""Meetings that come back: they join a series by its name, and the series goes with the last of them.

A name is looked up among the series of one partnership only, so no meeting can get into a series of another.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from core.models import record
from meetings.models import MeetingSeries
from meetings.services import letters
from meetings.services.errors import MeetingRefused
from notifications import reminding
from partners.models import Partnership, Seat


def series_called(title: str, *, by: Seat, now: datetime) -> MeetingSeries | None:
    """The series of this name, a new one where there is none; capital letters make no difference. None for no name."""
    if not title:
        return None
    _one_at_a_time(by)
    found = _called(title, by)
    if found is None:
        found = MeetingSeries.objects.create(partnership=by.partnership, title=title, created_at=now)
        record(verb="series.started", target=found, at=now, actor_id=by.person_id, partnership_id=by.partnership_id)
    return found


def forget_if_empty(series: MeetingSeries, *, by: Seat, now: datetime) -> None:
    """A series without meetings goes, and its reminder times with it."""
    _one_at_a_time(by)
    if series.meetings.exists():
        return
    reminding.use_usual_moments(
        kind=letters.REMINDER,
        partnership_id=series.partnership_id,
        subject=letters.series_subject(series.pk),
        by_id=by.person_id,
        now=now,
    )
    record(verb="series.ended", target=series, at=now, actor_id=by.person_id, partnership_id=by.partnership_id)
    series.delete()


@transaction.atomic
def rename_series(*, series: MeetingSeries, title: str, by: Seat, now: datetime) -> MeetingSeries:
    """The meetings in it keep their own names, so nobody has to hear of it."""
    _one_at_a_time(by)
    namesake = _called(title, by)
    if namesake is not None and namesake.pk != series.pk:
        raise MeetingRefused(_("There is a series of this name already."))
    series.title = title
    series.save(update_fields=["title"])
    record(verb="series.renamed", target=series, at=now, actor_id=by.person_id, partnership_id=by.partnership_id)
    return series


def _called(title: str, by: Seat) -> MeetingSeries | None:
    """Compared as the constraint compares: by the lower case of the database."""
    named = MeetingSeries.objects.filter(partnership=by.partnership_id).annotate(lower=Lower("title"))
    return named.filter(lower=Lower(Value(title))).first()


def _one_at_a_time(by: Seat) -> None:
    """Two people who name the same series in one moment get one; nobody joins a series that is just going."""
    Partnership.objects.select_for_update(no_key=True).get(pk=by.partnership_id)
