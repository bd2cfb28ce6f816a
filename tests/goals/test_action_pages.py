from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from goals.choices import Duty
from goals.models import Action
from partners.permissions import Role
from tests.factories.goals import ActionFactory, AssignmentFactory, SharedGoalFactory
from tests.factories.partners import SeatFactory
from tests.pages import page, texts

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("core.clock.now", lambda: NOW)


@pytest.fixture
def seat(client):
    seat = SeatFactory(role=Role.COORDINATOR)
    client.force_login(seat.person)
    return seat


def url(name, seat, *args):
    return reverse(f"goals:{name}", args=[seat.partnership.slug, *args])


def beside(seat, **fields):
    return ActionFactory(partnership=seat.partnership, **fields)


def test_the_list_shows_late_ones_first_with_counts(client, seat):
    beside(seat, title="Later", due_on=date(2026, 4, 1))
    beside(seat, title="Late", due_on=date(2026, 3, 3), started_at=NOW)
    beside(seat, title="Stuck", due_on=date(2026, 3, 20), waiting_on="the council")
    beside(seat, title="Finished", done_at=NOW, done_by=seat, win="A party")
    beside(seat, title="Dropped", dropped_at=NOW, drop_reason="No money")
    ActionFactory(title="Elsewhere")

    soup = page(client.get(url("action-list", seat)))

    assert texts(soup, ".item-title") == ["Late", "Stuck", "Later", "Finished"]
    assert texts(soup, ".late") == ["7 days late"]
    assert texts(soup, ".seg a") == [
        "Open 3",
        "Late 1",
        "To do 1",
        "Under way 1",
        "Waiting on someone 1",
        "Done 1",
        "Dropped 1",
    ]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("show=late", ["Late"]),
        ("show=waiting", ["Stuck"]),
        ("show=done", ["Finished"]),
        ("show=dropped", ["Dropped"]),
        ("show=nonsense", ["Late", "Mine", "Stuck", "Finished"]),
        ("mine=1", ["Mine", "Stuck"]),
        ("goal={goal}", ["Late"]),
        ("partner={partner}", ["Mine"]),
        ("goal={foreign_goal}", []),
        ("goal=9999999999999999999999&partner=x&page=-3", ["Late", "Mine", "Stuck", "Finished"]),
    ],
)
def test_the_list_is_filtered_by_the_address(client, seat, query, titles):
    goal = SharedGoalFactory(partnership=seat.partnership)
    beside(seat, title="Late", due_on=date(2026, 3, 3), goal=goal)
    beside(seat, title="Mine", due_on=date(2026, 3, 19), accountable=seat)
    stuck = beside(seat, title="Stuck", due_on=date(2026, 3, 20), waiting_on="the council")
    AssignmentFactory(action=stuck, seat=seat, duty=Duty.CONSULTED)
    beside(seat, title="Finished", done_at=NOW, done_by=seat)
    beside(seat, title="Dropped", dropped_at=NOW, drop_reason="No money")
    query = query.format(goal=goal.pk, partner=seat.participation_id, foreign_goal=SharedGoalFactory().pk)

    soup = page(client.get(f"{url('action-list', seat)}?{query}"))

    assert texts(soup, ".item-title") == titles


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize(("role", "queries"), [(Role.COORDINATOR, 9), (Role.MEMBER, 10)])
def test_action_list_query_count(client, item_count, role, queries, django_assert_num_queries):
    seat = SeatFactory(role=role)
    client.force_login(seat.person)
    for _ in range(item_count):
        AssignmentFactory(action=beside(seat, goal=SharedGoalFactory(partnership=seat.partnership)))
        beside(seat, done_at=NOW, done_by=seat)

    with django_assert_num_queries(queries):
        response = client.get(url("action-list", seat))

    assert len(page(response).select("#actions .item")) == 2 * item_count


def test_the_list_shows_thirty_at_a_time(client, seat):
    Action.objects.bulk_create(
        Action(partnership=seat.partnership, title=f"A{n}", accountable=seat, due_on=date(2026, 4, 1), created_at=NOW)
        for n in range(32)
    )

    first, second = (page(client.get(url("action-list", seat) + f"?mine=1&page={n}")) for n in (1, 2))

    assert (len(first.select(".item")), texts(second, ".item-title")) == (30, ["A30", "A31"])
    assert "mine=1" in second.select_one("a[rel=prev]")["href"]


def test_htmx_asks_for_the_list_only(client, seat):
    beside(seat)

    response = client.get(url("action-list", seat), headers=HTMX)

    assert page(response).select_one("main") is None
    assert page(response).select_one("#actions .item") is not None
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize("move", ["start", "complete"])
def test_swapping_the_list_gives_the_same_page_as_a_reload(client, seat, move):
    action = beside(seat, due_on=date(2026, 3, 3))
    beside(seat, due_on=date(2026, 3, 4))
    address = url("action-list", seat) + "?mine=&show=open"
    before = page(client.get(address))
    button = before.select_one(f"#action-{action.pk}-{move}")

    fragment = page(client.post(button["hx-post"], headers=HTMX))
    before.select_one("#actions").replace_with(fragment.select_one("#actions"))

    fresh = page(client.get(address))
    for soup in (before, fresh):
        for token in soup.select("[name=csrfmiddlewaretoken]"):
            token.decompose()
    assert before.select_one("#actions").prettify() == fresh.select_one("#actions").prettify()
    assert texts(fragment, "[hx-swap-oob]") == [("Under way: " if move == "start" else "Done: ") + action.title]


def test_without_javascript_a_button_leads_back_to_the_same_choice(client, seat):
    action = beside(seat, accountable=seat)
    address = url("action-list", seat) + "?mine=1&show=to_do"
    button = page(client.get(address)).select_one(f"#action-{action.pk}-start")

    response = client.post(button["formaction"])

    assert response.url == url("action-list", seat) + "?mine=1&show=to_do"
    action.refresh_from_db()
    assert action.started_at == NOW


@pytest.mark.parametrize(
    ("move", "data", "status"),
    [
        ("start", {}, "under_way"),
        ("wait", {"waiting_on": "the council"}, "waiting"),
        ("complete", {"win": "A party"}, "done"),
        ("drop", {"reason": "No money"}, "dropped"),
    ],
)
def test_the_buttons_of_the_page_of_an_action(client, seat, move, data, status):
    action = beside(seat)

    response = client.post(url(f"action-{move}", seat, action.pk), data)

    action = Action.objects.get()
    assert (response.url, action.status) == (url("action-detail", seat, action.pk), status)


def test_reopening_leads_back_to_the_action(client, seat):
    action = beside(seat, done_at=NOW, done_by=seat)

    client.post(url("action-reopen", seat, action.pk))

    assert Action.objects.get().is_open is True


@pytest.mark.parametrize(("move", "field", "length"), [("wait", "waiting_on", 0), ("drop", "reason", 281)])
def test_words_that_are_missing_or_too_long_are_asked_for_and_kept(client, seat, move, field, length):
    action = beside(seat)

    response = client.post(url(f"action-{move}", seat, action.pk), {field: "x" * length})

    soup = page(response)
    assert response.status_code == 422
    assert soup.select_one(f"[name={field}]").get("value", "") == "x" * length
    assert soup.select_one(".error-summary a")["href"] == f"#id_{field}"
    assert soup.select_one(f"details[open] [name={field}]") is not None
    assert Action.objects.get().status == "to_do"


def test_a_button_pressed_twice_says_so_and_changes_nothing(client, seat):
    action = beside(seat)
    client.post(url("action-complete", seat, action.pk), {"win": "first"})

    response = client.post(url("action-complete", seat, action.pk), {"win": "second"}, follow=True)

    assert texts(page(response), ".banner") == ["This action is closed already. Open it again first."]
    assert Action.objects.get().win == "first"


def test_a_member_may_not_press_for_another_partner(client):
    seat = SeatFactory(role=Role.MEMBER)
    client.force_login(seat.person)
    other, own = beside(seat), beside(seat, accountable=seat)

    refused = client.post(url("action-start", seat, other.pk))
    soup = page(client.get(url("action-list", seat)))

    assert refused.status_code == 403
    assert {button["id"] for button in soup.select("button[hx-post]")} == {
        f"action-{own.pk}-start",
        f"action-{own.pk}-complete",
    }
    assert client.get(url("action-edit", seat, other.pk)).status_code == 403
    assert page(client.get(url("action-detail", seat, other.pk))).select("main form") == []
    other.refresh_from_db()
    assert other.started_at is None


@pytest.mark.parametrize("move", ["start", "wait", "complete", "drop", "reopen"])
def test_actions_of_another_partnership_are_not_found(client, seat, move):
    foreign = ActionFactory()
    data = {"waiting_on": "x", "reason": "x"}

    assert client.post(url(f"action-{move}", seat, foreign.pk), data).status_code == 404
    assert client.post(url(f"action-{move}", foreign, foreign.pk), data).status_code == 404
    assert client.get(url(f"action-{move}", seat, foreign.pk)).status_code == 405
    assert Action.objects.get().status == "to_do"


def test_the_page_and_the_form_of_a_foreign_action_are_not_found(client, seat):
    foreign = ActionFactory()

    assert client.get(url("action-detail", seat, foreign.pk)).status_code == 404
    assert client.get(url("action-edit", seat, foreign.pk)).status_code == 404


def test_an_observer_sees_actions_and_changes_none(client):
    seat = SeatFactory(role=Role.OBSERVER)
    client.force_login(seat.person)
    action = beside(seat, accountable=seat)

    soup = page(client.get(url("action-list", seat)))

    assert texts(soup, ".item-title") == [action.title]
    assert soup.select("button[hx-post]") == []
    assert client.post(url("action-start", seat, action.pk)).status_code == 403
    assert client.get(url("action-add", seat)).status_code == 403


def action_data(seat, **changes):
    return {"title": "Agree one form", "accountable": seat.pk, "due_on": "2026-04-01"} | changes


def test_action_add_plans_it(client, seat):
    goal = SharedGoalFactory(partnership=seat.partnership)
    doer = SeatFactory(partnership=seat.partnership)

    response = client.post(url("action-add", seat), action_data(seat, goal=goal.pk, responsible=[doer.pk]))

    action = Action.objects.get()
    assert response.url == url("action-detail", seat, action.pk)
    assert (action.goal, action.accountable, action.due_on) == (goal, seat, date(2026, 4, 1))
    assert list(action.assignments.values_list("seat", "duty")) == [(doer.pk, "responsible")]


def test_action_add_is_prefilled_with_the_goal(client, seat):
    goal = SharedGoalFactory(partnership=seat.partnership)

    soup = page(client.get(url("action-add", seat) + f"?goal={goal.pk}"))

    assert [option["value"] for option in soup.select("#id_goal option[selected]")] == [str(goal.pk)]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"accountable": ""}, "accountable", "Choose the one seat that answers for this action."),
        ({"title": ""}, "title", "This field is required."),
        ({"due_on": "2026-03-09"}, "due_on", "This day is over. Choose one from today on."),
        ({"due_on": "soon"}, "due_on", "Enter a valid date."),
    ],
)
def test_action_add_says_what_to_mend_and_keeps_what_was_typed(client, seat, changes, field, words):
    response = client.post(url("action-add", seat), action_data(seat, detail="Three forms", **changes))

    soup = page(response)
    assert response.status_code == 422
    assert texts(soup, f"#id_{field}_error strong") == [words]
    assert soup.select_one("[name=detail]").text.strip() == "Three forms"
    assert Action.objects.count() == 0


def test_a_seat_with_two_parts_is_pointed_out(client, seat):
    response = client.post(url("action-add", seat), action_data(seat, informed=[seat.pk]))

    assert response.status_code == 422
    assert "Each seat has one part in an action." in texts(page(response), ".error-summary")[0]


@pytest.mark.parametrize("field", ["accountable", "responsible", "goal"])
def test_action_add_knows_only_our_own(client, seat, field):
    foreign = SharedGoalFactory() if field == "goal" else SeatFactory()

    response = client.post(url("action-add", seat), action_data(seat, **{field: [foreign.pk]}))

    assert (response.status_code, Action.objects.count()) == (422, 0)


def test_action_edit_changes_words_date_and_people(client, seat):
    action = beside(seat, due_on=date(2026, 3, 1))
    AssignmentFactory(action=action)

    kept = client.post(url("action-edit", seat, action.pk), action_data(seat, due_on="2026-03-01"))
    client.post(url("action-edit", seat, action.pk), action_data(seat, title="Agree two forms"))

    action.refresh_from_db()
    assert kept.status_code == 302
    assert (action.title, action.due_on, action.accountable) == ("Agree two forms", date(2026, 4, 1), seat)
    assert action.assignments.count() == 0


def test_the_page_of_an_action_says_who_does_what_and_where_it_came_from(client, seat):
    action = beside(seat, accountable=seat, origin_text="Decision 4 <i>", origin_path="/p/x/")
    vacant = SeatFactory(partnership=seat.partnership, vacant=True)
    AssignmentFactory(action=action, seat=vacant, duty=Duty.INFORMED)

    soup = page(client.get(url("action-detail", seat, action.pk)))

    assert texts(soup, ".who") == [
        f"{monogram(seat)} {seat.organization} {seat.person} Answers for it",
        f"{monogram(vacant)} {vacant.organization} vacant seat Is told afterwards",
    ]
    assert soup.select_one('a[href="/p/x/"]').text == "Decision 4 <i>"


def monogram(seat):
    words = seat.organization.name.split()
    return words[0][:2].upper() if not words[1][0].isalpha() else (words[0][0] + words[1][0]).upper()
