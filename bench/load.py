"""A small load generator on loopback: visitors who open a form and send it, one connection each."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, inf
from statistics import median
from typing import Self
from urllib.parse import urlencode

SECONDS_PER_ANSWER = 30
TRIES = 20
PAUSE = 0.05


@dataclass(frozen=True)
class Step:
    """One request of a visitor; a POST where there are fields."""

    path: str
    fields: dict[str, str] | None = None

    def as_bytes(self, port: int) -> bytes:
        body = b"" if self.fields is None else urlencode(self.fields).encode()
        method = "GET" if self.fields is None else "POST"
        head = f"{method} {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\n"
        return f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode() + body


@dataclass
class Journey:
    """What became of one visitor: how long it took, and every status seen."""

    seconds: float = 0.0
    statuses: list[int] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return bool(self.statuses) and self.statuses[-1] == 200


@dataclass(frozen=True)
class Load:
    """All journeys of one run."""

    journeys: list[Journey]
    seconds: float

    @property
    def per_second(self) -> float:
        return len(self.journeys) / self.seconds

    @property
    def server_errors(self) -> int:
        return sum(status >= 500 for journey in self.journeys for status in journey.statuses)


def spread(journeys: Sequence[Journey]) -> float:
    """p99 over p50 of the time a journey takes."""
    times = sorted(journey.seconds for journey in journeys)
    return times[ceil(len(times) * 0.99) - 1] / median(times)


def drive(port: int, scripts: Sequence[Sequence[Step]], *, clients: int, seconds: float = inf) -> Load:
    """Let ``clients`` visitors at a time walk through their scripts; after ``seconds`` nobody new sets out.

    A connection that breaks is opened anew and the request sent again, as a person would; an answer is final.
    """
    return asyncio.run(_drive(port, scripts, clients, seconds))


async def _drive(port: int, scripts: Sequence[Sequence[Step]], clients: int, seconds: float) -> Load:
    waiting = iter([[step.as_bytes(port) for step in script] for script in scripts])
    done: list[Journey] = []

    async def walk() -> None:
        for script in waiting:
            began = time.perf_counter()
            if began > latest:
                break
            journey = Journey()
            async with _Visitor(port) as visitor:
                for request in script:
                    journey.statuses.append(await visitor.ask(request))
            journey.seconds = time.perf_counter() - began
            done.append(journey)

    began = time.perf_counter()
    latest = began + seconds
    await asyncio.gather(*(walk() for _ in range(clients)))
    return Load(done, time.perf_counter() - began)


class _Visitor:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._hang_up()

    async def ask(self, request: bytes) -> int:
        for _ in range(TRIES):
            try:
                return await asyncio.wait_for(self._ask(request), SECONDS_PER_ANSWER)
            except (OSError, EOFError):
                self._hang_up()
                await asyncio.sleep(PAUSE)
        raise RuntimeError("The server does not answer any more.")

    async def _ask(self, request: bytes) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
        if b"connection: close" in head:
            self._hang_up()
        return int(head[9:12])

    def _hang_up(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
