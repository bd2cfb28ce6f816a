"""The walk of a coordinator through the pages, and who may not walk there."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Person
from accounts.services import edit_own_details
from core import clock
from exchange import services
from exchange.models import BatchState, ImportBatch
from exchange.services import Choices
from exchange.views.files import SAMPLE
from goals.models import SharedGoal
from partners.models import Organization, Partnership, Seat
from partners.permissions import Role
from partners.services import vacate_seat
from tests.exchange.files import activity, iati, indicator, org, period, result, target
from tests.factories.accounts import PersonFactory
from tests.factories.exchange import ImportBatchFactory
from tests.factories.goals import ActionFactory
from tests.factories.notifications import MessageFactory
from tests.factories.partners import SeatFactory

pytestmark = pytest.mark.django_db
LIST = reverse("exchange:import-list")
UPLOAD = reverse("exchange:import-upload")


@pytest.fixture
def person(client):
    person = PersonFactory(may_start_partnerships=True)
    client.force_login(person)
    return person


def xml(data, name="activities.xml"):
    return SimpleUploadedFile(name, data, content_type="application/xml")


def upload(client, data, **more):
    return client.post(UPLOAD, {"file": xml(data), **more})


def page(batch, name="import-detail"):
    return reverse(f"exchange:{name}", args=[batch.pk])


def read_batch(person, data, *, with_persons=False):
    now = clock.now()
    batch = services.upload_file(person=person, name="activities.xml", content=data, with_persons=with_persons, now=now)
    return services.read_batch(batch=batch)


def applied(person, data, *, with_persons=False):
    batch = read_batch(person, data, with_persons=with_persons)
    services.approve_batch(batch=batch, choices=Choices(), now=clock.now())
    return services.apply_batch(batch=batch, now=clock.now())


DECISIONS = {"activities": ["1"], "backbone": "", "home": "", "semantics": "per_period"}


def test_from_the_example_file_to_a_partnership_and_back(client, person):
    example = client.get(reverse("exchange:import-example"))
    assert example["Content-Disposition"] == 'attachment; filename="harbour-youth.xml"'

    response = upload(client, example.content)
    batch = ImportBatch.objects.get()
    assert response.url == page(batch)
    report = client.get(page(batch)).content.decode()
    assert "Harbour Youth: work and learning by the water" in report
    assert "Not counted yet" in report
    assert Partnership.objects.count() == 0

    response = client.post(page(batch, "import-apply"), DECISIONS, follow=True)
    partnership = Partnership.objects.get()
    assert partnership.name in response.content.decode()
    assert partnership.goals.count() == 2
    assert partnership.seats.get(person=person).role == "coordinator"
    assert set(partnership.goals.values_list("indicators__value_semantics", flat=True)) == {"per_period"}

    confirm = client.get(page(batch, "import-undo"))
    assert b"Take it back" in confirm.content
    response = client.post(page(batch, "import-undo"), follow=True)
    assert b"This import was taken back" in response.content
    assert (Partnership.objects.count(), Organization.objects.count()) == (0, 0)
    assert b"Taken back" in client.get(LIST).content


def test_the_example_is_small_and_says_it_is_invented():
    content = SAMPLE.read_bytes()

    assert len(content) < 10_000
    assert b"invented" in content


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<!DOCTYPE a>\n<a/>", "Line 1:</strong> The file has a DOCTYPE"),
        (iati(activity(), version="1.04"), "Line 2:</strong> The file follows IATI version 1.04"),
        (iati(activity())[:-50], "The file ends in the middle"),
        (b"name;value", "This is not well-formed XML"),
    ],
)
def test_a_refused_file_says_line_and_reason(client, person, data, words):
    response = client.post(UPLOAD, {"file": xml(data)}, follow=True)

    assert words in response.content.decode()
    assert ImportBatch.objects.get().state == BatchState.REFUSED
    assert Partnership.objects.count() == 0


def test_upload_without_a_file_or_with_too_large_a_one_says_so(client, person):
    missing = client.post(UPLOAD, {})
    large = client.post(UPLOAD, {"file": xml(b"x" * 5_000_001)})
    oversized = client.post(UPLOAD, {"file": xml(b"x" * 6_000_000)})

    assert (missing.status_code, large.status_code, oversized.status_code) == (422, 422, 422)
    assert "Please choose a file." in missing.content.decode()
    assert "The file is larger than 5 MB." in large.content.decode()
    assert "The file is larger than 5 MB." in oversized.content.decode()
    assert ImportBatch.objects.count() == 0


def test_a_large_file_waits_for_the_worker(client, person):
    padding = "<description><narrative>" + "x" * 90_000 + "</narrative></description>"
    response = upload(client, iati(activity(padding * 12)))
    batch = ImportBatch.objects.get()

    waiting = client.get(response.url)
    polled = client.get(response.url, headers={"HX-Request": "true"})
    assert b"We are reading the file" in waiting.content
    assert b"Look again" in waiting.content
    assert polled.content.lstrip().startswith(b'<div id="import-progress"')

    services.work_on_batches(now=clock.now())
    assert client.get(response.url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert b"Look before we import" in client.get(response.url).content
    client.post(page(batch, "import-apply"), DECISIONS)
    assert b"We are importing the file" in client.get(response.url).content
    services.work_on_batches(now=clock.now())
    assert b"The file is imported" in client.get(response.url).content


def test_nothing_ticked_is_an_error_and_keeps_the_other_decisions(client, person):
    batch = read_batch(person, iati(activity(org("Harbour", ref="X-1"), org("Harbour", ref="X-2"))))
    merge = services.plan_batch(batch=batch, choices=Choices(), now=clock.now()).bodies.proposals[0].id

    response = client.post(page(batch, "import-apply"), {**DECISIONS, "activities": [], "merges": [merge]})

    text = response.content.decode()
    assert response.status_code == 422
    assert "Tick at least one activity." in text
    assert f'value="{merge}" id="merge-{merge}" checked' in text
    assert Partnership.objects.count() == 0


def test_an_accepted_merge_is_made(client, person):
    batch = read_batch(person, iati(activity(org("Harbour", ref="X-1"), org("Harbour", ref="X-2"))))
    merge = services.plan_batch(batch=batch, choices=Choices(), now=clock.now()).bodies.proposals[0].id

    client.post(page(batch, "import-apply"), {**DECISIONS, "merges": [merge]})

    assert Organization.objects.filter(name="Harbour").count() == 1


def test_a_second_import_says_zero_changes(client, person):
    data = iati(activity(org("Harbour")))
    applied(person, data)

    batch = read_batch(person, data)

    assert "0 changes." in client.get(page(batch)).content.decode()


def test_a_newer_file_shows_here_now_and_in_the_file(client, person):
    applied(person, iati(activity(org("Harbour"), result(indicator(period(target("3")))))))

    batch = read_batch(person, iati(activity(org("Harbour"), result(indicator(period(target("4")))))))
    text = client.get(page(batch)).content.decode()

    assert "result 1, indicator 1, period 1, target 1" in text
    assert "What a newer file would change" in text


def test_an_import_people_worked_on_is_not_taken_back(client, person):
    batch = applied(person, iati(activity(result(indicator()))))
    SharedGoal.objects.update(title="Ours now")

    shown = client.get(page(batch, "import-undo"))
    tried = client.post(page(batch, "import-undo"))

    assert (shown.status_code, tried.status_code) == (200, 409)
    assert b"Ours now" in shown.content
    assert b"Ours now" in tried.content
    assert SharedGoal.objects.count() == 1


def test_what_a_person_from_a_file_does_elsewhere_is_not_told(client, person):
    """Not what they call themselves now, nor where they sit, nor when they asked for a code to sign in."""
    contact = "<person-name><narrative>Ada Typed</narrative></person-name><email>ada@example.org</email>"
    batch = applied(person, iati(activity(org("Trust"), f"<contact-info>{contact}</contact-info>")), with_persons=True)
    ada = Person.objects.get(email="ada@example.org")
    edit_own_details(person=ada, name="Ada Realname", language="en", time_zone="UTC", now=clock.now())
    SeatFactory(holder__person=ada, holder__organization__name="Elsewhere")
    MessageFactory(recipient=ada, dedupe_key="login_code:7:20260304091500")

    pages = [client.get(page(batch, "import-undo")), client.post(page(batch, "import-undo"))]

    assert [answer.status_code for answer in pages] == [200, 409]
    for answer in pages:
        told = answer.content.decode()
        rows = BeautifulSoup(told, "html.parser").select("main .list .item")
        assert "Ada Realname" not in told
        assert "login_code" not in told
        assert len(rows) == 1


def test_who_left_the_partnership_reads_nothing_of_it_in_what_stands_in_the_way(client, person):
    batch = applied(person, iati(activity(result(indicator()))))
    mine = Seat.objects.get(person=person)
    SeatFactory(partnership=mine.partnership, role=Role.COORDINATOR)
    vacate_seat(seat=mine, by=mine, now=clock.now())
    SharedGoal.objects.update(title="Secret since")
    ActionFactory(partnership=mine.partnership, title="Secret action")

    pages = [client.get(page(batch, "import-undo")), client.post(page(batch, "import-undo"))]

    assert [answer.status_code for answer in pages] == [200, 409]
    assert [word in answer.content.decode() for answer in pages for word in ("Secret since", "Secret action")] == [
        *(False, False),
        *(False, False),
    ]


@pytest.mark.parametrize("name", ["import-detail", "import-problems", "import-texts", "import-undo"])
def test_files_of_others_do_not_exist(client, person, name):
    other = applied(PersonFactory(may_start_partnerships=True), iati(activity(org("Secret partner"))))

    assert client.get(page(other, name)).status_code == 404


@pytest.mark.parametrize("name", ["import-apply", "import-undo"])
def test_files_of_others_cannot_be_applied_or_undone(client, person, name):
    other = applied(PersonFactory(may_start_partnerships=True), iati(activity(org("Secret partner"))))

    assert client.post(page(other, name), DECISIONS).status_code == 404
    assert Partnership.objects.count() == 1


@pytest.mark.parametrize("path", [LIST, UPLOAD, reverse("exchange:import-example"), "/imports/1/", "/imports/1/undo/"])
def test_who_may_not_start_partnerships_is_told_so(client, path):
    client.force_login(PersonFactory())

    response = client.get(path)

    assert response.status_code == 403
    assert "your account may not do that" in response.content.decode()


@pytest.mark.parametrize("path", [LIST, UPLOAD, "/imports/1/"])
def test_strangers_are_sent_to_sign_in(client, path, settings):
    settings.LOGIN_URL = "/sign-in/"

    assert client.get(path).url == f"/sign-in/?next={path}"


def test_ten_files_an_hour_are_enough(client, person, monkeypatch):
    monkeypatch.setattr("core.clock.now", lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    for _ in range(10):
        upload(client, b"not xml")

    response = upload(client, b"not xml")

    assert response.status_code == 422
    assert "That was tried too often." in response.content.decode()
    assert ImportBatch.objects.count() == 10


def test_persons_are_named_only_after_a_tick(client, person):
    data = SAMPLE.read_bytes()

    without = client.post(UPLOAD, {"file": xml(data)}, follow=True).content.decode()
    ticked = client.post(UPLOAD, {"file": xml(data), "with_persons": "on"}, follow=True).content.decode()

    assert "Without any persons named in the file." in without
    assert "With 1 person named as a contact" in ticked


def test_all_problems_stand_on_their_own_pages(client, person):
    targets = "".join(period(target("Yes"), start=f"{year}-01-01", end=f"{year}-12-31") for year in range(1950, 2020))
    batch = read_batch(person, iati(activity(org("Harbour", ref="X-1"), result(indicator(targets)))))

    first = client.get(page(batch, "import-problems")).content.decode()
    second = client.get(page(batch, "import-problems") + "?page=2").content.decode()

    assert first.count("Words, not a number. Kept as text.") == 49
    assert second.count("Words, not a number. Kept as text.") == 21


def test_kept_texts_can_be_read_with_their_place_and_language(client, person):
    said = "<narrative>Safe crossings</narrative><narrative xml:lang='FR'>Passages sûrs</narrative>"
    batch = applied(person, iati(activity(title=f"<title>{said}</title>")))

    text = client.get(page(batch, "import-texts")).content.decode()

    assert "Passages sûrs" in text
    assert "fr</td>" in text


@pytest.mark.parametrize("item_count", [1, 3])
def test_kept_texts_cost_the_same_for_one_and_three(client, person, item_count, django_assert_num_queries):
    batch = applied(person, iati(activity("<other-identifier ref='7' type='A1'/>" * item_count)))

    with django_assert_num_queries(5):
        client.get(page(batch, "import-texts"))


def test_a_forgotten_file_says_so(client, person):
    batch = read_batch(person, iati(activity()))
    services.purge_files(now=clock.now() + timedelta(days=31))

    text = client.get(page(batch)).content.decode()
    client.post(page(batch, "import-apply"), DECISIONS)

    assert "We forgot this file after 30 days." in text
    assert client.get(page(batch, "import-problems")).status_code == 404
    assert Partnership.objects.count() == 0


def test_a_file_imported_twice_by_two_clicks_is_imported_once(client, person):
    batch = read_batch(person, iati(activity(org("Harbour"))))

    client.post(page(batch, "import-apply"), DECISIONS)
    client.post(page(batch, "import-apply"), DECISIONS)

    assert Partnership.objects.count() == 1


def test_hostile_names_are_shown_as_text(client, person):
    bad = "&lt;script&gt;alert(1)&lt;/script&gt;"
    batch = read_batch(person, iati(activity(org(bad), title=f"<title><narrative>{bad}</narrative></title>")))

    assert b"<script>alert" not in client.get(page(batch)).content


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(client, person, item_count, django_assert_num_queries):
    ImportBatchFactory.create_batch(item_count, person=person)
    client.get(LIST)

    with django_assert_num_queries(LIST_QUERIES):
        client.get(LIST)


LIST_QUERIES = 4


@pytest.mark.parametrize("item_count", [1, 3])
def test_the_dry_run_costs_the_same_for_one_and_three(client, person, item_count, django_assert_num_queries):
    SeatFactory.create_batch(item_count, person=None, holder=None)
    many = [activity(org(f"Body {n}"), result(indicator()), identifier=f"X-{n}") for n in range(item_count)]
    batch = read_batch(person, iati(*many))

    with django_assert_num_queries(DRY_RUN_QUERIES):
        client.get(page(batch))


DRY_RUN_QUERIES = 7
