from datetime import date

import pytest

from goals import periods
from goals.choices import Frequency
from goals.periods import Period


@pytest.mark.parametrize(
    ("frequency", "first", "second"),
    [
        (Frequency.MONTHLY, "October 2026", "September 2026"),
        (Frequency.QUARTERLY, "July 2026 to September 2026", "April 2026 to June 2026"),
        (Frequency.HALF_YEARLY, "January 2026 to June 2026", "July 2025 to December 2025"),
        (Frequency.YEARLY, "2025", "2024"),
    ],
)
def test_finished_periods_end_before_today_newest_first(frequency, first, second):
    found = periods.finished(frequency, on=date(2026, 11, 21), count=2)

    assert [str(period) for period in found] == [first, second]


def test_a_period_is_finished_on_its_last_day():
    assert periods.finished(Frequency.MONTHLY, on=date(2026, 2, 28), count=1) == [
        Period(date(2026, 2, 1), date(2026, 2, 28))
    ]


def test_odd_periods_are_named_by_their_days():
    assert periods.label(date(2021, 1, 1), date(2023, 6, 30)) == "1 January 2021 to 30 June 2023"
    assert periods.label(date(2021, 3, 4), date(2021, 3, 4)) == "4 March 2021"
