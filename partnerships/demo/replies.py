"""What partners did about a low line of a report: planned from the report itself, a few days after it came out."""

import json
from datetime import datetime, timedelta

from django.urls import reverse

from core import dates, months
from feedback.choices import Cause
from feedback.reporting import latest_report
from feedback.services.follow_ups import plan_follow_up
from goals.services import actions
from partnerships.demo.world import World

# For each line that can be low: what was agreed, and who answers for it.
AGREED = {
    Cause.VOICE: ("Round table before every decision, parents begin", "parents"),
    Cause.DECISIONS: ("Every decision with reason and owner on one page", "council"),
    Cause.ROLES: ("One page that says who does what", "council"),
    Cause.FOLLOW_THROUGH: ("Late promises first on every agenda", "family_centre"),
    Cause.COMMUNICATION: ("A note of ten lines two days after each meeting", "library"),
    Cause.TIME: ("Meetings end at eleven", "council"),
    Cause.TRUST: ("Talk about money once, with the door closed", "foundation"),
    Cause.GOALS: ("Every action names its goal or goes", "health"),
}
REPLIED = {2: True, 6: True, 10: True, 14: True, 17: False}  # month of the report, and whether it is done by now
WITHIN = timedelta(days=45)


def agree(world: World, month: int, now: datetime) -> None:
    """Nothing where that month shows no low line."""
    first = months.shift(world.start, month)
    report = latest_report(world.partnership, first)
    low = json.loads(report.payload).get("low", []) if report else []
    if report is None or not low:
        return
    cause = Cause.VOICE if Cause.VOICE in low else Cause(low[0])
    title, partner = AGREED[cause]
    world.actions[_name(month)] = plan_follow_up(
        report=report,
        cause=cause,
        by=world.coordinator,
        now=now,
        origin_text=f"Health report of {dates.month(first)}: {cause.label}",
        origin_path=reverse("feedback:health-detail", args=[world.partnership.slug, first]),
        facts={"title": title, "accountable": world.speaker(partner), "due_on": (now + WITHIN).date()},
    )


def finish(world: World, month: int, now: datetime) -> None:
    action = world.actions.get(_name(month))
    if action is not None:
        actions.complete_action(action=action, by=action.accountable, now=now)


def _name(month: int) -> str:
    return f"reply to the report of month {month}"
