"""Reading the keys of one mapping of an index, each error kept with its dotted key."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeGuard

from cotmoc.indicators.definitions import DefinitionError
from cotmoc.indicators.indices.model import Words
from cotmoc.indicators.wrong import gettext_noop as _

LARGEST = Decimal(10) ** 15
LARGEST_POINTS = Decimal(10) ** 8  # what a column of points holds, with six places
PLACES, PLACES_OF_POINTS = 9, 6
LONGEST_TEXT = 2_000
LONGEST_NUMBER = 40
MOST_HINTS = 100
# Control characters, and halves of characters: no database keeps them.
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(slots=True)
class Findings:
    """What was found wrong with a file so far."""

    where: str
    errors: list[DefinitionError] = field(default_factory=list)

    def near(self, word: str, known: Collection[str], most: int = 1) -> str:
        """Known words like one that is not; none any more once much is wrong: looking is slow."""
        if len(self.errors) > MOST_HINTS:
            return ""
        return ", ".join(difflib.get_close_matches(word, known, n=most))

    def keep(self, key: str, template: str, offset: int | None = None, **params: Any) -> None:
        self.errors.append(DefinitionError(key, template, self.where, offset, **params))


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping that stands under the dotted key `at` of a file (empty: the file itself).

    Reading a key gives its value, or None when it is wrong: the error is kept and reading goes on.
    A key that is not there gives None too; with `needed` that is an error.
    """

    raw: Mapping[Any, Any]
    at: str
    findings: Findings

    def key(self, name: object) -> str:
        """The dotted name of a key of this mapping."""
        return f"{self.at}.{shown(name)}" if self.at else shown(name)

    def wrong(self, name: object, template: str, **params: Any) -> None:
        """Keep an error about a key."""
        self.findings.keep(self.key(name), template, **params)

    def check_keys(
        self, known: Collection[str], elsewhere: Mapping[str, str] | None = None
    ) -> None:
        """Keep an error for every key that has no meaning here. `elsewhere` are keys that have one
        in another place, and what to say of them."""
        for name in self.raw:
            if name in known:
                continue
            near = self.findings.near(shown(name), known)
            if elsewhere and name in elsewhere:
                self.wrong(name, elsewhere[name])
            elif near:
                self.wrong(name, _("is an unknown key; did you mean %(near)s?"), near=near)
            else:
                template = _("is an unknown key; known: %(known)s")
                self.wrong(name, template, known=", ".join(sorted(known)))
            self.findings.errors[-1].of_key = True

    def has(self, name: str) -> bool:
        return self.raw.get(name) is not None

    def text(self, name: str, *, needed: bool = False, longest: int = LONGEST_TEXT) -> str | None:
        """A text that is not empty, without blanks around it."""
        value = self.raw.get(name)
        if value is None and not needed:
            return None
        if not _is_text(value):
            self.wrong(name, _("must be a text"))
            return None
        if len(value.strip()) > longest:
            self.wrong(name, _("is longer than %(limit)s characters"), limit=longest)
            return None
        return value.strip()

    def code(self, name: str, pattern: re.Pattern[str], template: str) -> str | None:
        """A code that the pattern matches; `template` says what it is made of."""
        value = self.raw.get(name)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            self.wrong(name, template)
            return None
        return value

    def words(
        self, name: str, *, needed: bool = False, longest: int = LONGEST_TEXT
    ) -> Words | None:
        """A text for `vi` and one for `en`."""
        value = self.raw.get(name)
        if value is None and not needed:
            return None
        if (
            not isinstance(value, dict)
            or set(value) != {"vi", "en"}
            or not all(map(_is_text, value.values()))
        ):
            self.wrong(name, _("must have a text for vi and one for en"))
            return None
        if any(len(text.strip()) > longest for text in value.values()):
            self.wrong(name, _("is longer than %(limit)s characters"), limit=longest)
            return None
        return {language: text.strip() for language, text in value.items()}

    def number(
        self,
        name: str,
        *,
        needed: bool = False,
        places: int = PLACES,
        largest: Decimal = LARGEST,
    ) -> Decimal | None:
        """A number, written as one or as text (`"0.25"`); at most `places` after the point."""
        value = self.raw.get(name)
        if value is None and not needed:
            return None
        found = decimal_of(value)
        if found is None:
            self.wrong(name, _("must be a number"))
            return None
        if abs(found) >= largest:
            self.wrong(name, _("must be below %(limit)s"), limit=plain(largest))
            return None
        if found.normalize().as_tuple().exponent < -places:  # type: ignore[operator]
            template = _("must have at most %(places)s digits after the point")
            self.wrong(name, template, places=places)
            return None
        return found

    def above_zero(self, name: str, *, needed: bool = False) -> Decimal | None:
        found = self.number(name, needed=needed)
        if found is not None and found <= 0:
            self.wrong(name, _("must be a number above 0"))
            return None
        return found

    def points(self, name: str, *, needed: bool = False) -> Decimal | None:
        """A maximum of points: above zero, small enough to be kept."""
        found = self.number(name, needed=needed, places=PLACES_OF_POINTS, largest=LARGEST_POINTS)
        if found is not None and found <= 0:
            self.wrong(name, _("must be a number above 0"))
            return None
        return found

    def day(self, name: str, *, needed: bool = False) -> date | None:
        value = self.raw.get(name)
        if value is None and not needed:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            self.wrong(name, _("must be a date like 2026-07-01"))
            return None
        return value

    def yes(self, name: str) -> bool:
        value = self.raw.get(name, False)
        if not isinstance(value, bool):
            self.wrong(name, _("must be true or false"))
        return value is True

    def one_of(self, name: str, known: Collection[str], default: str | None = None) -> str | None:
        """One of some words; without a default it must be there."""
        value = self.raw.get(name, default)
        if isinstance(value, str) and value in known:
            return value
        listed = ", ".join(known)
        if not isinstance(value, str):
            self.wrong(name, _("must be one of %(known)s"), known=listed)
            return None
        near = self.findings.near(value, known)
        if near:
            template = _("must be one of %(known)s, not %(part)r; did you mean %(near)s?")
            self.wrong(name, template, known=listed, part=value, near=near)
            return None
        template = _("must be one of %(known)s, not %(part)r")
        self.wrong(name, template, known=listed, part=value)
        return None

    def some_of(
        self, name: str, known: Collection[str], *, needed: bool = False
    ) -> tuple[str, ...]:
        """Some of the known words, each once, as they are listed; empty when not there."""
        value = self.raw.get(name)
        if value is None and not needed:
            return ()
        listed = value if isinstance(value, list) else []
        if not listed or not all(each in known and listed.count(each) == 1 for each in listed):
            self.wrong(name, _("must list some of %(known)s"), known=", ".join(known))
            return ()
        return tuple(listed)

    def texts(self, name: str, *, needed: bool = False) -> tuple[str, ...]:
        """A list of texts, each once; empty when not there."""
        value = self.raw.get(name)
        if value is None and not needed:
            return ()
        listed = value if isinstance(value, list) else [None]
        if (
            not all(map(_is_text, listed))
            or len(set(listed)) < len(listed)
            or (needed and not listed)
        ):
            self.wrong(name, _("must be a list of different texts"))
            return ()
        return tuple(each.strip() for each in listed)

    def under(self, name: str, *, needed: bool = False) -> "Fields | None":
        """The mapping under a key."""
        value = self.raw.get(name)
        if value is None and not needed:
            return None
        if not isinstance(value, dict):
            self.wrong(name, _("must be a mapping of keys to values"))
            return None
        return Fields(value, self.key(name), self.findings)

    def each_under(self, name: str, *, needed: bool = False) -> Iterator["Fields"]:
        """The mappings of the list under a key."""
        value = self.raw.get(name)
        if value is None and not needed:
            return
        if not isinstance(value, list) or not value:
            self.wrong(name, _("must be a list with something in it"))
            return
        listed = Fields(dict(enumerate(value)), self.key(name), self.findings)
        for number, each in enumerate(value):
            if isinstance(each, dict):
                yield Fields(each, listed.key(number), self.findings)
            else:
                listed.wrong(number, _("must be a mapping of keys to values"))


def _is_text(value: Any) -> TypeGuard[str]:
    """Whether something is a text that can be shown and kept."""
    return isinstance(value, str) and bool(value.strip()) and not _UNFIT.search(value)


def decimal_of(value: Any) -> Decimal | None:
    """A number of YAML or JSON, or a text that is one, exactly as written; None for others."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, int) and abs(value) >= LARGEST:
        return LARGEST if value > 0 else -LARGEST  # the digits of a huge one are never needed
    if isinstance(value, str) and not (
        len(value) <= LONGEST_NUMBER and PLAIN_NUMBER.fullmatch(value)
    ):
        return None
    found = Decimal(str(value))
    return found if found.is_finite() else None


def shown(name: object) -> str:
    """A key of a mapping as text; the digits of a huge number are not written out."""
    return "…" if isinstance(name, int) and abs(name) >= LARGEST else str(name)


def plain(value: Decimal) -> str:
    """A number in digits, without an exponent or zeros at its end."""
    return format(value.normalize(), "f")
