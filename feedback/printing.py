"""A published report as a document for paper (A4, tagged), made by the worker once per report and language.

The same report gives the same bytes: its dates are those of the report, its identifier is the report's checksum.
WeasyPrint needs libraries of the system and a second to import, so only the function that prints knows it.
"""

import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.utils import translation

from feedback.models import HealthReport, ReportFile
from feedback.selectors import read_report, replies_until, said_and_agreed

logger = logging.getLogger(__name__)

BUDGET_SECONDS = 15.0
STATIC = Path(settings.BASE_DIR) / "static"
SHEETS = ("vendor/bootstrap.min.css", "css/app.css", "css/document.css")
PUBLISHED = '"state":"published"'  # as canonical JSON spells it; inside a quote its marks would be escaped
PICTURE = re.compile(r'<svg [^>]*aria-label="([^"]*)"[^>]*>')  # paper is read aloud by titles, screens by labels
FONT_DATE = "SOURCE_DATE_EPOCH"

Typesetter = Callable[[str, str], bytes]
_given_up: set[tuple[int, str]] = set()


def print_reports(now: datetime, *, budget: float = BUDGET_SECONDS) -> int:
    """Print what is not printed yet, newest first, for so many seconds; returns how many documents were made.

    A report that cannot be printed is told once and left until the worker starts again; it is on the web all the same.
    """
    made, stop = 0, time.monotonic() + budget
    for report, language in _unprinted():
        typeset = typesetter()
        if typeset is None or time.monotonic() > stop:
            break
        try:
            content = typeset(document(report, language), report.sha256)
        except Exception:
            logger.exception("Health report %s could not be printed in %s.", report.pk, language)
            _given_up.add((report.pk, language))
            continue
        made += _keep(report, language, content, now)
    return made


def document(report: HealthReport, language: str) -> str:
    """The page that is printed: what everybody in the partnership may read, and nothing for one reader only."""
    with translation.override(language):
        page = read_report(report, language=language)
        context = {
            "report": report,
            "page": page,
            "said": said_and_agreed(replies_until(report), at=report.built_at),
            "on_paper": True,
        }
        return render_to_string("feedback/report/document.html", context)


@cache
def typesetter() -> Typesetter | None:
    """What turns a page into a PDF; None where a library of the system is missing, which is told once."""
    try:
        from weasyprint import CSS, HTML  # noqa: PLC0415 -- a second and 40 MB that no web process pays for
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 -- as above
        from weasyprint.urls import URLFetcher  # noqa: PLC0415 -- as above
    except (ImportError, OSError) as missing:
        logger.warning("No PDFs are made here, reports can be printed from the browser: %s", str(missing)[:200])
        return None

    def typeset(page: str, identifier: str) -> bytes:
        page = PICTURE.sub(r"\g<0><title>\1</title>", page)
        fonts, fetcher = FontConfiguration(), URLFetcher(allowed_protocols={"file"}, allow_redirects=False)
        sheets = [CSS(filename=STATIC / name, font_config=fonts, url_fetcher=fetcher) for name in SHEETS]
        with _fonts_without_a_date():
            written: bytes = HTML(string=page, base_url=STATIC.as_uri(), url_fetcher=fetcher).write_pdf(
                stylesheets=sheets, font_config=fonts, pdf_identifier=identifier.encode(), pdf_variant="pdf/ua-1"
            )
        return written

    return typeset


@contextmanager
def _fonts_without_a_date() -> Iterator[None]:
    """Embedded fonts carry the moment of their making unless this variable of the environment gives another."""
    before = os.environ.get(FONT_DATE)
    os.environ[FONT_DATE] = "0"
    try:
        yield
    finally:
        os.environ.pop(FONT_DATE)
        if before is not None:
            os.environ[FONT_DATE] = before


def _unprinted() -> Iterable[tuple[HealthReport, str]]:
    for language, _name in settings.LANGUAGES:
        there = ReportFile.objects.filter(report=OuterRef("pk"), language=language)
        reports = HealthReport.objects.filter(~Exists(there), payload__contains=PUBLISHED)
        for report in reports.select_related("partnership").order_by("-built_at", "-pk").iterator(chunk_size=20):
            if (report.pk, language) not in _given_up:
                yield report, language


def _keep(report: HealthReport, language: str, content: bytes, now: datetime) -> bool:
    """False when another worker was faster."""
    facts = {"content": content, "sha256": sha256(content).hexdigest(), "built_at": now}
    return ReportFile.objects.get_or_create(report=report, language=language, defaults=facts)[1]
