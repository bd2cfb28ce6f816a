"""Documents as compact bytes in a row, and digests of rows and of what a file says."""

import hashlib
import json
import zlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import models

from exchange.iati.plain import from_plain, to_plain
from exchange.iati.records import Document

MAX_KEY: Final = 300


def pack(document: Document) -> bytes:
    return zlib.compress(json.dumps(to_plain(document), ensure_ascii=False, separators=(",", ":")).encode())


def unpack(stored: bytes | memoryview) -> Document:
    return from_plain(Document, json.loads(zlib.decompress(stored)))


def external_key(*parts: object) -> str:
    """Join a key of at most 300 characters; a longer one keeps its beginning and a digest of the whole."""
    key = "/".join(str(part) for part in parts)
    if len(key) <= MAX_KEY:
        return key
    return f"{key[:200]} {hashlib.sha256(key.encode()).hexdigest()}"


def digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def snapshot(row: models.Model) -> dict[str, Any]:
    """Every column of a row as JSON, written the same whether it comes from memory or from either database."""
    return {field.attname: _plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}


def restored(model: type[models.Model], stored: dict[str, Any]) -> dict[str, Any]:
    """The columns of a snapshot as Python values, without the primary key."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    return {field.attname: _back(field, stored[field.attname]) for field in fields}


def _back(field: "models.Field[Any, Any]", value: Any) -> Any:
    return value if isinstance(field, models.JSONField) else field.to_python(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize() + 0:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if value is None or isinstance(value, int | float | list | dict):
        return value
    return str(value)
