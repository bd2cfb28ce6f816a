from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import CharField, DateTimeField, Exists, F, OuterRef

from core.prepared import Given, Prepared, PreparedUpdate
from partners.models import Partnership, Seat
from tests.factories.partners import PartnershipFactory, SeatFactory

pytestmark = pytest.mark.django_db

NINE = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
def since():
    return Prepared(
        lambda: (
            Partnership.objects.filter(
                name=Given("name", CharField()), created_at__gte=Given("start", DateTimeField()), ended_on=None
            )
            .order_by("created_at")
            .values_list("slug", "created_at", "ended_on")
        )
    )


def test_rows_are_what_the_queryset_itself_would_give(since):
    PartnershipFactory(name="Harbour", slug="late", created_at=NINE + timedelta(hours=1))
    PartnershipFactory(name="Harbour", slug="on-time", created_at=NINE)
    PartnershipFactory(name="Harbour", slug="before", created_at=NINE - timedelta(seconds=1))
    PartnershipFactory(name="Meadow", slug="other", created_at=NINE)

    rows = since.rows(name="Harbour", start=NINE)

    assert rows == [("on-time", NINE, None), ("late", NINE + timedelta(hours=1), None)]


def test_each_run_has_its_own_values_and_one_statement(since, django_assert_num_queries):
    PartnershipFactory(name="Harbour'; --", slug="odd", created_at=NINE)
    PartnershipFactory(name="Meadow", slug="meadow", created_at=NINE)
    since.rows(name="nobody", start=NINE)

    with django_assert_num_queries(2):
        found = [since.rows(name=name, start=NINE) for name in ("Meadow", "Harbour'; --")]

    assert [[row[0] for row in rows] for rows in found] == [["meadow"], ["odd"]]


def test_a_value_that_is_missing_is_an_error_and_not_everything(since):
    with pytest.raises(KeyError, match="start"):
        since.rows(name="Harbour")


def test_what_a_row_is_annotated_with_comes_as_the_queryset_would_give_it():
    seat = SeatFactory(partnership__slug="harbour", title="Spokesperson")
    PartnershipFactory(slug="meadow")
    titled = Exists(Seat.objects.filter(partnership=OuterRef("pk"), title=Given("title", CharField())))
    with_title = Prepared(
        lambda: Partnership.objects.annotate(titled=titled).order_by("slug").values_list("slug", "titled")
    )

    assert with_title.rows(title=seat.title) == [("harbour", True), ("meadow", False)]
    assert with_title.rows(title="Sponsor") == [("harbour", False), ("meadow", False)]


@pytest.fixture(params=[True, False])
def rename(request):
    return PreparedUpdate(
        lambda: Partnership.objects.filter(slug=Given("slug", CharField())),
        waits_for_disk=request.param,
        name=Given("name", CharField()),
        created_at=Given("at", DateTimeField()),
        summary=F("name"),
    )


@pytest.mark.django_db(transaction=True)
def test_an_update_changes_what_it_names_and_says_how_many_rows(rename):
    PartnershipFactory(slug="harbour", name="Harbour")
    PartnershipFactory(slug="meadow", name="Meadow")

    changed = [rename.run(slug=slug, name="Harbour'; --", at=NINE) for slug in ("harbour", "nowhere")]

    rows = set(Partnership.objects.values_list("slug", "name", "summary"))
    assert changed == [1, 0]
    assert rows == {("harbour", "Harbour'; --", "Harbour"), ("meadow", "Meadow", "")}
    assert Partnership.objects.get(slug="harbour").created_at == NINE


@pytest.mark.django_db(transaction=True)
def test_after_an_update_in_a_hurry_commits_wait_for_the_disk_again(rename):
    PartnershipFactory(slug="harbour")
    ask = "SHOW synchronous_commit" if connection.vendor == "postgresql" else "PRAGMA synchronous"
    with connection.cursor() as cursor:
        cursor.execute(ask)
        before = cursor.fetchone()
        rename.run(slug="harbour", name="Haven", at=NINE)
        cursor.execute(ask)

        assert cursor.fetchone() == before
    assert before[0] in ("on", 2)
