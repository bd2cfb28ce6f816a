"""What the database itself does not let happen."""

import pytest
from django.db import IntegrityError, transaction

from exchange.models import BatchState
from tests.factories.exchange import UPLOADED, ExternalKeyFactory, ImportBatchFactory, ImportedRowFactory

pytestmark = pytest.mark.django_db


def refused(name, make):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make()
    return name in str(caught.value)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("batch_state_known", {"state": "lost"}),
        ("batch_refused_with_a_reason", {"state": BatchState.REFUSED}),
        ("batch_refused_with_a_reason", {"state": BatchState.READ, "refusal": "doctype"}),
        ("batch_applied_at_a_time", {"state": BatchState.APPLIED}),
        ("batch_applied_at_a_time", {"state": BatchState.READ, "applied_at": UPLOADED}),
    ],
)
def test_a_batch_cannot_contradict_itself(constraint, fields):
    assert refused(constraint, lambda: ImportBatchFactory(**fields))


def test_a_row_is_remembered_once_per_batch():
    row = ImportedRowFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        ImportedRowFactory(batch=row.batch, label=row.label, row_id=row.row_id)


def test_an_element_stands_for_one_row_in_a_partnership():
    key = ExternalKeyFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        ExternalKeyFactory(partnership=key.partnership, key=key.key)
