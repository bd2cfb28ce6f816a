"""Everything about feedback that somebody in a partnership can read, page by page and mail by mail, in both languages.

A new route under ``health/<month>/`` and a new mail that names a report join by themselves.
"""

import re

from bs4 import BeautifulSoup
from django.urls import reverse

from feedback import printing
from feedback.urls import urlpatterns
from notifications.letters import render_words
from notifications.models import Channel, Message
from notifications.registry import kind_named
from tests.pages import words

LANGUAGES = ("en", "fr")
NOT_A_PAGE = {
    "health-document",  # printed by the worker; its words are read before they are set
    "theme-list",  # for coordinators alone, who read words there and no number
}
AVERAGES = ("Average", "Moyenne")


def routes_of(seat, parameters):
    """Names of the routes with these parameters that this seat may open."""
    found = [route for route in urlpatterns if set(route.pattern.converters) == parameters]
    return [route.name for route in found if route.name not in NOT_A_PAGE and seat.can(route.callback.access)]


def views_of(client, seat, reports):
    """(name, markup) of every view of these reports, for whoever holds this seat."""
    for language in LANGUAGES:
        type(seat.person).objects.filter(pk=seat.person_id).update(language=language)
        client.force_login(seat.person)
        slug = seat.partnership.slug
        for name in routes_of(seat, {"partnership"}):
            yield f"{name} {language}", read(client, reverse(f"feedback:{name}", args=[slug]))
        yield f"home {language}", read(client, reverse("reports:home", args=[slug]))
        for report in reports:
            month = f"{report.month:%Y-%m}"
            for name in routes_of(seat, {"partnership", "month"}):
                path = reverse(f"feedback:{name}", args=[slug, report.month])
                yield f"{name} {month} {language}", read(client, path)
            yield f"progress {month} {language}", read(client, reverse("reports:progress-month", args=[slug, month]))
            if '"state":"published"' in report.payload:
                yield f"paper {month} {language}", printing.document(report, language)
        for meeting in seat.partnership.meetings.all():
            yield (
                f"meeting {meeting.pk} {language}",
                read(client, reverse("meetings:meeting-detail", args=[slug, meeting.pk])),
            )


def mails_about(reports):
    """(name, text and markup) of every mail that is owed about these reports."""
    for message in Message.objects.filter(params__report__in=[report.pk for report in reports], channel=Channel.MAIL):
        kind = kind_named(message.kind)
        said = render_words(kind, kind.compose(message, message.due_at), recipient=message.person, stop_url="")
        yield f"mail {message.kind}", "\n".join(said.values())


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode()


def rows_with_averages(markup):
    """(topic, people, average, every other cell) of each line in each table that has averages."""
    for table in BeautifulSoup(markup, "html.parser").select("table"):
        heads = [words(cell) for cell in table.select("thead th")]
        where = next((heads.index(name) for name in AVERAGES if name in heads), None)
        if where is None:
            continue
        for row in table.select("tbody tr"):
            cells = [words(cell) for cell in row.select("th, td")]
            yield cells[0], cells[1], cells[where], [cell for n, cell in enumerate(cells) if n not in (0, 1, where)]


def text_of(markup):
    """The words of a page without its menus; of a mail or a paper all of them."""
    soup = BeautifulSoup(markup, "html.parser")
    for tag in soup.select("script, style, head"):
        tag.decompose()
    soup = soup.select_one("main") or soup
    return re.sub(r"\s+", " ", soup.get_text(" "))
