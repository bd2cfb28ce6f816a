"""Memory of processes and their children: PSS, which shares out what several processes hold together."""

import subprocess
import time
from pathlib import Path

import psutil

BETWEEN_LOOKS = 0.05


def pss(process: psutil.Process) -> float:
    """MB of one process, as Linux counts it in ``smaps_rollup``."""
    try:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def watch(process: subprocess.Popen) -> float:
    """Wait until it ends; the most MB that it and its children held together."""
    most = 0.0
    while process.poll() is None:
        try:
            parent = psutil.Process(process.pid)
            most = max(most, sum(pss(one) for one in [parent, *parent.children(recursive=True)]))
        except psutil.NoSuchProcess:
            break
        time.sleep(BETWEEN_LOOKS)
    process.wait()
    return most
