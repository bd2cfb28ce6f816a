"""What happens to feedback: windows open and close, a low line becomes an action."""

from feedback.services.windows import (
    REMINDER_KIND,
    REQUEST_KIND,
    WINDOW_LENGTH,
    close_window,
    open_window,
    people_to_ask,
)

__all__ = [
    "REMINDER_KIND",
    "REQUEST_KIND",
    "WINDOW_LENGTH",
    "close_window",
    "open_window",
    "people_to_ask",
]
