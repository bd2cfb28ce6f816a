from datetime import UTC, date, datetime, timedelta

import pytest

from core.models import AuditEvent
from goals import services
from goals.choices import ActionStatus, Duty
from goals.models import Action
from notifications.models import Message
from partners.permissions import Role
from tests.factories.goals import ActionFactory, AssignmentFactory, SharedGoalFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
DUE = date(2026, 4, 1)


@pytest.fixture
def seat():
    return SeatFactory(role=Role.COORDINATOR)


def beside(seat, **fields):
    return SeatFactory(partnership=seat.partnership, **fields)


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_plan_action_keeps_the_promise_and_tells_who_holds_it(seat):
    accountable, doer, asked, told = (beside(seat) for _ in range(4))
    goal = SharedGoalFactory(partnership=seat.partnership)

    action = services.plan_action(
        title=" Agree one referral form ",
        accountable=accountable,
        due_on=DUE,
        goal=goal,
        responsible=[doer],
        consulted=[asked],
        informed=[told],
        origin_text="Decision 4 of the March meeting",
        origin_path="/p/x/meetings/3/",
        by=seat,
        now=NOW,
    )

    assert (action.title, action.status, action.partnership, action.goal) == (
        "Agree one referral form",
        ActionStatus.TO_DO,
        seat.partnership,
        goal,
    )
    assert set(action.assignments.values_list("seat", "duty")) == {
        (doer.pk, Duty.RESPONSIBLE),
        (asked.pk, Duty.CONSULTED),
        (told.pk, Duty.INFORMED),
    }
    assert set(Message.objects.values_list("kind", "recipient")) == {
        ("action_assigned", accountable.person_id),
        ("action_assigned", doer.person_id),
    }
    assert (verbs(), AuditEvent.objects.get().data) == (["action.planned"], {"accountable": accountable.pk})


def test_nobody_is_told_what_they_did_themselves(seat):
    services.plan_action(title="Ring the bell", accountable=seat, due_on=DUE, by=seat, now=NOW)

    assert Message.objects.count() == 0


def test_a_vacant_seat_can_answer_for_an_action(seat):
    vacant = beside(seat, vacant=True)

    action = services.plan_action(title="Ring the bell", accountable=vacant, due_on=DUE, by=seat, now=NOW)

    assert (action.accountable, Message.objects.count()) == (vacant, 0)


def test_a_seat_gets_its_strongest_duty_only(seat):
    doer = beside(seat)

    action = services.plan_action(
        title="Ring", accountable=seat, due_on=DUE, responsible=[doer, seat], informed=[doer, seat], by=seat, now=NOW
    )

    assert list(action.assignments.values_list("seat", "duty")) == [(doer.pk, Duty.RESPONSIBLE)]


@pytest.mark.parametrize("part", ["accountable", "responsible", "goal"])
def test_everyone_and_everything_in_an_action_is_of_one_partnership(seat, part):
    foreign = {
        "accountable": {"accountable": SeatFactory()},
        "responsible": {"accountable": seat, "responsible": [SeatFactory()]},
        "goal": {"accountable": seat, "goal": SharedGoalFactory()},
    }[part]

    with pytest.raises(services.ActionError, match="partnership"):
        services.plan_action(**{"title": "Ring", "due_on": DUE, "by": seat, "now": NOW, **foreign})

    assert Action.objects.count() == 0


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_an_action_comes_from_a_page_of_ours(seat, path):
    with pytest.raises(services.ActionError, match="page of ours"):
        services.plan_action(title="Ring", accountable=seat, due_on=DUE, origin_path=path, by=seat, now=NOW)


def test_the_life_of_an_action(seat):
    action = services.plan_action(title="Ring", accountable=seat, due_on=DUE, by=seat, now=NOW)
    seen = []

    for service, extra in (
        (services.start_action, {}),
        (services.wait_action, {"waiting_on": "Legal advice"}),
        (services.start_action, {}),
        (services.complete_action, {"win": "One form for all"}),
        (services.reopen_action, {}),
        (services.drop_action, {"reason": "The law changed"}),
        (services.reopen_action, {}),
    ):
        service(action=action, by=seat, now=NOW, **extra)
        seen.append(Action.objects.get().status)

    assert seen == ["under_way", "waiting", "under_way", "done", "under_way", "dropped", "under_way"]
    assert verbs() == [
        "action.planned",
        "action.started",
        "action.waiting",
        "action.started",
        "action.completed",
        "action.reopened",
        "action.dropped",
        "action.reopened",
    ]


@pytest.mark.parametrize(
    ("service", "extra"),
    [
        (services.start_action, {}),
        (services.wait_action, {"waiting_on": "x"}),
        (services.complete_action, {"win": "second"}),
        (services.drop_action, {"reason": "x"}),
        (services.move_due_date, {"due_on": DUE}),
    ],
)
def test_a_closed_action_changes_no_more(seat, service, extra):
    action = services.plan_action(title="Ring", accountable=seat, due_on=date(2026, 5, 1), by=seat, now=NOW)
    stale = Action.objects.get()
    services.complete_action(action=action, by=seat, now=NOW, win="first")

    with pytest.raises(services.ActionClosed):
        service(action=stale, by=seat, now=NOW, **extra)

    assert (Action.objects.get().win, Action.objects.get().due_on) == ("first", date(2026, 5, 1))
    assert verbs() == ["action.planned", "action.completed"]


def test_an_open_action_is_not_opened_again(seat):
    with pytest.raises(services.ActionNotClosed):
        services.reopen_action(action=ActionFactory(partnership=seat.partnership), by=seat, now=NOW)


@pytest.mark.parametrize(
    ("service", "extra", "reason"),
    [
        (services.wait_action, {"waiting_on": " "}, "waiting for"),
        (services.drop_action, {"reason": " "}, "why we drop"),
    ],
)
def test_waiting_and_dropping_need_words(seat, service, extra, reason):
    action = ActionFactory(partnership=seat.partnership)

    with pytest.raises(services.ActionError, match=reason):
        service(action=action, by=seat, now=NOW, **extra)


def test_a_moved_date_leaves_both_dates_in_the_trail(seat):
    action = ActionFactory(partnership=seat.partnership)

    services.move_due_date(action=action, due_on=DUE, by=seat, now=NOW)

    assert Action.objects.get().due_on == DUE
    assert AuditEvent.objects.get().data == {"before": "2026-03-01", "after": "2026-04-01"}


def test_change_accountable_tells_the_new_one_and_frees_the_old_duty(seat):
    action = ActionFactory(partnership=seat.partnership)
    new = AssignmentFactory(action=action).seat

    services.change_accountable(action=action, accountable=new, by=seat, now=NOW)

    assert (Action.objects.get().accountable, action.assignments.count()) == (new, 0)
    assert list(Message.objects.values_list("recipient", flat=True)) == [new.person_id]


def test_whoever_gets_an_action_back_is_told_again(seat):
    first, second = beside(seat), beside(seat)
    action = ActionFactory(partnership=seat.partnership, accountable=first)

    for hours, holder in enumerate([second, first, second]):
        services.change_accountable(action=action, accountable=holder, by=seat, now=NOW + timedelta(hours=hours))

    told = Message.objects.order_by("pk").values_list("recipient", flat=True)
    assert list(told) == [second.person_id, first.person_id, second.person_id]


def test_change_accountable_to_another_partnership_is_refused(seat):
    action = ActionFactory(partnership=seat.partnership)

    with pytest.raises(services.ActionError, match="needs a seat"):
        services.change_accountable(action=action, accountable=SeatFactory(), by=seat, now=NOW)


def test_edit_action_tells_only_those_who_are_new(seat):
    action = ActionFactory(partnership=seat.partnership)
    old = AssignmentFactory(action=action).seat
    new = beside(seat)

    services.edit_action(
        action=action,
        title="Ring twice",
        accountable=action.accountable,
        due_on=DUE,
        responsible=[old, new],
        by=seat,
        now=NOW,
    )

    action.refresh_from_db()
    assert (action.title, action.due_on) == ("Ring twice", DUE)
    assert list(Message.objects.values_list("recipient", flat=True)) == [new.person_id]
    assert verbs() == ["action.due_moved", "action.edited"]


@pytest.mark.parametrize(
    ("role", "part", "allowed"),
    [
        (Role.OBSERVER, "accountable", False),
        (Role.MEMBER, "none", False),
        (Role.MEMBER, "accountable", True),
        (Role.MEMBER, "same organisation", True),
        (Role.MEMBER, "assigned", True),
        (Role.REPRESENTATIVE, "none", True),
        (Role.BACKBONE, "none", True),
        (Role.COORDINATOR, "none", True),
        (Role.COORDINATOR, "other partnership", False),
    ],
)
def test_who_may_update_an_action(role, part, allowed):
    partnership = PartnershipFactory()
    seat = SeatFactory(partnership=partnership, role=role)
    colleague = SeatFactory(partnership=partnership, participation=seat.participation)
    accountable = {"accountable": seat, "same organisation": colleague}.get(part)
    where = PartnershipFactory() if part == "other partnership" else partnership
    action = ActionFactory(partnership=where, accountable=accountable or SeatFactory(partnership=where))
    if part == "assigned":
        AssignmentFactory(action=action, seat=seat)

    if allowed:
        services.start_action(action=action, by=seat, now=NOW)
    else:
        with pytest.raises(services.NotYourAction):
            services.start_action(action=action, by=seat, now=NOW)

    assert (Action.objects.get().started_at is not None) is allowed
