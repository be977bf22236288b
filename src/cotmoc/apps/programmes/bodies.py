"""Which organisation of the register a document means by a name: "Sở TT&TT", "UBND tỉnh"."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from django.conf import settings

from cotmoc.apps.documents.models import Document
from cotmoc.apps.orgs.models import Organisation, OrganisationKind
from cotmoc.apps.programmes.models import NamedBody
from cotmoc.core.text import fold

How = Literal["name", "abbreviation", "successor", "successor_of_part", "chosen"]

_OF_THE_PROVINCE = re.compile(r" (?:cua )?(?:tinh|thanh pho)(?: [a-z]+){1,4}$")
_COMMITTEE = re.compile(r"\b(?:uy ban nhan dan|ubnd)\b")
_TERRITORY = re.compile(r"^ubnd (?=(?:xa|phuong|thi tran|dac khu|tinh|thanh pho) )")
_NATIONAL = re.compile(r"\b(?:chinh phu|thu tuong|quoc hoi|trung uong)\b|^bo ")
_CAPITALS = re.compile(r"[A-ZĐ]{2,}")
_WORD = re.compile(r"[^\W\d_]+")
# Names of many bodies at once: there is no one organisation to find.
_COLLECTIVE = re.compile(
    r"^(?:cac\b|nhung\b|ubnd (?:cac|cap)\b|tung\b|moi\b|toan\b|don vi\b|co quan\b)"
    r"|\bso, (?:ban|nganh)\b|\b(?:lien quan|dia phuong|cap xa|cap huyen)\b"
)


@dataclass(frozen=True, slots=True)
class FoundBody:
    """The organisation found for a name, and how it was found."""

    organisation: Organisation
    how: How


class Bodies:
    """Finds organisations of one province by the names documents give them. Three queries."""

    def __init__(self, province: Organisation | None, chosen: Mapping[str, Organisation]) -> None:
        members = list(Organisation.objects.filter(parent=province)) if province else []
        self.province = province
        self.known = [*members, *([province] if province else [])]
        self._chosen = chosen
        self._by_name = {_plain(each.short_name): each for each in self.known}
        self._by_initials = _only_once((initials(each.short_name), each) for each in self.known)
        self._found: dict[str, FoundBody | None] = {}

    def find(self, name: str | None) -> FoundBody | None:
        """The organisation a name means; None where nothing, or more than one, answers."""
        if not name or not name.strip():
            return None
        if name not in self._found:
            self._found[name] = self._look(name)
        return self._found[name]

    def _look(self, name: str) -> FoundBody | None:
        if chosen := self._chosen.get(name_key(name)):
            return FoundBody(chosen, "chosen")
        return self._direct(name) or self._successor(name)

    def _direct(self, name: str) -> FoundBody | None:
        plain = _plain(name)
        if self.province and plain in {"ubnd tinh", "ubnd thanh pho"}:
            return FoundBody(self.province, "name")
        for key in (plain, _OF_THE_PROVINCE.sub("", plain)):
            if found := self._by_name.get(key):
                return FoundBody(found, "name")
        found = self._by_initials.get(initials(name)) if _CAPITALS.search(name) else None
        return FoundBody(found, "abbreviation") if found else None

    def _successor(self, name: str) -> FoundBody | None:
        plain = _OF_THE_PROVINCE.sub("", _plain(name))
        short = initials(name) if _CAPITALS.search(name) else None
        for edge in successions():
            if plain == _plain(edge.before) or (short and short == initials(edge.before)):
                found = self._by_name.get(_plain(edge.after))
                return FoundBody(found, _how(edge)) if found else None
        return None


@dataclass(frozen=True, slots=True)
class BodySuccession:
    """A body became another, on a day, by an act; `part`: only some of its work went there."""

    before: str
    after: str
    since: str
    act: str
    part: bool


def _how(edge: BodySuccession) -> How:
    return "successor_of_part" if edge.part else "successor"


def successions() -> tuple[BodySuccession, ...]:
    """The successions of the catalogue, as kept in `registers/body-successions.yaml`."""
    return _read_successions(Path(settings.CATALOGUE_DIR) / "registers" / "body-successions.yaml")


@lru_cache(maxsize=4)
def _read_successions(path: Path) -> tuple[BodySuccession, ...]:
    if not path.exists():
        return ()
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(
        BodySuccession(row["from"], row["to"], str(row["since"]), row["act"], bool(row.get("part")))
        for row in rows
    )


def bodies_of(document: Document) -> Bodies:
    """The finder for the names in a document: of its province, with what people chose for it."""
    named = NamedBody.objects.filter(document=document).select_related("organisation")
    return Bodies(province_of(document), {each.name: each.organisation for each in named})


def province_of(document: Document) -> Organisation | None:
    """The province that a document is of, by its issuer, else by where it was signed or its title.

    None for documents of the whole country, and where several provinces answer.
    """
    if _NATIONAL.search(fold(document.issuer)):
        return None
    provinces = list(Organisation.objects.filter(kind=OrganisationKind.PROVINCE))
    for words in (document.issuer, document.place, document.title):
        text = f" {_plain(words)} "
        found = [each for each in provinces if f" {_bare(each.short_name)} " in text]
        if len(found) == 1:
            return found[0]
    return None


def name_key(name: str) -> str:
    """The form under which a name is compared and kept."""
    return _plain(name)[:300]


def is_collective(name: str) -> bool:
    """Whether a name means many bodies: "các sở, ban, ngành", "UBND cấp xã"."""
    return bool(_COLLECTIVE.search(_plain(name)))


def initials(name: str) -> str:
    """First letters of a name, abbreviations in full: "Sở TT&TT" and "Sở Thông tin và Truyền
    thông" are both `stttt`.

    >>> initials("Sở Khoa học và Công nghệ"), initials("Sở KH&CN")
    ('skhcn', 'skhcn')
    """
    letters = [
        word if len(word) > 1 and word.isupper() else word[0]
        for word in _WORD.findall(name)
        if word.lower() != "và"
    ]
    return fold("".join(letters))


def _plain(name: str) -> str:
    """Folded, one spelling of "people's committee", dashes and commas apart from words."""
    text = _COMMITTEE.sub("ubnd", fold(name).replace("–", "-"))
    text = re.sub(r"\s*-\s*", " - ", text)
    return _TERRITORY.sub("", text).strip(" .;:,") if text not in _COMMITTEES else text


_COMMITTEES = frozenset({"ubnd tinh", "ubnd thanh pho"})


def _bare(short_name: str) -> str:
    return re.sub(r"^(?:tinh|thanh pho|ubnd tinh|ubnd thanh pho) ", "", fold(short_name))


def _only_once(pairs: Iterable[tuple[str, Organisation]]) -> dict[str, Organisation]:
    """Keys that one organisation has; those of several are left out, for a guess is never made."""
    found: dict[str, Organisation] = {}
    twice: set[str] = set()
    for key, organisation in pairs:
        if key in found:
            twice.add(key)
        found[key] = organisation
    return {key: each for key, each in found.items() if key not in twice}
