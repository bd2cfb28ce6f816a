"""Read a stranger's file in a child process with a memory and a time limit: no file can take the server down."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from exchange.iati.guard import check_bytes
from exchange.iati.limits import MEMORY, SECONDS
from exchange.iati.plain import from_plain
from exchange.iati.records import Document
from exchange.iati.refusals import FileRefused, Refusal

ROOT: Final = Path(__file__).resolve().parents[2]
ARGUMENTS: Final[tuple[str, ...]] = ("--memory", str(MEMORY))


def read_safely(data: bytes, *, persons: bool) -> tuple[Document, bytes]:
    """Return the document, and the file as the parser saw it (UTF-8). Raises :class:`FileRefused`."""
    checked = check_bytes(data)
    command = [sys.executable, "-m", "exchange.iati", *ARGUMENTS, *(["--persons"] if persons else [])]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PATH": os.environ.get("PATH", "")}
    try:
        child = subprocess.run(  # noqa: S603 -- our own module, no shell, no part of the file on the command line
            command, input=checked, capture_output=True, timeout=SECONDS, check=False, cwd=ROOT, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise FileRefused(Refusal.TOO_SLOW, facts={"seconds": str(SECONDS)}) from error
    if child.returncode == -signal.SIGXCPU:
        raise FileRefused(Refusal.TOO_SLOW, facts={"seconds": str(SECONDS)})
    if child.returncode != 0:
        code = Refusal.TOO_MUCH_MEMORY if b"MemoryError" in child.stderr else Refusal.READER_FAILED
        raise FileRefused(code)
    answer = json.loads(child.stdout)
    if "refused" in answer:
        raise FileRefused(Refusal(answer["refused"]), line=answer["line"], facts=answer["facts"])
    return from_plain(Document, answer["document"]), checked
