"""The whole product while what it leans on is frozen, refuses or loses its memory: pages, answers, health checks."""

import json
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.drill import size
from tests.factories.feedback import CLOSED
from tests.faults import eventually, fault_proxy
from tests.product import running_product
from tests.servers import free_port, needed, redis_program, scratch_postgres, smtp_sink

pytestmark = [pytest.mark.chaos, pytest.mark.postgresql]
IN_THE_WINDOW = CLOSED + timedelta(hours=1)
COMMENT = "Kept <words>"
ASK = """
from tests.factories.feedback import open_window, tokens_of
print(" ".join(tokens_of(open_window(present={people}))))
"""


def ask(product, *, people):
    """Open a window and return a link's token for everybody asked."""
    said = product.manage("shell", "-v", "0", "-c", ASK.format(people=people), capture_output=True, text=True)
    return said.stdout.split()[-people:]


class Answer:
    def __init__(self, status, body, headers, seconds):
        self.status, self.body, self.headers, self.seconds = status, body, headers, seconds

    @property
    def facts(self):
        return json.loads(self.body)


def request(product, path, data=None):
    body = urlencode(data).encode() if data is not None else None
    began = time.monotonic()
    try:
        with urlopen(Request(product.url + path, data=body), timeout=20) as response:  # noqa: S310 -- our own address
            return Answer(response.status, response.read().decode(), response.headers, time.monotonic() - began)
    except HTTPError as refusal:
        return Answer(refusal.code, refusal.read().decode(), refusal.headers, time.monotonic() - began)


def answer(product, token):
    return request(product, f"/f/{token}/", {"voice": "2", "comment": COMMENT, "may_quote": "on"})


def after_a_breath(product, path):
    """When nobody remembers any more that the database was silent a moment ago."""
    time.sleep(1.1)
    return request(product, path)


@contextmanager
def behind_a_proxy():
    with scratch_postgres() as url:
        place = urlsplit(url)
        with fault_proxy((place.hostname, place.port or 5432)) as proxy:
            proxy.url = place._replace(netloc=f"{place.username}@127.0.0.1:{proxy.port}").geturl()
            yield proxy


@pytest.mark.parametrize("fault", ["freeze", "refuse"])
def test_while_the_database_is_away_typed_answers_come_back_and_health_checks_answer(tmp_path, fault, tell):
    with (
        behind_a_proxy() as proxy,
        smtp_sink() as mail,
        running_product(folder=tmp_path, database_url=proxy.url, mail=mail) as product,
    ):
        product.start(at=IN_THE_WINDOW, only=("web",))
        (token, *_others) = ask(product, people=5)
        ready_before = request(product, "/healthz/ready")
        form_before = request(product, f"/f/{token}/")
        getattr(proxy, fault)()
        posted = answer(product, token)
        opened = after_a_breath(product, f"/f/{token}/")
        page = after_a_breath(product, "/account/login/")
        checks = {name: after_a_breath(product, f"/healthz/{name}") for name in ("live", "ready", "work")}
        proxy.repair()
        recovered = eventually(lambda: request(product, "/healthz/ready").status == 200, seconds=5)
        again = answer(product, token)

    slowest = max(each.seconds for each in (posted, opened, page))
    figures = {name: round(check.seconds, 2) for name, check in checks.items()} | {"slowest page": round(slowest, 2)}
    tell(fault=fault, **figures)
    assert (ready_before.status, form_before.status) == (200, 200)
    assert (posted.status, opened.status) == (503, 503)
    assert {posted.headers["Retry-After"], opened.headers["Retry-After"]} == {"30"}
    assert 'id="voice-2"' in posted.body
    assert posted.body.count(" checked") == 2
    assert "Kept &lt;words&gt;" in posted.body
    assert page.status in (200, 503)
    assert slowest <= 3
    assert [checks[name].status for name in ("live", "ready", "work")] == [200, 503, 503]
    assert checks["ready"].facts["database"] is False
    assert all(check.seconds <= 1 for check in checks.values())
    assert recovered
    assert (again.status, "Kept" in again.body) == (200, False)


# -- Redis ------------------------------------------------------------------------------------------------------------
class OwnRedis:
    """A Redis of our own, which may be stopped, frozen, flushed and starved."""

    def __init__(self, folder):
        self.port, self.folder, self.process = free_port(), folder, None
        self.is_restarting, self.restarter, self.restarts = False, None, 0
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        program = needed("Redis", redis_program())
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([*command, "--dir", str(self.folder)], stdout=subprocess.DEVNULL)
        assert eventually(lambda: self.tell("PING") == "PONG", seconds=10)

    def tell(self, *words):
        import redis  # noqa: PLC0415 -- half a second that only some tests need

        try:
            with redis.Redis.from_url(self.url, socket_timeout=1, decode_responses=True) as client:
                said = client.execute_command(*words)
        except redis.RedisError:
            return None
        return "PONG" if said is True else said

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def flush(self):
        self.tell("FLUSHALL")

    def starve(self):
        self.tell("CONFIG", "SET", "maxmemory", "1mb")
        self.tell("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")

    def stop(self):
        self.is_restarting = False
        if self.restarter:
            self.restarter.join()
        self._kill()

    def restart_for_ever(self):
        """Hardly there, it is gone again."""
        self.is_restarting = True
        self.restarter = threading.Thread(target=self._restart, daemon=True)
        self.restarter.start()

    def _restart(self):
        while self.is_restarting:
            self._kill()
            self.start()
            self.restarts += 1
            time.sleep(0.3)

    def _kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def redis_server(tmp_path):
    server = OwnRedis(tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.mark.redis
def test_whatever_happens_to_redis_pages_and_answers_know_nothing_of_it(tmp_path, redis_server, tell):
    each = size(15, 500)
    trouble = {
        "well": lambda: None,
        "flushed": redis_server.flush,
        "starved": redis_server.starve,
        "frozen": redis_server.freeze,
        "stopped": redis_server.stop,
        "restarting": redis_server.restart_for_ever,
    }
    with (
        scratch_postgres() as url,
        smtp_sink() as mail,
        running_product(folder=tmp_path, database_url=url, redis_url=redis_server.url, mail=mail) as product,
    ):
        product.start(at=IN_THE_WINDOW)
        links = ask(product, people=each)
        for token in links[:5]:  # the first pages load what all others find: "well" would seem slow
            answer(product, token)
        errors, slow, checks, kept = [], {}, [], {}
        for name, begin in trouble.items():
            redis_server.tell("SET", "planted", name)
            begin()
            kept[name] = redis_server.tell("GET", "planted") == name
            answers = [answer(product, token) for token in links]
            answers += [request(product, "/account/login/") for _ in range(3)]
            while name == "restarting" and redis_server.restarts < 2:  # all may be answered before it was away twice
                answers.append(request(product, "/account/login/"))
            errors += [(name, found.status) for found in answers if found.status != 200]
            slow[name] = sorted(found.seconds for found in answers)[int(0.95 * len(answers))]
            checks += [(name, request(product, f"/healthz/{check}")) for check in ("live", "ready")]
        redis_server.stop()
        product.manage("outbox_run", "--once")  # as cron would, with Redis still dead
        sent = len(mail.copies)

    ratios = {name: round(seconds / slow["well"], 2) for name, seconds in slow.items()}
    figures = {"submissions_each": each, "errors": len(errors), "mails": sent, "restarts": redis_server.restarts}
    tell(**figures, p95_seconds={name: round(seconds, 3) for name, seconds in slow.items()}, p95_ratios=ratios)
    assert errors == []
    assert sent == each
    assert max(slow.values()) <= max(1.5 * slow["well"], 0.5)
    assert [(name, check.status) for name, check in checks if check.status != 200 or check.seconds > 1] == []
    assert [name for name, is_kept in kept.items() if is_kept] == ["well"]  # they were in trouble
    assert redis_server.restarts >= 2
