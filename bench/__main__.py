"""``python -m bench``: every benchmark, or those named, and one table at the end."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bench import embedded, form_cpu, importing, journeys, mailing, pages, reports, wire, worker
from bench.place import Place
from bench.results import Line, table
from tests import servers

BENCHMARKS: dict[str, Callable[[Place], Iterable[Line]]] = {
    "form": form_cpu.run,
    "journeys": journeys.run,
    "integrity": journeys.integrity,
    "pages": pages.run,
    "reports": reports.run,
    "import": importing.run,
    "worker": worker.run,
    "embedded": embedded.run,
    "wire": wire.run,
    "mailing": mailing.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speed as ratios to floors of the same run.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"one or more of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever stops us leaves no database behind
    lines: list[Line] = []
    with servers.everything_stopped_afterwards():
        for name in options.names or BENCHMARKS:
            began = time.perf_counter()
            with Place() as place:  # of its own: what one leaves to be sent and printed would be work for the next
                for line in BENCHMARKS[name](place):
                    lines.append(line)
                    print("  ".join(filter(None, line.cells())), file=sys.stderr, flush=True)
            print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    print(table(lines))
    if options.json:
        options.json.write_text(json.dumps([line.as_json() for line in lines], indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
