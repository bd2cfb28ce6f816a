"""From the inputs of a month to the payload of its report. Pure: the same inputs give the same bytes.

The payload holds nothing that may not be shown to everybody in the partnership: fewer than five people nothing but how
many answered, five to nine a band and a likely range in halves, numbers and shares from ten. Whole numbers only, so
that no printing of a float can differ. ``docs/report-payload.md`` describes every key.
"""

from feedback.payload.compose import Composed, compose
from feedback.payload.inputs import (
    ALGORITHM,
    MEETINGS,
    PARAMS,
    PAST,
    AskedSector,
    Inputs,
    LedgerLine,
    Own,
    Promise,
    PublishedMonth,
    Said,
    Tally,
    WindowInput,
    canonical,
)
from feedback.payload.sectors import OTHER, Shown

__all__ = [
    "ALGORITHM",
    "MEETINGS",
    "OTHER",
    "PARAMS",
    "PAST",
    "AskedSector",
    "Composed",
    "Inputs",
    "LedgerLine",
    "Own",
    "Promise",
    "PublishedMonth",
    "Said",
    "Shown",
    "Tally",
    "WindowInput",
    "canonical",
    "compose",
]
