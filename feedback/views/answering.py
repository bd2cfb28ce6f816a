"""The form behind a link. No account, no cookie, no session: the link is all the authority there is."""

from dataclasses import replace
from http import HTTPStatus

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from core.access import PAGE_AND_FORM, public, token
from core.clock import now
from core.http import Request
from core.patience import NO_DATABASE
from feedback import codes, form, form_page, links, modes, sealed
from feedback.form_page import language_of, languages_beside
from feedback.forms import Posted, read_posted
from feedback.selectors import SHOWN_ON_FORM, follow_through

RETRY_SECONDS = "30"


@token(methods=PAGE_AND_FORM)
def window_answer(request: Request, token: str) -> HttpResponse:
    """The blank form; on POST into the bag. Unknown, expired and closed links all look the same."""
    wanted = request.GET.get("lang")
    posted = read_posted(request.POST) if request.method == "POST" else None
    try:
        return _show(token, wanted) if posted is None else _take(token, posted, wanted)
    except links.LinkIsOver:
        return _plain("feedback/link_over.html", wanted, status=HTTPStatus.NOT_FOUND)
    except sealed.AnsweredWithAnotherLink:
        return _plain("feedback/link_other.html", wanted, status=HTTPStatus.CONFLICT)
    except NO_DATABASE:
        return _without_database(posted, wanted)


@public()
def anonymity(request: Request) -> HttpResponse:
    """How the promise of the form is kept, and where it ends."""
    wanted = request.GET.get("lang") or translation.get_language()
    return _plain("feedback/anonymity.html", wanted, status=HTTPStatus.OK)


def _show(token: str, wanted: str | None) -> HttpResponse:
    asked = links.window_behind(token, now=now())
    changed = follow_through(asked.partnership_id, limit=SHOWN_ON_FORM)
    return HttpResponse(form_page.blank_page(asked, language_of(wanted, asked), changed))


def _take(token: str, posted: Posted, wanted: str | None) -> HttpResponse:
    if posted.problems():
        asked = links.window_behind(token, now=now())
        language = language_of(wanted, asked)
        with translation.override(language):  # of this page, not of whatever this thread showed before
            page = form_page.page_with(posted, posted.problems(), language=language, asked=asked)
        return HttpResponse(page, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    code = codes.new_code() if posted.wants_reply and posted.answers.comment else ""
    answers = replace(posted.answers, thread=codes.image_of(code))
    receipt = modes.submit(token=token, answers=answers, now=now())
    if receipt.asked.with_names:  # whoever gave a name is answered by name
        code = ""
    language = language_of(wanted, receipt.asked)
    return HttpResponse(form_page.thanks_page(receipt, language, withdrawn=posted.withdraw, code=code))


def _without_database(posted: Posted | None, wanted: str | None) -> HttpResponse:
    """Nothing can be saved now, and nothing that was typed is lost."""
    if posted is None:
        response = _plain("feedback/unavailable.html", wanted, status=HTTPStatus.SERVICE_UNAVAILABLE)
    else:
        page = form_page.page_with(posted, (), language=language_of(wanted))
        response = HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _plain(template: str, wanted: str | None, *, status: HTTPStatus) -> HttpResponse:
    language = language_of(wanted)
    with translation.override(language):
        context = {
            "other_languages": languages_beside(language),
            "text": form.text_in(form.CURRENT, language),
        }
        return HttpResponse(render_to_string(template, context), status=status)
