from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from goals.choices import Direction, ValueKind
from goals.models import Indicator, Measurement, SharedGoal
from partners.permissions import Role
from tests.factories.accounts import PersonFactory
from tests.factories.goals import (
    ActionFactory,
    BaselineFactory,
    IndicatorFactory,
    MeasurementFactory,
    SharedGoalFactory,
    TargetFactory,
)
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.pages import page, texts

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)


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


def waits(partnership, **fields):
    goal = SharedGoalFactory(partnership=partnership, title="Faster first support", **fields)
    indicator = IndicatorFactory(goal=goal, title="Working days", unit="days", direction=Direction.DOWN)
    BaselineFactory(indicator=indicator)
    TargetFactory(indicator=indicator)
    for month, value in enumerate(("24.9", "24.7", "24.6", "24.4", "24.2", "24.1", "23.9", "23.8", "23.6", "23.4"), 1):
        MeasurementFactory(
            indicator=indicator,
            value=Decimal(value),
            period_start=date(2026, month, 1),
            period_end=date(2026, month, 28),
        )
    return indicator


def test_goal_list_says_where_each_goal_stands(client, seat):
    waits(seat.partnership)
    SharedGoalFactory(partnership=seat.partnership, title="More placements", position=1)
    SharedGoalFactory(title="Somebody else's goal")

    soup = page(client.get(url("goal-list", seat)))

    assert texts(soup, ".goal-name") == ["1 Faster first support", "2 More placements"]
    assert texts(soup, ".goal-say") == [
        "At this pace we reach 23.1 days, not 20.",
        "We have not agreed how to measure this goal yet.",
    ]
    assert texts(soup, ".goal-now") == ["23.4 days Off track", "Not enough data"]


def test_an_empty_goal_list_offers_the_first_step(client, seat):
    soup = page(client.get(url("goal-list", seat)))

    assert soup.select_one(".empty a")["href"] == url("goal-add", seat)


@pytest.mark.parametrize("item_count", [1, 3])
def test_goal_list_query_count(client, seat, item_count, django_assert_num_queries):
    for _ in range(item_count):
        waits(seat.partnership)

    with django_assert_num_queries(10):
        response = client.get(url("goal-list", seat))

    assert len(page(response).select(".goal")) == item_count


def test_goal_list_shows_a_page_at_a_time_with_the_right_numbers(client, seat):
    SharedGoal.objects.bulk_create(
        SharedGoal(partnership=seat.partnership, title=f"Goal {n}", position=n, created_at=NOW) for n in range(22)
    )

    soup = page(client.get(url("goal-list", seat) + "?page=2"))

    assert texts(soup, ".goal-no") == ["21", "22"]


def test_goal_detail_answers_whether_we_will_make_it(client, seat):
    indicator = waits(seat.partnership)
    action = ActionFactory(
        partnership=seat.partnership, goal=indicator.goal, title="Agree one form", due_on=date(2026, 11, 2)
    )
    ActionFactory(partnership=seat.partnership, title="Not for this goal")

    soup = page(client.get(url("goal-detail", seat, indicator.goal_id)))

    assert texts(soup, "h1") == ["Faster first support"]
    assert texts(soup, ".headline") == ["Probably not. At this pace we reach 23.1 days, not 20."]
    assert texts(soup, ".dl dd") == [
        "25 days (January 2026)",
        "23.4 days (October 2026)",
        "20.7 days",
        "20 days by December 2026",
        "1.99 days a month. We have managed 0.16.",
    ]
    assert texts(soup, ".chart-data tbody tr")[0] == "1 October 2026 to 28 October 2026 23.4 days 20.9"
    assert texts(soup, ".item .item-title") == [action.title, "Working days"]
    assert texts(soup, ".late") == ["7 days late"]


def test_goal_detail_shows_imported_words_and_groups_as_they_are(client, seat):
    indicator = IndicatorFactory(goal__partnership=seat.partnership, title="Networks")
    MeasurementFactory(
        indicator=indicator, value=None, value_kind=ValueKind.TEXT, raw_text="17 women owned organizations <b>"
    )
    MeasurementFactory(indicator=indicator, value=Decimal(4), dimensions={"sex": "women"}, location="Harbour")
    MeasurementFactory(indicator=indicator, value=Decimal(5), dimensions={"sex": "men"})

    soup = page(client.get(url("goal-detail", seat, indicator.goal_id)))

    assert texts(soup, "table tbody tr") == [
        "January 2026 17 women owned organizations <b>",
        "January 2026 sex: women, Harbour 4",
        "January 2026 sex: men 5",
    ]


def test_goal_detail_shows_the_indicator_that_was_asked_for(client, seat):
    first = waits(seat.partnership)
    second = IndicatorFactory(goal=first.goal, title="Families seen")

    soup = page(client.get(url("goal-detail", seat, first.goal_id) + f"?indicator={second.pk}"))
    fallback = page(client.get(url("goal-detail", seat, first.goal_id) + f"?indicator={IndicatorFactory().pk}"))

    assert soup.select_one(".item-title[aria-current]").text == "Families seen"
    assert fallback.select_one(".item-title[aria-current]").text == "Working days"


def test_goal_add_saves_and_leads_on_to_the_goal(client, seat):
    response = client.post(
        url("goal-add", seat), {"title": "Faster support", "level": "outcome", "lead": seat.participation_id}
    )

    goal = SharedGoal.objects.get()
    assert (goal.partnership, goal.title, goal.lead) == (seat.partnership, "Faster support", seat.participation)
    assert response.url == url("goal-detail", seat, goal.pk)


def test_goal_edit_keeps_what_was_typed_beside_the_error(client, seat):
    goal = SharedGoalFactory(partnership=seat.partnership)

    response = client.post(
        url("goal-edit", seat, goal.pk), {"title": "", "level": "outcome", "description": "Because it matters"}
    )

    soup = page(response)
    assert response.status_code == 422
    assert soup.select_one("textarea[name=description]").text.strip() == "Because it matters"
    assert soup.select_one(".error-summary a")["href"] == "#id_title"
    assert soup.title.text.startswith("Error:")
    goal.refresh_from_db()
    assert goal.title != ""


def test_goal_edit_shows_only_our_partners_as_leads(client, seat):
    goal = SharedGoalFactory(partnership=seat.partnership)
    foreign = SeatFactory()

    response = client.post(
        url("goal-edit", seat, goal.pk), {"title": "x", "level": "outcome", "lead": foreign.participation_id}
    )

    assert response.status_code == 422


def indicator_data(**changes):
    return {
        "title": "Working days",
        "measure": "number",
        "unit": "days",
        "direction": "down",
        "start_value": "25",
        "start_on": "2025-05-01",
        "target_value": "1,020.5",
        "target_on": "2027-06-30",
        "frequency": "monthly",
        "value_semantics": "snapshot",
    } | changes


def test_indicator_add_saves_start_and_target(client, seat):
    goal = SharedGoalFactory(partnership=seat.partnership)

    response = client.post(url("indicator-add", seat, goal.pk), indicator_data())

    indicator = goal.indicators.get()
    assert response.url == url("goal-detail", seat, goal.pk)
    assert (indicator.baselines.get().value, indicator.targets.get().value) == (25, Decimal("1020.5"))
    assert indicator.targets.get().raw_text == "1,020.5"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"start_value": "many"}, "start_value"),
        ({"target_on": ""}, "target_on"),
        ({"start_value": ""}, "start_value"),
        ({"hold_low": "1,2,3"}, "hold_low"),
    ],
)
def test_indicator_add_says_what_to_mend(client, seat, changes, field):
    goal = SharedGoalFactory(partnership=seat.partnership)

    response = client.post(url("indicator-add", seat, goal.pk), indicator_data(**changes))

    assert response.status_code == 422
    assert page(response).select_one(".error-summary a")["href"] == f"#id_{field}"
    assert page(response).select_one("[name=unit]")["value"] == "days"
    assert Indicator.objects.count() == 0


def test_indicator_edit_moves_the_target_and_keeps_the_start(client, seat):
    indicator = waits(seat.partnership)

    response = client.post(
        url("indicator-edit", seat, indicator.pk),
        indicator_data(start_on="2026-01-01", target_value="18", target_on="2028-01-01"),
    )

    assert response.url == url("goal-detail", seat, indicator.goal_id)
    assert list(indicator.targets.values_list("value", "period_end")) == [(18, date(2028, 1, 1))]
    assert list(indicator.baselines.values_list("value", "on")) == [(25, date(2026, 1, 1))]


def test_indicator_edit_refuses_another_unit_with_the_reason(client, seat):
    indicator = waits(seat.partnership)

    response = client.post(
        url("indicator-edit", seat, indicator.pk), indicator_data(unit="weeks", start_on="2026-01-01")
    )

    assert response.status_code == 422
    assert "they would mean something else. Leave as it was: unit." in texts(page(response), ".error-summary")[0]


def number_data(**changes):
    return {"period": "2026-10-01/2026-10-31", "value": "23.3"} | changes


def test_measurement_add_offers_periods_that_are_over_and_shows_the_last_values(client, seat):
    indicator = waits(seat.partnership)

    soup = page(client.get(url("measurement-add", seat, indicator.pk)))

    assert texts(soup, "#id_period option")[:2] == ["October 2026", "September 2026"]
    assert texts(soup, ".dl dd") == ["23.4 days", "23.6 days", "23.8 days"]


def test_measurement_add_saves_a_number(client, seat):
    indicator = waits(seat.partnership)

    response = client.post(url("measurement-add", seat, indicator.pk), number_data())

    saved = indicator.measurements.get(period_end=date(2026, 10, 31))
    assert (saved.value, saved.recorded_by) == (Decimal("23.3"), seat)
    assert response.url == f"{url('goal-detail', seat, indicator.goal_id)}?indicator={indicator.pk}"


def test_measurement_add_saves_that_there_is_none(client, seat):
    indicator = IndicatorFactory(goal__partnership=seat.partnership)

    client.post(
        url("measurement-add", seat, indicator.pk), number_data(value="", missing="on", comment="Clinic closed")
    )

    assert list(indicator.measurements.values_list("value", "value_kind")) == [(None, "empty")]


def test_measurement_add_takes_another_period_and_a_group(client, seat):
    indicator = IndicatorFactory(goal__partnership=seat.partnership)

    client.post(
        url("measurement-add", seat, indicator.pk),
        number_data(
            period="other", period_start="2026-09-07", period_end="2026-09-13", group_by="district", group="Harbour"
        ),
    )

    saved = indicator.measurements.get()
    assert (saved.period_start, saved.period_end) == (date(2026, 9, 7), date(2026, 9, 13))
    assert saved.dimensions == {"district": "Harbour"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": ""}, "value"),
        ({"missing": "on"}, "value"),
        ({"value": "", "missing": "on"}, "comment"),
        ({"value": "72,0000"}, "value"),
        ({"period": "other"}, "period_start"),
        ({"period": "other", "period_start": "2026-11-01", "period_end": "2026-11-30"}, "value"),
        ({"group": "Harbour"}, "group_by"),
        ({"value": "300"}, "value"),
    ],
)
def test_measurement_add_says_what_to_mend(client, seat, changes, field):
    indicator = waits(seat.partnership)
    before = Measurement.objects.count()

    response = client.post(
        url("measurement-add", seat, indicator.pk),
        number_data(comment="Typed", **changes)
        if "comment" not in changes and field != "comment"
        else number_data(**changes),
    )

    assert response.status_code == 422
    assert page(response).select_one(".error-summary a")["href"] == f"#id_{field}"
    assert page(response).select_one("[name=value]").get("value", "") == changes.get("value", "23.3")
    assert Measurement.objects.count() == before


def test_a_number_far_from_the_others_is_asked_about_and_then_believed(client, seat):
    indicator = waits(seat.partnership)

    asked = client.post(url("measurement-add", seat, indicator.pk), number_data(value="236"))
    client.post(url("measurement-add", seat, indicator.pk), number_data(value="236", sure="on"))

    assert page(asked).select_one("[name=sure]") is not None
    assert indicator.measurements.get(period_end=date(2026, 10, 31)).value == 236


def test_history_shows_corrected_values_struck_out(client, seat):
    indicator = IndicatorFactory(goal__partnership=seat.partnership)
    new = MeasurementFactory(indicator=indicator, value=Decimal(23), recorded_by=seat)
    MeasurementFactory(indicator=indicator, value=Decimal(32), corrected_by=new, recorded_by=seat)

    soup = page(client.get(url("measurement-list", seat, indicator.pk)))

    assert texts(soup, "td s") == ["32"]
    assert len(soup.select("tbody tr")) == 2


@pytest.mark.parametrize("item_count", [1, 3])
def test_history_query_count(client, seat, item_count, django_assert_num_queries):
    indicator = IndicatorFactory(goal__partnership=seat.partnership)
    for _ in range(item_count):
        MeasurementFactory(indicator=indicator, recorded_by=SeatFactory(partnership=seat.partnership))

    with django_assert_num_queries(7):
        response = client.get(url("measurement-list", seat, indicator.pk))

    assert len(page(response).select("tbody tr")) == item_count


GOAL_PAGES = ("goal-detail", "goal-edit", "indicator-add")
INDICATOR_PAGES = ("indicator-edit", "measurement-add", "measurement-list")


@pytest.mark.parametrize("name", GOAL_PAGES + INDICATOR_PAGES)
def test_things_of_another_partnership_are_not_found(client, seat, name):
    indicator = IndicatorFactory()
    pk = indicator.goal_id if name in GOAL_PAGES else indicator.pk

    assert client.get(url(name, seat, pk)).status_code == 404
    assert client.get(reverse(f"goals:{name}", args=[indicator.goal.partnership.slug, pk])).status_code == 404


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.OBSERVER, set()),
        (Role.MEMBER, set()),
        (Role.REPRESENTATIVE, {"measurement-add"}),
        (Role.BACKBONE, {"goal-add", "goal-edit", "indicator-add", "indicator-edit", "measurement-add"}),
    ],
)
def test_who_may_change_what(client, role, allowed):
    partnership = PartnershipFactory()
    seat = SeatFactory(partnership=partnership, role=role)
    indicator = waits(partnership)
    client.force_login(seat.person)
    keys = {"goal-edit": indicator.goal_id, "indicator-add": indicator.goal_id}
    pages = {
        "goal-add": url("goal-add", seat),
        **{
            name: url(name, seat, keys.get(name, indicator.pk))
            for name in ("goal-edit", "indicator-add", "indicator-edit", "measurement-add")
        },
    }

    opened = {name for name, address in pages.items() if client.get(address).status_code == 200}
    detail = page(client.get(url("goal-detail", seat, indicator.goal_id)))

    assert opened == allowed
    offered = {address["href"] for address in detail.select("main a")} & set(pages.values())
    assert offered == {pages[name] for name in allowed - {"goal-add"}}


def test_outsiders_cannot_tell_that_the_partnership_exists(client):
    indicator = waits(PartnershipFactory())
    client.force_login(PersonFactory())

    response = client.get(reverse("goals:goal-list", args=[indicator.goal.partnership.slug]))

    assert response.status_code == 404
