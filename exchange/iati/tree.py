"""Stream a file through expat, one activity at a time. Subtrees we never read are only counted."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from exchange.iati.codelists import SUPPORTED_VERSIONS
from exchange.iati.limits import MAX_ACTIVITIES, MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, MAX_ROWS, MAX_TEXT
from exchange.iati.refusals import FileRefused, Refusal

if TYPE_CHECKING:
    from exchange.iati.records import Bucket

READ: Final = frozenset(
    {
        "iati-identifier",
        "reporting-org",
        "title",
        "description",
        "participating-org",
        "other-identifier",
        "activity-status",
        "activity-date",
        "contact-info",
        "related-activity",
        "tag",
        "result",
    },
)
"""Children of iati-activity we look into; money, places, documents, foreign namespaces are ignored by design."""

_ROWS: Final = frozenset({"participating-org", "baseline", "target", "actual"})
_UNFINISHED: Final = frozenset(
    {
        expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
    },
)
_CHUNK: Final = 65_536


class Node:
    """One element. ``bucket`` is set by whoever reads it; without one it shares its parent's."""

    __slots__ = ("attributes", "bucket", "children", "line", "parts", "tag")

    def __init__(self, tag: str, attributes: dict[str, str], line: int) -> None:
        self.tag = tag
        self.attributes = attributes
        self.line = line
        self.parts: list[str] = []
        self.children: list[Node] = []
        self.bucket: Bucket | None = None

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def all(self, tag: str) -> list["Node"]:
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> "Node | None":
        return next((child for child in self.children if child.tag == tag), None)


class ActivityStream:
    """Feeds ``data`` (checked UTF-8) to expat; hands over each activity with the number of its unread elements."""

    def __init__(self, data: bytes, *, on_activity: Callable[[Node, int], None]) -> None:
        self.source = 0
        self.version = ""
        self.version_line = 0
        self.contact_spans: list[tuple[int, int]] = []
        self._data = data
        self._on_activity = on_activity
        self._depth = 0
        self._skip_below = 0
        self._skipped = 0
        self._elements = self._rows = self._activities = 0
        self._open: list[Node] = []
        self._span_start = -1
        self._text_length = 0
        self._parser = expat.ParserCreate("UTF-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype

    def run(self) -> None:
        try:
            for start in range(0, len(self._data), _CHUNK):
                self._parser.Parse(self._data[start : start + _CHUNK], False)  # noqa: FBT003 -- expat's own signature
            self._parser.Parse(b"", True)  # noqa: FBT003 -- expat's own signature
        except expat.ExpatError as error:
            at_end = self._parser.ErrorByteIndex >= len(self._data.rstrip()) - 1
            code = Refusal.TRUNCATED if error.code in _UNFINISHED or (at_end and self._depth) else Refusal.NOT_XML
            raise FileRefused(code, line=error.lineno, facts={"reason": expat.ErrorString(error.code)}) from error
        if not self._activities:
            raise FileRefused(Refusal.NO_ACTIVITIES, line=self._line)

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber

    def _refuse(self, code: Refusal, **facts: str) -> None:
        raise FileRefused(code, line=self._line, facts=facts)

    def _doctype(self, *_: object) -> None:
        self._refuse(Refusal.DOCTYPE)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        self._text_length = 0
        self._check(tag, attributes)
        if self._depth == 1:
            self._open_file(tag, attributes)
            return
        if not self._open and (self._depth != 2 or tag != "iati-activity"):  # noqa: PLR2004 -- below the root
            return
        self.source += 1
        if self._skip_below:
            self._skipped += 1
        elif self._depth == 3 and tag not in READ:  # noqa: PLR2004 -- a child of an activity
            self._skip_below = self._depth
            self._skipped += 1
        else:
            self._grow(Node(tag, attributes, self._line))

    def _check(self, tag: str, attributes: dict[str, str]) -> None:
        if self._depth > MAX_DEPTH:
            self._refuse(Refusal.TOO_DEEP, limit=str(MAX_DEPTH))
        if self._elements > MAX_ELEMENTS:
            self._refuse(Refusal.TOO_MANY_ELEMENTS, limit=f"{MAX_ELEMENTS:,}")
        if len(attributes) > MAX_ATTRIBUTES:
            self._refuse(Refusal.TOO_MANY_ATTRIBUTES, limit=str(MAX_ATTRIBUTES))
        if any(len(value) > MAX_TEXT for value in attributes.values()):
            self._refuse(Refusal.TEXT_TOO_LONG, limit=f"{MAX_TEXT:,}")
        if tag in _ROWS:
            self._rows += 1
            if self._rows > MAX_ROWS:
                self._refuse(Refusal.TOO_MANY_ROWS, limit=f"{MAX_ROWS:,}")

    def _open_file(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "iati-organisations":
            self._refuse(Refusal.ORGANISATION_FILE)
        if tag != "iati-activities":
            self._refuse(Refusal.NOT_IATI, found=tag[:80])
        self.version = attributes.get("version", "").strip()
        self.version_line = self._line
        if self.version.startswith("1.") or self.version == "1":
            self._refuse(Refusal.OLD_VERSION, version=self.version[:20])
        if self.version and self.version not in SUPPORTED_VERSIONS:
            self._refuse(Refusal.UNKNOWN_VERSION, version=self.version[:20])

    def _grow(self, node: Node) -> None:
        if self._open:
            self._open[-1].children.append(node)
        else:
            self._activities += 1
            if self._activities > MAX_ACTIVITIES:
                self._refuse(Refusal.TOO_MANY_ACTIVITIES, limit=f"{MAX_ACTIVITIES:,}")
        if node.tag == "contact-info":
            self._span_start = self._parser.CurrentByteIndex
        self._open.append(node)

    def _end(self, tag: str) -> None:
        self._text_length = 0
        if self._skip_below:
            if self._depth == self._skip_below:
                self._skip_below = 0
        elif self._open:
            self._close(tag)
        self._depth -= 1

    def _close(self, tag: str) -> None:
        node = self._open.pop()
        if tag == "contact-info" and self._span_start >= 0:
            end = self._data.index(b">", self._parser.CurrentByteIndex) + 1
            self.contact_spans.append((self._span_start, end))
            self._span_start = -1
        if not self._open:
            self._on_activity(node, self._skipped)
            self._skipped = 0

    def _text(self, text: str) -> None:
        self._text_length += len(text)
        if self._text_length > MAX_TEXT:
            self._refuse(Refusal.TEXT_TOO_LONG, limit=f"{MAX_TEXT:,}")
        if self._open and not self._skip_below:
            self._open[-1].parts.append(text)
