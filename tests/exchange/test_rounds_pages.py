"""A coordinator brings earlier rounds: look first, then all of it or nothing, and back again. No file stays."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock
from exchange.services import rounds
from exchange.views.rounds import TEMPLATE
from feedback.models import HealthReport, PastRound, PastSum
from partners.permissions import Role
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.feedback.test_hygiene import log, whole_database  # noqa: F401 -- a fixture of ours

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
HEADER = "round date,round label,invited,respondent,question,value"


def path(name, *more):
    return reverse(f"exchange:round-{name}", args=["harbour", *more])


@pytest.fixture
def seat(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    seat = SeatFactory(partnership=PartnershipFactory(slug="harbour"), role=Role.COORDINATOR)
    client.force_login(seat.person)
    return seat


def answers(*rows, day="2025-11-12", people=11, question="voice"):
    body = [f"{day},Autumn,14,p{number},{question},{number % 5 + 1}" for number in range(people)]
    return "\n".join([HEADER, *body, *rows]).encode()


def upload(client, content, **more):
    return client.post(path("upload"), {"file": SimpleUploadedFile("answers.csv", content), **more})


def carried(response):
    return re.search(r'name="rounds" value="([^"]+)"', response.content.decode())[1]


def apply(client, response):
    return client.post(path("apply"), {"rounds": carried(response)}, follow=True)


def test_from_the_template_to_a_history_and_back(client, seat):
    empty = client.get(path("list")).content.decode()
    template = client.get(path("template"))
    report = upload(client, template.content)
    assert PastRound.objects.count() == HealthReport.objects.count() == 0
    done = apply(client, report)

    assert "No earlier round yet" in empty
    assert template.content == TEMPLATE.read_bytes()
    assert "Nothing odd" in report.content.decode()
    assert "The earlier rounds are part of your history now." in done.content.decode()
    assert [one.label for one in PastRound.objects.order_by("held_on")] == ["Spring survey", "Autumn survey"]
    assert set(PastRound.objects.values_list("brought_by", flat=True)) == {seat.person_id}
    assert "Autumn survey" in client.get("/p/harbour/health/2025-09/").content.decode()

    month = datetime(2025, 9, 1, tzinfo=UTC).date()
    assert "Autumn survey, 10 September 2025" in client.get(path("undo", month)).content.decode()
    back = client.post(path("undo", month), follow=True).content.decode()
    assert "The month is taken back." in back
    assert [one.label for one in PastRound.objects.all()] == ["Spring survey"]
    assert client.get(path("undo", month)).status_code == 404


def test_page_names_line_and_value_of_everything_odd_and_where_all_lines_end(client, seat):
    rows = ["2025-11-12,Autumn,14,p99,voice,often", "2025-11-31,,,p98,voice,3", "2025-11-12,,,p97,<b>mine</b>,3"]
    page = re.sub(r"\s+", " ", upload(client, answers(*rows)).content.decode())

    assert '<td class="text-end num" data-l="Line">13</td><td data-l="What stands there"><bdi>often</bdi>' in page
    assert '<td class="text-end num" data-l="Line">14</td><td data-l="What stands there"><bdi>2025-11-31</bdi>' in page
    assert '<td class="text-end num" data-l="Line">15</td><td data-l="What stands there"><bdi>&lt;b&gt;mine' in page
    ledger = re.findall(r'<strong>([^<]+)</strong><span[^>]*>[^<]*</span></th><td class="text-end num">(\d+)<', page)
    assert dict(ledger) == {
        "Counted": "11", "No answer": "0", "Not our question": "1", "Too few people": "0", "Left out": "2",
    }  # fmt: skip
    assert "<strong>14</strong>" in page


def test_question_in_own_words_is_mapped_on_the_page(client, seat):
    content = answers(question="We are all heard")
    first = upload(client, content).content.decode()
    second = upload(client, content, question=["We are all heard"], meaning=["voice"])
    apply(client, second)

    assert 'name="rounds"' not in first
    assert '<option value="voice" selected>' in second.content.decode()
    assert PastSum.objects.get(item="voice").n == 11


@pytest.mark.parametrize("meaning", ["index", "own", "x", ""])
def test_nothing_else_can_be_chosen(client, seat, meaning):
    page = upload(client, answers(question="Mine"), question=["Mine"], meaning=[meaning]).content.decode()

    assert 'name="rounds"' not in page


def test_month_that_has_a_report_is_refused_on_the_page_and_when_it_comes_meanwhile(client, seat):
    twice = [upload(client, answers()) for _ in range(2)]
    apply(client, twice[0])
    again = apply(client, twice[1]).content.decode()
    page = upload(client, answers()).content.decode()

    assert "November 2025: There is a report of this month already, and a report is never changed." in again
    assert "There is a report of this month already" in page
    assert 'name="rounds"' not in page
    assert PastRound.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (b"a,b\n1,2", "The first line of the file must name its columns."),
        (b"PK\x03\x04" * 9, "This is a spreadsheet."),
        (b"x" * 1_000_001, "The file is larger than 1 MB."),
    ],
)  # fmt: skip
def test_file_that_cannot_be_read_comes_back_with_a_sentence(client, seat, content, sentence):
    response = upload(client, content)

    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_file_that_is_too_large_to_arrive_is_refused_with_a_sentence(client, seat):
    response = upload(client, b"x" * 5_600_000)

    assert response.status_code == 422
    assert "The file is larger than 1 MB." in response.content.decode()


@pytest.mark.parametrize("spoil", [lambda text: "", lambda text: text[:-2] + "xx", lambda text: "x:y:z"])
def test_sums_that_are_not_ours_are_refused(client, seat, spoil):
    text = spoil(carried(upload(client, answers())))
    page = client.post(path("apply"), {"rounds": text}, follow=True).content.decode()

    assert "Please choose the file again." in page
    assert PastRound.objects.count() == 0


def test_sums_of_one_partnership_cannot_be_brought_into_another(client, seat):
    text = carried(upload(client, answers()))
    SeatFactory(partnership=PartnershipFactory(slug="river"), role=Role.COORDINATOR, holder__person=seat.person)
    page = client.post("/imports/rounds/river/apply/", {"rounds": text}, follow=True).content.decode()

    assert "Please choose the file again." in page
    assert PastRound.objects.count() == 0


def test_sums_wait_two_hours(client, seat, monkeypatch):
    text = carried(upload(client, answers()))
    monkeypatch.setattr(rounds.signing.time, "time", lambda: datetime.now(UTC).timestamp() + 7201)

    assert "Please choose the file again." in client.post(path("apply"), {"rounds": text}, follow=True).content.decode()


# -- No person comes along ---------------------------------------------------------------------------------------------
def test_no_respondent_reaches_database_log_page_or_signed_sums(client, seat, log, tmp_path):  # noqa: F811 -- the fixture
    names = [f"Canary{number} Person" for number in range(11)]
    rows = [f"2025-11-12,Autumn,14,{name},trust,{number % 7}" for number, name in enumerate(names)]
    rows += [f"2025-11-12,Autumn,14,{name},voice,2" for name in names]
    report = upload(client, answers(*rows))
    done = apply(client, report)
    sums = rounds.signing.loads(carried(report), salt=rounds.SALT)

    everywhere = [whole_database(), log.getvalue(), report.content.decode(), done.content.decode(), json.dumps(sums)]
    assert [text.count("Canary") for text in everywhere] == [0] * 5
    assert "Autumn" in everywhere[0] + everywhere[4]
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_file_that_makes_us_fail_leaves_nothing_in_log_or_error_page(client, seat, log, monkeypatch):  # noqa: F811
    monkeypatch.setattr("exchange.views.rounds.dry_run", lambda *_args, **_more: 1 / 0)
    client.raise_request_exception = False
    broken = upload(client, answers("2025-11-12,Autumn,14,Canary Person,trust,4"))

    assert broken.status_code == 500
    assert "Canary" not in log.getvalue() + broken.content.decode()
