"""Texts that are translated only when they are shown, and texts of unknown origin made fit for a line of a log."""

import re

from django.utils.functional import Promise

StrOrPromise = str | Promise

# Ends of lines, escape sequences of terminals, and marks that turn the direction of writing.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def encoded(text: str) -> str:
    """On one line and without effect on a terminal: each control character is written as Python would write it."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
