import json
from datetime import timedelta
from random import Random

import pytest
from django.db import models
from django.db.models import Count

from feedback import codes, links, sealed, services
from feedback.answers import BLANK
from feedback.choices import ITEMS
from feedback.models import (
    FeedbackBag,
    FeedbackComment,
    FeedbackResponse,
    FeedbackWindow,
    InvitationToken,
    WindowSum,
)
from tests.factories.feedback import (
    CLOSED,
    InvitationFactory,
    answered_and_closed,
    open_window,
    some_answers,
    tokens_of,
)

pytestmark = pytest.mark.django_db
SAID = [
    some_answers(Random(seed), comment=f"Word {seed}", thread=codes.image_of(codes.new_code()) if seed % 2 else "")
    for seed in range(6)
]


def bag_text(window):
    bag = FeedbackBag.objects.get(window=window)
    return bag.answered, bag.sealed


def test_bag_text_does_not_depend_on_the_order_of_answers():
    window = open_window()
    pairs = list(zip(tokens_of(window), SAID, strict=False))
    texts = set()

    for order in (pairs, pairs[::-1], pairs[3:] + pairs[:3]):
        FeedbackBag.objects.update(answered="[]", sealed="{}")
        for token, answers in order:
            sealed.submit(token=token, answers=answers, now=CLOSED)
        texts.add(bag_text(window))

    assert len(texts) == 1
    assert json.loads(texts.pop()[0]) != []


def test_bag_text_does_not_depend_on_earlier_versions_of_an_answer():
    window = open_window()
    token, *_ = tokens_of(window)
    sealed.submit(token=token, answers=SAID[0], now=CLOSED)
    once = bag_text(window)

    sealed.submit(token=token, answers=SAID[1], now=CLOSED)
    sealed.submit(token=token, answers=SAID[0], now=CLOSED)

    assert bag_text(window) == once


def test_code_of_a_conversation_leaves_the_bag_with_its_words_and_goes_with_a_revision():
    window = open_window()
    kept, revised, silent, *_ = tokens_of(window)
    first, second, third = (codes.image_of(codes.new_code()) for _ in range(3))
    sealed.submit(token=kept, answers=some_answers(comment="Kept", thread=first), now=CLOSED)
    sealed.submit(token=revised, answers=some_answers(comment="Before", thread=second), now=CLOSED)
    sealed.submit(token=silent, answers=some_answers(comment="No reply wanted"), now=CLOSED)
    found = sealed.window_with_thread(second)
    sealed.submit(token=revised, answers=some_answers(comment="After", thread=third), now=CLOSED)
    gone = sealed.window_with_thread(second)
    services.close_window(window_id=window.pk, now=window.closes_at)

    assert (found, gone, sealed.window_with_thread(third)) == (window, None, None)
    assert dict(FeedbackComment.objects.values_list("text", "thread")) == {
        "Kept": first,
        "After": third,
        "No reply wanted": None,
    }
    assert FeedbackComment.objects.filter(offered_on=None, ended_on=None).count() == 3


def test_image_somebody_writes_into_their_words_leads_nowhere():
    token, *_ = tokens_of(open_window())
    image = codes.image_of(codes.new_code())

    sealed.submit(token=token, answers=some_answers(comment=f"Look: {image}"), now=CLOSED)

    assert sealed.window_with_thread(image) is None


def test_submit_takes_two_statements_in_one_transaction(django_assert_num_queries):
    token, *_ = tokens_of(open_window())

    with django_assert_num_queries(4) as queries:
        sealed.submit(token=token, answers=SAID[0], now=CLOSED)

    kinds = [query["sql"].split()[0] for query in queries.captured_queries]
    assert kinds == ["SAVEPOINT", "SELECT", "UPDATE", "RELEASE"]


def test_revision_by_the_same_link_replaces_the_answer():
    window = open_window(present=5)
    token, *_ = tokens_of(window)
    sealed.submit(token=token, answers=SAID[0], now=CLOSED)

    receipt = sealed.submit(token=token, answers=SAID[1], now=CLOSED)
    services.close_window(window_id=window.pk, now=window.closes_at)

    assert receipt.answered == 1
    assert list(FeedbackResponse.objects.values(*ITEMS)) == [dict(SAID[1].ratings)]
    assert list(FeedbackComment.objects.values_list("text", flat=True)) == ["Word 1"]


def test_second_link_of_a_person_who_answered_is_refused():
    window = open_window()
    first, second = (links.mint_token(invitation_id=window.invitations.first().pk) for _ in range(2))
    sealed.submit(token=second, answers=SAID[0], now=CLOSED)
    before = bag_text(window)

    with pytest.raises(sealed.AnsweredWithAnotherLink):
        sealed.submit(token=first, answers=SAID[1], now=CLOSED)

    assert bag_text(window) == before


def test_blank_revision_withdraws_the_answer_and_ends_reminders():
    window = open_window()
    token, *_ = tokens_of(window)
    sealed.submit(token=token, answers=SAID[0], now=CLOSED)

    receipt = sealed.submit(token=token, answers=BLANK, now=CLOSED)
    reminded = not sealed.has_answered(invitation_id=window.invitations.first().pk)
    services.close_window(window_id=window.pk, now=window.closes_at)
    window.refresh_from_db()

    assert (receipt.answered, reminded, window.answered_count) == (0, False, 0)
    assert not FeedbackResponse.objects.exists()


def test_blank_answer_of_somebody_who_never_answered_changes_nothing():
    window = open_window()
    token, *_ = tokens_of(window)
    before = bag_text(window)

    sealed.submit(token=token, answers=BLANK, now=CLOSED)

    assert bag_text(window) == before


@pytest.mark.parametrize("token", ["", "x", "é" * 43, "A" * 43, "A" * 500])
def test_unknown_link_is_over(token):
    open_window()

    with pytest.raises(links.LinkIsOver):
        sealed.submit(token=token, answers=SAID[0], now=CLOSED)
    with pytest.raises(links.LinkIsOver):
        links.window_behind(token, now=CLOSED)


def test_late_answer_is_refused_before_and_after_closing():
    window = open_window()
    token, *_ = tokens_of(window)

    for _ in range(2):
        with pytest.raises(links.LinkIsOver):
            sealed.submit(token=token, answers=SAID[0], now=window.closes_at)
        with pytest.raises(links.LinkIsOver):
            links.window_behind(token, now=window.closes_at)
        services.close_window(window_id=window.pk, now=window.closes_at)


def test_window_is_not_closed_early():
    window = open_window()

    closed = services.close_window(window_id=window.pk, now=window.closes_at - timedelta(seconds=1))

    assert closed is False
    assert FeedbackWindow.objects.get().closed_at is None


def test_close_keeps_counts_and_answers_and_deletes_every_trace_of_who():
    window = answered_and_closed(SAID, people=9)

    assert (window.invited_count, window.answered_count) == (9, 6)
    assert FeedbackResponse.objects.count() == 6
    assert FeedbackBag.objects.count() == 0
    assert InvitationToken.objects.count() == 0
    assert sealed.has_answered(invitation_id=window.invitations.first().pk) is None


def test_close_twice_changes_nothing():
    window = answered_and_closed(SAID)
    before = set(FeedbackResponse.objects.values_list("pk", *ITEMS))

    again = services.close_window(window_id=window.pk, now=window.closes_at + timedelta(hours=1))

    assert again is False
    assert set(FeedbackResponse.objects.values_list("pk", *ITEMS)) == before
    assert FeedbackWindow.objects.get().closed_at == window.closed_at


def test_close_stores_the_sums_of_every_question():
    answers = [sealed.Answers({"voice": value}) for value in (5, 5, 2)]
    window = answered_and_closed([*answers, some_answers(Random(1))])
    scale = some_answers(Random(1)).ratings

    row = WindowSum.objects.get(window=window, item="voice")
    index = WindowSum.objects.get(window=window, item="index")

    voices = [5, 5, 2, scale["voice"]]
    assert (row.n, row.total, row.squares) == (4, sum(voices), sum(v * v for v in voices))
    assert [row.c1, row.c2, row.c3, row.c4, row.c5] == [voices.count(v) for v in range(1, 6)]
    total = sum(value for item, value in scale.items() if item != "energy")
    assert (index.n, index.total, index.squares) == (1, total, total * total)


def test_at_most_five_links_of_an_invitation_live():
    invitation = InvitationFactory()
    sealed.open_bag(window_id=invitation.window_id)
    tokens = [links.mint_token(invitation_id=invitation.pk) for _ in range(7)]

    works = []
    for token in tokens:
        try:
            works.append(bool(links.window_behind(token, now=CLOSED)))
        except links.LinkIsOver:
            works.append(False)

    assert works == [False] * 2 + [True] * 5


def test_links_are_long_and_their_images_differ():
    window = open_window()
    token, *_ = tokens_of(window)
    sealed.submit(token=token, answers=SAID[0], now=CLOSED)
    verifiers = set(InvitationToken.objects.values_list("verifier", flat=True))
    keys = set(json.loads(FeedbackBag.objects.get().sealed))

    assert len(token) == links.TOKEN_LENGTH
    assert not verifiers & keys
    assert token not in json.dumps([*verifiers, *keys])


# -- What the tables could give away ----------------------------------------------------------------------------------
@pytest.mark.parametrize("model", [FeedbackResponse, FeedbackComment])
def test_answers_carry_no_time_no_order_and_lead_to_the_window_only(model):
    fields = model._meta.get_fields()

    assert [field.name for field in fields if field.is_relation and field.concrete] == ["window"]
    times = [f.name for f in fields if isinstance(f, (models.DateField, models.TimeField, models.DurationField))]
    assert times == (
        ["offered_on", "ended_on"] if model is FeedbackComment else []
    )  # what its author did later, by day
    assert isinstance(model._meta.pk, models.UUIDField)


def test_no_relation_leads_from_a_person_to_an_answer_except_through_the_whole_meeting():
    """What points at words is what coordinators did with them: a name for a theme, a reply."""
    pointing_at_answers = [
        (model, field.name)
        for model in (FeedbackResponse, FeedbackComment)
        for field in model._meta.get_fields()
        if field.auto_created and not field.concrete
    ]

    assert pointing_at_answers == [(FeedbackComment, "themes"), (FeedbackComment, "messages")]


def test_answer_keys_are_random_and_differ_between_ratings_and_words():
    answered_and_closed(SAID)
    keys = [*FeedbackResponse.objects.values_list("pk", flat=True)]
    words = [*FeedbackComment.objects.values_list("pk", flat=True)]

    assert {key.version for key in keys + words} == {4}
    assert not set(keys) & set(words)


def test_answers_leave_the_bag_in_another_order(monkeypatch):
    window = open_window(present=30)
    tokens = tokens_of(window)
    for position, token in enumerate(tokens):
        ratings = {item: 1 + (position >> bit) % 2 for bit, item in enumerate(ITEMS)}
        sealed.submit(token=token, answers=sealed.Answers(ratings, comment=str(position)), now=CLOSED)
    entries = json.loads(FeedbackBag.objects.get().sealed)
    in_bag = [entry["comment"] for entry in entries.values()]

    services.close_window(window_id=window.pk, now=window.closes_at)

    ratings = [
        [getattr(row, item) - 1 for item in ITEMS]
        for row in FeedbackResponse.objects.raw("SELECT * FROM feedback_feedbackresponse")
    ]
    stored = [str(sum(bit << place for place, bit in enumerate(row[:5]))) for row in ratings]
    words = [row.text for row in FeedbackComment.objects.raw("SELECT * FROM feedback_feedbackcomment")]
    assert sorted(stored, key=int) == sorted(words, key=int) == sorted(in_bag, key=int)
    assert stored != in_bag
    assert words != in_bag
    assert stored != words


def test_one_response_per_person_asked_at_most():
    window = open_window(present=5)
    for _ in range(3):
        for row in window.invitations.all():
            token = links.mint_token(invitation_id=row.pk)
            try:
                sealed.submit(token=token, answers=SAID[0], now=CLOSED)
            except sealed.AnsweredWithAnotherLink:
                continue
    services.close_window(window_id=window.pk, now=window.closes_at)

    assert FeedbackResponse.objects.aggregate(n=Count("pk"))["n"] == 5
