"""Statements put into SQL once. Where a whole room opens one page, writing SQL costs more than running it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql import UpdateQuery

# SQLite's levels that flush every commit. With a write-ahead log nothing is damaged without that, only the last commits
# may be gone.
_FLUSHING = {2: "PRAGMA synchronous=FULL", 3: "PRAGMA synchronous=EXTRA"}


class Given(Expression):
    """The place of a value that is named when the prepared statement runs, in a filter or among the changes."""

    def __init__(self, name: str, output_field: Field) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


@dataclass(frozen=True)
class _Written:
    sql: str
    params: Sequence[Any]
    converters: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]] = ()


class _Statement:
    """Written once per kind of database, at the first use, so that it may be declared at import time."""

    def __init__(self, build: Callable[[], QuerySet]) -> None:
        self._build = build
        self._by_vendor: dict[str, _Written] = {}

    def _written(self) -> _Written:
        if connection.vendor not in self._by_vendor:
            self._by_vendor[connection.vendor] = self._write()
        return self._by_vendor[connection.vendor]

    def _write(self) -> _Written:
        raise NotImplementedError


class Prepared(_Statement):
    """Rows of a ``values_list`` queryset."""

    def rows(self, **given: Any) -> list[tuple[Any, ...]]:
        """Run it with a value for every ``Given``."""
        written = self._written()
        with connection.cursor() as cursor:
            cursor.execute(written.sql, _values(written, given))
            found = cursor.fetchall()
        return [_converted(row, written) for row in found]

    def _write(self) -> _Written:
        compiler = self._build().query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([column for column, _sql, _alias in compiler.select or ()])
        return _Written(sql, params, [(place, each, column) for place, (each, column) in converters.items()])


class PreparedUpdate(_Statement):
    """Changes to rows of one table.

    With ``waits_for_disk=False`` everybody sees the change at once and it outlives our process, but a power cut within
    the second may undo it: for what is worth nothing after a power cut, at a fraction of the time.
    """

    def __init__(self, build: Callable[[], QuerySet], *, waits_for_disk: bool = True, **changes: Any) -> None:
        super().__init__(build)
        self._waits_for_disk = waits_for_disk
        self._changes = changes

    def run(self, **given: Any) -> int:
        """Run it with a value for every ``Given``; how many rows it changed."""
        written = self._written()
        values = _values(written, given)
        with connection.cursor() as cursor, nullcontext() if self._waits_for_disk else _in_a_hurry():
            cursor.execute(written.sql, values)
            return int(cursor.rowcount)

    def _write(self) -> _Written:
        query: Any = self._build().query.chain(UpdateQuery)
        query.add_update_values(self._changes)
        sql, params = query.get_compiler(connection=connection).as_sql()
        if not self._waits_for_disk and connection.vendor == "postgresql":
            sql += " AND set_config('synchronous_commit', 'off', true) = 'off'"  # until this transaction ends
        return _Written(sql, params)


@contextmanager
def _in_a_hurry() -> Iterator[None]:
    """Let SQLite's commits be flushed with the next one that waits; within a transaction that cannot be chosen."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    raw = connection.connection
    (usual,) = raw.execute("PRAGMA synchronous").fetchone()
    if usual not in _FLUSHING:
        yield
        return
    raw.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        raw.execute(_FLUSHING[usual])


def _values(written: _Written, given: dict[str, Any]) -> list[Any]:
    return [
        param.output_field.get_db_prep_value(given[param.name], connection) if isinstance(param, Given) else param
        for param in written.params
    ]


def _converted(row: Sequence[Any], written: _Written) -> tuple[Any, ...]:
    if not written.converters:
        return tuple(row)
    values = list(row)
    for place, converters, column in written.converters:
        for convert in converters:
            values[place] = convert(values[place], column, connection)
    return tuple(values)
