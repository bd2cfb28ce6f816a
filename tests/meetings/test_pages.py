from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, panels
from goals.models import Action
from meetings.choices import Presence
from meetings.models import Attendance, Decision, Meeting
from notifications.models import Message
from partners.permissions import Role
from tests.factories.accounts import PersonFactory
from tests.factories.goals import SharedGoalFactory
from tests.factories.meetings import AttendanceFactory, DecisionFactory, MeetingActionFactory, MeetingFactory
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
BEFORE, AFTER = START - timedelta(days=10), START + timedelta(hours=3)
TYPED = {
    "title": "November round table",
    "starts": "2026-11-04T14:00",
    "ends": "2026-11-04T16:00",
    "time_zone": "Europe/Paris",
    "place": "Room 2.04",
    "online_link": "",
    "purpose": "",
    "agenda": "Good news",
}
MANAGED = ["meeting-edit", "meeting-invite", "meeting-cancel", "meeting-attendance", "meeting-notes", "meeting-close",
           "decision-add", "action-agree"]  # fmt: skip


@pytest.fixture
def at(monkeypatch):
    def move(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    move(BEFORE)
    return move


@pytest.fixture
def seat(at, client):
    seat = SeatFactory(role=Role.COORDINATOR, partnership=PartnershipFactory(slug="wrenfield"))
    client.force_login(seat.person)
    return seat


def url(name, seat, *args):
    return reverse(f"meetings:{name}", args=[seat.partnership.slug, *args])


def meeting_of(seat, **values):
    defaults = {"partnership": seat.partnership, "organizer": seat, "starts_at": START, "invited_at": BEFORE}
    return MeetingFactory(**(defaults | {"ends_at": START + timedelta(hours=2)} | values))


def words(response, selector="main"):
    part = BeautifulSoup(response.content, "html.parser").select_one(selector)
    return " ".join(part.get_text(" ").split())


def field(response, name):
    return BeautifulSoup(response.content, "html.parser").select_one(f"[name={name}]")


# -- Reading ----------------------------------------------------------------------------------------------------------
def test_an_empty_list_says_what_will_be_there(client, seat):
    text = words(client.get(url("meeting-list", seat)))

    assert "No meeting is planned" in text
    assert "No meeting yet" in text


def test_the_list_parts_what_is_ahead_from_what_is_behind(client, seat):
    meeting_of(seat, title="Soon")
    meeting_of(seat, title="Off", cancelled_at=BEFORE)
    meeting_of(seat, title="Draft", invited_at=None)
    meeting_of(seat, title="Held", starts_at=START - timedelta(days=30), ends_at=START - timedelta(days=29),
               closed_at=START - timedelta(days=29))  # fmt: skip
    MeetingFactory(title="Somebody else's", starts_at=START)

    page = BeautifulSoup(client.get(url("meeting-list", seat)).content, "html.parser")

    titles = {
        part: [link.text for link in page.select(f"section[aria-labelledby={part}] a.item-title")]
        for part in ("upcoming", "past")
    }
    assert titles == {"upcoming": ["Soon", "Draft"], "past": ["Off", "Held"]}


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_query_count(client, seat, item_count, django_assert_num_queries):
    for number in range(item_count):
        upcoming = meeting_of(seat, starts_at=START + timedelta(days=number), ends_at=START + timedelta(days=30))
        past = meeting_of(seat, starts_at=START - timedelta(days=60), ends_at=START - timedelta(days=59),
                          closed_at=START - timedelta(days=59))  # fmt: skip
        for meeting in (upcoming, past):
            AttendanceFactory.create_batch(2, meeting=meeting)
            DecisionFactory(meeting=meeting)

    with django_assert_num_queries(LIST_QUERIES):
        response = client.get(url("meeting-list", seat))

    assert response.content.count(b'class="item-title"') == 2 * item_count


LIST_QUERIES = 8
DETAIL_QUERIES_AT_MOST = 12  # eight of ours, the rest for panels


def test_detail_costs_the_same_for_one_and_three_with_the_panels_of_apps_above(client, seat):
    counts, shown = [], []
    for item_count in (1, 3):
        meeting = meeting_of(seat, closed_at=AFTER)
        for _ in range(item_count):
            AttendanceFactory(meeting=meeting, presence=Presence.DEPUTY, deputy=PersonFactory())
            MeetingActionFactory(meeting=meeting, decision=DecisionFactory(meeting=meeting))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url("meeting-detail", seat, meeting.pk))
        counts.append(len(queries))
        shown.append(response.content.count(b'class="decision"'))

    assert shown == [1, 3]
    assert counts[0] == counts[1]
    assert counts[0] <= DETAIL_QUERIES_AT_MOST


def headings(response):
    return [tag.text for tag in BeautifulSoup(response.content, "html.parser").select("main h2")]


def test_agenda_first_before_and_decisions_first_after(client, seat, at):
    meeting = meeting_of(seat, agenda="Good news")
    DecisionFactory(meeting=meeting)
    before = headings(client.get(url("meeting-detail", seat, meeting.pk)))
    at(AFTER)
    after = headings(client.get(url("meeting-detail", seat, meeting.pk)))

    assert before[:2] == ["Agenda", "What we decided"]
    assert after[:3] == ["What we decided", "Agenda", "Notes"]


def test_times_are_those_of_the_reader(client, seat):
    seat.person.time_zone = "Asia/Kathmandu"
    seat.person.save()
    meeting = meeting_of(seat)

    text = words(client.get(url("meeting-detail", seat, meeting.pk)))

    assert "Wednesday 4 March, 14:45 to 16:45" in text
    assert "Times are yours (Asia/Kathmandu). The meeting is planned in Europe/Paris." in text


def test_what_people_wrote_is_text(client, seat):
    meeting = meeting_of(seat, title="<b>x</b>", agenda="<i>y</i>", notes="<script>z</script>", purpose="<u>p</u>")
    DecisionFactory(meeting=meeting, text="<s>d</s>", reason="<em>r</em>")

    page = BeautifulSoup(client.get(url("meeting-detail", seat, meeting.pk)).content, "html.parser")

    assert page.select("main b, main i, main u, main s, main em, main script") == []


# -- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["meeting-detail", *MANAGED])
def test_another_partnerships_meeting_is_not_found(client, seat, name):
    foreign = MeetingFactory(invited_at=BEFORE)

    for path in (url(name, seat, foreign.pk), reverse(f"meetings:{name}", args=[foreign.partnership.slug, foreign.pk])):
        assert client.get(path).status_code == 404
        assert client.post(path, TYPED).status_code == (405 if name == "meeting-detail" else 404)


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MEMBER, Role.REPRESENTATIVE])
def test_members_read_and_change_nothing(client, seat, role):
    meeting = meeting_of(seat)
    reader = SeatFactory(partnership=seat.partnership, role=role)
    client.force_login(reader.person)

    assert client.get(url("meeting-list", seat)).status_code == 200
    page = client.get(url("meeting-detail", seat, meeting.pk))
    assert page.status_code == 200
    assert BeautifulSoup(page.content, "html.parser").select("main .page-actions, main form") == []
    for name in MANAGED:
        assert client.get(url(name, seat, meeting.pk)).status_code == 403
        assert client.post(url(name, seat, meeting.pk), TYPED).status_code == 403
    assert client.post(url("meeting-add", seat), TYPED).status_code == 403
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize("name", MANAGED)
def test_every_form_opens_for_backbone_staff(client, seat, name, at):
    meeting = meeting_of(seat)
    AttendanceFactory(meeting=meeting)
    at(AFTER)
    client.force_login(SeatFactory(partnership=seat.partnership, role=Role.BACKBONE).person)

    assert client.get(url(name, seat, meeting.pk)).status_code == 200


# -- Writing ----------------------------------------------------------------------------------------------------------
def test_planning_leads_to_inviting(client, seat):
    response = client.post(url("meeting-add", seat), TYPED)

    meeting = Meeting.objects.get()
    assert response.url == url("meeting-invite", seat, meeting.pk)
    assert (meeting.title, meeting.starts_at) == ("November round table", datetime(2026, 11, 4, 13, 0, tzinfo=UTC))
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("change", "name", "words_of_it"),
    [
        ({"ends": "2026-11-04T14:00"}, "ends", "The meeting has to end after it starts."),
        ({"title": ""}, "title", "This field is required."),
        ({"starts": "0001-01-01T00:00"}, "starts", "Check the year."),
        ({"starts": "soon"}, "starts", "Enter a valid date/time."),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Select a valid choice."),
        ({"online_link": "javascript:alert(1)"}, "online_link", "Enter a valid URL."),
    ],
)
def test_a_plan_to_mend_keeps_what_was_typed(client, seat, change, name, words_of_it):
    response = client.post(url("meeting-add", seat), TYPED | change)

    assert response.status_code == 422
    assert words_of_it in words(response, f"#div_id_{name}")
    assert words_of_it in words(response, ".error-summary")
    assert field(response, "place")["value"] == "Room 2.04"
    assert field(response, "agenda").text.strip() == "Good news"
    assert not Meeting.objects.exists()


def test_extra_fields_change_nothing(client, seat):
    other = PartnershipFactory()

    client.post(url("meeting-add", seat), TYPED | {
        "partnership": other.pk, "organizer": SeatFactory().pk, "closed_at": "2026-01-01", "sequence": 9,
    })  # fmt: skip

    meeting = Meeting.objects.get()
    assert (meeting.partnership, meeting.organizer, meeting.closed_at, meeting.sequence) == (
        seat.partnership, seat, None, 0,
    )  # fmt: skip


def test_editing_shows_and_saves_the_plan_in_the_zone_of_the_meeting(client, seat):
    meeting = meeting_of(seat)
    AttendanceFactory(meeting=meeting)
    page = client.get(url("meeting-edit", seat, meeting.pk))

    response = client.post(url("meeting-edit", seat, meeting.pk), TYPED | {"title": "Moved"})

    assert (field(page, "starts")["value"], field(page, "ends")["value"]) == ("2026-03-04T10:00", "2026-03-04T12:00")
    assert response.url == url("meeting-detail", seat, meeting.pk)
    assert (Meeting.objects.get().title, Meeting.objects.get().sequence) == ("Moved", 1)


def test_a_refused_edit_keeps_what_was_typed(client, seat):
    meeting = meeting_of(seat)

    response = client.post(
        url("meeting-edit", seat, meeting.pk), TYPED | {"starts": "2026-01-01T09:00", "place": "Garden"}
    )

    assert response.status_code == 422
    assert "the new one has passed" in words(response, ".error-summary")
    assert field(response, "place")["value"] == "Garden"


def test_inviting_offers_everybody_and_lists_empty_seats(client, seat):
    meeting = meeting_of(seat, invited_at=None)
    SeatFactory(partnership=seat.partnership, vacant=True, organization__name="Empty Chairs")
    SeatFactory(organization__name="Elsewhere")

    page = client.get(url("meeting-invite", seat, meeting.pk))
    boxes = BeautifulSoup(page.content, "html.parser").select("input[type=checkbox]")
    response = client.post(url("meeting-invite", seat, meeting.pk), {"seats": [seat.pk]})

    assert [(int(box["value"]), box.has_attr("checked")) for box in boxes] == [(seat.pk, True)]
    assert "Empty Chairs" in words(page)
    assert "Elsewhere" not in words(page)
    assert response.url == url("meeting-detail", seat, meeting.pk)
    assert list(Message.objects.values_list("kind", "recipient")) == [("meeting_invitation", seat.person_id)]


def test_foreign_and_vacant_seats_cannot_be_invited(client, seat):
    meeting = meeting_of(seat, invited_at=None)
    vacant = SeatFactory(partnership=seat.partnership, vacant=True)

    for pk in (SeatFactory().pk, vacant.pk, 999999):
        response = client.post(url("meeting-invite", seat, meeting.pk), {"seats": [seat.pk, pk]})
        assert response.status_code == 422
    empty = client.post(url("meeting-invite", seat, meeting.pk), {})
    assert (empty.status_code, "Tick at least one person." in words(empty)) == (422, True)
    assert not Attendance.objects.exists()


def attendance(row, presence, **deputy):
    return {f"presence_{row.pk}": presence, **{f"deputy_{name}_{row.pk}": value for name, value in deputy.items()}}


def test_attendance_of_everybody_on_one_page(client, seat, at):
    at(AFTER)
    meeting = meeting_of(seat)
    rows = AttendanceFactory.create_batch(2, meeting=meeting)

    page = client.get(url("meeting-attendance", seat, meeting.pk))
    response = client.post(
        url("meeting-attendance", seat, meeting.pk),
        attendance(rows[0], "present") | attendance(rows[1], "deputy", name="Ada Quist", email="ada@example.org"),
    )

    legends = [tag.text for tag in BeautifulSoup(page.content, "html.parser").select("legend")]
    assert len(legends) == 2
    assert response.url == url("meeting-detail", seat, meeting.pk)
    assert list(Attendance.objects.order_by("pk").values_list("presence", "deputy__email")) == [
        ("present", None),
        ("deputy", "ada@example.org"),
    ]


@pytest.mark.parametrize(
    ("deputy", "part", "words_of_it"),
    [
        ({"name": ""}, "deputy_name", "Write the name of the person they sent."),
        ({"name": "Ada", "email": "not an address"}, "deputy_email", "Enter a valid email address."),
    ],
)
def test_attendance_to_mend_keeps_what_was_chosen(client, seat, at, deputy, part, words_of_it):
    at(AFTER)
    meeting = meeting_of(seat)
    first, second = AttendanceFactory.create_batch(2, meeting=meeting)

    response = client.post(
        url("meeting-attendance", seat, meeting.pk),
        attendance(first, "absent") | attendance(second, "deputy", **deputy),
    )

    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 422
    assert page.select_one(f"#id_{part}_{second.pk}_error").text == words_of_it
    assert page.select_one(f".error-summary a[href='#id_{part}_{second.pk}']").text.endswith(words_of_it)
    assert [box["value"] for box in page.select("input[type=radio][checked]")] == ["absent", "deputy"]
    assert set(Attendance.objects.values_list("presence", flat=True)) == {"unknown"}


def test_a_deputy_who_was_asked_is_refused_beside_their_row(client, seat, at):
    at(AFTER)
    meeting = meeting_of(seat)
    first, second = AttendanceFactory.create_batch(2, meeting=meeting)

    response = client.post(
        url("meeting-attendance", seat, meeting.pk),
        attendance(first, "present") | attendance(second, "deputy", name="x", email=first.person.email),
    )

    assert response.status_code == 422
    assert "was asked to this meeting themselves" in words(response, f"#id_presence_{second.pk}_row")


def test_closing_needs_every_answer_and_happens_by_post_only(client, seat, at):
    at(AFTER)
    meeting = meeting_of(seat)
    row = AttendanceFactory(meeting=meeting)
    path = url("meeting-close", seat, meeting.pk)

    page, refused = client.get(path), client.post(path, follow=True)
    Attendance.objects.filter(pk=row.pk).update(presence=Presence.PRESENT)
    client.get(path)
    still_open = Meeting.objects.get().closed_at
    response = client.post(path)

    assert BeautifulSoup(page.content, "html.parser").select("main form") == []
    assert "For 1 person it is not noted yet whether they came." in words(refused, "#messages")
    assert still_open is None
    assert response.url == url("meeting-detail", seat, meeting.pk)
    assert Meeting.objects.get().closed_at == AFTER


def test_cancelling_asks_first_and_happens_by_post_only(client, seat):
    meeting = meeting_of(seat)
    path = url("meeting-cancel", seat, meeting.pk)

    client.get(path)
    asked_first = Meeting.objects.get().cancelled_at
    response = client.post(path)
    again = client.post(path, follow=True)

    assert asked_first is None
    assert response.url == url("meeting-detail", seat, meeting.pk)
    assert Meeting.objects.get().cancelled_at == BEFORE
    assert "This meeting was cancelled." in words(again, "#messages")


def test_notes_decisions_and_actions(client, seat, at):
    at(AFTER)
    meeting = meeting_of(seat)
    goal = SharedGoalFactory(partnership=seat.partnership)

    client.post(url("meeting-notes", seat, meeting.pk), {"notes": "We laughed."})
    client.post(url("decision-add", seat, meeting.pk), {"text": "One form.", "reason": "Simpler."})
    client.post(url("decision-edit", seat, meeting.pk, 1), {"text": "One form for all.", "reason": ""})
    decision = Decision.objects.get()
    client.post(
        url("action-agree", seat, meeting.pk),
        {"title": "Check the text", "accountable": seat.pk, "due_on": "2026-03-18", "decision": decision.pk,
         "goal": goal.pk},
    )  # fmt: skip

    text = words(client.get(url("meeting-detail", seat, meeting.pk)))
    for part in ("We laughed.", "One form for all.", "Check the text", f"{seat.organization} , by 18 Mar"):
        assert part.replace(" ,", ",") in text, part
    action = Action.objects.get()
    assert (action.goal, action.agreed_at.decision) == (goal, decision)


def test_the_action_form_takes_nothing_of_another_partnership(client, seat, at):
    at(AFTER)
    meeting = meeting_of(seat)
    good = {"title": "Check the text", "accountable": seat.pk, "due_on": "2026-03-18"}

    for foreign in (
        {"accountable": SeatFactory().pk},
        {"decision": DecisionFactory().pk},
        {"goal": SharedGoalFactory().pk},
        {"due_on": "9999-01-01"},
        {"accountable": ""},
    ):
        response = client.post(url("action-agree", seat, meeting.pk), good | foreign)
        assert (response.status_code, field(response, "title")["value"]) == (422, "Check the text")
    assert not Action.objects.exists()


def test_a_decision_of_another_meeting_is_not_found(client, seat):
    meeting = meeting_of(seat)
    DecisionFactory(number=5)

    assert client.get(url("decision-edit", seat, meeting.pk, 5)).status_code == 404


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("meeting-edit", TYPED),
        ("decision-add", {"text": "x", "reason": "kept"}),
        ("meeting-attendance", {}),
    ],
)
def test_a_closed_meeting_refuses_in_words(client, seat, at, name, data):
    at(AFTER)
    meeting = meeting_of(seat, closed_at=AFTER)
    row = AttendanceFactory(meeting=meeting, presence=Presence.PRESENT)
    data = data or attendance(row, "absent")

    response = client.post(url(name, seat, meeting.pk), data)

    assert response.status_code == 422
    assert "This meeting is closed." in words(response, ".error-summary")


def test_the_page_shows_what_apps_above_add(client, seat, monkeypatch):
    meeting = meeting_of(seat)
    seen = []
    monkeypatch.setitem(panels._builders, panels.MEETING, [lambda *given: seen.append(given)])

    client.get(url("meeting-detail", seat, meeting.pk))

    assert seen == [(seat, meeting, BEFORE)]
