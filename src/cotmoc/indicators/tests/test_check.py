"""All problems of a catalogue, each with its place."""

import pytest

from cotmoc.indicators.check import check_catalogue
from cotmoc.indicators.tests.shipped import BASE, DERIVED, TABLES, TEXTS, changed


def found(*files):
    return [
        (each.file, each.line, each.params["column"], each.field, each.params["template"])
        for each in check_catalogue(files, TABLES)
    ]


def test_nothing_is_wrong_with_the_shipped_catalogue():
    assert check_catalogue(TEXTS, TABLES) == []


def test_nothing_is_wrong_with_a_base_and_a_derived_definition():
    files = [("online_share.yaml", BASE), ("online_growth.yaml", DERIVED)]
    assert check_catalogue(files, TABLES) == []


def place_of(text, part):
    before = text[: text.index(part)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize(
    ("old", "new", "field", "pointed_at", "reason"),
    [
        (
            "channel = 'online'",
            "chanel = 'online'",
            "numerator.expression",
            "chanel",
            "did you mean",
        ),
        ("channel = 'online'", "channel = 'on-line'", "numerator.expression", "'on-line'", "never"),
        ("channel = 'online'", "state = 11", "numerator.expression", "11", "is never"),
        ("channel = 'online'", "state = 1.5", "numerator.expression", "1.5", "whole numbers"),
        ('"count(*)"', '"sum(fee_due) + count(*)"', "denominator.expression", "sum(fee", "plus"),
        ('"count(*)"', '"count(*) /* x */"', "denominator.expression", "/* x */", "comments"),
        (
            '"count(*)"',
            "\"count(*) filter (where paid_online = 'x')\"",
            "denominator.expression",
            "'x'",
            "needs a constant",
        ),
        ('"count(*)"', '"median(fee_due)"', "unit", '"%"', "is not in"),
        ("direction: up", "direction: upp", "direction", "upp", "did you mean"),
        ("table: dossiers", "table: dosiers", "table", "dosiers", "did you mean"),
        ("rollup_units: sum", "rollup_unit: sum", "rollup_unit", "rollup_unit", "unknown key"),
        ("valid_from: 2026-01-01", "valid_from: soon", "valid_from", "soon", "must be a date"),
        (
            "valid_from: 2026-01-01",
            "valid_from: 2026-01-01\nvalid_to: 2025-01-01",
            "valid_to",
            "2025-01-01",
            "after valid_from",
        ),
        (
            '{vi: "tiếp nhận", en: "received"}',
            '{vi: "tiếp nhận"}',
            "denominator.name",
            'name: {vi: "tiếp nhận"}',
            "text for vi",
        ),
        (
            "period: 2026-08",
            "period: 2026-8",
            "worked_example.period",
            "2026-8",
            "must be a period",
        ),
        (
            "{channel: direct",
            "{chanel: direct",
            "worked_example.facts.1.chanel",
            "direct,",
            "is no column",
        ),
        (
            "{channel: direct",
            "{channel: mail",
            "worked_example.facts.1.channel",
            "mail",
            "does not fit",
        ),
        ("value: 50", "value: 51", "worked_example.expect.value", "51", "the example expects"),
        (
            "status: measured",
            "status: partial",
            "worked_example.expect.status",
            "partial",
            "the example expects",
        ),
    ],
)
def test_a_wrong_part_is_pointed_at(old, new, field, pointed_at, reason):
    text = changed(BASE, (old, new))
    problems = found(("online_share.yaml", text))
    line, column = place_of(text, pointed_at)
    mine = [each for each in problems if each[3] == field]
    assert mine, problems
    assert mine[0][1:3] == (line, column)
    assert reason in mine[0][4]


def test_all_problems_of_all_files_are_found_in_their_order():
    text = changed(BASE, ("direction: up", "direction: side"), ('"%"', '"percent"'))
    other = changed(BASE, ("count(*)", "count(everything)"))
    fields = [
        each[3]
        for each in found(("online_share.yaml", text), ("b.yaml", other), ("c.yaml", "a: ["))
    ]
    assert fields == ["numerator.expression", "denominator.expression", None, "unit", "direction"]


def test_a_file_is_named_by_its_code():
    assert [each[:4] for each in found(("other.yaml", BASE))] == [("other.yaml", 1, 7, "code")]


def test_two_versions_may_not_hold_on_one_day():
    second = changed(BASE, ("version: 1", "version: 2"))
    problems = found(("online_share@1.yaml", BASE), ("online_share.yaml", second))
    assert [each[:1] + each[3:4] for each in problems] == [("online_share.yaml", "valid_from")]


@pytest.mark.parametrize(
    ("formula", "column", "reason"),
    [
        ("online_shar - previous(online_share)", 11, "did you mean"),
        ("online_share - previous(nothing_like_it)", 35, "unknown indicator: %(part)r"),
        ("online_share + numerator(online_share)", 10, "plus"),
        ("online_share - before(online_share)", 26, "unknown function"),
        ("moving(online_share, 1)", 11, "moving takes 2"),
        ("count(*)", 11, "not allowed in a formula"),
        ("1 + 1", 11, "names no indicator"),
    ],
)
def test_a_wrong_formula_is_pointed_at(formula, column, reason):
    text = changed(DERIVED, ("online_share - previous(online_share)", formula))
    problems = found(("online_share.yaml", BASE), ("online_growth.yaml", text))
    mine = [each for each in problems if each[3] == "formula"]
    assert len(mine) == 1
    assert mine[0][1] == 12
    assert mine[0][2] == column
    assert reason in mine[0][4]


def test_a_cycle_is_named():
    first = changed(DERIVED, ("code: online_growth", "code: a1"), ("online_share", "b1"))
    second = changed(DERIVED, ("code: online_growth", "code: b1"), ("online_share", "a1"))
    problems = check_catalogue([("a1.yaml", first), ("b1.yaml", second)], TABLES)
    assert [each.params["cycle"] for each in problems] == ["a1 → b1 → a1"]


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("online_share: 60, ", "", "worked_example.figures", "must also give"),
        (
            "online_share: 60,",
            "online_share: 60, ytd(online_share): 1,",
            "worked_example.figures.ytd(online_share)",
            "is not in the formula",
        ),
        ("value: 14.5", "value: 14", "worked_example.expect.value", "the example expects"),
        ("direction: up", "direction: up\nscale: 100", "scale", "does not go with a formula"),
    ],
)
def test_the_example_of_a_derived_indicator_is_computed(old, new, field, reason):
    text = changed(DERIVED, (old, new))
    problems = found(("online_share.yaml", BASE), ("online_growth.yaml", text))
    assert [each[3] for each in problems] == [field]
    assert reason in problems[0][4]


def test_a_growth_in_percent_says_its_hundred_itself():
    growth = "100 * (numerator(online_share) / previous(online_share) - 1)"
    figures = "{online_share: 60, previous(online_share): 45.5}"
    below = """denominator:
  name: {vi: "tiếp nhận", en: "received"}
  expression: "count(*)"
zero_denominator: none
"""
    counts = changed(
        BASE,
        ('unit: "%"', "unit: count"),
        (below, ""),
        ("denominator: 2, value: 50", "denominator: null, value: 1"),
    )
    text = changed(
        DERIVED,
        ("online_share - previous(online_share)", growth),
        (figures, "{numerator(online_share): 3, previous(online_share): 2}"),
        ("14.5", "50"),
    )
    assert found(("online_share.yaml", counts), ("online_growth.yaml", text)) == []
    without = changed(text, ("100 * ", ""))
    problems = found(("online_share.yaml", counts), ("online_growth.yaml", without))
    assert "formula" in [each[3] for each in problems]


def test_the_second_path_has_its_own_example():
    reported = (
        "reported:\n"
        "  numerator: {expression: \"sum(numerator) filter (where element = 'online')\"}\n"
        "  denominator: {expression: \"sum(denominator) filter (where element = 'online')\"}\n"
    )
    example = (
        "  reported:\n"
        "    facts: [{element: online, numerator: 1, denominator: 3}]\n"
        "    expect: {value: 33.33}\n"
    )
    text = changed(BASE, ("rollup_units", reported + "rollup_units")) + example
    assert found(("online_share.yaml", text)) == []
    wrong = changed(text, ("33.33", "33.34"))
    assert [each[3] for each in found(("online_share.yaml", wrong))] == [
        "worked_example.reported.expect.value"
    ]
    assert [each[3] for each in found(("online_share.yaml", BASE + example))] == [
        "worked_example.reported"
    ]


def whole(**texts):
    return [each[:1] + each[3:] for each in found(*((f"{k}.yaml", v) for k, v in texts.items()))]


def test_a_formula_is_not_blamed_for_what_is_wrong_elsewhere():
    wrong = changed(BASE, ("version: 1", "version: one"))
    assert [each[1] for each in whole(online_share=wrong, online_growth=DERIVED)] == ["version"]
    assert [each[0] for each in whole(online_share="a: [", online_growth=DERIVED)] == [
        "online_share.yaml"
    ]


def test_every_unknown_indicator_of_a_formula_is_named():
    text = changed(DERIVED, ('"online_share - previous(online_share)"', "one - two + one"))
    mine = [each for each in whole(online_growth=text) if each[1] == "formula"]
    assert len(mine) == 2


def test_every_cycle_is_named_by_its_shortest_way():
    texts = {}
    for code, formula in {"a": "b + c", "b": "c", "c": "a", "d": "d", "e": "a"}.items():
        texts[f"{code}.yaml"] = changed(
            DERIVED,
            ("code: online_growth", f"code: {code}"),
            ('"online_share - previous(online_share)"', formula),
        )
    problems = check_catalogue(texts.items(), TABLES)
    assert [each.params["cycle"] for each in problems if "cycle" in each.params] == [
        "a → c → a",
        "d → d",
    ]


def versions(**days):
    """BASE in several versions, valid from and to the given days."""
    return {
        f"online_share@{name[1:]}": changed(
            BASE,
            ("version: 1", f"version: {name[1:]}"),
            ("valid_from: 2026-01-01", f"valid_from: {start}\nvalid_to: {end or 'null'}"),
        )
        for name, (start, end) in days.items()
    }


def test_versions_that_do_not_follow_each_other_may_overlap_too():
    texts = versions(
        v1=("2020-01-01", "2026-01-01"), v2=("2026-01-01", "2027-01-01"), v3=("2025-01-01", None)
    )
    assert [each[:2] for each in whole(**texts)] == [("online_share@3.yaml", "valid_from")] * 2
    apart = versions(v1=("2020-01-01", "2026-01-01"), v2=("2026-01-01", None))
    assert whole(**apart) == []


def test_a_file_of_an_earlier_version_is_named_by_its_number_and_no_number_stands_twice():
    (text,) = versions(v1=("2020-01-01", "2026-01-01")).values()
    assert [each[1] for each in whole(**{"online_share@2": text})] == ["version"]
    assert [each[1] for each in whole(**{"online_share@1": BASE, "online_share": BASE})] == [
        "version"
    ]


def test_the_formula_of_an_earlier_version_is_checked_too():
    days = ("valid_from: 2026-01-01", "valid_from: 2020-01-01\nvalid_to: 2026-01-01")
    first = changed(DERIVED, days, ("online_share -", "nowhere -"))
    second = changed(DERIVED, ("version: 1", "version: 2"))
    problems = whole(**{"online_share": BASE, "online_growth@1": first, "online_growth": second})
    assert ("online_growth@1.yaml", "formula") in [each[:2] for each in problems]


def test_name_and_expression_of_a_term_are_both_said():
    wrong = changed(BASE, ('vi: "trực tuyến", ', ""), ("channel =", "chanel ="))
    assert [each[1] for each in whole(online_share=wrong)] == [
        "numerator.name",
        "numerator.expression",
    ]
