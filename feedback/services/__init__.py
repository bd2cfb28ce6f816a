"""What happens to feedback: a partnership decides how to ask, windows open and close, a low line becomes an action."""

from feedback.services.room_links import LINK_KIND, send_link
from feedback.services.settings import decide_how_to_ask, mode_of, note_look_at_names, own_question_of
from feedback.services.windows import (
    REMINDER_KIND,
    REQUEST_KIND,
    WINDOW_LENGTH,
    close_window,
    open_window,
    people_to_ask,
    was_written_lately,
)

__all__ = [
    "LINK_KIND",
    "REMINDER_KIND",
    "REQUEST_KIND",
    "WINDOW_LENGTH",
    "close_window",
    "decide_how_to_ask",
    "mode_of",
    "note_look_at_names",
    "open_window",
    "own_question_of",
    "people_to_ask",
    "send_link",
    "was_written_lately",
]
