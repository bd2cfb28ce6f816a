import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from random import Random

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from feedback import reminders, reporting, sealed, services
from feedback.choices import ITEMS, Dimension
from feedback.models import HealthReport, ReportFailure
from feedback.models.report import ReportIsFrozen
from meetings.choices import Presence
from tests.factories.feedback import (
    CLOSED,
    HealthReportFactory,
    ReportFailureFactory,
    answered_and_closed,
    closed_meeting,
    open_window,
    some_answers,
)
from tests.factories.partners import PartnershipFactory

pytestmark = pytest.mark.django_db
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
REPORT_DAY = datetime(2026, 4, 7, 22, 0, tzinfo=UTC)  # 8 April, 00:00 in Paris


def people(count, **fixed):
    return [sealed.Answers(dict.fromkeys(ITEMS, 3) | fixed) for _ in range(count)]


@pytest.fixture
def partnership():
    return PartnershipFactory()


def built(partnership, month=MARCH, now=REPORT_DAY):
    reporting.build_report(partnership=partnership, month=month, now=now)
    report = reporting.latest_report(partnership, month)
    return report, json.loads(report.payload)


def cell(payload, key):
    return next(one for one in payload["dimensions"] if one["key"] == key)


# -- When -------------------------------------------------------------------------------------------------------------
def test_report_is_built_on_day_eight_of_the_next_month_in_the_zone_of_the_partnership(partnership):
    answered_and_closed(people(6), partnership=partnership)

    days = [REPORT_DAY - timedelta(seconds=1), REPORT_DAY, REPORT_DAY + timedelta(minutes=1)]
    assert [reminders.build_reports(now) for now in days] == [0, 1, 0]
    assert HealthReport.objects.get().month == MARCH


def test_meeting_belongs_to_the_month_of_its_start_where_the_partnership_is():
    partnership = PartnershipFactory(time_zone="Pacific/Auckland")
    starts = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)  # already 1 April there
    answered_and_closed(people(6), partnership=partnership, closed_at=starts + timedelta(hours=3))

    assert reporting.due_months(datetime(2026, 4, 20, tzinfo=UTC)) == []
    assert reporting.due_months(datetime(2026, 5, 8, tzinfo=UTC)) == [(partnership, APRIL)]


def test_report_waits_until_every_window_of_the_month_is_closed(partnership):
    answered_and_closed(people(6), partnership=partnership)
    window = open_window(partnership=partnership, closed_at=datetime(2026, 3, 31, 20, 0, tzinfo=UTC))
    late = window.closes_at

    assert reminders.build_reports(REPORT_DAY) == 0 or late < REPORT_DAY
    services.close_window(window_id=window.pk, now=late)
    assert reminders.build_reports(max(late, REPORT_DAY)) == 1


def test_open_window_of_the_month_holds_the_report_up(partnership):
    answered_and_closed(people(6), partnership=partnership)
    start = datetime(2026, 3, 30, 9, 0, tzinfo=UTC)
    open_window(
        partnership=partnership,
        closed_at=datetime(2026, 4, 6, 9, 0, tzinfo=UTC),
        starts_at=start,
        ends_at=start + timedelta(hours=1),
    )

    assert reminders.build_reports(REPORT_DAY) == 0


def test_month_without_a_closed_meeting_has_no_report(partnership):
    assert reminders.build_reports(REPORT_DAY) == 0
    assert reporting.build_report(partnership=partnership, month=MARCH, now=REPORT_DAY) is None


def test_one_partnership_that_fails_does_not_hold_up_the_others(partnership, monkeypatch):
    other = PartnershipFactory()
    for each in (partnership, other):
        answered_and_closed(people(6), partnership=each)
    compose = reporting.compose

    def poisoned(inputs):
        if inputs.people_came == 6 and not HealthReport.objects.exists() and not ReportFailure.objects.exists():
            raise ZeroDivisionError("secret words")
        return compose(inputs)

    monkeypatch.setattr(reporting, "compose", poisoned)
    runs = [reminders.build_reports(REPORT_DAY + timedelta(minutes=step)) for step in (0, 1, 5)]

    assert runs == [1, 0, 1]
    assert HealthReport.objects.count() == 2
    assert ReportFailure.objects.count() == 0


def test_failure_is_tried_again_with_growing_pauses_and_names_no_content(partnership):
    now = REPORT_DAY
    pauses = []
    for _ in range(10):
        failure = reporting.note_failure(partnership=partnership, month=MARCH, error="ZeroDivisionError", now=now)
        pauses.append(failure.next_attempt_at - now)

    assert pauses[:4] == [timedelta(minutes=minutes) for minutes in (5, 10, 20, 40)]
    assert pauses[-1] == timedelta(hours=12)
    assert ReportFailure.objects.get().error == "ZeroDivisionError"


# -- What -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("answers", [0, 1, 2, 4])
def test_fewer_than_five_answers_show_nothing_but_the_count(partnership, answers):
    answered_and_closed(people(answers, voice=1), people=8, partnership=partnership)

    _, payload = built(partnership)

    assert payload["state"] == "held"
    assert (payload["asked"], payload["answered"]) == (8, answers)
    assert sorted(payload) == [
        "answered",
        "asked",
        "form_version",
        "month",
        "origin",
        "people_heard",
        "promises",
        "reason",
        "records",
        "state",
        "windows",
    ]


def test_five_to_nine_answers_show_a_band_and_a_range_in_halves_and_no_number(partnership):
    answered_and_closed([some_answers(Random(seed)) for seed in range(7)], partnership=partnership)

    _, payload = built(partnership)

    for one in payload["dimensions"]:
        assert one["people"] == 7
        assert one["band"] in ("strong", "mixed", "concern")
        assert (one["low_tenths"] % 5, one["high_tenths"] % 5) == (0, 0)
        assert (one["tenths"], one["agreement"], one["favourable"], one["histogram"]) == (None,) * 4
    assert payload["energy"]["low_share"] is None
    assert payload["comments"] == []


def test_ten_answers_show_the_average_agreement_and_rounded_shares(partnership):
    answers = [sealed.Answers(dict.fromkeys(ITEMS, value)) for value in (1, 2, 2, 3, 3, 3, 4, 4, 5, 5)]
    answered_and_closed(answers, partnership=partnership)

    _, payload = built(partnership)

    voice = cell(payload, "voice")
    assert (voice["tenths"], voice["band"], voice["agreement"]) == (32, "mixed", "split")
    assert voice["favourable"] == {"percent": 40, "bound": "about"}
    assert payload["energy"]["low_share"] == {"percent": 30, "bound": "about"}
    assert payload["energy"]["watch"] is True


@pytest.mark.parametrize(("count", "value"), [(5, 5), (9, 1), (12, 5), (12, 1)])
def test_everybody_saying_the_same_is_never_told_exactly(partnership, count, value):
    answered_and_closed([sealed.Answers(dict.fromkeys(ITEMS, value))] * count, partnership=partnership)

    report, payload = built(partnership)

    voice = cell(payload, "voice")
    assert voice["low_tenths"] < voice["high_tenths"]
    assert '"percent":100' not in report.payload
    assert '"percent":0' not in report.payload


def test_question_that_fewer_than_five_answered_is_hidden_alone(partnership):
    answers = [sealed.Answers(dict.fromkeys(ITEMS, 4)) for _ in range(4)]
    answers += [sealed.Answers({item: 2 for item in ITEMS if item != "voice"}) for _ in range(8)]
    answered_and_closed(answers, partnership=partnership)

    _, payload = built(partnership)

    assert cell(payload, "voice") == {"key": "voice"}
    assert cell(payload, "trust")["tenths"] == 27
    assert "voice" not in payload["low"] + payload["lowest"]
    assert payload["quality"]["hard_questions"] == ["voice"]


def test_index_needs_six_questions_and_names_the_lowest(partnership):
    answered_and_closed(people(10, voice=1), partnership=partnership)
    few = PartnershipFactory()
    only_five = [sealed.Answers(dict.fromkeys(list(Dimension.values)[:5], 4)) for _ in range(10)]
    answered_and_closed(only_five, partnership=few)

    _, payload = built(partnership)
    _, hidden = built(few)

    assert payload["index"]["tenths"] == 28
    assert payload["lowest"] == ["voice"]
    assert hidden["index"] == {}


def test_low_lines_are_those_that_need_attention_and_the_lowest_mixed_one(partnership):
    answered_and_closed(people(10, voice=1, trust=2, roles=5), partnership=partnership)
    calm = PartnershipFactory()
    answered_and_closed([sealed.Answers(dict.fromkeys(ITEMS, 5) | {"time": 3})] * 10, partnership=calm)

    assert built(partnership)[1]["low"] == ["voice", "trust"]
    assert built(calm)[1]["low"] == ["time"]


def test_month_pools_its_meetings_and_counts_people_by_the_fullest_one(partnership):
    answered_and_closed(people(7, voice=5), partnership=partnership)
    answered_and_closed(people(6, voice=1), partnership=partnership, closed_at=CLOSED + timedelta(days=7))

    _, payload = built(partnership)

    assert (payload["people_heard"], payload["answered"], len(payload["windows"])) == (7, 13, 2)
    assert cell(payload, "voice")["people"] == 7
    assert cell(payload, "voice")["tenths"] is None


def test_quotes_need_ten_answers_after_one_meeting_and_permission(partnership):
    words = [some_answers(Random(n), comment=f"Yes {n}", may_quote=True) for n in range(2)]
    silent = [some_answers(Random(n), comment=f"No {n}") for n in range(2, 10)]
    answered_and_closed(words + silent, partnership=partnership)
    nine = [some_answers(Random(n), comment=f"Nine {n}", may_quote=True) for n in range(9)]
    answered_and_closed(nine, partnership=partnership, closed_at=CLOSED + timedelta(days=7))

    report, payload = built(partnership)

    assert payload["comments"] == ["Yes 0", "Yes 1"]
    assert "No " not in report.payload
    assert "Nine" not in report.payload


@pytest.mark.parametrize(("flags", "told"), [(0, 0), (1, "a_few"), (4, "a_few"), (5, 5)])
def test_small_numbers_of_people_who_want_action_are_not_told(partnership, flags, told):
    answers = [some_answers(Random(n), wants_action=n < flags) for n in range(7)]
    answered_and_closed(answers, partnership=partnership)

    assert built(partnership)[1]["wants_action"] == told


def test_meeting_that_too_few_attended_is_talked_over(partnership):
    closed_meeting(present=3, partnership=partnership)

    assert built(partnership)[1]["state"] == "no_window"


def test_month_of_a_small_meeting_does_not_speak_for_answers_that_wait(partnership):
    answered_and_closed(people(3), people=6, partnership=partnership)
    closed_meeting(present=3, partnership=partnership, closed_at=datetime(2026, 4, 10, 12, tzinfo=UTC))

    assert built(partnership, APRIL, datetime(2026, 5, 8, tzinfo=UTC))[1]["state"] == "no_window"


# -- Each answer is published once ------------------------------------------------------------------------------------
def test_month_held_back_joins_the_next_one(partnership):
    answered_and_closed(people(3, voice=5), people=6, partnership=partnership)
    april = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
    answered_and_closed(people(6, voice=2), partnership=partnership, closed_at=april)
    may = datetime(2026, 5, 8, tzinfo=UTC)

    assert reminders.build_reports(may) == 2
    march_report, april_report = (json.loads(r.payload) for r in HealthReport.objects.order_by("month"))

    assert march_report["state"] == "held"
    assert april_report["state"] == "published"
    assert (april_report["answered"], april_report["people_heard"]) == (9, 6)


def test_published_answers_are_in_no_second_report(partnership):
    answered_and_closed(people(6), partnership=partnership)
    built(partnership)
    answered_and_closed(people(3), people=6, partnership=partnership, closed_at=datetime(2026, 4, 10, 12, tzinfo=UTC))

    _, april = built(partnership, APRIL, datetime(2026, 5, 8, tzinfo=UTC))

    assert (april["state"], april["answered"]) == ("held", 3)


def test_meeting_closed_after_its_report_joins_the_next_month(partnership):
    answered_and_closed(people(6), partnership=partnership)
    built(partnership)
    start = datetime(2026, 3, 30, 9, 0, tzinfo=UTC)
    answered_and_closed(
        people(7),
        partnership=partnership,
        closed_at=datetime(2026, 4, 20, tzinfo=UTC),
        starts_at=start,
        ends_at=start + timedelta(hours=1),
    )
    closed_meeting(partnership=partnership, present=2, closed_at=datetime(2026, 4, 21, tzinfo=UTC))

    reminders.revise_reports(datetime(2026, 4, 28, tzinfo=UTC))
    _, april = built(partnership, APRIL, datetime(2026, 5, 8, tzinfo=UTC))

    latest = HealthReport.objects.filter(month=MARCH).latest("revision")
    assert json.loads(latest.payload)["answered"] == 6
    assert april["answered"] == 7


# -- Frozen -----------------------------------------------------------------------------------------------------------
def test_rebuilding_from_the_same_inputs_gives_the_same_bytes_and_no_new_row(partnership):
    answered_and_closed(
        [some_answers(Random(n), comment=f"é {n}", may_quote=True) for n in range(11)], partnership=partnership
    )
    report, _ = built(partnership)

    again = reporting.build_report(partnership=partnership, month=MARCH, now=REPORT_DAY + timedelta(days=1))

    assert again is None
    assert HealthReport.objects.get() == report
    assert reporting.composed_again(partnership=partnership, month=MARCH) == report.payload
    assert sha256(report.payload.encode()).hexdigest() == report.sha256


def test_corrected_attendance_gives_a_new_revision_and_keeps_the_old_one(partnership):
    window = answered_and_closed(people(6), partnership=partnership)
    first, before = built(partnership)
    absent = window.meeting.attendances.get(presence=Presence.ABSENT)
    type(absent).objects.filter(pk=absent.pk).update(presence=Presence.PRESENT)

    assert reminders.revise_reports(REPORT_DAY + timedelta(hours=1)) == 1
    assert reminders.revise_reports(REPORT_DAY + timedelta(hours=2)) == 0

    old, new = HealthReport.objects.order_by("revision")
    assert (old.pk, old.payload, new.revision) == (first.pk, first.payload, 2)
    after = json.loads(new.payload)
    assert after["records"]["people_came"] == before["records"]["people_came"] + 1
    assert after["dimensions"] == before["dimensions"]


def test_new_version_of_ours_revises_nothing_but_what_was_corrected(partnership, monkeypatch):
    window = answered_and_closed(people(6), partnership=partnership)
    with monkeypatch.context() as before:
        before.setattr("feedback.payload.inputs.ALGORITHM", "0.9-old")
        before.setattr(reporting, "ALGORITHM", "0.9-old")
        built(partnership)

    assert reminders.revise_reports(REPORT_DAY + timedelta(hours=1)) == 0
    window.meeting.attendances.filter(presence=Presence.ABSENT).update(presence=Presence.PRESENT)
    assert reminders.revise_reports(REPORT_DAY + timedelta(hours=2)) == 1

    old, new = HealthReport.objects.order_by("revision")
    assert old.algorithm_version == "0.9-old"
    assert json.loads(new.payload)["dimensions"] == json.loads(old.payload)["dimensions"]


@pytest.mark.parametrize("change", ["save", "update", "delete", "delete_all", "bulk_update", "get_or_create"])
def test_published_report_cannot_be_changed(change):
    report = HealthReportFactory()
    attempts = {
        "save": report.save,
        "update": lambda: HealthReport.objects.update(payload="{}"),
        "delete": report.delete,
        "delete_all": lambda: HealthReport.objects.all().delete(),
        "bulk_update": lambda: HealthReport.objects.bulk_update([report], ["payload"]),
        "get_or_create": lambda: HealthReport.objects.update_or_create(pk=report.pk, defaults={"payload": "{}"}),
    }

    with pytest.raises(ReportIsFrozen), transaction.atomic():
        attempts[change]()

    assert HealthReport.objects.get().sha256 == "0" * 64


def test_database_refuses_to_change_a_published_report():
    HealthReportFactory()

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE feedback_healthreport SET payload = '[]'")

    assert HealthReport.objects.get().payload == "{}"


@pytest.mark.parametrize(
    ("factory", "changes", "constraint"),
    [
        (HealthReportFactory, {"month": date(2026, 3, 2)}, "health_report_month_starts_on_the_first"),
    ],
)
def test_impossible_report_is_refused(factory, changes, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        factory(**changes)


def test_second_report_of_a_revision_is_refused():
    report = HealthReportFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        HealthReportFactory(partnership=report.partnership)
    failure = ReportFailureFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportFailureFactory(partnership=failure.partnership)
