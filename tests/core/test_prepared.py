from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import CharField, DateTimeField

from core.prepared import Given, Prepared
from partners.models import Partnership
from tests.factories.partners import PartnershipFactory

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
