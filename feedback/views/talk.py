"""The conversation behind a code. No account, no cookie, no session: every form carries the code again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from core import dates, limits
from core.access import PAGE_AND_FORM, token
from core.clock import now
from core.components import Problem
from core.http import Request, client_address
from core.patience import NO_DATABASE
from feedback import codes, sealed
from feedback.form_page import language_of, languages_beside
from feedback.models import FeedbackWindow
from feedback.selectors.threads import Conversation, conversation_of_holder
from feedback.services import threads

RETRY_SECONDS = "30"


@dataclass(frozen=True)
class TalkPage:
    """The field for a code, when words will be read, a conversation, or that it has ended."""

    code: str = ""
    typed: str = ""
    problems: Sequence[Problem] = ()
    waiting: FeedbackWindow | None = None
    talk: Conversation | None = None
    has_ended: bool = False
    is_down: bool = False
    status: HTTPStatus = HTTPStatus.OK

    @property
    def words_open(self) -> str:
        """When the words behind the code can be read, where they cannot yet."""
        if self.waiting is None:
            return ""
        return dates.day_time(self.waiting.closes_at.astimezone(ZoneInfo(self.waiting.meeting.partnership.time_zone)))


@token(methods=PAGE_AND_FORM)
def talk(request: Request) -> HttpResponse:
    """The code comes in a form, never in an address. Codes that never were and codes that are over look the same."""
    language = language_of(request.GET.get("lang"))
    with translation.override(language):
        page = _posted(request) if request.method == "POST" else TalkPage()
        context = {
            "page": page,
            "problems": page.problems,
            "language": language,
            "other_languages": languages_beside(language),
            "most": threads.MESSAGE_LENGTH,
        }
        headers = {"Retry-After": RETRY_SECONDS} if page.is_down else {}
        return HttpResponse(render_to_string("feedback/talk.html", context), status=page.status, headers=headers)


def _posted(request: Request) -> TalkPage:
    """Only codes that lead nowhere are counted, by address: who holds a real one leaves no trace."""
    address, at = client_address(request), now()
    try:
        limits.refuse_if_spent(limits.TALK_PER_ADDRESS, address, now=at)
        try:
            return _behind(request.POST, at)
        except threads.CodeUnknown as refusal:
            limits.spend(limits.TALK_PER_ADDRESS, address, now=at)
            return TalkPage(problems=[Problem(str(refusal), "code")], status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except limits.TooManyAttempts as refusal:
        return TalkPage(problems=[Problem(str(refusal), "code")], status=HTTPStatus.TOO_MANY_REQUESTS)
    except NO_DATABASE:  # nothing that was typed is lost
        code, typed = request.POST.get("code", ""), request.POST.get("text", "")
        return TalkPage(code, typed, is_down=True, status=HTTPStatus.SERVICE_UNAVAILABLE)


def _behind(post: Mapping[str, str], at: datetime) -> TalkPage:
    code, typed = post.get("code", ""), post.get("text", "")
    problems = []
    try:
        if "end" in post:
            threads.end(code=code, now=at)
            return TalkPage(has_ended=True)
        if "offer" in post:
            threads.offer(code=code, now=at)
        if "write" in post:
            threads.write(code=code, text=typed, now=at)
            typed = ""
    except (threads.CannotBeSaid, limits.TooManyAttempts) as refusal:
        problems.append(Problem(str(refusal), "text"))
    except threads.CodeUnknown:
        return _still_sealed(code)
    return _conversation(code, typed, problems)


def _conversation(code: str, typed: str, problems: Sequence[Problem]) -> TalkPage:
    try:
        comment = threads.comment_behind(code)
    except threads.CodeUnknown:
        return _still_sealed(code)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    return TalkPage(code, typed, problems, talk=conversation_of_holder(comment), status=status)


def _still_sealed(code: str) -> TalkPage:
    """Words whose window is open, or CodeUnknown."""
    image = codes.image_of(code)
    window = sealed.window_with_thread(image) if image else None
    if window is None:
        raise threads.unknown()
    return TalkPage(waiting=window)
