"""What waits, what was sent, what could not be: for the operators, to look at only."""

from django.http import HttpResponse

from core import clock
from core.access import staff
from core.http import Request, render_page
from notifications.selectors import DEAD_LETTERS_SHOWN, dead_letters, outbox_at


@staff()
def outbox(request: Request) -> HttpResponse:
    context = {"outbox": outbox_at(clock.now()), "dead_letters": dead_letters(), "shown": DEAD_LETTERS_SHOWN}
    return render_page(request, "notifications/outbox_show.html", context)
