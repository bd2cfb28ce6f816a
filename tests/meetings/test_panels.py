"""Panels that apps above put on pages below."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from tests.factories.goals import ActionFactory
from tests.factories.meetings import MeetingFactory
from tests.factories.partners import SeatFactory

pytestmark = pytest.mark.django_db


def text_of(client, url, anchor):
    section = BeautifulSoup(client.get(url).content, "html.parser").find(attrs={"aria-labelledby": anchor})
    return " ".join(section.get_text(" ").split()) if section else None


def test_partner_page_shows_what_was_promised(client):
    seat = SeatFactory()
    other = SeatFactory(partnership=seat.partnership)
    ActionFactory(partnership=seat.partnership, accountable=seat, title="Print the packs")
    ActionFactory(partnership=seat.partnership, accountable=other, title="Move the bus stop")
    client.force_login(seat.person)

    said = text_of(
        client,
        reverse("partners:partner-detail", args=[seat.partnership.slug, seat.participation_id]),
        "partner-actions",
    )

    assert "Print the packs" in said
    assert "Move the bus stop" not in said


def test_meeting_page_says_nothing_about_feedback_before_the_meeting_is_closed(client):
    seat = SeatFactory()
    meeting = MeetingFactory(partnership=seat.partnership)
    client.force_login(seat.person)

    assert (
        text_of(client, reverse("meetings:meeting-detail", args=[seat.partnership.slug, meeting.pk]), "feedback-panel")
        is None
    )
