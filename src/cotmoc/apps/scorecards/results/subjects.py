"""Whose result a row is: provinces by their names through time, bodies by code or name."""

import difflib
import re
from dataclasses import dataclass, field
from datetime import date

from cotmoc.apps.orgs.models import AdminUnit, Level, Organisation
from cotmoc.core.text import fold

Subject = Organisation | AdminUnit

_KINDS = re.compile(r"^(?:(?:ubnd|uy ban nhan dan|tinh|thanh pho|tp)\b[\s.]*)+")
_ASIDE = re.compile(r"\(([^)]*)\)")
# Names in use beside the official one; without kind, accents and spaces.
_ALSO = {
    "thuathienhue": "hue",  # its name until 1 January 2025
    "hcm": "hochiminh",
    "tphcm": "hochiminh",
    "brvt": "bariavungtau",
    "daclac": "daklak",
    "dacnong": "daknong",
    "baccan": "backan",
}
_NOBODY = re.compile(
    r"^(?:trung binh|binh quan|mean|average|median|ca nuoc|toan quoc|quoc gia|national|viet ?nam"
    r"|country|vietnam|tong(?: cong)?$)"
)
_AFTER = re.compile(r"sau (?:sap nhap|hop nhat)|after|moi$|^34")
_EARLIER = re.compile(r"truoc (?:sap nhap|hop nhat)|before|cu$|^63")
_NEAR = 3


@dataclass(frozen=True, slots=True)
class Found:
    """The subject a name means, or none: then `near` names what looks like it, and `several` says
    that more than one answers."""

    subject: Subject | None
    near: tuple[str, ...] = ()
    several: bool = False


def is_nobody(name: str) -> bool:
    """Whether a row is of the country or a mean, not of a subject."""
    return bool(_NOBODY.match(fold(_ASIDE.sub("", name)).replace("_", " ")))


def plain_name(name: str) -> str:
    """A province's name for comparing: no kind, accents, marks and spaces.

    >>> plain_name("TP. Đà Nẵng"), plain_name("Thừa Thiên - Huế")
    ('danang', 'hue')
    """
    bare = fold(_ASIDE.sub(" ", name)).replace("_", " ")
    short = re.sub(r"[\W_]+", "", _KINDS.sub("", bare))
    return _ALSO.get(short, short)


def said_borders(name: str) -> str:
    """`after` or `before` the merging of 2025 where a name says so in brackets, else empty."""
    said = " ".join(fold(each) for each in _ASIDE.findall(name))
    if not said:
        return ""
    return "after" if _AFTER.search(said) else "before" if _EARLIER.search(said) else ""


@dataclass
class Subjects:
    """Finds subjects; reads the register once, and the provinces of each day once."""

    with_provinces: bool
    _bodies: dict[str, list[Organisation]] = field(default_factory=dict)
    _codes: dict[str, Organisation] = field(default_factory=dict)
    _provinces: dict[date, dict[str, list[AdminUnit]]] = field(default_factory=dict)
    _all: list[AdminUnit] = field(default_factory=list)

    def __post_init__(self) -> None:
        for body in Organisation.objects.all():
            self._codes[body.code.lower()] = body
            for name in {_whole(body.name), _whole(body.short_name)}:
                self._bodies.setdefault(name, []).append(body)
        if self.with_provinces:
            self._all = list(AdminUnit.objects.filter(level=Level.PROVINCE))

    @property
    def changes(self) -> list[date]:
        """The days on which provinces began or ended."""
        return sorted(
            {day for unit in self._all for day in (unit.valid_from, unit.valid_to) if day}
        )

    def by_code(self, code: str, day: date) -> Found:
        """A body by its code; a province by the code of the statistics office, or its key."""
        if body := self._codes.get(code.lower()):
            return Found(body)
        for unit in self._all:
            same = unit.code == code.zfill(2) or unit.key == code
            if same and unit.is_valid_on(day):
                return Found(unit)
        return Found(None, tuple(difflib.get_close_matches(code.upper(), self._known_codes, _NEAR)))

    def by_name(self, name: str, day: date) -> Found:
        """A province valid on the day, else a body; only where one alone answers."""
        if body := self._codes.get(name.lower()):
            return Found(body)
        units = self._on(day).get(plain_name(name), [])
        bodies = self._bodies.get(_whole(name), [])
        found: list[Subject] = [*units] or [*bodies]
        if len(found) == 1:
            return Found(found[0])
        if found:
            return Found(None, tuple(f"{each}" for each in found[:_NEAR]), several=True)
        return Found(None, self._near(name, day))

    def count(self, subject: Subject, day: date) -> int:
        """How many subjects of this kind there are: no rank is beyond."""
        if isinstance(subject, AdminUnit):
            return sum(len(units) for units in self._on(day).values())
        return len(self._codes)

    def _on(self, day: date) -> dict[str, list[AdminUnit]]:
        if day not in self._provinces:
            there: dict[str, list[AdminUnit]] = {}
            for unit in self._all:
                if unit.is_valid_on(day):
                    there.setdefault(plain_name(unit.name), []).append(unit)
            self._provinces[day] = there
        return self._provinces[day]

    @property
    def _known_codes(self) -> list[str]:
        return [body.code for body in self._codes.values()]

    def _near(self, name: str, day: date) -> tuple[str, ...]:
        names = {key: str(units[0]) for key, units in self._on(day).items()}
        names |= {other: names[key] for other, key in _ALSO.items() if key in names}
        names |= {key: str(bodies[0]) for key, bodies in self._bodies.items()}
        wanted = [plain_name(name), _whole(name)]
        near = [each for one in wanted for each in difflib.get_close_matches(one, names, _NEAR)]
        return tuple(dict.fromkeys(names[each] for each in near))[:_NEAR]


def _whole(name: str) -> str:
    """A body's name for comparing: no accents and marks; UBND as it is spelt in full."""
    folded = fold(_ASIDE.sub(" ", name)).replace("uy ban nhan dan", "ubnd")
    return re.sub(r"[\W_]+", "", folded)
