"""The child process: file on stdin, JSON on stdout. Sets its own limits before it looks at a single byte."""

import json
import resource
import sys

from exchange.iati.limits import MAX_BYTES, SECONDS
from exchange.iati.plain import to_plain
from exchange.iati.reader import read_document
from exchange.iati.refusals import FileRefused, Refusal


def main() -> None:
    memory = int(sys.argv[sys.argv.index("--memory") + 1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    data = sys.stdin.buffer.read(MAX_BYTES * 2)
    try:
        answer = {"document": to_plain(read_document(data, persons="--persons" in sys.argv))}
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    except FileRefused as refused:
        text = json.dumps({"refused": refused.code, "line": refused.line, "facts": refused.facts})
    except MemoryError:
        text = json.dumps({"refused": Refusal.TOO_MUCH_MEMORY, "line": None, "facts": {}})
    sys.stdout.buffer.write(text.encode())


if __name__ == "__main__":
    main()
