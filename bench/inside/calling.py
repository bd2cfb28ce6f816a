"""Requests without a network: the handler is called as a server would call it, and its CPU time taken."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import process_time
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

Call = Callable[[], object]
TRANSACTION_MARKS = ("BEGIN", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


class Caller:
    """Calls one handler, and insists on the status that is expected."""

    def __init__(self, handler: WSGIHandler, cookie: str = "") -> None:
        self.handler, self.cookie = handler, cookie

    def get(self, path: str) -> Answer:
        return self._call("GET", path, b"")

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        return self._call("POST", path, urlencode(fields).encode())

    def _call(self, method: str, path: str, body: bytes) -> Answer:
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_COOKIE": self.cookie,
            "HTTP_ACCEPT_LANGUAGE": "en",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded" if body else "",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
        }
        said: list[str] = []
        response = self.handler(environ, lambda status, _headers: said.append(status))
        answer = Answer(int(said[0][:3]), b"".join(response))
        response.close()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {said[0]}")
        return answer


def interleaved(calls: dict[str, Call], *, rounds: int, each: int = 3, warm_up: int = 3) -> dict[str, float]:
    """Milliseconds of CPU per call, by name: the median over rounds in which everybody takes a turn.

    Whatever else the machine does meets all of them alike.
    """
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        for _ in range(warm_up):
            call()
    for _ in range(rounds):
        for name, call in calls.items():
            began = process_time()
            for _ in range(each):
                call()
            taken[name].append((process_time() - began) * 1000 / each)
    return {name: median(times) for name, times in taken.items()}


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collects the SQL of a block, without the marks at which a transaction begins and ends."""
    found: list[str] = []

    def collect(execute, sql, params, many, context):
        if not sql.startswith(TRANSACTION_MARKS):
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(collect):
        yield found
