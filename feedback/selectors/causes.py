"""What an action answers, in words."""

from datetime import date

from django.utils.translation import gettext as _

from core import dates
from feedback.choices import Cause


def topic(cause: Cause, theme: str = "") -> str:
    """Short, for a table."""
    return theme or str(cause.label)


def sentence(cause: Cause, month: date, theme: str = "") -> str:
    """You said: a sentence about a month."""
    words = {"month": dates.month(month), "topic": topic(cause, theme)}
    match cause:
        case Cause.ENERGY:
            return _("In %(month)s, our energy was low.") % words
        case Cause.THEME:
            return _("In %(month)s, people wrote about “%(topic)s”.") % words
        case Cause.FLAG:
            return _("In %(month)s, people wanted someone to act on what they said.") % words
        case _:
            return _("In %(month)s, “%(topic)s” called for an action.") % words
