"""Who is told of a report, how often, and that nothing is in the mail that is not on the page."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from feedback import announcing, past, reminders
from feedback.models import HealthReport
from notifications.delivery import dispatch_due
from notifications.models import Message, Unsubscription
from partners.permissions import Role
from partners.services import vacate_seat
from tests.factories.accounts import PersonFactory
from tests.factories.feedback import answered_and_closed
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.feedback.test_health_pages import people
from tests.feedback.test_past import draft
from tests.feedback.test_report_history import year_of
from tests.feedback.years import spread

pytestmark = pytest.mark.django_db
REPORT_DAY = datetime(2026, 4, 8, 6, 0, tzinfo=UTC)
QUIET = spread(12, 3, 4, 4, 5)
VOICE_FELL = spread(12, 3, 4, 4, 5, voice=2)
MAILS = ("health_report", "health_change")


@pytest.fixture
def partnership():
    return PartnershipFactory(slug="harbour", name="Harbour", time_zone="Europe/Berlin")


@pytest.fixture
def coordinator(partnership):
    return SeatFactory(partnership=partnership, role=Role.COORDINATOR)


@pytest.fixture
def member(partnership):
    return SeatFactory(partnership=partnership, role=Role.MEMBER, holder__person__language="fr")


def planned(*seats):
    """What each of them gets, in turn; more than one mail to a person fails here."""
    found = list(Message.objects.filter(kind__in=MAILS).values_list("recipient", "kind"))
    assert len(found) == len(dict(found))
    return [dict(found).get(seat.person_id) for seat in seats]


def sent_to(seat, mailoutbox):
    return [mail for mail in mailoutbox if seat.person.email in mail.to[0]]


def changed_month(partnership):
    year_of(partnership, [QUIET, QUIET, QUIET, VOICE_FELL])
    return HealthReport.objects.latest("month").built_at


def test_every_seat_is_told_once_and_coordinators_by_the_mail_about_a_change(partnership, coordinator, member):
    now = changed_month(partnership)

    assert announcing.announce_reports(now) == 1
    assert announcing.announce_reports(now + timedelta(hours=1)) == 0

    assert planned(coordinator, member) == ["health_change", "health_report"]


def test_quiet_month_is_told_to_everybody_the_same_way(partnership, coordinator, member):
    year_of(partnership, [QUIET, QUIET])

    announcing.announce_reports(HealthReport.objects.latest("month").built_at)

    assert planned(coordinator, member) == ["health_report", "health_report"]


def test_split_views_are_something_to_prepare(partnership, coordinator):
    year_of(partnership, [spread(12, 1, 5)])

    announcing.announce_reports(HealthReport.objects.latest("month").built_at)

    assert planned(coordinator) == ["health_change"]


def test_coordinator_who_wants_no_mail_about_changes_gets_that_of_the_report(partnership, coordinator):
    now = changed_month(partnership)
    Unsubscription.objects.create(person=coordinator.person, kind="health_change", since=now)

    announcing.announce_reports(now)

    assert planned(coordinator) == ["health_report"]


def test_held_month_and_rounds_from_before_are_told_to_nobody(partnership, coordinator):
    answered_and_closed(people(3), partnership=partnership, people=8)
    reminders.build_reports(REPORT_DAY)
    rounds = [draft(held_on=date(2025, 11, 12))]
    past.bring_rounds(partnership=partnership, rounds=rounds, person_id=PersonFactory().pk, now=REPORT_DAY)

    assert announcing.announce_reports(REPORT_DAY) == 0
    assert HealthReport.objects.count() == 2


def test_corrected_records_alone_fill_no_mailbox_but_other_results_do(partnership, coordinator):
    answered_and_closed(people(7), partnership=partnership)
    reminders.build_reports(REPORT_DAY)
    announcing.announce_reports(REPORT_DAY)
    first = HealthReport.objects.get()
    payload = json.loads(first.payload)

    def revise(revision, **changes):
        facts = {"sha256": "0" * 64, "algorithm_version": "x", "fingerprint": "y", "built_at": REPORT_DAY}
        HealthReport.objects.create(
            partnership=partnership,
            month=first.month,
            revision=revision,
            payload=json.dumps(payload | changes),
            **facts,
        )
        return announcing.announce_reports(REPORT_DAY)

    assert revise(2, records={"meetings": 9}) == 0
    assert revise(3, lowest=["trust"], energy={}) == 1
    assert Message.objects.filter(kind="health_report", recipient=coordinator.person).count() == 2


def test_mail_comes_in_the_morning_of_the_partnership(partnership, coordinator):
    answered_and_closed(people(7), partnership=partnership)
    reminders.build_reports(REPORT_DAY)

    announcing.announce_reports(REPORT_DAY - timedelta(hours=5))

    assert Message.objects.get(kind="health_report", recipient=coordinator.person).due_at == datetime(
        2026, 4, 8, 6, 0, tzinfo=UTC
    )


def test_who_lost_the_seat_before_is_not_told(partnership, coordinator, member, mailoutbox):
    now = changed_month(partnership)
    announcing.announce_reports(now)
    gone = SimpleNamespace(person=member.person)
    vacate_seat(seat=member, by=coordinator, now=now)

    dispatch_due(now=now + timedelta(hours=12))

    assert len(sent_to(coordinator, mailoutbox)) == 1
    assert sent_to(gone, mailoutbox) == []


def test_mail_holds_the_key_points_and_a_link_and_no_word_of_anybody(partnership, coordinator, member, mailoutbox):
    now = changed_month(partnership)
    announcing.announce_reports(now)

    dispatch_due(now=now + timedelta(hours=12))
    [mine], [theirs] = sent_to(coordinator, mailoutbox), sent_to(member, mailoutbox)

    assert mine.subject == "Harbour: something to talk about, March 2026"
    assert "A fair say fell from 4.0 to 2.0. This is more than chance." in mine.body
    assert "Go round the table before deciding" in mine.body
    assert "/p/harbour/health/2026-03/" in mine.body
    assert "Stop e-mails like this one" in mine.body
    assert theirs.subject == "Harbour : comment nous avons travaillé ensemble en mars 2026"
    assert "baisse de 4,0 à 2,0" in theirs.body
    for mail in (mine, theirs):
        text = f"{mail.body} {mail.alternatives[0][0]}"
        assert not re.search(r"p = |Holm|permille|\b0[.,]\d{3}\b", text)


@pytest.mark.parametrize("count", [5, 7, 9])
def test_mail_of_a_small_group_holds_no_average_and_no_share(partnership, coordinator, mailoutbox, count):
    answered_and_closed(people(count, voice=1), partnership=partnership, people=12)
    reminders.build_reports(REPORT_DAY)
    announcing.announce_reports(REPORT_DAY)

    dispatch_due(now=REPORT_DAY + timedelta(hours=12))

    [mail] = sent_to(coordinator, mailoutbox)
    body = mail.body
    assert "needs attention" in body
    assert not re.search(r"\d %|average", body, re.IGNORECASE)
