"""From file to rows and back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection

from core.models import AuditEvent
from exchange import services, tasks
from exchange.models import BatchState, ExternalKey, ImportBatch, ImportedRow, KeptText
from exchange.services import Choices, UndoBlocked
from exchange.services.applying import NotApproved
from exchange.services.packing import snapshot
from exchange.services.undoing import BACKWARDS, NotImported
from goals.models import Baseline, Indicator, Measurement, SharedGoal, Target
from notifications.models import Heartbeat
from notifications.selectors import vitals_at
from partners.models import (
    Contact,
    Organization,
    OrganizationAlias,
    OrganizationIdentifier,
    Participation,
    Partnership,
    Seat,
)
from partners.permissions import Role
from partners.services import MayNotStartPartnerships
from tests.exchange.files import activity, actual, baseline, iati, indicator, org, period, result, target
from tests.factories.accounts import PersonFactory
from tests.factories.goals import SharedGoalFactory
from tests.factories.partners import OrganizationFactory, OrganizationIdentifierFactory, SeatFactory

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)

pytestmark = pytest.mark.django_db

PAX = org("Harbour Trust", ref="XX-REG-1", role="2", kind="22")
SHIPYARD = org("Shipyard", role="4", kind="70")
ACCIDENTS = indicator(baseline("20"), period(target("12"), actual("15")), ascending="0")


def importer(**fields):
    return PersonFactory(may_start_partnerships=True, **fields)


def read(data, person, *, with_persons=False, now=NOW):
    batch = services.upload_file(person=person, name="file.xml", content=data, with_persons=with_persons, now=now)
    return services.read_batch(batch=batch)


def bring(data, person, *, choices=None, now=NOW, **more):
    batch = read(data, person, now=now, **more)
    services.approve_batch(batch=batch, choices=choices or Choices(), now=now)
    return services.apply_batch(batch=batch, now=now)


def plan(data, person, choices=None):
    return services.plan_batch(batch=read(data, person), choices=choices or Choices(), now=NOW)


def dump():
    """Every row an import may touch, as it stands."""
    return {
        label: [snapshot(row) for row in apps.get_model(label)._base_manager.order_by("pk")]
        for label in (*BACKWARDS, "exchange.KeptText")
    }


def names(queryset):
    return sorted(queryset.values_list("name", flat=True))


def test_an_activity_becomes_a_partnership_with_partners_goals_and_values():
    person = importer()
    dates = "<activity-date iso-date='2025-01-01' type='2'/><activity-date iso-date='2027-01-01' type='3'/>"

    bring(iati(activity(dates, PAX, SHIPYARD, result(ACCIDENTS))), person)

    partnership = Partnership.objects.get()
    assert (partnership.name, partnership.slug) == ("Safe crossings", "safe-crossings")
    assert (partnership.started_on, partnership.ended_on) == (date(2025, 1, 1), None)
    found = {p.organization.name: sorted(p.roles.values_list("role", flat=True)) for p in Participation.objects.all()}
    assert found == {"Harbour Trust": ["lead"], "Shipyard": ["implementing"], person.name: []}
    goal = partnership.goals.get()
    assert (goal.title, goal.level) == ("Fewer accidents", "outcome")
    number = goal.indicators.get()
    assert (number.direction, number.value_semantics, number.frequency) == ("down", "unknown", "yearly")
    assert number.baselines.get().value == 20
    assert number.targets.get().value == 12
    measured = number.measurements.get()
    assert (measured.raw_text, measured.value, measured.period_label) == ("15", 15, "2025")
    assert KeptText.objects.get().text == "Planned end: 2027-01-01"


def test_each_organisation_gets_one_vacant_seat_and_the_importer_coordinates():
    person = importer()

    bring(iati(activity(PAX, SHIPYARD)), person)

    seats = Seat.objects.order_by("pk").values_list("participation__organization__name", "role", "person__name")
    assert list(seats) == [
        ("Harbour Trust", Role.REPRESENTATIVE, None),
        ("Shipyard", Role.REPRESENTATIVE, None),
        (person.name, Role.COORDINATOR, person.name),
    ]


def test_the_coordinator_sits_for_the_organisation_they_belong_to():
    person = importer()
    mine = SeatFactory(holder__person=person, person=person, role=Role.COORDINATOR).organization

    bring(iati(activity(PAX)), person)

    assert Seat.objects.get(partnership__slug="safe-crossings", person=person).organization == mine


def test_the_coordinator_may_sit_for_an_organisation_of_the_file():
    person = importer()

    bring(iati(activity(PAX)), person, choices=Choices(home="body:ref:xx-reg-1"))

    assert Seat.objects.get(person=person).organization.name == "Harbour Trust"
    assert Participation.objects.count() == 1


def test_the_backbone_is_asked_and_never_guessed():
    person = importer()

    bring(iati(activity(PAX, SHIPYARD)), person, choices=Choices(backbone="name:shipyard"))

    roles = Participation.objects.get(organization__name="Shipyard").roles.values_list("role", flat=True)
    assert sorted(roles) == ["backbone", "implementing"]


def test_only_ticked_activities_are_imported():
    data = iati(activity(PAX), activity(PAX, identifier="B", title="<title><narrative>Second</narrative></title>"))

    bring(data, importer(), choices=Choices(activities=frozenset({2})))

    assert names(Partnership.objects) == ["Second"]


def test_words_percent_signs_and_empty_values_are_kept_as_they_are():
    values = period(target("Yes"), actual("", "<comment><narrative>Not counted</narrative></comment>"))
    more = period(target("45%"), actual(""), start="2026-01-01", end="2026-12-31")

    bring(iati(activity(PAX, result(indicator(baseline("198,412.00"), values, more)))), importer())

    targets = Target.objects.order_by("pk").values_list("raw_text", "value", "value_kind")
    assert list(targets) == [("Yes", None, "text"), ("45%", Decimal(45), "number")]
    assert list(Measurement.objects.values_list("value", "value_kind", "comment")) == [(None, "empty", "Not counted")]
    assert Baseline.objects.get().value == Decimal(198412)


def test_dimensions_and_places_are_kept_and_never_summed():
    inside = "<location ref='AF-KAN'/><dimension name='sex' value='f'/><dimension name='sex' value='x'/>"

    bring(iati(activity(PAX, result(indicator(baseline("1"), period(target("3", inside), actual("2")))))), importer())

    found = Target.objects.get()
    assert (found.dimensions, found.location) == ({"sex": "f / x"}, "AF-KAN")


def test_long_texts_reach_the_database_whole():
    text = "Ä" * 12_199

    bring(
        iati(
            activity(
                f"<description><narrative>{text}</narrative></description>",
                org("N" * 1041),
                result(indicator(baseline("1"), title="T" * 3936)),
                title=f"<title><narrative>{'P' * 400}</narrative></title>",
            )
        ),
        importer(),
    )

    partnership = Partnership.objects.get()
    assert (partnership.summary, len(partnership.name)) == (text, 250)
    assert Indicator.objects.get().title == "T" * 3936
    assert Organization.objects.filter(name="N" * 1041).count() == 1
    assert KeptText.objects.get(place="title").text == "P" * 400


def test_importing_the_same_file_again_changes_nothing():
    person = importer()
    data = iati(activity(PAX, SHIPYARD, result(ACCIDENTS)), activity(org("Alone"), identifier="B"))
    bring(data, person)
    before = dump()

    again = bring(data, person, now=LATER)

    assert again.counts == {}
    assert dump() == before


def test_what_was_edited_here_stays_when_the_file_says_nothing_new():
    person = importer()
    data = iati(activity(PAX, result(ACCIDENTS)))
    bring(data, person)
    SharedGoal.objects.update(title="In our own words")
    Organization.objects.filter(name="Harbour Trust").update(name="The Trust")

    again = bring(data, person, now=LATER)

    assert again.counts == {}
    assert SharedGoal.objects.get().title == "In our own words"


def test_what_was_deleted_here_stays_deleted():
    person = importer()
    data = iati(activity(PAX, result(ACCIDENTS)))
    bring(data, person)
    SharedGoal.objects.all().delete()

    again = bring(data, person, now=LATER)

    assert again.counts == {}
    assert SharedGoal.objects.count() == 0


def test_a_newer_file_lists_its_changes_and_makes_only_those():
    person = importer()
    bring(iati(activity(PAX, result(ACCIDENTS))), person)
    newer = iati(
        activity(PAX, SHIPYARD, result(indicator(baseline("21"), period(target("12"), actual("14")), ascending="0")))
    )

    found = plan(newer, person)
    batch = bring(newer, person, now=LATER)

    changes = [(c.where, c.field, c.before, c.after) for one in found.activities for c in one.changes]
    place = "iati-activity[1]/result[1]/indicator[1]"
    assert changes == [
        (f"{place}/baseline[1]", "raw_text", "20", "21"),
        (f"{place}/period[1]/actual[1]", "raw_text", "15", "14"),
    ]
    assert batch.counts == {
        "goals.Baseline": 1,
        "goals.Measurement": 2,  # the correction, and the row it corrects
        "partners.Organization": 1,
        "partners.Participation": 1,
        "partners.ParticipationRole": 1,
        "partners.Seat": 1,
    }
    assert Measurement.objects.current().get().value == 14
    assert plan(newer, person).writes == 0


def test_rows_a_newer_file_no_longer_has_are_listed_and_stay():
    person = importer()
    bring(iati(activity(PAX, result(ACCIDENTS))), person)

    found = plan(iati(activity(PAX)), person)

    assert "result/1/indicator/1" in found.activities[0].missing
    assert found.writes == 0


def test_only_a_coordinator_brings_a_partnership_up_to_date():
    data = iati(activity(PAX))
    bring(data, importer())

    bring(data, importer(), now=LATER)

    assert Partnership.objects.count() == 2
    assert Organization.objects.filter(name="Harbour Trust").count() == 2


def test_organisations_are_matched_only_among_those_the_person_can_see():
    person = importer()
    hidden = OrganizationIdentifierFactory(value="XX-REG-1", organization__name="Harbour Trust").organization
    seat = SeatFactory(person=person, holder__person=person, organization__name="Shipyard Ltd")
    shared = OrganizationIdentifierFactory(value="XX-REG-2", organization=seat.organization).organization

    bring(iati(activity(PAX, org("Shipyard", ref="xx-reg-2"))), person)

    partners = set(
        Participation.objects.filter(partnership__slug="safe-crossings").values_list("organization", flat=True)
    )
    assert shared.pk in partners
    assert hidden.pk not in partners
    assert list(shared.aliases.values_list("name", flat=True)) == ["Shipyard"]


def test_the_same_name_is_proposed_and_merged_only_when_accepted():
    person = importer()
    known = SeatFactory(person=person, holder__person=person, organization__name="SHIPYARD").organization
    data = iati(activity(PAX, SHIPYARD))
    [proposal] = plan(data, person).bodies.proposals

    declined = services.plan_batch(batch=read(data, person), choices=Choices(), now=NOW)
    bring(data, person, choices=Choices(merges=frozenset({proposal.id})))

    assert (proposal.kind, proposal.known.pk) == ("known_name", known.pk)
    assert declined.resolved["name:shipyard"] == "name:shipyard"
    assert Participation.objects.filter(partnership__slug="safe-crossings", organization=known).count() == 1
    assert plan(data, person).writes == 0


def test_one_identifier_with_wholly_other_names_is_two_bodies_until_someone_says_otherwise():
    person = importer()
    data = iati(activity(org("Harbour", ref="XX-1"), org("Slogan Company", ref="XX-1", role="1")))
    [proposal] = plan(data, person).bodies.proposals

    bring(data, person)
    merged = bring(
        iati(activity(org("Harbour", ref="XX-1"), org("Slogan Company", ref="XX-1", role="1"), identifier="B")),
        importer(),
        choices=Choices(merges=frozenset({proposal.id})),
    )

    assert proposal.kind == "same_ref_other_name"
    assert names(Organization.objects.filter(identifiers__value="XX-1")) == ["Harbour", "Harbour", "Slogan Company"]
    assert merged.counts["partners.ParticipationRole"] == 2
    assert OrganizationAlias.objects.get().name == "Slogan Company"


def test_merging_in_a_file_keeps_both_identifiers():
    person = importer()
    data = iati(activity(org("Harbour", ref="XX-1"), org("HARBOUR", ref="XX-2", role="1")))
    [proposal] = plan(data, person).bodies.proposals

    bring(data, person, choices=Choices(merges=frozenset({proposal.id})))

    assert sorted(OrganizationIdentifier.objects.values_list("value", "is_primary")) == [
        ("XX-1", True),
        ("XX-2", False),
    ]
    assert Participation.objects.filter(organization__name="Harbour").count() == 1


def test_identifiers_keep_their_zeros_and_placeholders_are_none():
    bring(iati(activity(org("A", ref="XI-DUNS-048407589"), org("B", ref="N/A"), org("C", ref="SV–ORP1"))), importer())

    values = OrganizationIdentifier.objects.order_by("value").values_list("value", "scheme")
    assert list(values) == [("SV-ORP1", ""), ("XI-DUNS-048407589", "XI-DUNS")]


CONTACT = (
    "<contact-info><organisation><narrative>Harbour Trust</narrative></organisation>"
    "<person-name><narrative>Ada Quay</narrative></person-name><email>Ada@harbour.example</email>"
    "<job-title><narrative>Officer</narrative></job-title></contact-info>"
)


def test_persons_stay_out_without_a_tick():
    batch = bring(iati(activity(PAX, CONTACT)), importer())

    assert list(Contact.objects.values_list("person__name", flat=True)) == [batch.person.name]
    batch.refresh_from_db()
    assert b"harbour.example" not in bytes(batch.content)
    assert b"Ada Quay" not in bytes(batch.content)


def test_persons_come_with_a_tick_without_a_seat():
    batch = bring(iati(activity(PAX, CONTACT)), importer(), with_persons=True)

    found = Contact.objects.get(person__email="ada@harbour.example")
    assert (found.organization.name, found.title, found.person.name) == ("Harbour Trust", "Officer", "Ada Quay")
    assert found.seats.count() == 0
    assert b"Ada@harbour.example" in bytes(ImportBatch.objects.get(pk=batch.pk).content)


@pytest.mark.parametrize("address", ["not an address", "", "a@b", f"{'x' * 260}@harbour.example"])
def test_a_person_without_a_usable_address_is_known_by_name(address):
    contact = CONTACT.replace("Ada@harbour.example", address).replace("Harbour Trust", "Somebody else")

    bring(iati(activity(SHIPYARD, PAX, contact)), importer(), with_persons=True)

    found = Contact.objects.get(person__name="Ada Quay")
    assert (found.person.email, found.organization.name) == (None, "Harbour Trust")


def test_undo_restores_every_row():
    person = importer()
    SeatFactory(person=person, holder__person=person, organization__name="SHIPYARD")
    before = dump()

    batch = bring(iati(activity(PAX, SHIPYARD, CONTACT, result(ACCIDENTS))), person, with_persons=True)
    services.undo_batch(batch=batch, now=LATER)

    assert dump() == before
    batch.refresh_from_db()
    assert (batch.state, batch.undone_at) == (BatchState.UNDONE, LATER)


def test_undoing_a_newer_file_restores_what_the_first_one_brought():
    person = importer()
    bring(iati(activity(PAX, result(ACCIDENTS))), person)
    before = dump()
    newer = indicator(baseline("21"), period(target("11"), actual("14")), title="Renamed", ascending="0")

    batch = bring(
        iati(activity(org("Harbour Trust Ltd", ref="XX-REG-1", role="1"), SHIPYARD, result(newer))), person, now=LATER
    )
    services.undo_batch(batch=batch, now=LATER)

    assert dump() == before


@pytest.mark.parametrize("model", [SharedGoal, Indicator])
def test_an_edited_row_blocks_the_undo_and_is_listed(model):
    batch = bring(iati(activity(PAX, result(ACCIDENTS))), importer())
    model.objects.update(title="Edited since")
    before = dump()

    with pytest.raises(UndoBlocked) as caught:
        services.undo_batch(batch=batch, now=LATER)

    assert [(o.label, o.why, o.text) for o in caught.value.obstacles] == [(model._meta.label, "edited", "Edited since")]
    assert dump() == before
    batch.refresh_from_db()
    assert batch.state == BatchState.APPLIED


def test_rows_added_and_deleted_since_block_the_undo():
    batch = bring(iati(activity(PAX, result(ACCIDENTS))), importer())
    SharedGoalFactory(partnership=Partnership.objects.get(), title="Our own goal")
    Target.objects.all().delete()

    with pytest.raises(UndoBlocked) as caught:
        services.undo_batch(batch=batch, now=LATER)

    assert sorted((o.label, o.why) for o in caught.value.obstacles) == [
        ("goals.SharedGoal", "added"),
        ("goals.Target", "gone"),
    ]


def test_a_later_import_blocks_the_undo_of_the_earlier():
    person = importer()
    first = bring(iati(activity(PAX)), person)
    bring(iati(activity(PAX, SHIPYARD)), person, now=LATER)

    with pytest.raises(UndoBlocked):
        services.undo_batch(batch=first, now=LATER)


def test_an_import_is_applied_and_undone_once():
    batch = bring(iati(activity(PAX)), importer())

    with pytest.raises(NotApproved):
        services.apply_batch(batch=batch, now=NOW)
    services.undo_batch(batch=batch, now=LATER)
    with pytest.raises(NotImported):
        services.undo_batch(batch=batch, now=LATER)


def test_after_an_undo_the_file_can_come_again():
    person = importer()
    data = iati(activity(PAX, result(ACCIDENTS)))
    services.undo_batch(batch=bring(data, person), now=LATER)

    bring(data, person, now=LATER)

    assert Partnership.objects.count() == 1


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch):
    person = importer()
    batch = read(iati(activity(PAX, result(ACCIDENTS))), person)
    services.approve_batch(batch=batch, choices=Choices(), now=NOW)
    before = dump()
    monkeypatch.setattr("exchange.services.journal.ImportedRow", None)

    with pytest.raises(TypeError):
        services.apply_batch(batch=batch, now=NOW)

    assert dump() == before
    batch.refresh_from_db()
    assert batch.state == BatchState.APPROVED


def test_a_refused_file_leaves_nothing_but_its_reason():
    batch = read(iati(activity(PAX))[:-40], importer())

    assert (batch.state, batch.refusal, batch.refusal_line) == (BatchState.REFUSED, "truncated", 6)
    assert batch.content is None
    assert Partnership.objects.count() == 0


def test_who_may_not_start_partnerships_may_not_import():
    batch = read(iati(activity(PAX)), PersonFactory())
    services.approve_batch(batch=batch, choices=Choices(), now=NOW)

    with pytest.raises(MayNotStartPartnerships):
        services.apply_batch(batch=batch, now=NOW)

    assert Partnership.objects.count() == 0


def test_the_worker_reads_and_imports_what_waits_and_only_that():
    person = importer()
    services.upload_file(person=person, name="a.xml", content=iati(activity(PAX)), with_persons=False, now=NOW)

    assert services.work_on_batches(now=NOW) == 1
    batch = ImportBatch.objects.get()
    assert batch.state == BatchState.READ
    assert services.work_on_batches(now=NOW) == 0
    services.approve_batch(batch=batch, choices=Choices(), now=NOW)
    assert services.work_on_batches(now=NOW) == 1
    batch.refresh_from_db()
    assert batch.state == BatchState.APPLIED


def test_a_claimed_file_is_left_alone_until_the_claim_ends_and_given_up_after_three_tries():
    person = importer()
    services.upload_file(person=person, name="a.xml", content=iati(activity(PAX)), with_persons=False, now=NOW)
    ImportBatch.objects.update(claimed_at=NOW, attempts=3)

    assert services.work_on_batches(now=NOW + timedelta(minutes=1)) == 0
    assert services.work_on_batches(now=NOW + timedelta(minutes=6)) == 1

    batch = ImportBatch.objects.get()
    assert (batch.state, batch.refusal) == (BatchState.REFUSED, "reader_failed")


def test_files_are_forgotten_after_thirty_days_and_can_still_be_undone():
    batch = bring(iati(activity(PAX)), importer())

    assert services.purge_files(now=NOW + timedelta(days=29)) == 0
    assert services.purge_files(now=NOW + timedelta(days=31)) == 1

    batch.refresh_from_db()
    assert (batch.content, batch.document) == (None, None)
    services.undo_batch(batch=batch, now=LATER)
    assert Partnership.objects.count() == 0


def test_audit_knows_ids_and_no_names():
    bring(iati(activity(PAX)), importer())

    assert "Harbour" not in str(list(AuditEvent.objects.values_list("data", "target_label")))
    assert AuditEvent.objects.filter(verb="import.applied").count() == 1


def test_names_in_other_scripts_get_their_own_address():
    title = "<title><narrative>عملية المفوضية</narrative></title>"

    bring(iati(activity(title=title), activity(title=title, identifier="B")), importer())

    assert sorted(Partnership.objects.values_list("slug", flat=True)) == ["partnership", "partnership-2"]


def test_an_activity_without_identifier_is_known_again_by_its_title():
    person = importer()
    data = iati(activity(PAX, identifier=""))
    bring(data, person)

    assert plan(data, person).writes == 0


def test_every_row_of_an_import_is_remembered_once():
    batch = bring(iati(activity(PAX, SHIPYARD, result(ACCIDENTS))), importer())

    rows = {(row.label, row.row_id) for row in ImportedRow.objects.all()}
    made = {
        (label, one["id"])
        for label, found in dump().items()
        for one in found
        if not label.startswith(("exchange", "accounts"))
    }
    assert rows == made
    assert ExternalKey.objects.filter(batch=batch).count() == 10


def test_a_matching_organisation_keeps_its_own_words():
    person = importer()
    seat = SeatFactory(
        person=person, holder__person=person, organization=OrganizationFactory(name="The Trust", mandate="Ours")
    )
    OrganizationIdentifierFactory(organization=seat.organization, value="XX-REG-1")

    bring(iati(activity(org("Trust of the Harbour", ref="XX-REG-1", kind="10"))), person)

    known = Organization.objects.get(pk=seat.organization.pk)
    assert (known.name, known.mandate, known.kind) == ("The Trust", "Ours", "civil_society")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="threads share one connection on SQLite in memory")
def test_the_same_file_twice_at_once_is_imported_once():
    person = importer()
    batches = [read(iati(activity(PAX, result(ACCIDENTS))), person) for _ in range(2)]
    for batch in batches:
        services.approve_batch(batch=batch, choices=Choices(), now=NOW)

    def apply(batch):
        try:
            return services.apply_batch(batch=batch, now=NOW).counts
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        counts = sorted(pool.map(apply, batches), key=len)

    assert counts[0] == {}
    assert Partnership.objects.count() == 1


def test_the_alarm_clocks_do_what_the_rows_say(monkeypatch):
    monkeypatch.setattr("core.clock.now", lambda: NOW + timedelta(days=31))
    person = importer()
    services.upload_file(person=person, name="a.xml", content=iati(activity(PAX)), with_persons=False, now=NOW)

    tasks.work_on_waiting_batches()
    tasks.purge_old_files()

    batch = ImportBatch.objects.get()
    assert (batch.state, batch.content) == (BatchState.READ, None)


def test_the_loop_that_imports_beats_even_when_nothing_waits_and_is_missed_when_it_stops():
    tasks.work_on_waiting_batches()
    beat = Heartbeat.objects.get(name="imports")

    now, soon, late = beat.at, beat.at + timedelta(minutes=9), beat.at + timedelta(minutes=10)

    assert [vitals_at(moment).silent.count("imports") for moment in (now, soon, late)] == [0, 0, 1]


def test_an_installation_that_never_imports_is_not_told_of_silence():
    assert "imports" not in vitals_at(NOW).silent
