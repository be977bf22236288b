"""The draft of a catalogue definition for a target that no indicator measures. Pure."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cotmoc.apps.programmes.matching import Sought
from cotmoc.apps.programmes.rules import LESS_IS_BETTER
from cotmoc.core.text import clean, fold

# What a person still has to write stands behind this mark; the check names each empty one.
FILL = "# FILL"
UNITS = ("%", "days", "count", "VND", "points", "rank", "%/year", "yes/no")
COUNTED = {
    "rank": ("hạng", "rank"),
    "points": ("điểm", "points"),
    "days": ("ngày", "days"),
    "VND": ("đồng", "VND"),
    "%/year": ("điểm phần trăm", "percentage points"),
    "yes/no": ("có, không", "yes or no"),
}
APPLIES_TO = {"commune": ("province", "commune"), "organisation": ("province", "department")}
_FEWER = re.compile(
    r"\b(giam|khong qua|toi da|qua han|tre han|cham|ton dong|thoi gian (giai quyet|xu ly)"
    r"|su co|that lac|khieu nai)\b"
)
_LEADING = re.compile(
    r"^(tỷ lệ|tỉ lệ|tỷ trọng|số lượng|tổng số|tốc độ tăng|mức độ|mức|số)\s+(các\s+|những\s+)?",
    re.IGNORECASE,
)
_SAYING_NOTHING = "cac cua va hoac duoc tai trong theo cho voi ve doi co tren tu len"
_EMPTY = frozenset(_SAYING_NOTHING.split())


@dataclass(frozen=True, slots=True)
class DefinitionDraft:
    """A definition's file as far as the target itself tells: `catalogue/indicators/<code>.yaml`.

    `text` is refused by `cotmoc indicators check` until each line marked FILL holds its words.
    """

    code: str
    text: str

    @property
    def open_lines(self) -> list[str]:
        """The lines a person still has to complete."""
        return [line for line in self.text.splitlines() if FILL in line and '""' in line]


def draft_definition(
    target: Sought,
    *,
    document: str,
    valid_from: date,
    owner: str = "",
    taken: Collection[str] = (),
) -> DefinitionDraft:
    """Draft the definition of what a target promises.

    `document` is cited as its legal source, `owner` the lead named for it; `taken` are the codes
    of the catalogue, none of which is used again.
    """
    unit = target.unit if target.unit in UNITS else "count"
    name = clean(target.name)
    code = slug(name, taken)
    counted = COUNTED.get(unit) or (target.subjects[0] if target.subjects else "", "")
    lines = [
        "# yaml-language-server: $schema=../indicator.schema.json",
        f"code: {code}",
        "version: 1",
        f"name: {_both(name)}",
        "description:",
        f"  vi: {_quoted(f'{name}, do cơ quan chủ trì báo cáo.')}",
        f'  en: ""  {FILL}: the description in English',
        f"legal_source: {_or_fill(document, 'the act, with number and date')}",
        f"owner: {_or_fill(owner, 'the body that answers for the definition')}",
        f"valid_from: {valid_from.isoformat()}",
        "table: observations",
        f"applies_to: [{', '.join(APPLIES_TO.get(target.level, ('province',)))}]",
        f'unit: "{unit}"',
        f"counted: {_both(*counted)}",
        f"direction: {direction(target)}",
        *_measured(code, unit, target),
        "plan_phrases:",
        f"  - {_quoted(phrase(name))}",
        *_example(code, unit),
    ]
    return DefinitionDraft(code, "\n".join(lines) + "\n")


def direction(target: Sought) -> Literal["up", "down"]:
    """Whether more is better, as the comparator and the words tell.

    >>> direction(Sought("Tỷ lệ hồ sơ quá hạn", unit="%"))
    'down'
    """
    fewer = target.comparator in LESS_IS_BETTER or target.unit == "rank"
    return "down" if fewer or _FEWER.search(fold(target.name)) else "up"


def slug(name: str, taken: Collection[str] = ()) -> str:
    """A code from the words of a name, not longer than sixty signs, not one of `taken`.

    >>> slug("Tỷ lệ hộ gia đình có máy tính", taken={"ho_gia_dinh_may_tinh"})
    'ho_gia_dinh_may_tinh_2'
    """
    words = re.findall(r"[a-z0-9]+", fold(_LEADING.sub("", name)))
    code = ""
    for word in words:
        longer = f"{code}_{word}" if code else word
        if word not in _EMPTY and len(longer) <= 48:
            code = longer
    code = code if re.match(r"[a-z]", code) else f"chi_tieu_{code}".rstrip("_")
    number = 2
    free = code
    while free in taken:
        free = f"{code}_{number}"
        number += 1
    return free


def phrase(name: str) -> str:
    """The words by which plans mean it: the name without "tỷ lệ", in small letters, at most
    eight syllables, so that another document's wording still holds it."""
    text = _LEADING.sub("", clean(name)).lower()
    text = re.split(r"[,;(]", text)[0].strip() or clean(name).lower()
    return " ".join(text.split()[:8])


def _measured(code: str, unit: str, target: Sought) -> list[str]:
    """The terms over what bodies report, and how they roll up."""
    where = f"filter (where element = '{code}')"
    if unit == "%":
        whole = target.subjects[0] if target.subjects else ""
        return [
            "numerator:",
            f"  name: {_both(phrase(target.name))}",
            f'  expression: "sum(numerator) {where}"',
            "denominator:",
            f"  name: {_both(whole)}",
            f'  expression: "sum(denominator) {where}"',
            "zero_denominator: none",
            "rollup_units: sum",
            "rollup_time: last",
        ]
    adds = unit in ("count", "VND")
    return [
        "numerator:",
        f"  name: {_both(phrase(target.name))}",
        f'  expression: "{"sum" if adds else "min" if unit == "yes/no" else "avg"}(value) {where}"',
        f"rollup_units: {'sum' if adds else 'none'}",
        f"rollup_time: {'none' if unit in ('days', '%/year') else 'last'}",
    ]


def _example(code: str, unit: str) -> list[str]:
    if unit == "%":
        fact, expect = "numerator: 9, denominator: 12", "numerator: 9, denominator: 12, value: 75"
    else:
        value = 1 if unit == "yes/no" else 5
        fact, expect = f"value: {value}", f"numerator: {value}, denominator: null, value: {value}"
    return [
        "worked_example:",
        "  facts:",
        f'    - {{element: "{code}", {fact}}}',
        f"  expect: {{{expect}}}",
    ]


def _both(vi: str, en: str = "") -> str:
    missing = ", ".join(
        words for words, text in (("Vietnamese", vi), ("English", en)) if not text.strip()
    )
    pair = f"{{vi: {_quoted(vi)}, en: {_quoted(en)}}}"
    return f"{pair}  {FILL}: the words in {missing}" if missing else pair


def _or_fill(text: str, what: str) -> str:
    return _quoted(text) if text.strip() else f'""  {FILL}: {what}'


def _quoted(text: str) -> str:
    """A text as YAML's double quotes hold it; JSON's escapes are a part of YAML's."""
    return json.dumps(clean(text), ensure_ascii=False)
