"""What a cell of a published table says: points or a rank, exactly, or the reason why not. Pure."""

import re
from decimal import Decimal

from cotmoc.core.text import fold

_MISSING = frozenset({"", "-", "–", "—", "n/a", "na", "null", "none"})
_NUMBER = re.compile(r"[+-]?\d[\d.,]*", re.ASCII)
_WHOLE = re.compile(r"(?P<rank>\d{1,9})(?:[.,]0+)?(?: ?/ ?(?P<of>\d{1,9}))?", re.ASCII)


class Unreadable(ValueError):  # noqa: N818 - the name says what happened
    """A cell that cannot be taken: a problem code with what its sentence needs."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def read_points(text: str, mark: str | None, most: Decimal) -> Decimal | None:
    """Points of 0 to `most`, written with a point or a comma; None for a missing value.

    Where the file does not show its decimal mark, the reading that lies within the scale counts.
    Raises Unreadable.
    """
    if fold(text) in _MISSING:
        return None
    compact = re.sub(r"[ \u00a0\u202f]", "", text.replace("\u2212", "-")).removesuffix("%")
    if not _NUMBER.fullmatch(compact):
        raise Unreadable("not_a_number")
    readings = {mark: _decimal(compact, mark) for mark in ([mark] if mark else [".", ","])}
    found = {each for each in readings.values() if each is not None}
    if not found and mark:  # one cell typed otherwise than the rest
        return read_points(text, None, most)
    within = sorted(each for each in found if 0 <= each <= most)
    if len(within) == 1:
        return within[0]
    if within:
        raise Unreadable("ambiguous_number", mark="." if "." in compact else ",")
    if not found:
        raise Unreadable("not_a_number")
    if min(found) < 0:
        raise Unreadable("negative")
    raise Unreadable("points_above_maximum", limit=plain(most))


def _decimal(compact: str, mark: str) -> Decimal | None:
    """A number with this decimal mark; thousands in groups with the other."""
    other = re.escape("," if mark == "." else ".")
    if not re.fullmatch(
        rf"[+-]?(?:\d+|[1-9]\d{{0,2}}(?:{other}\d{{3}})+)(?:{re.escape(mark)}\d+)?", compact
    ):
        return None
    return Decimal(re.sub(other, "", compact).replace(mark, "."))


def read_rank(text: str, most: int) -> tuple[int, int | None] | None:
    """A rank, and of how many where it says so (24/63); None for a missing one."""
    if fold(text) in _MISSING:
        return None
    found = _WHOLE.fullmatch(text)
    if not found:
        number = _NUMBER.fullmatch(text)
        raise Unreadable("not_whole" if number and not text.startswith("-") else "not_a_number")
    rank = int(found["rank"])
    if rank < 1:
        raise Unreadable("not_positive")
    if rank > most:
        raise Unreadable("rank_above_count", limit=most)
    return rank, int(found["of"]) if found["of"] else None


def plain(value: Decimal) -> str:
    """Digits without needless zeros."""
    return f"{value.normalize():f}"
