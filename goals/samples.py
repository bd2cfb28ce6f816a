"""Invented actions and letters, never stored: what the gallery of mails shows."""

from datetime import UTC, date, datetime

from core.http import absolute_url
from goals.models import Action, Indicator, SharedGoal
from goals.periods import Period
from goals.selectors.missing import MissingPeriod
from notifications.registry import Letter
from partners.samples import partnership, seat

DUE = date(2026, 11, 25)
PLACE = absolute_url("/p/wrenfield/")


def action(title: str = "Speed up background checks for 12 mentors", *, due_on: date = DUE) -> Action:
    return Action(
        pk=1,
        partnership=partnership(),
        goal=SharedGoal(pk=1, title="First support within 20 days"),
        title=title,
        accountable=seat(),
        due_on=due_on,
        waiting_on="the reply of the regional office",
        origin_text="Round table, 4 November",
        created_at=datetime(2026, 11, 4, 11, 0, tzinfo=UTC),
    )


def _about(one: Action, *, days_left: int) -> Letter:
    return Letter(
        {
            "action": one,
            "partnership": one.partnership,
            "is_accountable": True,
            "days_left": days_left,
            "action_url": f"{PLACE}actions/1/",
            "list_url": f"{PLACE}actions/?mine=1",
        }
    )


def assigned() -> Letter:
    return _about(action(), days_left=14)


def due() -> Letter:
    return _about(action(), days_left=1)


def overdue() -> Letter:
    items = [(action(), 3, f"{PLACE}actions/1/"), (action("Agree one referral form"), 12, f"{PLACE}actions/2/")]
    return Letter({"partnership": partnership(), "items": items, "list_url": f"{PLACE}actions/?mine=1"})


def wins() -> Letter:
    won = [action(), action("Agree one referral form")]
    won[0].win = "Twelve mentors can start, four weeks earlier than we thought."
    won[1].win = "One form instead of five: a family tells its story once."
    items = [(one, f"{PLACE}actions/{number}/") for number, one in enumerate(won, start=1)]
    return Letter({"partnership": partnership(), "items": items, "list_url": f"{PLACE}actions/"})


def missing() -> Letter:
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    titles = ("Days to a first appointment", "Young people with a named mentor")
    goal = SharedGoal(pk=1, partnership=partnership(), title="First support within 20 days")
    items = [
        (MissingPeriod(Indicator(pk=pk, goal=goal, title=title), october), f"{PLACE}indicators/{pk}/numbers/add/")
        for pk, title in enumerate(titles, start=1)
    ]
    return Letter({"partnership": goal.partnership, "items": items, "due_on": items[0][0].due_on})


def waiting() -> Letter:
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    together = seat().participation
    goal = SharedGoal(pk=1, partnership=together.partnership, lead=together, title="First support within 20 days")
    one = MissingPeriod(Indicator(pk=1, goal=goal, title="Days to a first appointment"), october)
    items = [(one, 10, f"{PLACE}indicators/1/numbers/add/")]
    return Letter({"partnership": goal.partnership, "items": items, "list_url": f"{PLACE}goals/"})
