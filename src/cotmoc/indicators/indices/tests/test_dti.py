"""DTI of 2020 and 2022 from published parts; frames whose points no source gives."""

from decimal import Decimal

import pytest

from cotmoc.indicators.indices.results import Body, BodyScore, Status
from cotmoc.indicators.indices.score import score
from cotmoc.indicators.indices.tests.build import value
from cotmoc.indicators.indices.tests.shipped import shipped_index

D = Decimal
MAIN = [
    "nhan_thuc_so",
    "the_che_so",
    "ha_tang_so",
    "nhan_luc_so",
    "attt_mang",
    "hd_chinh_quyen_so",
    "hd_kinh_te_so",
    "hd_xa_hoi_so",
]


def scored(index: str, values: dict[str, str]) -> BodyScore:
    """A province from published parts."""
    readings = {f"published:{code}": value(number) for code, number in values.items()}
    (found,) = score(shipped_index(index), [Body("P", "P", "province")], {"P": readings})
    return found


@pytest.mark.parametrize(
    ("pillars", "published"),
    [
        (("0.4455", "0.3019", "0.3092"), "0.3615"),  # Bắc Giang
        (("0.4449", "0.3668", "0.4052"), "0.4096"),  # Bắc Ninh
    ],
)
def test_dti_of_2020_weighs_three_pillars(pillars: tuple[str, ...], published: str) -> None:
    codes = ("chinh_quyen_so", "kinh_te_so", "xa_hoi_so")
    found = scored("dti@qd1726", dict(zip(codes, pillars, strict=True)))
    assert (found.total, found.max, found.scored_max) == (D(published), 1, 1)


# The complete rows of https://dti.gov.vn/xep-hang-2022: eight main indices, then the DTI.
ROWS_2022 = {
    "TP. Đà Nẵng": "1.0000 0.9000 0.8253 0.8487 0.7578 0.8575 0.7836 0.5197 0.8002",
    "TP. Hồ Chí Minh": "0.8917 0.9000 0.8258 0.6267 0.5580 0.8406 0.7611 0.3590 0.7163",
    "Quảng Ninh": "0.9581 0.9000 0.7648 0.6250 0.5382 0.8385 0.5904 0.4505 0.7024",
    "Thừa Thiên - Huế": "0.9500 0.9000 0.6823 0.6794 0.6423 0.8262 0.6787 0.3001 0.6975",
    "TP. Cần Thơ": "0.9000 0.8000 0.7233 0.7376 0.7226 0.7325 0.7556 0.2947 0.6924",
}


@pytest.mark.parametrize("province", ROWS_2022)
def test_dti_of_2022_is_as_published_within_a_ten_thousandth(province: str) -> None:
    *parts, published = ROWS_2022[province].split()
    found = scored("dti@qd922", dict(zip(MAIN, parts, strict=True)))
    assert found.total is not None
    assert abs(found.total - D(published)) <= D("0.0001")
    assert (found.status, found.scored_max) == (Status.SCORED, 1)


def test_pillars_of_2022_share_the_foundation_and_are_not_added() -> None:
    *parts, _published = ROWS_2022["TP. Đà Nẵng"].split()
    found = scored("dti@qd922", dict(zip(MAIN, parts, strict=True)))
    foundation = D("100") * (D(1) + D("0.9") + D("0.8253") + D("0.8487") + D("0.7578"))
    expected = {
        "pillar_cqs": (foundation + 200 * D("0.8575")) / 700,
        "pillar_kts": (foundation + 150 * D("0.7836")) / 650,
        "pillar_xhs": (foundation + 150 * D("0.5197")) / 650,
    }
    assert found.pillars.keys() == expected.keys()
    for code, share in expected.items():
        assert found.pillars[code] == share.quantize(D("1e-12"))
    assert sum(expected.values()) > 1


def test_a_pillar_of_which_a_part_is_missing_has_no_value() -> None:
    *parts, _published = ROWS_2022["TP. Đà Nẵng"].split()
    values = dict(zip(MAIN, parts, strict=True))
    del values["hd_kinh_te_so"]
    found = scored("dti@qd922", values)
    assert found.pillars["pillar_kts"] is None
    assert found.pillars["pillar_xhs"] is not None
    assert (found.scored_max, found.status) == (D("0.85"), Status.PARTIAL)


@pytest.mark.parametrize("index", ["dti@qd405", "par@qd876"])
def test_an_index_whose_points_no_source_gives_is_not_computed(index: str) -> None:
    leaves = list(shipped_index(index).leaves())
    found = scored(index, {leaf.code: "0.5" for leaf in leaves})
    assert all(leaf.worth_unknown for leaf in leaves)
    assert (found.total, found.rank, found.status) == (None, None, Status.UNKNOWN)
    assert found.scored_max == 0
