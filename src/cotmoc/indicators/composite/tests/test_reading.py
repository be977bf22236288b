"""Data and metadata: COINr's formats and plain names; everything wrong is found and placed."""

import numpy as np
import pytest

from cotmoc.core.problems import BadInput
from cotmoc.indicators.composite import data as data_module
from cotmoc.indicators.composite.data import read_dataset
from cotmoc.indicators.composite.framework import read_framework
from cotmoc.indicators.composite.tables import read_table
from cotmoc.indicators.composite.tests.build import table

COINR_META = b"""\"\",Level,iCode,iName,Direction,Weight,Unit,Target,Denominator,Parent,Type
"1",1,"LPI","Logistics",1,1,"Score",4.118031,NA,"Physical","Indicator"
"2",1,"Flights","Flights",1,1,"Thousand seats",200.33,"Population","Physical","Indicator"
"3",1,"CO2","Emissions",-1,0.5,"t",NA,NA,"Environ","Indicator"
"50",2,"Physical","Physical",1,1,"Score",NA,NA,"Index","Aggregate"
"55",2,"Environ","Environmental",1,3,"Score",NA,NA,"Index","Aggregate"
"60",3,"Index","The index",1,1,"Score",NA,NA,NA,"Aggregate"
"61",NA,"GDP_group","GDP group",NA,NA,NA,NA,NA,NA,"Group"
"65",NA,"Population","Population",NA,NA,"Thousands",NA,NA,NA,"Denominator"
"66",NA,"Note","A note",NA,NA,NA,NA,NA,NA,"Other"
"""
COINR_DATA = b""""","uName","uCode","GDP_group","Time","Population","Note","LPI","Flights","CO2"
"1","Austria","AUT","L",2018,8735.453,"x",4.097985,29.01725,7.4
"2","Belgium","BEL","L",2018,11429.336,"y",4.108538,NA,8.3
"3","Cyprus","CYP","S",2018,1179.551,"z",2.999061,8.75467,NA
"""
PLAIN_META = """
code | parent | direction | weight
x    | g      | up        | 2
y    | g      | down      | 1
z    | h      | up        | 1
g    | all    |           | 1
h    | all    |           | 1
all  |        |           |
"""
PLAIN_DATA = """
unit | x | y | z
A    | 1 | 2 | 3
B    | 2 | 1 | 5
"""


def problems(data, meta):
    with pytest.raises(BadInput) as raised:
        read_dataset(data, meta)
    return [(each.code, each.file, each.line, each.field) for each in raised.value.problems]


def test_coinrs_tables_are_read_as_r_writes_them():
    found = read_dataset(read_table(COINR_DATA, "iData"), read_table(COINR_META, "iMeta"))
    assert found.units == ("AUT", "BEL", "CYP")
    assert found.names == ("Austria", "Belgium", "Cyprus")
    assert [each.code for each in found.framework.indicators] == ["LPI", "Flights", "CO2"]
    np.testing.assert_array_equal(
        found.values,
        [[4.097985, 29.01725, 7.4], [4.108538, np.nan, 8.3], [2.999061, 8.75467, np.nan]],
    )
    assert found.denominators["Population"].tolist() == [8735.453, 11429.336, 1179.551]
    assert found.groups == {"GDP_group": ("L", "L", "S")}
    lpi, flights, co2 = found.framework.indicators
    assert (lpi.target, lpi.unit, flights.denominator) == (4.118031, "Score", "Population")
    assert (co2.direction, co2.weight, co2.target) == (-1, 0.5, None)
    assert found.framework.index.code == "Index"
    assert found.framework.levels() == {
        "LPI": 1, "Flights": 1, "CO2": 1, "Physical": 2, "Environ": 2, "Index": 3,
    }  # fmt: skip


def test_plain_names_without_levels_and_types_will_do():
    found = read_dataset(table(PLAIN_DATA), table(PLAIN_META, "meta.csv"))
    tree = found.framework.tree()
    assert tree.codes == ("x", "y", "z", "g", "h", "all")
    assert [below.tolist() for below in tree.children] == [[0, 1], [2], [3, 4]]
    assert tree.weights.tolist() == [2, 1, 1, 1, 1, 1]
    assert [each.direction for each in found.framework.indicators] == [1, -1, 1]


def test_the_only_column_that_is_not_in_the_metadata_holds_the_units():
    found = read_dataset(table(PLAIN_DATA.replace("unit", "xã")), table(PLAIN_META))
    assert found.units == ("A", "B")


def test_vietnamese_names_will_do():
    meta = table(
        "Mã chỉ tiêu | Tên chỉ tiêu | Chiều | Trọng số\nX | Tỷ lệ | tăng | 3\nY | Nợ | giảm | 1"
    )
    data = table("Mã đơn vị | Tên đơn vị | X | Y\nH26.1 | Xã Đồng Tâm | 1 | 2")
    found = read_dataset(data, meta)
    assert found.units == ("H26.1",)
    assert found.names == ("Xã Đồng Tâm",)
    assert [(each.direction, each.weight) for each in found.framework.indicators] == [
        (1, 3.0),
        (-1, 1.0),
    ]


def test_without_parents_all_indicators_make_up_the_index():
    framework = read_framework(table("code | direction\nx | 1\ny | -1"))
    assert framework.index.code == "Index"
    assert [each.weight for each in framework.indicators] == [1.0, 1.0]


def test_an_empty_column_of_parents_is_as_none():
    framework = read_framework(table("code | parent | direction\nx | | 1\ny | | -1"))
    assert framework.index.code == "Index"
    assert [each.code for each in framework.indicators] == ["x", "y"]


def test_parents_without_rows_of_their_own_are_aggregates_of_one_index():
    meta = "code | parent | direction\nx | g | 1\ny | g | -1\nz | h | 1"
    framework = read_framework(table(meta))
    assert framework.levels() == {"x": 1, "y": 1, "z": 1, "g": 2, "h": 2, "Index": 3}
    assert {each.weight for each in framework.aggregates} == {1.0}


def test_a_single_parent_without_a_row_is_the_index():
    framework = read_framework(table("code | parent | direction\nx | DTI | 1\ny | DTI | -1"))
    assert framework.index.code == "DTI"
    assert len(framework.aggregates) == 1


def test_a_parent_without_a_row_is_a_slip_where_others_have_one():
    meta = "code | parent | direction\nx | g | 1\ny | gg | -1\ng | all |\nall | |"
    with pytest.raises(BadInput) as refused:
        read_framework(table(meta))
    assert [(each.code, each.value) for each in refused.value.problems] == [
        ("unknown_parent", "gg")
    ]


def test_branches_may_be_of_different_depth():
    meta = """
    code | parent | direction
    x    | sub    | 1
    y    | sub    | 1
    z    | all    | 1
    sub  | group  |
    group| all    |
    all  |        |
    """
    assert read_framework(table(meta)).levels() == {
        "x": 1, "y": 1, "z": 1, "sub": 2, "group": 3, "all": 4,
    }  # fmt: skip


def test_a_long_table_is_widened():
    rows = ["A | x | 1", "A | y | 2", "B | x | 3", "A | z | 4", "B | z | NA", "B | y | 6"]
    long = table("\n".join(["unit | indicator | value", *rows]))
    found = read_dataset(long, table(PLAIN_META, "meta.csv"))
    np.testing.assert_array_equal(found.values, [[1, 2, 4], [3, 6, np.nan]])


def test_a_value_given_twice_in_a_long_table_is_refused():
    long = table("unit | indicator | value\nA | x | 1\nA | x | 2")
    assert problems(long, table(PLAIN_META)) == [("duplicate", "data.csv", 3, "x")]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (("x    | g      | up        | 2", "x | gg | up | 2"), ("unknown_parent", 2, "Parent")),
        (("all  |        |           |", "all | g | | 1"), ("parent_cycle", 5, "Parent")),
        (("h    | all    |           | 1", "h | | | 1"), ("several_tops", 7, "Parent")),
        (("z    | h      | up        | 1", "z | h | sideways | 1"), ("direction", 4, "Direction")),
        (("z    | h      | up        | 1", "z | h | | 1"), ("direction", 4, "Direction")),
        (("z    | h      | up        | 1", "z | h | up | -1"), ("negative", 4, "Weight")),
        (("z    | h      | up        | 1", "z | h | up | much"), ("not_a_number", 4, "Weight")),
        (("z    | h      | up        | 1", "z | h | up |"), ("missing_value", 4, "Weight")),
        (("z    | h      | up        | 1", "z | h | up | 0"), ("no_weight", 6, "Weight")),
        (("z    | h      | up        | 1", "x | h | up | 1"), ("duplicate", 4, "iCode")),
        (("z    | h      | up        | 1", "  | h | up | 1"), ("missing_value", 4, "iCode")),
    ],
)
def test_wrong_metadata_is_refused_with_its_place(change, wrong):
    with pytest.raises(BadInput) as raised:
        read_framework(table(PLAIN_META.replace(*change), "meta.csv"))
    found = [(each.code, each.line, each.field) for each in raised.value.problems]
    assert wrong in found


def test_types_and_levels_that_are_given_are_held_to():
    meta = """
    iCode | Direction | Parent | Type      | Level | Denominator
    x     | 1         | y      | Indicator | 1     | area
    y     | 1         | g      | Indicator | 1     |
    z     | 1         |        | Indicator | 1     |
    v     | 1         | g      | Something | 1     |
    g     |           | i      | Aggregate | 3     |
    i     |           |        | Aggregate | 2     |
    e     |           | i      | Aggregate | 1     |
    """
    with pytest.raises(BadInput) as raised:
        read_framework(table(meta))
    found = {(each.code, each.line) for each in raised.value.problems}
    assert found == {("unknown_type", 5), ("no_parent", 4), ("unknown_denominator", 2)}
    meta = (
        meta.replace("Something", "Indicator")
        .replace("area", "")
        .replace("z     | 1         | ", "z     | 1         |g")
    )
    with pytest.raises(BadInput) as raised:
        read_framework(table(meta))
    found = {(each.code, each.line) for each in raised.value.problems}
    assert found == {("parent_not_aggregate", 2), ("level", 6), ("no_children", 8)}


def test_a_circle_is_named_once_with_all_that_are_in_it():
    meta = "code | parent | direction\nx | a | 1\na | b |\nb | c |\nc | a |"
    with pytest.raises(BadInput) as raised:
        read_framework(table(meta))
    [problem] = [each for each in raised.value.problems if each.code == "parent_cycle"]
    assert problem.params["codes"] == "a → b → c → a"


def test_metadata_needs_codes_and_directions():
    with pytest.raises(BadInput) as raised:
        read_framework(table("name | weight\nx | 1"))
    assert [(each.code, each.field) for each in raised.value.problems] == [
        ("missing_column", "iCode"),
        ("missing_column", "Direction"),
    ]


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ("unit | x | y\nA | 1 | 2", ("not_in_data", "meta.csv", 4, "z")),
        ("unit | x | y | z | w\nA | 1 | 2 | 3 | 4", ("not_in_metadata", "data.csv", 1, "w")),
        ("unit | x | y | z | g\nA | 1 | 2 | 3 | 4", ("aggregate_given", "data.csv", 1, "g")),
        ("who | where | x | y | z\nA | B | 1 | 2 | 3", ("missing_column", "data.csv", 1, "uCode")),
        ("unit | x | y | z\nA | 1 | 2 | 3\nA | 1 | 2 | 3", ("duplicate", "data.csv", 3, "unit")),
        ("unit | x | y | z\n | 1 | 2 | 3", ("missing_value", "data.csv", 2, "unit")),
        ("unit | x | y | z\nA | 1 | two | 3", ("not_a_number", "data.csv", 2, "y")),
        ("unit | x | y | z\nA | 1 | 2,5 | 3", ("decimal_comma", "data.csv", 2, "y")),
        ("unit | x | y | z\nA | 1 | inf | 3", ("not_finite", "data.csv", 2, "y")),
        ("unit | x | y | z\nA | 1 | NA | 3\nB | 1 | | 3", ("all_missing", "data.csv", None, "y")),
        (
            "unit | Time | x | y | z\nA | 2018 | 1 | 2 | 3\nA | 2019 | 1 | 2 | 3",
            ("several_periods", "data.csv", 3, "unit"),
        ),
    ],
)
def test_wrong_data_is_refused_with_its_place(data, wrong):
    assert wrong in problems(table(data), table(PLAIN_META, "meta.csv"))


def test_everything_wrong_with_the_values_is_found_at_once():
    data = table("unit | x | y | z\nA | q | 1,5 | 3\nB | 1 | 2 | oo\nB | 1 | 2 | 3")
    found = [code for code, *_place in problems(data, table(PLAIN_META, "meta.csv"))]
    assert sorted(found) == ["decimal_comma", "duplicate", "not_a_number", "not_a_number"]


def test_too_many_units_are_refused(monkeypatch):
    monkeypatch.setattr(data_module, "MOST_UNITS", 1)
    found = problems(table(PLAIN_DATA), table(PLAIN_META, "meta.csv"))
    assert ("too_many_units", "data.csv", None, None) in found
