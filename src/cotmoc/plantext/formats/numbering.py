"""The labels that Word draws before numbered paragraphs: `I.`, `1.1.`, `a)`, `-`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from cotmoc.plantext.formats.cleaning import SYMBOLS

Tag = Callable[[str], str]
_MAX_LEVEL = 9
_MAX_LABEL = 40
# Bullets that some fonts draw with a letter or a dot.
_LETTER_BULLETS = {"·": "•", "o": "◦"}
_KNOWN_BULLETS = frozenset("-–—−+*•●▪◦‣►➢✓")
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC")),
    *((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)


@dataclass(frozen=True, slots=True)
class Level:
    """How one level counts and what it shows."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    arabic_only: bool = False
    space: bool = True
    restart_after: int | None = None


@dataclass(slots=True)
class _List:
    """The counters that all lists of one abstract definition share."""

    counts: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Instance:
    """One list: its abstract definition, and what it states otherwise."""

    abstract: str
    levels: dict[int, Level]
    starts: dict[int, int]


class Numbering:
    """Counts paragraphs in reading order; `label` must be asked once for each."""

    def __init__(self, root: etree._Element | None, tag: Tag) -> None:
        self._tag = tag
        self._instances: dict[str, _Instance] = {}
        self._lists: dict[str, _List] = {}
        self._begun: set[str] = set()
        self.by_style: dict[str, tuple[str, int]] = {}
        if root is not None:
            self._read(root)

    def label(self, number: str, level: int) -> str | None:
        """The label of the next paragraph of this list, or None when it shows none."""
        instance = self._instances.get(number)
        if instance is None or level not in instance.levels:
            return None
        counts = self._lists.setdefault(instance.abstract, _List()).counts
        self._restart(number, instance, counts)
        self._count(instance, level, counts)
        return _shown(instance.levels, level, counts)

    def _restart(self, number: str, instance: _Instance, counts: dict[int, int]) -> None:
        """A list with a start of its own begins anew the first time it is used."""
        if number in self._begun:
            return
        self._begun.add(number)
        for level in instance.starts:
            counts.pop(level, None)

    @staticmethod
    def _count(instance: _Instance, level: int, counts: dict[int, int]) -> None:
        for above in range(level):
            if above in instance.levels:
                counts.setdefault(above, _start(instance, above))
        counts[level] = counts[level] + 1 if level in counts else _start(instance, level)
        for below in range(level + 1, _MAX_LEVEL):
            rule = instance.levels.get(below)
            keeps = rule is not None and (
                rule.restart_after == 0
                or (rule.restart_after is not None and level >= rule.restart_after)
            )
            if not keeps:
                counts.pop(below, None)

    # --- reading numbering.xml ------------------------------------------------------------------

    def _read(self, root: etree._Element) -> None:
        tag = self._tag
        abstracts: dict[str, dict[int, Level]] = {}
        styles: dict[str, str] = {}
        linked: dict[str, str] = {}
        paragraph_styles: dict[str, dict[int, str]] = {}
        for element in root.iterchildren(tag("abstractNum")):
            key = element.get(tag("abstractNumId"), "")
            abstracts[key] = dict(self._levels(element))
            paragraph_styles[key] = dict(self._styles(element))
            if name := _value(element, "styleLink", tag):
                styles[name] = key
            if name := _value(element, "numStyleLink", tag):
                linked[key] = name
        for element in root.iterchildren(tag("num")):
            abstract = _value(element, "abstractNumId", tag) or ""
            if abstract in linked:
                abstract = styles.get(linked[abstract], abstract)
            number = element.get(tag("numId"), "")
            self._instances[number] = self._instance(element, abstract, abstracts)
            for level, style in paragraph_styles.get(abstract, {}).items():
                self.by_style.setdefault(style, (number, level))

    def _levels(self, parent: etree._Element) -> list[tuple[int, Level]]:
        return [
            (_whole(element.get(self._tag("ilvl")), 0), self._level(element))
            for element in parent.iterchildren(self._tag("lvl"))
        ]

    def _styles(self, parent: etree._Element) -> list[tuple[int, str]]:
        tag = self._tag
        return [
            (_whole(element.get(tag("ilvl")), 0), style)
            for element in parent.iterchildren(tag("lvl"))
            if (style := _value(element, "pStyle", tag))
        ]

    def _level(self, element: etree._Element) -> Level:
        tag = self._tag
        restart = _value(element, "lvlRestart", tag)
        return Level(
            start=_whole(_value(element, "start", tag), 1),
            format=_value(element, "numFmt", tag) or "decimal",
            text=_value(element, "lvlText", tag) or "",
            arabic_only=element.find(tag("isLgl")) is not None,
            space=_value(element, "suff", tag) != "nothing",
            restart_after=None if restart is None else _whole(restart, 0),
        )

    def _instance(
        self, element: etree._Element, abstract: str, abstracts: dict[str, dict[int, Level]]
    ) -> _Instance:
        tag = self._tag
        levels = dict(abstracts.get(abstract, {}))
        starts: dict[int, int] = {}
        for override in element.iterchildren(tag("lvlOverride")):
            index = _whole(override.get(tag("ilvl")), 0)
            own = override.find(tag("lvl"))
            if own is not None:
                levels[index] = self._level(own)
            if (start := _value(override, "startOverride", tag)) is not None:
                starts[index] = _whole(start, 1)
        return _Instance(abstract, levels, starts)


def _start(instance: _Instance, level: int) -> int:
    return instance.starts.get(level, instance.levels[level].start)


def _shown(levels: dict[int, Level], level: int, counts: dict[int, int]) -> str | None:
    rule = levels[level]
    if rule.format == "none" and "%" not in rule.text:
        return rule.text or None
    if rule.format == "bullet":
        return _bullet(rule.text) + " "
    text = rule.text[:_MAX_LABEL]
    for index in range(_MAX_LEVEL):
        mark = f"%{index + 1}"
        if mark in text:
            own = levels.get(index, Level())
            style = "decimal" if rule.arabic_only else own.format
            text = text.replace(mark, counted(counts.get(index, own.start), style))
    return text + (" " if rule.space else "") if text.strip() else None


def _bullet(text: str) -> str:
    sign = text.strip()[:1]
    sign = _LETTER_BULLETS.get(sign) or SYMBOLS.get(ord(sign or " "), sign)
    return sign if sign in _KNOWN_BULLETS else "-"


def counted(number: int, style: str) -> str:
    """A number as a list shows it: `3` as `3`, `III`, `iii`, `C`, `c` or `03`."""
    if style == "none":
        return ""
    if style in ("upperRoman", "lowerRoman") and 0 < number < 4000:
        roman = _roman(number)
        return roman if style == "upperRoman" else roman.lower()
    if style in ("upperLetter", "lowerLetter") and number > 0:
        letter = chr(ord("A") + (number - 1) % 26) * min(1 + (number - 1) // 26, 5)
        return letter if style == "upperLetter" else letter.lower()
    return f"{number:02d}" if style == "decimalZero" else str(number)


def _roman(number: int) -> str:
    shown = ""
    for value, letters in _ROMAN:
        times, number = divmod(number, value)
        shown += letters * times
    return shown


def _value(parent: etree._Element, name: str, tag: Tag) -> str | None:
    child = parent.find(tag(name))
    return None if child is None else child.get(tag("val"))


def _whole(text: str | None, default: int) -> int:
    """A small number; anything else is the default."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else default
