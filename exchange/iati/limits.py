"""How much of a file we are willing to read. A file beyond a limit is refused whole, with its line."""

from typing import Final

MAX_BYTES: Final = 5_000_000
MAX_DEPTH: Final = 64
MAX_ELEMENTS: Final = 500_000
MAX_ACTIVITIES: Final = 1_000
MAX_ROWS: Final = 20_000  # participating organisations, and values of indicators
MAX_ATTRIBUTES: Final = 50
MAX_TEXT: Final = 100_000  # characters of one narrative, attribute or other text
MAX_PROBLEMS: Final = 5_000  # listed one by one; further ones are only counted

SECONDS: Final = 60
MEMORY: Final = 300_000_000  # bytes of address space of the reading process
