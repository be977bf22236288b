"""Lists in pages: `limit` and `offset` in, items with their count and neighbours out."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
# Beyond any table here; a larger one is not a position and overflows the database's integers.
MAX_OFFSET = 10_000_000

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)


class Paging(Schema):
    """Which part of a list is wanted."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="how many items")
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="how many items to pass over")


class Page(Schema, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    count: int = Field(description="how many items the whole list has")
    next: str | None = Field(description="address of the next part")
    previous: str | None = Field(description="address of the part before")


def page(
    request: HttpRequest,
    rows: QuerySet[Row] | Sequence[Any],
    paging: Paging,
    show: Callable[[Any], Any],
) -> dict[str, Any]:
    """Cut the wanted part out of `rows` and show each of its rows."""
    count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    end = paging.offset + paging.limit
    before = max(0, paging.offset - paging.limit)
    return {
        "items": [show(row) for row in rows[paging.offset : end]],
        "count": count,
        "next": _address(request, paging.limit, end) if end < count else None,
        "previous": _address(request, paging.limit, before) if paging.offset else None,
    }


def _address(request: HttpRequest, limit: int, offset: int) -> str:
    query = request.GET.copy()
    query["limit"], query["offset"] = str(limit), str(offset)
    parts = [(name, value) for name, values in sorted(query.lists()) for value in values]
    return request.build_absolute_uri(f"{request.path}?{urlencode(parts)}")
