"""Pure decisions about names of bodies and their territories."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from cotmoc.core.text import clean, fold, same_tone_place

_PROVINCE_SUFFIX = re.compile(r"\s+-\s+(?:Tỉnh|Thành phố|TP\.?)\s+\S.*$", re.IGNORECASE)
_COMMITTEE = re.compile(r"^(?:UBND|(?:Ủy|Uỷ) ban nhân dân)\s+", re.IGNORECASE)
_TERRITORY = re.compile(
    r"^(?P<kind>phường|xã|thị trấn|đặc khu|tỉnh|thành phố)\s+(?P<name>\S.*)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class BodyName:
    """A body's name taken apart: the short form people use and, for a people's committee, the
    kind and name of its territory."""

    short: str
    territory_kind: str | None
    territory_name: str | None


def read_body_name(name: str) -> BodyName:
    """Take a portal name apart.

    >>> read_body_name("UBND xã Lâm Thao - Tỉnh Phú Thọ")
    BodyName(short='Xã Lâm Thao', territory_kind='Xã', territory_name='Lâm Thao')
    """
    bare = _PROVINCE_SUFFIX.sub("", clean(name))
    rest = _COMMITTEE.sub("", bare)
    territory = _TERRITORY.match(rest) if rest != bare else None
    if not territory:
        return BodyName(bare, None, None)
    kind = territory["kind"].capitalize()
    return BodyName(f"{kind} {territory['name']}", kind, territory["name"])


@dataclass(frozen=True, slots=True)
class Territory:
    """A candidate to match a name with."""

    id: int
    kind: str
    name: str


MatchedBy = Literal["exact", "letter_case", "tone_place", "without_accents", "kind_differs"]


@dataclass(frozen=True, slots=True)
class Match:
    """The territory found for a name and how; or none, with the candidates that came near."""

    territory: Territory | None
    how: MatchedBy | None
    candidates: tuple[Territory, ...] = ()


class TerritoryIndex:
    """Finds the territory of one province that a name means; from the strictest way to the loosest,
    and only where exactly one territory answers."""

    def __init__(self, territories: Iterable[Territory]) -> None:
        self._all = tuple(territories)

    def find(self, kind: str, name: str) -> Match:
        """Match kind and name. A way that finds several stops: a guess is never made."""
        for how, normal, same_kind in _WAYS:
            wanted = normal(name)
            found = [
                each
                for each in self._all
                if normal(each.name) == wanted and (not same_kind or fold(each.kind) == fold(kind))
            ]
            if len(found) == 1:
                return Match(found[0], how)
            if found:
                return Match(None, None, tuple(found))
        return Match(None, None, self._near(name))

    def _near(self, name: str) -> tuple[Territory, ...]:
        wanted = set(fold(name).split())
        near = [each for each in self._all if wanted & set(fold(each.name).split())]
        return tuple(near[:5])


def _plain(text: str) -> str:
    return same_tone_place(text).lower().replace("'", "’")


# From strict to loose; `normal` makes both names comparable, `True` asks for the same kind.
_WAYS: tuple[tuple[MatchedBy, Callable[[str], str], bool], ...] = (
    ("exact", clean, True),
    ("letter_case", lambda text: clean(text).lower(), True),
    ("tone_place", _plain, True),
    ("without_accents", fold, True),
    ("kind_differs", _plain, False),
)
