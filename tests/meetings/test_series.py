"""Meetings that come back: one series a name, the next one proposed, reminder times of their own."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.models import AuditEvent
from meetings import services
from meetings.models import Meeting, MeetingSeries
from meetings.reminders import plan_reminders
from meetings.services.repeating import day_after
from notifications.delivery import dispatch_due
from notifications.models import Message, MessageState, ReminderTimes
from notifications.reminding import choose_moments, chosen_moments
from partners.permissions import Role
from tests.factories.meetings import AttendanceFactory, MeetingFactory, MeetingSeriesFactory
from tests.factories.partners import ContactFactory, PartnershipFactory, SeatFactory

NOW = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
DAYS, HOURS = timedelta(days=1), timedelta(hours=1)
PLAN = services.MeetingPlan(
    title="Partners' meeting",
    series="Monthly review",
    starts=datetime(2026, 10, 14, 9, 30),  # the second Wednesday, in summer time
    ends=datetime(2026, 10, 14, 11, 30),
    time_zone="Europe/London",
    place="Mill Street",
    online_link="https://meet.example.org/x",
    purpose="What moved",
    agenda="Good news, 15 min\nDecisions",
)


@pytest.fixture
def seat(db):
    return SeatFactory(role=Role.COORDINATOR, partnership=PartnershipFactory(slug="wrenfield"))


def plan(seat, now=NOW, **changes):
    return services.plan_meeting(plan=replace(PLAN, **changes), by=seat, now=now)


def edit(meeting, seat, **changes):
    return services.edit_meeting(meeting=meeting, plan=replace(services.plan_of(meeting), **changes), by=seat, now=NOW)


def verbs():
    return list(AuditEvent.objects.filter(verb__startswith="series.").order_by("pk").values_list("verb", flat=True))


# -- Joining and leaving ----------------------------------------------------------------------------------------------
def test_the_first_meeting_of_a_name_starts_a_series_and_others_join_it(seat):
    first, second, alone = plan(seat), plan(seat, series="MONTHLY review"), plan(seat, series="")

    series = MeetingSeries.objects.get()
    assert (first.series, second.series, alone.series) == (series, series, None)
    assert (series.title, series.partnership) == ("Monthly review", seat.partnership)
    assert verbs() == ["series.started"]


def test_the_name_of_somebody_elses_series_leads_to_ones_own(seat):
    foreign = MeetingSeriesFactory(title="Monthly review")

    planned, edited = plan(seat), edit(plan(seat, series=""), seat, series="monthly REVIEW")

    assert planned.series == edited.series != foreign
    assert planned.series.partnership == seat.partnership
    assert not foreign.meetings.exists()


@pytest.mark.parametrize("title", ["Monthly review", "MONTHLY REVIEW"])
def test_the_database_keeps_one_series_of_a_name(seat, title):
    MeetingSeriesFactory(partnership=seat.partnership, title="Monthly review")
    MeetingSeriesFactory(title=title)

    with pytest.raises(IntegrityError), transaction.atomic():
        MeetingSeriesFactory(partnership=seat.partnership, title=title)
    with pytest.raises(IntegrityError, match="series_has_a_title"), transaction.atomic():
        MeetingSeriesFactory(partnership=seat.partnership, title="")


def test_a_series_goes_with_its_last_meeting_and_takes_its_reminder_times_along(seat):
    one, other = plan(seat), plan(seat)
    services.remind_at(of=one.series, moments=[DAYS], by=seat, now=NOW)

    edit(one, seat, series="")
    assert (MeetingSeries.objects.count(), ReminderTimes.objects.count()) == (1, 1)
    edit(other, seat, series="Round table")

    assert list(MeetingSeries.objects.values_list("title", flat=True)) == ["Round table"]
    assert not ReminderTimes.objects.exists()
    assert verbs() == ["series.started", "series.started", "series.ended"]


def test_joining_a_series_mails_nobody(seat):
    meeting = plan(seat, series="")
    services.invite(meeting=meeting, seats=[seat], by=seat, now=NOW)
    Message.objects.update(state=MessageState.SENT, sent_at=NOW)

    edit(meeting, seat, series="Monthly review")

    assert Meeting.objects.get().sequence == 0
    assert Message.objects.count() == 1


# -- The next one -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("days", "following"),
    [
        ([date(2026, 10, 14)], date(2026, 11, 11)),  # the second Wednesday again
        ([date(2026, 9, 9), date(2026, 10, 14)], date(2026, 11, 11)),
        ([date(2026, 8, 12), date(2026, 10, 14)], date(2026, 11, 11)),  # a month without: still every month
        ([date(2026, 12, 9)], date(2027, 1, 13)),
        ([date(2026, 10, 7), date(2026, 10, 14)], date(2026, 10, 21)),
        ([date(2026, 9, 30), date(2026, 10, 14)], date(2026, 10, 28)),
        ([date(2026, 9, 30)], date(2026, 10, 28)),  # the fifth Wednesday: the last one
        ([date(2026, 10, 28)], date(2026, 11, 25)),
        ([date(2026, 8, 26), date(2026, 9, 30)], date(2026, 10, 28)),
        ([date(2026, 9, 30), date(2026, 10, 28)], date(2026, 11, 25)),
        ([date(2026, 10, 28), date(2026, 11, 25)], date(2026, 12, 23)),  # the fourth, as both were
        ([date(2026, 11, 25), date(2026, 12, 30)], date(2027, 1, 27)),
        ([date(2026, 6, 29), date(2026, 7, 27)], date(2026, 8, 31)),  # the last Monday: a fifth again
        ([date(2028, 2, 29)], date(2028, 3, 28)),
    ],
)
def test_the_day_one_interval_later(days, following):
    assert day_after(days) == following


def test_every_day_has_one_after_it_on_the_same_weekday_in_the_next_month():
    day = date(2023, 1, 1)
    while day < date(2031, 1, 1):
        following = day_after([day])
        assert following.weekday() == day.weekday()
        assert (following.year * 12 + following.month) - (day.year * 12 + day.month) == 1
        day += DAYS


def test_the_next_one_is_like_the_last_at_the_same_hours_on_the_wall(seat):
    """Summer time ends between the two."""
    meeting = plan(seat)

    following = services.next_plan(meeting, now=NOW)

    assert following == replace(PLAN, starts=datetime(2026, 11, 11, 9, 30), ends=datetime(2026, 11, 11, 11, 30))
    planned = services.plan_meeting(plan=following, by=seat, now=NOW)
    assert (meeting.starts_at.hour, planned.starts_at.hour) == (8, 9)
    assert planned.series == meeting.series
    assert planned.is_draft
    assert not Message.objects.exists()


def test_a_series_that_rested_goes_on_at_a_day_that_is_still_ahead(seat):
    meeting = plan(seat)

    following = services.next_plan(meeting, now=datetime(2027, 3, 10, 10, tzinfo=UTC))

    assert following.starts == datetime(2027, 4, 14, 9, 30)


def test_a_meeting_called_off_says_nothing_about_the_rhythm(seat):
    plan(seat, starts=datetime(2026, 9, 9, 9, 30), ends=datetime(2026, 9, 9, 11, 30))
    extra = plan(seat, starts=datetime(2026, 10, 7, 9, 30), ends=datetime(2026, 10, 7, 11, 30))
    last = plan(seat)
    assert services.next_plan(last, now=NOW).starts.date() == date(2026, 10, 21)

    services.cancel_meeting(meeting=extra, by=seat, now=NOW)

    assert services.next_plan(last, now=NOW).starts.date() == date(2026, 11, 11)


# -- Reminders --------------------------------------------------------------------------------------------------------
def choose(seat, subject, *moments):
    choose_moments(kind="meeting_reminder", partnership_id=seat.partnership_id, moments=moments, by_id=seat.person_id,
                   now=NOW, subject=subject)  # fmt: skip


@pytest.fixture
def invited(seat):
    """A meeting in twenty days, to which one was asked."""
    meeting = plan(seat, starts=datetime(2026, 10, 21, 10), ends=datetime(2026, 10, 21, 11))
    services.invite(meeting=meeting, seats=[seat], by=seat, now=NOW)
    Message.objects.update(state=MessageState.SENT, sent_at=NOW)
    return meeting


def owed(state=MessageState.PENDING):
    rows = Message.objects.filter(kind="meeting_reminder", state=state).order_by("due_at")
    return [Meeting.objects.get(pk=row.params["meeting"]).starts_at - row.due_at for row in rows]


def test_a_meetings_own_times_come_before_those_of_its_series_and_these_before_the_partnerships(seat, invited):
    subjects = [f"meeting:{invited.pk}", f"series:{invited.series_id}"]

    def times():
        return chosen_moments("meeting_reminder").of(seat.partnership_id, *subjects)

    found = [times()]
    choose(seat, "", 10 * DAYS)
    found.append(times())
    services.remind_at(of=invited.series, moments=[5 * DAYS], by=seat, now=NOW)
    found.append(times())
    services.remind_at(of=invited, moments=[], by=seat, now=NOW)
    found.append(times())
    services.remind_as_usual(of=invited, by=seat, now=NOW)
    found.append(times())
    services.remind_as_usual(of=invited.series, by=seat, now=NOW)
    found.append(times())

    assert found == [(3 * DAYS, 2 * HOURS), (10 * DAYS,), (5 * DAYS,), (), (5 * DAYS,), (10 * DAYS,)]


def test_what_waits_follows_the_times_of_the_series(seat, invited):
    at = invited.starts_at - 3 * DAYS
    plan_reminders(at)
    assert owed() == [3 * DAYS]

    services.remind_at(of=invited.series, moments=[DAYS], by=seat, now=at)
    plan_reminders(at)
    assert owed() == []

    services.remind_at(of=invited.series, moments=[4 * DAYS], by=seat, now=at)
    for _ in range(3):
        plan_reminders(at)
    assert owed() == [4 * DAYS]


def test_what_was_sent_is_not_sent_again_when_the_series_changes(seat, invited):
    at = invited.starts_at - 3 * DAYS
    plan_reminders(at)
    dispatch_due(now=at)
    assert owed(MessageState.SENT) == [3 * DAYS]

    services.remind_at(of=invited.series, moments=[3 * DAYS, DAYS], by=seat, now=at)
    plan_reminders(at)
    services.remind_as_usual(of=invited.series, by=seat, now=at)
    plan_reminders(at)

    assert (owed(), owed(MessageState.SENT)) == ([], [3 * DAYS])


def test_who_was_reminded_hears_nothing_of_an_earlier_moment_chosen_afterwards(seat, invited):
    """Its moment had passed already when it was chosen."""
    at = invited.starts_at - 3 * DAYS
    plan_reminders(at)
    dispatch_due(now=at)

    services.remind_at(of=invited.series, moments=[5 * DAYS, DAYS], by=seat, now=at + DAYS)
    plan_reminders(at + DAYS)
    assert owed() == []

    plan_reminders(at + 2 * DAYS)
    assert owed() == [DAYS]


def test_the_times_of_one_series_touch_no_other_meeting(seat, invited):
    other = plan(seat, series="Round table", starts=datetime(2026, 10, 21, 14), ends=datetime(2026, 10, 21, 15))
    services.invite(meeting=other, seats=[seat], by=seat, now=NOW)
    services.remind_at(of=invited.series, moments=[], by=seat, now=NOW)

    plan_reminders(other.starts_at - 3 * DAYS)

    assert list(Message.objects.filter(kind="meeting_reminder").values_list("params__meeting", flat=True)) == [other.pk]


def test_a_meeting_that_changes_its_series_is_reminded_of_as_the_new_one_wants(seat, invited):
    at = invited.starts_at - 3 * DAYS
    services.remind_at(of=plan(seat, series="Round table").series, moments=[DAYS], by=seat, now=NOW)
    plan_reminders(at)
    assert owed() == [3 * DAYS]

    edit(invited, seat, series="Round table")
    plan_reminders(at)

    assert owed() == []


# -- Pages ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def reader(seat, client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client.force_login(seat.person)
    return client


def url(name, *args):
    return reverse(f"meetings:{name}", args=["wrenfield", *args])


def page_of(response):
    return BeautifulSoup(response.content, "html.parser").select_one("main")


def typed_in(page):
    """What the form would send as it stands."""
    values = {box["name"]: box.get("value", "") for box in page.select("form input:not([type=checkbox])")}
    values |= {area["name"]: area.text.removeprefix("\n") for area in page.select("form textarea")}
    return values | {one["name"]: one.select_one("[selected]")["value"] for one in page.select("form select")}


def test_a_name_is_chosen_or_written(reader, seat):
    MeetingSeriesFactory(title="Somebody else's")
    plan(seat)

    page = page_of(reader.get(url("meeting-add")))

    assert [option["value"] for option in page.select("datalist#series-names option")] == ["Monthly review"]
    assert page.select_one("input[name=series]")["list"] == "series-names"


def test_from_one_meeting_to_the_next_in_two_steps(reader, seat):
    """The coordinator opens the form, checks it, sends it; those who were asked are ticked; nobody was mailed."""
    meeting = plan(seat)
    kept, gone, passed_on, never_asked = SeatFactory.create_batch(4, partnership=seat.partnership)
    services.invite(meeting=meeting, seats=[seat, kept, gone, passed_on], by=seat, now=NOW)
    Message.objects.update(state=MessageState.SENT, sent_at=NOW)
    successor = ContactFactory(organization=passed_on.organization)
    type(gone).objects.filter(pk=gone.pk).update(holder=None, person=None)
    type(gone).objects.filter(pk=passed_on.pk).update(holder=successor, person=successor.person)

    detail = page_of(reader.get(url("meeting-detail", meeting.pk)))
    assert "Plan 11 November 2026" in detail.text
    form = page_of(reader.get(url("meeting-next", meeting.pk)))
    assert Meeting.objects.count() == 1
    response = reader.post(url("meeting-next", meeting.pk), typed_in(form))

    following = Meeting.objects.exclude(pk=meeting.pk).get()
    assert services.plan_of(following) == replace(
        PLAN, starts=datetime(2026, 11, 11, 9, 30), ends=datetime(2026, 11, 11, 11, 30)
    )
    assert response.url == url("meeting-invite", following.pk)
    boxes = page_of(reader.get(response.url)).select("input[type=checkbox]")
    assert {int(box["value"]): box.has_attr("checked") for box in boxes} == {
        seat.pk: True, kept.pk: True, passed_on.pk: True, never_asked.pk: False,
    }  # fmt: skip
    assert Message.objects.count() == 4


def test_neighbours_lead_to_each_other(reader, seat):
    first, second = plan(seat), plan(seat, starts=datetime(2026, 11, 11, 9, 30), ends=datetime(2026, 11, 11, 10, 30))

    pages = [page_of(reader.get(url("meeting-detail", one.pk))) for one in (first, second)]

    links = [{link["href"] for link in page.select("a")} for page in pages]
    assert url("meeting-detail", second.pk) in links[0]
    assert url("meeting-detail", first.pk) in links[1]
    assert [url("meeting-next", one.pk) in found for one, found in zip((first, second), links, strict=True)] == [
        False, True,
    ]  # fmt: skip


def test_a_closed_meeting_offers_the_next_one_first(reader, seat):
    series = MeetingSeriesFactory(partnership=seat.partnership)
    held = {"partnership": seat.partnership, "organizer": seat, "closed_at": NOW - DAYS}
    meeting = MeetingFactory(**held, series=series, starts_at=NOW - 2 * DAYS, ends_at=NOW - 2 * DAYS + HOURS)
    alone = MeetingFactory(**held, starts_at=NOW - 2 * DAYS, ends_at=NOW - 2 * DAYS + HOURS)

    buttons = [
        page_of(reader.get(url("meeting-detail", one.pk))).select_one(".page-actions .btn-primary")["href"]
        for one in (meeting, alone)
    ]

    assert buttons == [url("meeting-next", meeting.pk), url("meeting-add")]


def test_members_see_the_series_and_plan_nothing(reader, seat):
    meeting = plan(seat)
    reader.force_login(SeatFactory(partnership=seat.partnership, role=Role.MEMBER).person)

    for path in (url("meeting-detail", meeting.pk), url("series-detail", meeting.series_id)):
        page = page_of(reader.get(path))
        assert "Monthly review" in page.text
        assert not page.select(f'[href="{url("meeting-next", meeting.pk)}"], .page-actions, form')
    for name, pk in (("meeting-next", meeting.pk), ("series-rename", meeting.series_id),
                     ("series-reminders", meeting.series_id)):  # fmt: skip
        assert reader.get(url(name, pk)).status_code == 403
        assert reader.post(url(name, pk), {"title": "Mine", "usual": "1"}).status_code == 403


def test_the_page_of_a_series_shows_its_meetings_and_no_others(reader, seat):
    plan(seat, title="Ahead")
    plan(seat, title="Behind", starts=datetime(2026, 9, 9, 9, 30), ends=datetime(2026, 9, 9, 10, 30))
    plan(seat, title="Another", series="Round table")
    series = MeetingSeries.objects.get(title="Monthly review")

    page = page_of(reader.get(url("series-detail", series.pk)))
    links = [link["href"] for link in page_of(reader.get(url("meeting-list"))).select("nav a")]

    shown = {
        part: [link.text for link in page.select(f"section[aria-labelledby={part}] a.item-title")]
        for part in ("upcoming", "past")
    }
    assert shown == {"upcoming": ["Ahead"], "past": ["Behind"]}
    assert "Plan 11 November 2026" in page.text
    assert url("series-detail", series.pk) in links
    menu = BeautifulSoup(reader.get(url("series-detail", series.pk)).content, "html.parser").select("[aria-current]")
    assert {link["href"] for link in menu if link.has_attr("href")} == {url("meeting-list")}


@pytest.mark.parametrize("item_count", [1, 3])
def test_series_query_count(reader, seat, item_count, django_assert_num_queries):
    series = MeetingSeriesFactory(partnership=seat.partnership)
    for number in range(item_count):
        for start in (NOW + number * DAYS, NOW - (30 + number) * DAYS):
            meeting = MeetingFactory(series=series, partnership=seat.partnership, organizer=seat, starts_at=start,
                                     ends_at=start + HOURS)  # fmt: skip
            AttendanceFactory.create_batch(2, meeting=meeting)

    with django_assert_num_queries(10):
        response = reader.get(url("series-detail", series.pk))

    assert response.content.count(b'class="item-title"') == 2 * item_count


def test_renaming_keeps_the_meetings_and_refuses_a_name_that_is_taken(reader, seat):
    meeting = plan(seat)
    plan(seat, series="Round table")

    taken = reader.post(url("series-rename", meeting.series_id), {"title": "ROUND TABLE"})
    response = reader.post(url("series-rename", meeting.series_id), {"title": "MONTHLY review"})

    assert (taken.status_code, "There is a series of this name already." in taken.text) == (422, True)
    assert response.url == url("series-detail", meeting.series_id)
    meeting.refresh_from_db()
    assert (meeting.series.title, meeting.title) == ("MONTHLY review", "Partners' meeting")
    assert verbs() == ["series.started", "series.started", "series.renamed"]


def test_a_series_is_set_on_its_own_page_and_back_again(reader, seat):
    meeting = plan(seat)
    subject = f"series:{meeting.series_id}"
    units = {f"meeting_reminder-{place}-unit": "hours" for place in range(3)}

    response = reader.post(url("series-reminders", meeting.series_id), units | {"meeting_reminder-0-number": "12"})
    own = chosen_moments("meeting_reminder").of(seat.partnership_id, subject)
    shown = page_of(reader.get(url("meeting-reminders", meeting.pk)))
    reader.post(url("series-reminders", meeting.series_id), {"usual": "1"})

    assert response.url == url("series-detail", meeting.series_id)
    assert own == (12 * HOURS,)
    assert shown.select_one("[name=meeting_reminder-0-number]")["value"] == "12"
    assert "As in the whole series" in shown.text
    assert not ReminderTimes.objects.exists()
    assert list(AuditEvent.objects.filter(verb__startswith="reminders").values_list("verb", "partnership_id")) == [
        ("reminders.chosen", seat.partnership_id), ("reminders.reset", seat.partnership_id),
    ]  # fmt: skip
