"""A file-based broker that is safe to share between processes: the embedded default, without any server.

kombu's own file transport opens a message's file under its final name before writing it. A reader may take it empty,
and the whole worker dies of the JSON error. Here every file appears complete, by a rename within one directory tree.
What a killed worker had taken is lost; tasks are alarm clocks and the next tick does their work.
"""

import fcntl
import logging
import os
import time
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem, virtual
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)
ABANDONED_AFTER_SECONDS = 3600

Route = filesystem.exchange_queue_t


def write_whole(path: Path, content: str) -> None:
    """Make ``path`` appear with all of its content or not at all, readable by its owner only."""
    draft = path.parent / f".{uuid.uuid4().hex}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        os.replace(draft, path)  # noqa: PTH105 -- the atomic call, by its name
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


class Channel(filesystem.Channel):
    """Messages are files ``<wall clock ns>_<uuid>.<queue>.msg``; whoever renames one into ``taken/`` has it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seen: dict[str, deque[str]] = {}
        self._make_folders()
        self._clear_abandoned()

    @property
    def outbox(self) -> Path:
        return Path(self.data_folder_out)

    @property
    def inbox(self) -> Path:
        return Path(self.data_folder_in)

    @property
    def taken(self) -> Path:
        return self.inbox / "taken"

    @property
    def unreadable(self) -> Path:
        return self.inbox / "unreadable"

    def _make_folders(self) -> None:
        for folder in (self.outbox, self.inbox, self.taken, self.unreadable, self.control_folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _put(self, queue: str, payload: Any, **_kwargs: Any) -> None:  # type: ignore[override]
        file = self.outbox / f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        try:
            write_whole(file, dumps(payload))
        except FileNotFoundError:  # somebody removed the folder under our feet
            self._make_folders()
            write_whole(file, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002 -- it never waits
        """The oldest message of ``queue`` that nobody else took first, or Empty."""
        for name in self._candidates(queue):
            mine = self.taken / name
            try:
                os.rename(self.inbox / name, mine)  # noqa: PTH104 -- the atomic call, by its name
            except FileNotFoundError:
                self.taken.mkdir(mode=0o700, exist_ok=True)
                continue  # another worker was quicker
            try:
                payload = loads(mine.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                self._set_aside(mine)
                continue
            mine.unlink(missing_ok=True)
            return payload
        raise Empty

    def _candidates(self, queue: str) -> Iterator[str]:
        """Names from the last look into the folder, then from one fresh look: listing for every message is slow."""
        seen = self._seen.setdefault(queue, deque())
        while seen:
            yield seen.popleft()
        seen.extend(sorted(self._names(queue)))
        while seen:
            yield seen.popleft()

    def _names(self, queue: str) -> list[str]:
        wanted = f"{queue}.msg"
        try:
            names = os.listdir(self.inbox)  # noqa: PTH208 -- faster than objects for each
        except FileNotFoundError:
            self._make_folders()
            return []
        return [name for name in names if name.partition(".")[2] == wanted]

    def _set_aside(self, file: Path) -> None:
        logger.error("The broker message %s cannot be read and was set aside.", file.name)
        try:
            file.replace(self.unreadable / file.name)
        except OSError:
            logger.exception("The broker message %s could not be set aside.", file.name)

    def _size(self, queue: str) -> int:
        return len(self._names(queue))

    def _purge(self, queue: str) -> int:
        self._seen.pop(queue, None)
        names = self._names(queue)
        for name in names:
            (self.inbox / name).unlink(missing_ok=True)
        return len(names)

    def get_table(self, exchange: str) -> list[Any]:
        """Which queues an exchange feeds; an unreadable table counts as empty, the next binding writes it anew."""
        try:
            return [Route(*row) for row in loads(self._table_file(exchange).read_text(encoding="utf-8"))]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError):
            logger.exception("The broker's table of the exchange %r cannot be read.", exchange)
            return []

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None) -> None:
        route = Route(routing_key or "", pattern or "", queue or "")
        self._make_folders()
        with self._tables_locked():
            table = self.get_table(exchange)
            if route not in table:
                write_whole(self._table_file(exchange), dumps([route, *table]))

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *_args: Any, **_kwargs: Any) -> None:
        self._purge(queue)
        route = Route(routing_key or "", pattern or "", queue or "")
        with self._tables_locked():
            table = self.get_table(exchange)
            if route in table:
                write_whole(self._table_file(exchange), dumps([other for other in table if other != route]))

    def _table_file(self, exchange: str) -> Path:
        """Where an exchange's routes lie; kombu's own check keeps its name from pointing anywhere else."""
        return Path(self._exchange_file(exchange))  # type: ignore[attr-defined]  # missing in its stubs

    @contextmanager
    def _tables_locked(self) -> Iterator[None]:
        with (self.control_folder / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _clear_abandoned(self) -> None:
        """Remove what processes that died left half written or half taken."""
        for file in (*self.inbox.glob(".*"), *self.outbox.glob(".*"), *self.taken.iterdir()):
            try:
                if time.time() - file.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                    file.unlink()
            except FileNotFoundError:
                continue


class Transport(filesystem.Transport):
    Channel = Channel
    global_state = virtual.BrokerState()
    driver_type = driver_name = "safefs"
