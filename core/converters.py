"""Parts of addresses that mean something."""

from datetime import date

from django.urls import register_converter

from core import months


class MonthConverter:
    """``2026-10`` is October 2026, given to the view as the date of its first day."""

    regex = r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date | str) -> str:
        return value if isinstance(value, str) else f"{months.first_of(value):%Y-%m}"


register_converter(MonthConverter, "month")
