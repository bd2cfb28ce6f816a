"""Whether a report can be taken away as a printed document."""

from datetime import datetime, timedelta
from enum import StrEnum, auto

from feedback.models import HealthReport, ReportFile

PATIENCE = timedelta(hours=1)


class Paper(StrEnum):
    READY = auto()
    BEING_MADE = auto()
    NONE = auto()  # this server makes none, or not yet of a report this old: the browser prints it as well


def paper_of(report: HealthReport, *, language: str, now: datetime) -> Paper:
    if ReportFile.objects.filter(report=report, language=language).exists():
        return Paper.READY
    return Paper.BEING_MADE if report.built_at <= now < report.built_at + PATIENCE else Paper.NONE


def printed(report: HealthReport, *, language: str) -> bytes | None:
    """The document in one language; None while there is none."""
    found = ReportFile.objects.filter(report=report, language=language).values_list("content", flat=True).first()
    return None if found is None else bytes(found)
