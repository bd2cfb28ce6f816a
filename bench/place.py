"""Where benchmarks run: scratch databases, collected static files, processes of their own, all gone afterwards."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests import servers

ROOT = Path(__file__).resolve().parents[1]
OURS, FLOOR = "partnerships.wsgi", "bench.floor.wsgi"
START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """gunicorn with two workers of four threads, as in production."""

    process: subprocess.Popen
    port: int
    log: Path
    first_answer: float  # seconds from the start of the process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Database:
    """A scratch database that holds the tables of the product and of the floor."""

    name: str
    url: str


class Place:
    """A folder for everything a run writes. Use as a context manager."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._databases: dict[str, Database | None] = {}

    def __enter__(self) -> Self:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        self.run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    @property
    def environment(self) -> dict[str, str]:
        """Production settings, whatever the shell that started us says."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "partnerships.settings",
            "DEBUG": "0",
            "SECRET_KEY": "only-for-the-length-of-a-benchmark",
            "ALLOWED_HOSTS": "127.0.0.1",
            "VAR_DIR": str(self.folder),
            "STATIC_ROOT": str(self.folder / "static"),
            "LOG_LEVEL": "WARNING",
        }

    def run(self, *arguments: str, **environment: str) -> str:
        """Run Python in a process of its own; what it printed."""
        command = [sys.executable, *arguments]
        env = {**self.environment, **environment}
        done = subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def inside(self, what: str, database: Database, **options: Any) -> Any:
        """Run one function of ``bench.inside`` in a process with Django; what it returned."""
        settings = {"DJANGO_SETTINGS_MODULE": "bench.settings", "DATABASE_URL": database.url}
        printed = self.run("-m", "bench.inside", what, json.dumps(options), **settings)
        return json.loads(printed.splitlines()[-1])

    @property
    def sqlite(self) -> Database:
        found = self._database("SQLite", servers.scratch_sqlite(self.folder))
        assert found
        return found

    @property
    def databases(self) -> list[Database]:
        """SQLite, and PostgreSQL where it is to be had."""
        if servers.postgresql_url() is None:
            return [self.sqlite]
        found = self._database("PostgreSQL", servers.scratch_postgres())
        assert found
        return [self.sqlite, found]

    def _database(self, name: str, scratch: Any) -> Database | None:
        if name not in self._databases:
            database = Database(name, self._stack.enter_context(scratch))
            settings = {"DJANGO_SETTINGS_MODULE": "bench.settings", "DATABASE_URL": database.url}
            self.run("manage.py", "migrate", "--run-syncdb", "--verbosity", "0", **settings)
            self._databases[name] = database
        return self._databases[name]

    @contextmanager
    def serving(self, application: str, database: Database, path: str) -> Iterator[Server]:
        """Serve until the block ends. ``path`` is what the first answer is waited for at."""
        port, log = servers.free_port(), self.folder / f"{application}-{time.monotonic_ns()}.log"
        environment: Mapping[str, str] = {**self.environment, "DATABASE_URL": database.url}
        environment = {**environment, "SITE_URL": f"http://127.0.0.1:{port}", "ALLOWED_HOSTS": "127.0.0.1"}
        command = [sys.executable, "-m", "gunicorn", "--preload", "--bind", f"127.0.0.1:{port}", application]
        if application == OURS:
            command += ["--config", "python:partnerships.gunicorn"]
        else:
            command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--keep-alive", "5"]
        with log.open("wb") as output:
            began = time.perf_counter()
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            took = first_answer(process, f"http://127.0.0.1:{port}{path}", log, began)
            yield Server(process, port, log, took)
        finally:
            _stop(process)


def first_answer(process: subprocess.Popen, url: str, log: Path, began: float) -> float:
    while time.perf_counter() < began + START_SECONDS and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=START_SECONDS) as answer:  # noqa: S310 -- our own server
                answer.read()
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.01)
        else:
            return time.perf_counter() - began
    raise RuntimeError(f"The server gave no answer:\n{log.read_text()}")


def _stop(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
