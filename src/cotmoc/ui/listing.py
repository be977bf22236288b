"""Sorting and paging of lists, the same way on every page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

Item = TypeVar("Item")
PER_PAGE = 50


def sort_rows(
    rows: Sequence[Item],
    request: HttpRequest,
    keys: Mapping[str, Callable[[Item], Any]],
    default: str,
) -> tuple[list[Item], str]:
    """Order rows by `?sort=key` or `-key`; missing values come last either way.

    Returns the rows and the order in use, for the table's head.
    """
    asked = request.GET.get("sort", default)
    name = asked.removeprefix("-")
    if name not in keys:
        asked, name = default, default.removeprefix("-")
    key = keys[name]
    present = [row for row in rows if key(row) is not None]
    missing = [row for row in rows if key(row) is None]
    return [*sorted(present, key=key, reverse=asked.startswith("-")), *missing], asked


def paginate(request: HttpRequest, rows: Any, per_page: int = PER_PAGE) -> Page[Any]:
    """The page asked for; a wrong number gives the nearest one."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))
