"""A report on paper: two pages, tagged, in the reader's language, the same bytes every time."""

import ctypes
import json
import logging
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from random import Random

import pypdfium2
import pytest
from pypdfium2 import raw

from feedback import printing, reminders, sealed
from feedback.choices import ITEMS
from feedback.models import HealthReport, ReportFile
from partners.permissions import Role
from tests.factories.feedback import FollowUpFactory, HealthReportFactory, answered_and_closed
from tests.factories.partners import PartnershipFactory, SeatFactory
from tests.servers import needed
from tests.shared import ROOT

pytestmark = pytest.mark.django_db
REPORT_DAY = datetime(2026, 4, 8, 6, 0, tzinfo=UTC)
MARCH = date(2026, 3, 1)
needs_pango = pytest.mark.usefixtures("pango")


@pytest.fixture
def pango():
    return needed("Pango, which sets the type of PDFs,", printing.typesetter())


@pytest.fixture
def report():
    partnership = PartnershipFactory(slug="harbour", name="Harbour & Hill")
    rng = Random(3)
    answers = [
        sealed.Answers(
            {item: rng.randint(3, 5) for item in ITEMS} | {"voice": rng.randint(1, 3)},
            comment=f"Word {number} <b>bold</b>",
            may_quote=number < 2,
        )
        for number in range(12)
    ]
    answered_and_closed(answers, partnership=partnership, people=14)
    reminders.build_reports(REPORT_DAY)
    return HealthReport.objects.get()


def printed(report, language="en"):
    return printing.typesetter()(printing.document(report, language), report.sha256)


def texts(content):
    with pypdfium2.PdfDocument(content) as paper:
        return [re.sub(r"\s+", " ", page.get_textpage().get_text_range()) for page in paper]


# -- The document -----------------------------------------------------------------------------------------------------
@needs_pango
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["“A fair say” needs attention.", "How we work together, by topic", "March 2026 · revision 1"]),
        ("fr", ["Parole pour tout le monde", "Comment nous avons fait ce bilan", "mars 2026 · révision 1"]),
    ],
)
def test_document_has_numbered_pages_a_foot_and_the_words_of_its_language(report, language, words):
    FollowUpFactory(report=report, action__title="Round table", action__created_at=REPORT_DAY - timedelta(days=1))

    pages = texts(printed(report, language))

    assert 2 <= len(pages) <= 3
    for number, page in enumerate(pages, 1):
        assert f"{number} / {len(pages)}" in page
        assert "Harbour & Hill" in page
    for word in words:
        assert word.casefold() in " ".join(pages).casefold()
    assert "Round table" in " ".join(pages)
    assert "Word 0 <b>bold</b>" in " ".join(pages)


@needs_pango
def test_document_says_who_made_what_and_when_and_speaks_its_pictures(report):
    with pypdfium2.PdfDocument(printed(report)) as paper:
        facts = paper.get_metadata_dict()
        assert facts["Title"] == "Collaboration health, March 2026 · Harbour & Hill"
        assert facts["CreationDate"].startswith("D:20260408")
        assert raw.FPDFCatalog_IsTagged(paper)
        assert any("A fair say: Needs attention" in said for page in paper for said in alternatives(page))


def alternatives(page):
    """The texts that stand for pictures, from the tree of tags of one page."""
    tree = raw.FPDF_StructTree_GetForPage(page)
    waiting = [raw.FPDF_StructTree_GetChildAtIndex(tree, n) for n in range(raw.FPDF_StructTree_CountChildren(tree))]
    while waiting:
        element = waiting.pop()
        if not element:
            continue
        size = raw.FPDF_StructElement_GetAltText(element, None, 0)
        held = ctypes.create_string_buffer(size)
        raw.FPDF_StructElement_GetAltText(element, held, size)
        yield held.raw.decode("utf-16-le")
        count = raw.FPDF_StructElement_CountChildren(element)
        waiting += [raw.FPDF_StructElement_GetChildAtIndex(element, n) for n in range(count)]


@needs_pango
def test_document_is_drawn_in_the_colours_of_the_chart_and_ends_before_the_edge(report):
    with pypdfium2.PdfDocument(printed(report)) as paper:
        picture = paper[0].render(scale=1).to_pil().convert("RGB")
        width, height = picture.size
        assert (width, height) == (596, 842)
        dots = sum(count for count, colour in picture.getcolors(1 << 20) if colour == (0x2F, 0x3A, 0x8F))
        assert dots > 300, "the dots of the chart are missing, or black"
        for box in ((0, 0, 30, height), (width - 30, 0, width, height)):
            assert picture.crop(box).getextrema() == ((255, 255),) * 3


@needs_pango
def test_same_report_gives_the_same_bytes_in_every_process(report, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(printing.document(report, "en"))
    script = (
        "import os, sys, hashlib, django; django.setup(); from feedback import printing; "
        f"print(hashlib.sha256(printing.typesetter()(open({str(page)!r}).read(), 'x')).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "partnerships.settings"},
        ).stdout.strip()
        for seed in ("1", "2")
    }

    assert len(told) == 1
    assert printed(report) == printed(report)


# -- Who makes it, and when -------------------------------------------------------------------------------------------
@needs_pango
def test_every_published_report_is_printed_once_in_every_language(report):
    HealthReportFactory(partnership=report.partnership, month=date(2026, 2, 1), payload='{"state":"held"}')

    made = [printing.print_reports(REPORT_DAY), printing.print_reports(REPORT_DAY)]

    assert made == [2, 0]
    assert set(ReportFile.objects.values_list("report", "language")) == {(report.pk, "en"), (report.pk, "fr")}
    assert bytes(ReportFile.objects.get(language="fr").content).startswith(b"%PDF-")


def test_report_that_cannot_be_printed_is_told_once_and_holds_up_no_other(report, monkeypatch, caplog):
    def typeset(page, identifier):
        if '<html lang="en"' in page:
            raise ValueError("broken")
        return b"%PDF-"

    monkeypatch.setattr(printing, "typesetter", lambda: typeset)
    monkeypatch.setattr(printing, "_given_up", set())

    assert [printing.print_reports(REPORT_DAY), printing.print_reports(REPORT_DAY)] == [1, 0]
    assert len([one for one in caplog.records if one.levelno >= logging.ERROR]) == 1


def test_printing_stops_when_its_time_is_up(report, monkeypatch):
    monkeypatch.setattr(printing, "typesetter", lambda: lambda _page, _identifier: b"%PDF-")

    assert printing.print_reports(REPORT_DAY, budget=-1) == 0
    assert printing.print_reports(REPORT_DAY) == 2


def test_machine_without_pango_says_so_once_and_prints_nothing(report, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    printing.typesetter.cache_clear()
    try:
        assert [printing.print_reports(REPORT_DAY), printing.print_reports(REPORT_DAY)] == [0, 0]
    finally:
        printing.typesetter.cache_clear()

    assert len([one for one in caplog.records if "No PDFs are made here" in one.message]) == 1


def test_no_web_process_imports_what_sets_type():
    script = "import sys, django; django.setup(); import partnerships.urls; print('weasyprint' in sys.modules)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "partnerships.settings"}
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True, env=environment
    )

    assert told.stdout.strip() == "False"


# -- Who takes it away ------------------------------------------------------------------------------------------------
@pytest.fixture
def at(monkeypatch):
    def move(moment):
        monkeypatch.setattr("feedback.views.health.now", lambda: moment)

    move(REPORT_DAY)
    return move


def read(client, seat, path="2026-03/"):
    client.force_login(seat.person)
    return client.get(f"/p/harbour/health/{path}")


def test_page_says_the_pdf_is_being_made_then_offers_it_and_at_last_to_print(client, report, at):
    seat = SeatFactory(partnership=report.partnership, role=Role.OBSERVER)

    first = read(client, seat).content.decode()
    at(REPORT_DAY + timedelta(hours=2))
    without = read(client, seat).content.decode()
    ReportFile.objects.create(report=report, language="en", content=b"%PDF-", sha256="0" * 64, built_at=REPORT_DAY)
    there = read(client, seat).content.decode()

    assert "The PDF is being made." in first
    assert "print the page from your browser" in without
    assert 'href="/p/harbour/health/2026-03/report.pdf?revision=1"' in there
    assert "data-print" in first
    assert "data-print" in there


def test_document_goes_to_seats_of_the_partnership_only(client, report):
    ReportFile.objects.create(report=report, language="en", content=b"%PDF-1", sha256="0" * 64, built_at=REPORT_DAY)
    seat, stranger = SeatFactory(partnership=report.partnership, role=Role.OBSERVER), SeatFactory()

    taken = read(client, seat, "2026-03/report.pdf")

    assert taken.content == b"%PDF-1"
    assert taken.headers["Content-Type"] == "application/pdf"
    assert taken.headers["Content-Disposition"] == 'attachment; filename="harbour-2026-03-r1-en.pdf"'
    assert read(client, seat, "2026-03/report.pdf?revision=2").status_code == 404
    assert read(client, seat, "2026-02/report.pdf").status_code == 404
    assert read(client, stranger, "2026-03/report.pdf").status_code == 404


def test_document_shows_what_was_agreed_as_it_stood_when_the_report_was_built(report):
    FollowUpFactory(
        report=report, action__title="Early", action__created_at=REPORT_DAY - timedelta(days=2), action__started_at=None
    )
    FollowUpFactory(report=report, action__title="Later", action__created_at=REPORT_DAY + timedelta(days=2))

    page = printing.document(report, "en")

    assert "Early" in page
    assert "Later" not in page
    assert "As it stood on 8 April 2026." in page
    assert json.loads(report.payload)["state"] == "published"
