"""Real published files: what the importer finds in them equals what was counted by hand, and nothing is lost."""

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.apps import apps

from exchange import services
from exchange.iati.guard import check_bytes
from exchange.iati.reader import read_document
from exchange.services import Choices
from exchange.services.packing import snapshot
from exchange.services.summaries import summarise
from exchange.services.undoing import BACKWARDS
from goals.models import Baseline, Measurement, Target
from partners.models import Participation, Partnership
from tests.factories.accounts import PersonFactory
from tests.shared import SHARED, needs_shared

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FILES = [
    "annotated-example-2.03",
    "devinit-dipr-2019-2.02",
    "dportal-foodsecurity-2.03",
    "unhcr-activities-2023",
    "worldbank-679",
]
of_every_file = pytest.mark.parametrize("name", FILES)
KINDS = {"number_with_percent_sign": "number", "number_with_thousands_comma": "number"}


def content(name):
    return (SHARED / "data/open/iati" / f"{name}.xml").read_bytes()


def expected(name):
    return json.loads((SHARED / "data/open/expected/iati" / f"{name}.json").read_text())


def read(name):
    return read_document(check_bytes(content(name)), persons=False)


def dump():
    return {
        label: [snapshot(row) for row in apps.get_model(label)._base_manager.order_by("pk")]
        for label in (*BACKWARDS, "exchange.KeptText")
    }


@needs_shared
@of_every_file
def test_counts_equal_what_was_counted_by_hand(name):
    known = expected(name)
    document = read(name)
    mentions = [mention for activity in document.activities for mention in activity.mentions]
    results = [result for activity in document.activities for result in activity.results]
    indicators = [indicator for result in results for indicator in result.indicators]
    periods = [period for indicator in indicators for period in indicator.periods]

    assert document.version == known["version"]
    assert len(document.activities) == known["activities"]
    assert len({activity.identifier for activity in document.activities}) == known["distinct_iati_identifiers"]
    assert len(mentions) == known["participating_org_elements"]
    assert sum(not mention.ref for mention in mentions) == known["participating_org_without_ref"]
    assert Counter(mention.type or "(none)" for mention in mentions) == known["participating_org_by_type"]
    assert Counter(mention.role for mention in mentions) == known["participating_org_by_role"]
    assert Counter(result.type for result in results) == known["results_by_type"]
    assert Counter(indicator.measure for indicator in indicators) == known["indicators_by_measure"]
    assert sum(not indicator.ascending for indicator in indicators) == known["indicators_lower_is_better"]
    assert sum(len(indicator.baselines) for indicator in indicators) == known["baselines"]
    assert len(periods) == known["periods"]
    assert sum(len(period.targets) for period in periods) == known["targets"]
    assert sum(len(period.actuals) for period in periods) == known["actuals"]
    values = {
        "baseline": [baseline.amount for indicator in indicators for baseline in indicator.baselines],
        "target": [amount for period in periods for amount in period.targets],
        "actual": [amount for period in periods for amount in period.actuals],
    }
    for kind, amounts in values.items():
        counted = Counter()
        for found, number in known["value_kinds"][kind].items():
            counted[KINDS.get(found, found)] += number
        assert Counter(amount.value.kind.value for amount in amounts) == counted
    texts = {a.value.raw.strip() for amounts in values.values() for a in amounts if a.value.kind.value == "text"}
    assert sorted(texts) == known["distinct_text_values"]
    assert sum(len(a.dimensions) for amounts in values.values() for a in amounts) == known["dimensions"]


@needs_shared
@of_every_file
def test_the_summary_keys_organisations_as_agreed(name):
    known = expected(name)
    summary = summarise(read(name))
    organisations = [one for activity in summary["activities"] for one in activity["organisations"]]

    assert len({one["key"] for one in organisations}) == known["organizations_by_ref_else_casefolded_name"]
    assert sum(len(one["roles"]) for one in organisations) == known["memberships_distinct_activity_org_role"]
    assert len(organisations) == known["memberships_distinct_activity_org"]
    assert sum(activity["results"] for activity in summary["activities"]) == known["results"]
    assert sum(activity["indicators"] for activity in summary["activities"]) == known["indicators"]
    assert sum(activity["periods"] for activity in summary["activities"]) == known["periods"]
    assert all(one["roles"] == sorted(one["roles"]) for one in organisations)
    assert all(
        [one["key"] for one in activity["organisations"]] == sorted(one["key"] for one in activity["organisations"])
        for activity in summary["activities"]
    )


@needs_shared
@of_every_file
def test_spot_values_are_read_as_they_stand(name):
    known = expected(name)
    found = {activity.identifier: activity for activity in read(name).activities}

    for spot in known["spot_indicators"]:
        result = found[spot["iati_identifier"]].results[spot["result_no"] - 1]
        indicator = result.indicators[spot["indicator_no"] - 1]
        assert (result.type, result.titles[0].text) == (spot["result_type"], spot["result_title"])
        assert (indicator.titles[0].text, indicator.measure) == (spot["indicator_title"], spot["measure"])
        assert indicator.ascending is spot["higher_is_better"]
        for baseline, stands in zip(indicator.baselines, spot["baselines"], strict=True):
            assert (baseline.year, baseline.iso_date or None) == (stands["year"], stands["iso_date"])
            _same_value(baseline.amount, stands)
        for period, stands in zip(indicator.periods, spot["periods"], strict=True):
            assert (str(period.start), str(period.end)) == (stands["start"], stands["end"])
            for amounts, wanted in ((period.targets, stands["targets"]), (period.actuals, stands["actuals"])):
                for amount, one in zip(amounts, wanted, strict=True):
                    _same_value(amount, one)
                    assert _flat(amount.comment) == _flat(one["comment"])
    for spot in known["spot_memberships"]:
        activity = found[spot["iati_identifier"]]
        assert (activity.title, activity.status) == (spot["title"], spot["status"])
        assert {entry.type: str(entry.day) for entry in activity.dates} == spot["dates"]
        mentions = [(m.role, m.type or None, m.ref or None, m.name) for m in activity.mentions]
        wanted = [(one["role"], one["type"], one["ref"], one["name"]) for one in spot["orgs"]]
        assert set(wanted) <= set(mentions)
        assert len(activity.mentions) == spot["orgs_total"]


def _same_value(amount, stands):
    number = None if stands["number"] is None else Decimal(stands["number"])
    assert (amount.value.raw, amount.value.number) == (stands["raw"], number)
    assert amount.value.kind.value == KINDS.get(stands["kind"], stands["kind"])


def _flat(text):
    return re.sub(r"\s+", " ", text or "").strip()


@needs_shared
@of_every_file
def test_the_ledger_accounts_for_every_element(name):
    root = ET.fromstring(content(name))  # noqa: S314
    ledger = read(name).ledger

    assert ledger.source == sum(1 for activity in root.iter("iati-activity") for _ in activity.iter())
    assert ledger.source == ledger.imported + ledger.merged + ledger.kept_as_text + ledger.ignored


@needs_shared
@of_every_file
@pytest.mark.django_db
def test_rows_equal_the_file_a_second_import_changes_nothing_and_undo_restores(name):
    known = expected(name)
    person = PersonFactory(may_start_partnerships=True)
    before = dump()

    batch = _bring(name, person)

    assert Partnership.objects.count() == known["activities"]
    assert _values(Baseline) == known["baselines"]
    assert _values(Target) == known["targets"]
    assert _values(Measurement) == known["actuals"]
    partners = Participation.objects.exclude(organization__kind="individual")
    assert partners.count() == known["memberships_distinct_activity_org"] + SPLIT[name]
    imported = dump()
    assert _bring(name, person).counts == {}
    assert dump() == imported
    services.undo_batch(batch=batch, now=NOW)
    assert dump() == before


SPLIT = dict.fromkeys(FILES, 0)
"""Bodies that share an identifier although their names differ wholly are kept apart until somebody looks."""


def _values(model):
    return model.objects.count()


def _bring(name, person):
    batch = services.upload_file(person=person, name=name, content=content(name), with_persons=False, now=NOW)
    services.read_batch(batch=batch)
    services.approve_batch(batch=batch, choices=Choices(), now=NOW)
    return services.apply_batch(batch=batch, now=NOW)
