"""A SELECT that is put into SQL once. Where a whole room opens one page, writing SQL costs more than running it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Expression, Field, QuerySet


class Given(Expression):
    """The place of a value that is named when the statement runs, in a filter of a ``Prepared`` queryset."""

    def __init__(self, name: str, output_field: Field) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


@dataclass(frozen=True)
class _Written:
    sql: str
    params: Sequence[Any]
    converters: Sequence[tuple[int, Sequence[Callable[..., Any]], Any]]


class Prepared:
    """Rows of a ``values_list`` queryset without annotations.

    ``build`` is called once per kind of database, at the first use, so that it may be written at import time.
    """

    def __init__(self, build: Callable[[], QuerySet]) -> None:
        self._build = build
        self._by_vendor: dict[str, _Written] = {}

    def rows(self, **given: Any) -> list[tuple[Any, ...]]:
        """Run it with a value for every ``Given``."""
        written = self._by_vendor.get(connection.vendor) or self._write()
        with connection.cursor() as cursor:
            cursor.execute(written.sql, [self._value(param, given) for param in written.params])
            found = cursor.fetchall()
        return [self._converted(row, written) for row in found]

    def _write(self) -> _Written:
        compiler = self._build().query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([column for column, _sql, _alias in compiler.select or ()])
        written = _Written(sql, params, [(place, each, column) for place, (each, column) in converters.items()])
        self._by_vendor[connection.vendor] = written
        return written

    @staticmethod
    def _value(param: Any, given: dict[str, Any]) -> Any:
        if not isinstance(param, Given):
            return param
        return param.output_field.get_db_prep_value(given[param.name], connection)

    @staticmethod
    def _converted(row: Sequence[Any], written: _Written) -> tuple[Any, ...]:
        values = list(row)
        for place, converters, column in written.converters:
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return tuple(values)
