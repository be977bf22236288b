"""The committed tables of units and successions hold what the domain says they hold."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter, defaultdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[1] / "data"
CHANGE = "2025-07-01"
LAST_OLD_DAY = "2025-06-30"
TODAY = datetime.now(tz=UTC).date().isoformat()
BINH_DINH = GIA_LAI = "52"
MERGED = 52
BARE_DISTRICTS = {"318", "471", "498", "536", "755"}
ACT_UNKNOWN_FOR = 22

Row = dict[str, str]


@cache
def read(name: str) -> tuple[Row, ...]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def units(level: str, day: str | None = None) -> list[Row]:
    return [
        row
        for row in read("units.csv")
        if row["level"] == level and (day is None or valid_on(row, day))
    ]


def valid_on(row: Row, day: str) -> bool:
    return row["valid_from"] <= day and (row["valid_to"] == "" or day < row["valid_to"])


def edges(successor_level: str) -> list[Row]:
    return [row for row in read("successions.csv") if row["successor_level"] == successor_level]


def successors() -> dict[tuple[str, str], set[str]]:
    result: dict[tuple[str, str], set[str]] = defaultdict(set)
    for edge in edges("commune"):
        result[edge["predecessor_level"], edge["predecessor_code"]].add(edge["successor_code"])
    return result


def test_columns() -> None:
    assert list(read("units.csv")[0]) == [
        "level", "code", "parent_code", "kind", "name",
        "valid_from", "valid_to", "lat", "lon", "area_km2",
    ]  # fmt: skip
    assert list(read("successions.csv")[0]) == [
        "predecessor_level", "predecessor_code", "successor_level", "successor_code",
        "date", "whole", "act",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["units.csv", "successions.csv"])
def test_files_are_plain_utf8_with_lf(name: str) -> None:
    content = (DATA / name).read_bytes()
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\n")


def test_level_code_and_start_are_unique() -> None:
    keys = Counter((row["level"], row["code"], row["valid_from"]) for row in read("units.csv"))
    assert max(keys.values()) == 1


def test_periods_of_one_code_do_not_overlap() -> None:
    for day in (LAST_OLD_DAY, CHANGE, TODAY):
        keys = Counter(
            (row["level"], row["code"]) for row in read("units.csv") if valid_on(row, day)
        )
        assert max(keys.values()) == 1


def test_rows_are_sorted() -> None:
    order = ("province", "district", "commune")
    keys = [(order.index(r["level"]), r["code"], r["valid_from"]) for r in read("units.csv")]
    assert keys == sorted(keys)
    edge_keys = [
        (order.index(r["predecessor_level"]), r["predecessor_code"], r["successor_code"])
        for r in read("successions.csv")
    ]
    assert edge_keys == sorted(edge_keys)
    assert len(set(edge_keys)) == len(edge_keys)


def test_counts_before_the_change() -> None:
    assert len(units("province", LAST_OLD_DAY)) == 63
    assert len(units("district", LAST_OLD_DAY)) == 696
    assert len(units("commune", LAST_OLD_DAY)) == 10_035


def test_five_of_the_696_districts_have_no_communes() -> None:
    with_communes = {row["parent_code"] for row in units("commune", LAST_OLD_DAY)}
    bare = {row["code"] for row in units("district", LAST_OLD_DAY)} - with_communes
    assert bare == BARE_DISTRICTS


@pytest.mark.parametrize("day", [CHANGE, TODAY])
def test_counts_since_the_change(day: str) -> None:
    assert len(units("province", day)) == 34
    assert units("district", day) == []
    kinds = Counter(row["kind"] for row in units("commune", day))
    assert kinds == {"Xã": 2621, "Phường": 687, "Đặc khu": 13}
    assert kinds.total() == 3321


def test_kinds_are_the_official_words() -> None:
    kinds = defaultdict(set)
    for row in read("units.csv"):
        kinds[row["level"]].add(row["kind"])
    assert kinds == {
        "province": {"Tỉnh", "Thành phố"},
        "district": {"Quận", "Huyện", "Thị xã", "Thành phố"},
        "commune": {"Phường", "Xã", "Thị trấn", "Đặc khu"},
    }


def test_codes_keep_their_leading_zeros() -> None:
    widths = {"province": 2, "district": 3, "commune": 5}
    for row in read("units.csv"):
        assert row["code"].isdigit()
        assert len(row["code"]) == widths[row["level"]]


def test_eleven_provinces_are_one_row_without_dates() -> None:
    unchanged = {
        row["name"] for row in units("province") if not row["valid_from"] and not row["valid_to"]
    }
    assert unchanged == {
        "Hà Nội", "Huế", "Lai Châu", "Điện Biên", "Sơn La", "Lạng Sơn", "Quảng Ninh",
        "Thanh Hóa", "Nghệ An", "Hà Tĩnh", "Cao Bằng",
    }  # fmt: skip


def test_dates_are_the_change_or_empty() -> None:
    for row in read("units.csv"):
        period = (row["valid_from"], row["valid_to"])
        assert period in {("", ""), ("", CHANGE), (CHANGE, "")}
        if row["level"] != "province":
            assert period != ("", "")


def test_names_are_composed_and_tidy() -> None:
    for row in read("units.csv"):
        for text in (row["kind"], row["name"]):
            assert text
            assert text == unicodedata.normalize("NFC", text)
            assert text == " ".join(text.split())
        assert not set(row["name"]) & set("()’,")
    doubled = {r["name"] for r in read("units.csv") if r["name"].startswith(f"{r['kind']} ")}
    assert doubled == {"Phường Đúc"}


def test_every_parent_is_valid_as_long_as_its_child() -> None:
    parents: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in read("units.csv"):
        parents[row["level"], row["code"]].append(row)
    for row in read("units.csv"):
        if row["level"] == "province":
            assert row["parent_code"] == ""
            continue
        old_commune = row["level"] == "commune" and row["valid_to"] == CHANGE
        level = "district" if old_commune else "province"
        holders = [
            parent
            for parent in parents[level, row["parent_code"]]
            if parent["valid_from"] <= row["valid_from"]
            and (parent["valid_to"] or "9999") >= (row["valid_to"] or "9999")
        ]
        assert len(holders) == 1, row


def test_points_and_areas_are_plausible() -> None:
    without_point, without_area = [], []
    for row in read("units.csv"):
        if row["lat"]:
            assert 8 < float(row["lat"]) < 24
            assert 102 < float(row["lon"]) < 115
        else:
            assert row["lon"] == ""
            without_point.append((row["level"], row["code"]))
        if row["area_km2"]:
            assert 0 < float(row["area_km2"]) < 2000
        elif row["level"] == "commune" and row["valid_from"] == CHANGE:
            without_area.append(row["name"])
    assert without_point == [
        ("district", "498"), ("district", "576"),
        ("commune", "22736"), ("commune", "22737"), ("commune", "22739"),
    ]  # fmt: skip
    assert sorted(without_area) == ["Kỳ Lừa", "Mỹ Phước Tây", "Thượng Trạch", "Đông Trạch"]


def test_new_island_zones_are_at_sea() -> None:
    zones = {r["name"]: float(r["lon"]) for r in units("commune", CHANGE) if r["kind"] == "Đặc khu"}
    assert zones["Hoàng Sa"] > 111
    assert zones["Trường Sa"] > 111


def test_edge_counts() -> None:
    levels = Counter(
        (row["predecessor_level"], row["successor_level"]) for row in read("successions.csv")
    )
    assert levels == {
        ("province", "province"): MERGED,
        ("district", "commune"): 5,
        ("commune", "commune"): 10_597,
    }
    assert len(edges("commune")) == 10_602


def test_471_communes_have_several_successors() -> None:
    found = Counter(len(codes) for codes in successors().values())
    assert found == {1: 9569, 2: 397, 3: 58, 4: 15, 5: 1}
    assert sum(number for size, number in found.items() if size > 1) == 471


def test_whole_means_exactly_one_successor() -> None:
    found = successors()
    for edge in edges("commune"):
        alone = len(found[edge["predecessor_level"], edge["predecessor_code"]]) == 1
        assert edge["whole"] == ("1" if alone else "0")
    assert {edge["whole"] for edge in edges("province")} == {"1"}


def test_dates_of_edges_meet() -> None:
    ended = {(r["level"], r["code"], r["valid_to"]) for r in read("units.csv")}
    began = {(r["level"], r["code"], r["valid_from"]) for r in read("units.csv")}
    for edge in read("successions.csv"):
        assert edge["date"] == CHANGE
        assert (edge["predecessor_level"], edge["predecessor_code"], edge["date"]) in ended
        assert (edge["successor_level"], edge["successor_code"], edge["date"]) in began


def test_every_ended_unit_has_a_successor() -> None:
    found = {(r["predecessor_level"], r["predecessor_code"]) for r in read("successions.csv")}
    for level in ("province", "commune"):
        ended = {(level, row["code"]) for row in units(level) if row["valid_to"] == CHANGE}
        assert ended == {key for key in found if key[0] == level}
    assert {code for level, code in found if level == "district"} == BARE_DISTRICTS


def test_every_new_unit_has_a_predecessor() -> None:
    found = {(r["successor_level"], r["successor_code"]) for r in read("successions.csv")}
    began = {(r["level"], r["code"]) for r in read("units.csv") if r["valid_from"] == CHANGE}
    assert began == found


def test_merged_provinces() -> None:
    found = edges("province")
    assert len({edge["predecessor_code"] for edge in found}) == MERGED
    sizes = Counter(edge["successor_code"] for edge in found)
    assert len(sizes) == 23
    assert set(sizes.values()) == {2, 3}
    assert {edge["act"] for edge in found} == {"202/2025/QH15"}


def test_communes_go_to_the_successor_of_their_province() -> None:
    province_of_district = {row["code"]: row["parent_code"] for row in units("district")}
    old_home = {
        ("commune", row["code"]): province_of_district[row["parent_code"]]
        for row in units("commune", LAST_OLD_DAY)
    }
    old_home |= {("district", code): province_of_district[code] for code in BARE_DISTRICTS}
    new_home = {row["code"]: row["parent_code"] for row in units("commune", CHANGE)}
    moved = {edge["predecessor_code"]: edge["successor_code"] for edge in edges("province")}
    for key, codes in successors().items():
        home = old_home[key]
        assert {new_home[code] for code in codes} == {moved.get(home, home)}


def test_acts() -> None:
    acts: dict[str, set[str]] = defaultdict(set)
    for edge in edges("commune"):
        acts[edge["successor_code"]].add(edge["act"])
    assert all(len(found) == 1 for found in acts.values())
    known = {act for found in acts.values() for act in found} - {""}
    assert known == {f"{number}/NQ-UBTVQH15" for number in range(1654, 1688)}
    assert sum(found == {""} for found in acts.values()) == ACT_UNKNOWN_FOR


def test_binh_dinh_goes_to_gia_lai() -> None:
    names = {row["code"]: row["name"] for row in units("province", LAST_OLD_DAY)}
    assert names[BINH_DINH] == "Bình Định"
    districts = {
        row["code"] for row in units("district", LAST_OLD_DAY) if row["parent_code"] == BINH_DINH
    }
    communes = {
        row["code"]: row["name"]
        for row in units("commune", LAST_OLD_DAY)
        if row["parent_code"] in districts
    }
    assert len(communes) == 155
    after = successors()
    found = {code: after["commune", code] for code in communes}
    split = {communes[code] for code, codes in found.items() if len(codes) > 1}
    assert split == {"An Nghĩa", "Canh Hiệp", "Canh Liên"}
    assert len({min(codes) for codes in found.values() if len(codes) == 1}) == 57


def test_new_gia_lai() -> None:
    names = {row["code"]: row["name"] for row in units("province", CHANGE)}
    assert names[GIA_LAI] == "Gia Lai"
    communes = [row for row in units("commune", CHANGE) if row["parent_code"] == GIA_LAI]
    assert len(communes) == 135
