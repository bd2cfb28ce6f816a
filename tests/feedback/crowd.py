"""Sixteen processes at once: planners open, everybody answers (some twice, some by two links), planners close."""

import json
import time
from collections import Counter
from datetime import timedelta
from multiprocessing import get_context
from random import Random

from django.db import connections
from django.test import Client

from core import clock
from feedback import reminders
from feedback.links import mint_token
from feedback.models import (
    FeedbackBag,
    FeedbackComment,
    FeedbackResponse,
    FeedbackWindow,
    HealthReport,
    InvitationToken,
)
from feedback.views import answering
from notifications.models import Message
from tests.factories.feedback import CLOSED, closed_meeting
from tests.factories.partners import PartnershipFactory

PROCESSES = 16
AFTERWARDS = CLOSED + timedelta(days=60)


def at_once(job, shares):
    """Run ``job`` once per share, each in its own process with its own connection."""
    connections.close_all()
    with get_context("fork").Pool(PROCESSES) as pool:
        return pool.map(job, shares, chunksize=1)


def open_all(_turn):
    return reminders.open_windows(CLOSED)


def close_all(_turn):
    closed = reminders.close_windows(CLOSED + timedelta(days=7))
    return closed, reminders.build_reports(AFTERWARDS)


def answer_all(posts):
    """Post each; gives word → (status, milliseconds) as an impatient browser would see it."""
    answering.now = lambda: CLOSED + timedelta(hours=1)
    client = Client()
    outcomes = []
    for token, word in posts:
        start = time.perf_counter()
        response = client.post(f"/f/{token}/", {"voice": "4", "trust": "2", "comment": word})
        outcomes.append((word, response.status_code, (time.perf_counter() - start) * 1000))
    return outcomes


def main(meetings, people):
    clock.now = lambda: CLOSED
    partnerships = PartnershipFactory.create_batch(4)
    for number in range(meetings):
        closed_meeting(partnership=partnerships[number % 4], present=people, absent=1)
    opened = at_once(open_all, range(PROCESSES))

    rng = Random(5)
    posts, expected = [], {}
    for window in FeedbackWindow.objects.order_by("pk"):
        expected[window.pk] = set()
        for row in window.invitations.order_by("pk"):
            word = f"{window.pk}:{row.pk}"
            token = mint_token(invitation_id=row.pk)
            posts.append((token, word))
            expected[window.pk].add(word)
            if rng.random() < 0.3:  # a double click, or a second link of the same person
                posts.append((token if rng.random() < 0.5 else mint_token(invitation_id=row.pk), word))
    rng.shuffle(posts)
    started = time.perf_counter()
    outcomes = [one for share in at_once(answer_all, [posts[n::PROCESSES] for n in range(PROCESSES)]) for one in share]
    seconds = time.perf_counter() - started

    closed = at_once(close_all, range(PROCESSES))
    stored = {}
    for window, text in FeedbackComment.objects.values_list("window", "text"):
        stored.setdefault(window, Counter())[text] += 1
    acknowledged = {word for word, status, _ in outcomes if status == 200}
    waits = sorted(wait for *_, wait in outcomes)
    result = {
        "opened": sum(opened),
        "windows": FeedbackWindow.objects.count(),
        "requests": Message.objects.filter(kind="feedback_request").count(),
        "posts": len(outcomes),
        "statuses": Counter(status for _, status, _ in outcomes),
        "lost": len(acknowledged - {word for words in stored.values() for word in words}),
        "unasked": sum(word not in expected[window] for window, words in stored.items() for word in words),
        "duplicates": sum(count - 1 for words in stored.values() for count in words.values()),
        "responses": FeedbackResponse.objects.count(),
        "answered_counts": sum(FeedbackWindow.objects.values_list("answered_count", flat=True)),
        "closed": sum(count for count, _ in closed),
        "reports": HealthReport.objects.count(),
        "built": sum(count for _, count in closed),
        "left_over": FeedbackBag.objects.count() + InvitationToken.objects.count(),
        "per_second": round(len(outcomes) / seconds),
        "p50_ms": round(waits[len(waits) // 2]),
        "p99_ms": round(waits[len(waits) * 99 // 100]),
    }
    print(json.dumps(result))  # noqa: T201
