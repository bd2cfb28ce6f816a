"""The database goes away while a room answers, and no acknowledged answer is lost and no typed one either."""

import http.client
import threading
import time
from html import unescape
from itertools import cycle
from urllib.parse import urlencode

import pytest

from tests.drill import size
from tests.feedback.scripts import run_script
from tests.own_postgres import own_postgres
from tests.product import running_product
from tests.servers import manage

MEETINGS, PEOPLE, CLIENTS = size(8, 40), size(12, 25), 8
DOWN_SECONDS = size(4, 30)
PATIENCE_SECONDS = 3.0


class Room:
    """Everybody answers, and answers anew, each time until they are thanked. What was refused is kept."""

    def __init__(self, port, links):
        self.port = port
        self.lock = threading.Lock()
        self.is_over = threading.Event()
        self.thanked, self.last_word = 0, {}
        self.statuses, self.waits, self.complaints = set(), [], []
        self.threads = [threading.Thread(target=self._answer, args=(links[n::CLIENTS],)) for n in range(CLIENTS)]

    def _answer(self, links):
        for turn, token in enumerate(cycle(links)):
            if self.is_over.is_set() and turn >= len(links):
                return
            word = f"word-{links[0][:4]}-{turn}-é"
            while self._post(token, word) != http.client.OK:
                time.sleep(0.3)
            with self.lock:
                self.thanked += 1
                self.last_word[token] = word

    def _post(self, token, word):
        began = time.monotonic()
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        server.request(
            "POST",
            f"/f/{token}/",
            urlencode({"voice": "4", "trust": "2", "comment": word}),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        answer = server.getresponse()
        page = unescape(answer.read().decode())
        server.close()
        with self.lock:
            self.statuses.add(answer.status)
            if answer.status != http.client.OK:
                self.waits.append(time.monotonic() - began)
                kept = word in page and page.count(" checked") == 2 and answer.headers["Retry-After"]
                self.complaints += [] if kept and answer.status == http.client.SERVICE_UNAVAILABLE else [page[:300]]
        return answer.status

    def recovers(self, since):
        """Seconds until the next answer is taken."""
        before = self.thanked
        while self.thanked == before and time.monotonic() - since < 30:
            time.sleep(0.05)
        return time.monotonic() - since


@pytest.mark.chaos
@pytest.mark.postgresql
def test_no_answer_is_lost_when_postgresql_restarts_and_dies(tmp_path, tell):
    with own_postgres() as postgres:
        url = postgres.url
        manage("migrate", "--verbosity", "0", env={"DATABASE_URL": url})
        windows = run_script("restarts", "prepare", MEETINGS, PEOPLE, url=url)
        links = [token for turn in zip(*windows, strict=True) for token in turn]
        with running_product(folder=tmp_path, database_url=url) as product:
            product.start(only=["web"])
            room = Room(product.port, links)
            for thread in room.threads:
                thread.start()
            recoveries = []
            for mode, seconds in [("fast", 0), ("immediate", 0), ("fast", 0), ("immediate", DOWN_SECONDS)]:
                time.sleep(0.7)
                postgres.stop(mode)
                time.sleep(seconds)
                postgres.start()
                recoveries.append(round(room.recovers(time.monotonic()), 1))
            room.is_over.set()
            for thread in room.threads:
                thread.join(timeout=120)
        stored = run_script("restarts", "close", url=url)
    tell(
        thanked=room.thanked,
        refused=len(room.waits),
        slowest_refusal=round(max(room.waits, default=0), 1),
        recoveries=recoveries,
        lost=len(set(room.last_word.values()) - set(stored["words"])),
        doubled=stored["responses"] - len(links),
    )

    assert len(room.last_word) == len(links)
    assert sorted(stored["words"]) == sorted(room.last_word.values())
    assert stored["responses"] == len(links)
    assert len(room.waits) >= CLIENTS  # the database really was away
    assert room.statuses == {http.client.OK, http.client.SERVICE_UNAVAILABLE}
    assert room.complaints == []
    assert max(room.waits) <= PATIENCE_SECONDS
    assert max(recoveries) <= 5
