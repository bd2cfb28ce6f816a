from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from exchange.models import ExternalKey, ImportBatch, ImportedRow, KeptText
from tests.factories.accounts import PersonFactory
from tests.factories.partners import PartnershipFactory

UPLOADED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class ImportBatchFactory(DjangoModelFactory):
    class Meta:
        model = ImportBatch

    person = factory.SubFactory(PersonFactory, may_start_partnerships=True)
    file_name = factory.Sequence("activities-{}.xml".format)
    sha256 = "0" * 64
    uploaded_at = UPLOADED


class ImportedRowFactory(DjangoModelFactory):
    class Meta:
        model = ImportedRow

    batch = factory.SubFactory(ImportBatchFactory)
    label = "partners.Partnership"
    row_id = factory.Sequence(int)
    after = "0" * 64


class ExternalKeyFactory(DjangoModelFactory):
    class Meta:
        model = ExternalKey

    partnership = factory.SubFactory(PartnershipFactory)
    batch = factory.SubFactory(ImportBatchFactory)
    key = factory.Sequence("result/{}".format)
    label = "goals.SharedGoal"
    row_id = factory.Sequence(int)
    digest = "0" * 64


class KeptTextFactory(DjangoModelFactory):
    class Meta:
        model = KeptText

    batch = factory.SubFactory(ImportBatchFactory)
    partnership = factory.SubFactory(PartnershipFactory)
    line = 1
    place = "description[2]"
    text = "Kept"
