"""Records to JSON values and back, so that the child process can hand over what it read without pickling."""

import types
import typing
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

Json = Any
T = TypeVar("T")


def to_plain(value: Any) -> Json:
    """Dataclasses become lists of their fields in order; numbers and dates become text."""
    if is_dataclass(value):
        kind: Any = type(value)
        return [to_plain(getattr(value, name)) for name in _names(kind)]
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, Decimal | date):
        return str(value)
    return value


def from_plain(kind: type[T], value: Json) -> T:
    return typing.cast("T", _build(kind, value))


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _hints(kind: Any) -> tuple[Any, ...]:
    hints = typing.get_type_hints(kind)
    return tuple(hints[name] for name in _names(kind))


def _build(kind: Any, value: Json) -> object:
    origin = typing.get_origin(kind)
    if origin is types.UnionType:  # only ever "something or None"
        return None if value is None else _build(typing.get_args(kind)[0], value)
    if origin is tuple:
        first, *rest = typing.get_args(kind)
        kinds = [first] * len(value) if rest == [Ellipsis] else [first, *rest]
        return tuple(_build(part, item) for part, item in zip(kinds, value, strict=True))
    if is_dataclass(kind):
        record: Any = kind
        return record(*(_build(h, item) for h, item in zip(_hints(record), value, strict=True)))
    if kind is date:
        return date.fromisoformat(value)
    return kind(value) if kind is Decimal or issubclass(kind, StrEnum) else value
