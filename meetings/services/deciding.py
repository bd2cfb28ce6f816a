"""What a meeting leaves behind: notes, decisions, and actions with somebody accountable."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from goals import services as goals
from goals.models import Action
from meetings.models import Decision, Meeting, MeetingAction
from meetings.services.errors import MeetingRefused
from meetings.services.state import locked, refuse_draft, refuse_if_cancelled, refuse_unless_open, write_history
from partners.models import Seat

ORIGIN_LENGTH = 280


@transaction.atomic
def take_notes(*, meeting: Meeting, notes: str, by: Seat, now: datetime) -> Meeting:
    """Keep what was said. Notes are often finished after the meeting, so closing does not freeze them."""
    meeting = locked(meeting)
    refuse_if_cancelled(meeting)
    meeting.notes = notes
    meeting.save(update_fields=["notes"])
    write_history("meeting.notes_taken", meeting, by=by, now=now)
    return meeting


@transaction.atomic
def record_decision(*, meeting: Meeting, text: str, by: Seat, now: datetime, reason: str = "") -> Decision:
    """Write down what was agreed, under the next number of this meeting."""
    meeting = locked(meeting)
    refuse_unless_open(meeting)
    refuse_draft(meeting)
    last = meeting.decisions.aggregate(last=Max("number"))["last"] or 0
    decision = Decision.objects.create(meeting=meeting, number=last + 1, text=text, reason=reason, decided_at=now)
    write_history("decision.recorded", meeting, by=by, now=now, decision_id=decision.pk)
    return decision


@transaction.atomic
def edit_decision(*, decision: Decision, text: str, by: Seat, now: datetime, reason: str = "") -> Decision:
    """Better words, until the meeting is closed."""
    meeting = locked(decision.meeting)
    refuse_unless_open(meeting)
    decision.text, decision.reason = text, reason
    decision.save(update_fields=["text", "reason"])
    write_history("decision.edited", meeting, by=by, now=now, decision_id=decision.pk)
    return decision


@transaction.atomic
def agree_action(
    *, meeting: Meeting, by: Seat, now: datetime, decision: Decision | None = None, **promise: Any
) -> Action:
    """Plan an action that this meeting agreed on; it remembers the meeting it came from, or the decision.

    ``promise`` is what ``goals.services.plan_action`` asks for: title, accountable seat, date and so on.
    """
    meeting = locked(meeting)
    refuse_if_cancelled(meeting)
    refuse_draft(meeting)
    if decision is not None and decision.meeting_id != meeting.pk:
        raise MeetingRefused(_("That decision belongs to another meeting."))
    with translation.override(meeting.partnership.language):
        origin = _("Agreed at “%(meeting)s”") % {"meeting": meeting.title}
    action = goals.plan_action(
        by=by,
        now=now,
        origin_text=(decision.text if decision else origin)[:ORIGIN_LENGTH],
        origin_path=reverse("meetings:meeting-detail", args=[meeting.partnership.slug, meeting.pk]),
        **promise,
    )
    MeetingAction.objects.create(meeting=meeting, decision=decision, action=action)
    write_history("meeting.action_agreed", meeting, by=by, now=now, action_id=action.pk)
    return action
