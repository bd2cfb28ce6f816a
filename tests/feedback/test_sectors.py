"""Sectors: who counts for one, what the bag tells about them, and what remains after closing."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import links, pad, sealed, services
from feedback.choices import INDEX, ITEMS, OWN
from feedback.measure.disclosure import groups_kept
from feedback.models import FeedbackBag, FeedbackResponse, FeedbackWindow, Invitation, WindowSector, WindowSum
from meetings.choices import Presence
from partners.choices import Sector
from partners.models import Organization
from tests.factories.feedback import CLOSED, OwnQuestionFactory, closed_meeting_of, some_answers, tokens_of
from tests.factories.meetings import AttendanceFactory
from tests.factories.partners import ContactFactory, ParticipationFactory

pytestmark = pytest.mark.django_db
TWO_AND_OTHERS = {"health": [3, 3], "education": [3, 2], "housing": [2, 1], "justice": [3]}


def window_of(sectors, **fields):
    meeting = closed_meeting_of(sectors, **fields)
    return services.open_window(meeting_id=meeting.pk, now=meeting.closed_at)


def rows_of(window):
    return {row.sector: (row.invited, row.organizations) for row in WindowSector.objects.filter(window=window)}


def answer_and_close(window, who):
    """``who``: sector → how many of its people answer; gives the sectors of the responses."""
    left = Counter(who)
    for row in window.invitations.order_by("pk"):
        if left[row.sector] > 0:
            left[row.sector] -= 1
            token = links.mint_token(invitation_id=row.pk)
            sealed.submit(token=token, answers=some_answers(), now=CLOSED)
    services.close_window(window_id=window.pk, now=window.closes_at)
    return Counter(FeedbackResponse.objects.filter(window=window).values_list("sector", flat=True))


# -- When a window opens ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sectors", "rows"),
    [
        (TWO_AND_OTHERS, {"health": (6, 2), "education": (5, 2), "": (6, 3)}),
        ({"health": [3, 3], "education": [3, 2]}, {"health": (6, 2), "education": (5, 2)}),
        ({"health": [6], "education": [3, 2]}, {}),  # one organisation is no sector, and what is left is one row
        ({"health": [3, 3], "housing": [1]}, {}),  # nobody can be told apart by being the only other one
        ({"health": [4, 4], "education": [3, 3], "housing": [1]}, {"health": (8, 2), "": (7, 3)}),
        ({"unknown": [3, 3], "health": [3, 3]}, {"health": (6, 2), "": (6, 2)}),
        ({"unknown": [6], "health": [3, 3]}, {}),
        ({"health": [3, 3]}, {}),
    ],
)
def test_sectors_are_told_apart_only_where_enough_people_of_enough_organisations_were_asked(sectors, rows):
    window = window_of(sectors)

    assert rows_of(window) == rows
    assert set(window.invitations.values_list("sector", flat=True)) - {""} == set(rows) - {""}


def test_person_of_two_organisations_of_different_sectors_counts_for_none():
    meeting = closed_meeting_of({"health": [3, 3], "education": [3, 3]})
    torn = meeting.attendances.filter(seat__participation__organization__main_sector="health").first().person
    school = Organization.objects.filter(main_sector="education").first()
    ContactFactory(person=torn, organization=school)

    window = services.open_window(meeting_id=meeting.pk, now=CLOSED)

    assert rows_of(window) == {"education": (6, 2), "": (6, 2)}
    assert Invitation.objects.get(window=window, person=torn).sector == ""


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"organization__main_sector": "education"},  # of no concern to this partnership
        {"organization__main_sector": "education", "until": CLOSED.date().replace(day=1), "here": True},
        {"organization__main_sector": "health", "here": True},
    ],
)
def test_person_whose_organisations_agree_counts_for_their_sector(elsewhere):
    meeting = closed_meeting_of({"health": [3, 2], "education": [3, 3]})
    person = meeting.attendances.filter(seat__participation__organization__main_sector="health").first().person
    is_here = elsewhere.pop("here", False)
    contact = ContactFactory(person=person, **elsewhere)
    if is_here:
        ParticipationFactory(partnership=meeting.partnership, organization=contact.organization)

    window = services.open_window(meeting_id=meeting.pk, now=CLOSED)

    assert rows_of(window) == {"health": (5, 2), "education": (6, 2)}


def test_deputy_counts_for_whom_they_stood_in_for():
    meeting = closed_meeting_of({"health": [3, 2], "education": [3, 2]})
    row = meeting.attendances.filter(seat__participation__organization__main_sector="health").first()
    type(row).objects.filter(pk=row.pk).update(presence=Presence.DEPUTY, deputy=ContactFactory().person)

    window = services.open_window(meeting_id=meeting.pk, now=CLOSED)

    assert rows_of(window) == {"health": (5, 2), "education": (5, 2)}


def test_person_who_came_for_health_and_stood_in_for_education_counts_for_none():
    meeting = closed_meeting_of({"health": [3, 3], "education": [3, 3]})
    came = meeting.attendances.filter(seat__participation__organization__main_sector="health").first().person
    seat = meeting.attendances.filter(seat__participation__organization__main_sector="education").first().seat
    other = type(seat).objects.create(partnership=seat.partnership, participation=seat.participation, role="member")
    AttendanceFactory(
        meeting=meeting, seat=other, person=ContactFactory().person, presence=Presence.DEPUTY, deputy=came
    )

    window = services.open_window(meeting_id=meeting.pk, now=CLOSED)

    assert window.invited_count == 12
    assert Invitation.objects.get(window=window, person=came).sector == ""


# -- While it is open -------------------------------------------------------------------------------------------------
def test_bag_tells_nobody_without_our_key_which_answer_is_of_which_sector(settings):
    window = window_of(TWO_AND_OTHERS)
    for token in tokens_of(window):
        sealed.submit(token=token, answers=some_answers(), now=CLOSED)

    text = FeedbackBag.objects.get().sealed
    entries = list(json.loads(text).values())
    pads = [entry.pop("sector") for entry in entries]

    assert len({json.dumps(entry) for entry in entries}) == 1  # nothing but the pad differs
    assert {len(one) for one in pads} == {2 * pad.WIDTH}
    assert len(set(pads)) == window.invited_count
    assert not any(sector in text for sector in Sector.values)


def test_sector_stays_the_same_bytes_when_an_answer_is_revised():
    window = window_of(TWO_AND_OTHERS)
    token, *_ = tokens_of(window)
    texts = []

    for said in (some_answers(), some_answers(comment="More."), some_answers()):
        sealed.submit(token=token, answers=said, now=CLOSED)
        texts.append(FeedbackBag.objects.get().sealed)

    assert texts[0] == texts[2]
    assert len({next(iter(json.loads(text).values()))["sector"] for text in texts}) == 1


@pytest.mark.parametrize("sector", ["", *Sector.values])
def test_pad_comes_off_with_the_key_it_was_put_on_with(settings, sector):
    text = pad.padded(sector, key="a" * 64)

    assert pad.unpadded(text, key="a" * 64) == sector
    assert pad.unpadded(text, key="b" * 64) == ""
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert pad.unpadded(text, key="a" * 64) == sector
    settings.SECRET_KEY_FALLBACKS = []
    assert pad.unpadded(text, key="a" * 64) == ""


def test_every_sector_fits_under_the_pad():
    assert max(len(value.encode()) for value in Sector.values) <= pad.WIDTH


# -- After it closed --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "stored"),
    [
        ({"health": 6, "education": 5, "": 6}, {"health": 6, "education": 5, "": 6}),
        ({"health": 6, "education": 1, "": 6}, {"health": 6, "": 7}),
        ({"health": 6, "education": 5, "": 2}, {"health": 6, "": 7}),
        ({"health": 6, "education": 5}, {"health": 6, "education": 5}),
        ({"health": 6, "": 3}, {"": 9}),
        ({"health": 6}, {"": 6}),
        ({"health": 1, "": 6}, {"": 7}),
        ({}, {}),
    ],
)
def test_answers_keep_their_sector_only_where_enough_people_answered(who, stored):
    assert answer_and_close(window_of(TWO_AND_OTHERS), who) == Counter(stored)


@given(st.dictionaries(st.sampled_from(["", *"abcdef"]), st.integers(0, 12)))
def test_no_group_and_no_rest_of_those_kept_is_small(sizes):
    kept = groups_kept(sizes, k=5)
    rest = sum(n for group, n in sizes.items() if group not in kept)

    assert all(sizes[group] >= 5 for group in kept)
    assert "" not in kept
    assert not kept or rest == 0 or rest >= 5
    assert len(kept) + bool(rest) != 1 or not kept


def test_sums_of_sectors_and_of_everybody_are_those_of_the_responses():
    window = window_of(TWO_AND_OTHERS)
    answer_and_close(window, {"health": 6, "education": 5, "": 6})
    sums = WindowSum.objects.filter(window=window)

    for sector, n in {"": 17, "health": 6, "education": 5}.items():
        voice, index = sums.get(sector=sector, item="voice"), sums.get(sector=sector, item=INDEX)
        value = some_answers().ratings["voice"]
        assert (voice.n, voice.total, voice.eighths) == (n, n * value, [])
        assert sum(index.eighths) == index.n == n
        assert sum((8 + place) * count for place, count in enumerate(index.eighths)) == index.total
        assert len(index.eighths) == 33
    assert set(sums.values_list("sector", flat=True)) == {"", "health", "education"}
    assert set(sums.values_list("item", flat=True)) == {*ITEMS, INDEX}


def test_own_statement_has_sums_but_no_part_in_the_index():
    window = window_of({"health": [3, 3]})
    question = OwnQuestionFactory(partnership=window.meeting.partnership)
    FeedbackWindow.objects.update(own_question=question)
    said = some_answers()
    for token in tokens_of(window):
        sealed.submit(token=token, answers=sealed.Answers({**said.ratings, OWN: 2}), now=CLOSED)
    services.close_window(window_id=window.pk, now=window.closes_at)

    own, index = (WindowSum.objects.get(window=window, item=item) for item in (OWN, INDEX))
    assert (own.n, own.total, own.c2) == (6, 12, 6)
    assert index.total == 6 * sum(value for item, value in said.ratings.items() if item != "energy")
