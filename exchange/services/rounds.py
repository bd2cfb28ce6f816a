"""Earlier rounds between the page that shows them and the import: as signed sums in the page, never as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from core.errors import DomainError
from feedback.past import PastCell, PastDraft

SALT = "exchange earlier rounds 1"
VALID_FOR = timedelta(hours=2)


class SumsForgotten(DomainError):
    """What the page carried is too old, of another partnership, or not from us."""


def carried(rounds: Sequence[PastDraft], *, partnership_id: int) -> str:
    """The sums as text that only we can have written."""
    return signing.dumps([partnership_id, *(_packed(one) for one in rounds)], salt=SALT, compress=True)


def brought_back(text: str, *, partnership_id: int) -> list[PastDraft]:
    """The sums that ``carried`` wrote for this partnership."""
    try:
        whose, *rounds = signing.loads(text, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature as error:
        raise SumsForgotten(_("Too much time has passed. Please choose the file again.")) from error
    if whose != partnership_id:
        raise SumsForgotten(_("Too much time has passed. Please choose the file again."))
    return [_unpacked(one) for one in rounds]


def _packed(one: PastDraft) -> dict[str, Any]:
    return asdict(one) | {"held_on": one.held_on.isoformat()}


def _unpacked(packed: Mapping[str, Any]) -> PastDraft:
    cells = {
        item: PastCell(**cell | {"counts": tuple(cell["counts"]), "eighths": tuple(cell["eighths"])})
        for item, cell in packed["cells"].items()
    }
    return PastDraft(**{**packed, "held_on": date.fromisoformat(packed["held_on"]), "cells": cells})
