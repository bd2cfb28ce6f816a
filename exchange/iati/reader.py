"""Bytes in, :class:`Document` out. The one door to the parser; runs without limits of its own, see ``sandbox``."""

from collections import Counter

from exchange.iati.activities import find_identifier, find_title, read_activity
from exchange.iati.checks import check_organisations, check_results
from exchange.iati.problems import Problems, What
from exchange.iati.records import Activity, Bucket, Document, Ledger
from exchange.iati.refusals import FileRefused, Refusal
from exchange.iati.tree import ActivityStream, Node


def read_document(data: bytes, *, persons: bool) -> Document:
    """Read checked UTF-8 bytes (see ``guard.check_bytes``). Persons in contact-info are read only when asked for.

    Raises :class:`FileRefused` when the file cannot be read whole: nothing is ever half read.
    """
    reading = _Reading(persons=persons)
    stream = ActivityStream(data, on_activity=reading.take)
    stream.run()
    if not stream.version:
        reading.problems.add(What.NO_VERSION, line=stream.version_line, where="iati-activities")
    check_organisations(reading.activities, reading.problems)
    buckets = reading.buckets
    return Document(
        version=stream.version,
        activities=tuple(reading.activities),
        problems=tuple(sorted(reading.problems.found, key=lambda problem: (problem.line, problem.where, problem.code))),
        unlisted_problems=reading.problems.unlisted,
        ledger=Ledger(
            source=stream.source,
            imported=buckets[Bucket.IMPORTED],
            merged=buckets[Bucket.MERGED],
            kept_as_text=buckets[Bucket.KEPT_AS_TEXT],
            ignored=buckets[Bucket.IGNORED],
        ),
        contact_spans=tuple(stream.contact_spans),
    )


class _Reading:
    """What grows while activities stream in."""

    def __init__(self, *, persons: bool) -> None:
        self.activities: list[Activity] = []
        self.problems = Problems()
        self.buckets: Counter[Bucket] = Counter()
        self._persons = persons
        self._identifiers: dict[str, int] = {}

    def take(self, node: Node, unread: int) -> None:
        self._refuse_old_shape(node)
        number = len(self.activities) + 1
        identifier = find_identifier(node) or f"untitled {find_title(node)}"
        repeats = self._identifiers.setdefault(identifier, number)
        again = repeats != number
        activity = read_activity(
            node, number=number, persons=self._persons, repeats=repeats if again else 0, problems=self.problems
        )
        self.activities.append(activity)
        self.buckets[Bucket.IGNORED] += unread
        if again:
            where = f"iati-activity[{number}]"
            self.problems.add(What.REPEATED_IDENTIFIER, line=node.line, where=where, value=identifier)
            self.buckets[Bucket.IGNORED] += _size(node)
            return
        check_results(activity, self.problems)
        _tally(node, Bucket.IGNORED, self.buckets)

    def _refuse_old_shape(self, node: Node) -> None:
        """Version 1 wrote titles without narrative; a file that names no version can still be one."""
        title = node.first("title")
        if title is not None and not title.children and title.text.strip():
            raise FileRefused(Refusal.OLD_VERSION, line=title.line, facts={"version": "1.x"})


def _tally(node: Node, inherited: Bucket, buckets: Counter[Bucket]) -> None:
    bucket = node.bucket or inherited
    buckets[bucket] += 1
    for child in node.children:
        _tally(child, bucket, buckets)


def _size(node: Node) -> int:
    return 1 + sum(_size(child) for child in node.children)
