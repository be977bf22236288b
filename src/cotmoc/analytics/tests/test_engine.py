"""The engine says what the plain evaluator says, for every definition and any facts."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cotmoc.analytics.engine import Unit, compute
from cotmoc.analytics.lake import Lake
from cotmoc.analytics.observations import SCHEMA
from cotmoc.indicators.catalogue import read_catalogue
from cotmoc.indicators.definitions import read_definition
from cotmoc.indicators.evaluate import evaluate
from cotmoc.indicators.facts import read_fact_tables
from cotmoc.indicators.syntax import text_constants

TABLES = read_fact_tables(
    (path.name, yaml.safe_load(path.read_text(encoding="utf-8")))
    for path in sorted((Path(__file__).parents[4] / "catalogue" / "facts").glob("*.yaml"))
)
FOLDER = Path(__file__).parents[4] / "catalogue" / "indicators"
RAW = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yaml"))}
DEFINITIONS = read_catalogue(((f"{code}.yaml", raw) for code, raw in RAW.items()), TABLES)
PROVINCE = Unit("P", "province", None)
AN = Unit("A", "department", "P")
BINH = Unit("B", "commune", "P")
CHI = Unit("C", "commune", "P")


def rows(*facts, at=datetime(2026, 9, 1, tzinfo=UTC)):
    """Observations of August 2026: (unit, element, value, numerator, denominator)."""

    def decimal(number):
        return None if number is None else Decimal(str(number)).quantize(Decimal("0.0001"))

    return pa.Table.from_pylist(
        [
            {
                "element": element,
                "unit_code": unit,
                "unit_name": unit,
                "period": "2026-08",
                "measure_unit": "count",
                "value": decimal(value),
                "numerator": decimal(numerator),
                "denominator": decimal(denominator),
                "source_digest": "s",
                "source_line": line,
                "valid_from": date(2026, 8, 1),
                "valid_to": date(2026, 9, 1),
                "recorded_at": at,
            }
            for line, (unit, element, value, numerator, denominator) in enumerate(facts, 2)
        ],
        schema=SCHEMA,
    )


def on_time(unit, late, received):
    return [
        (unit, "progress.on_time", None if received is None else received - late, None, None),
        (unit, "progress.received", received, None, None),
    ]


def figures(
    tmp_path, *batches, units=(PROVINCE, AN, BINH, CHI), codes=("dossiers_on_time",), **more
):
    lake = Lake(tmp_path)
    paths = [
        lake.write("observations", f"b{number}", batch) for number, batch in enumerate(batches)
    ]
    definitions = [each for each in DEFINITIONS if each.code in codes]
    return {each.unit_code: each for each in compute(paths, units, definitions, **more)}


def test_a_province_is_the_sum_of_its_members_divided_last(tmp_path):
    found = figures(tmp_path, rows(*on_time("A", 5, 10), *on_time("B", 0, 90), *on_time("C", 1, 2)))
    assert (found["P"].numerator, found["P"].denominator) == (96, 102)
    assert found["P"].value == pytest.approx(100 * 96 / 102)
    assert (found["P"].basis, found["P"].with_data, found["P"].expected) == ("summed", 3, 3)
    assert found["A"].value == 50
    assert found["A"].basis == "reported"


def test_a_member_without_data_is_missing_not_zero(tmp_path):
    found = figures(tmp_path, rows(*on_time("A", 5, 10), *on_time("B", None, None)))
    assert (found["B"].status, found["B"].value) == ("no_data", None)
    assert (found["C"].status, found["C"].value) == ("no_data", None)
    assert (found["P"].status, found["P"].with_data, found["P"].expected) == ("partial", 1, 3)
    assert (found["P"].numerator, found["P"].denominator) == (5, 10)


def test_a_member_where_nothing_arose_has_no_ratio_but_counts_as_observed(tmp_path):
    found = figures(tmp_path, rows(*on_time("A", 0, 0), *on_time("B", 1, 4), *on_time("C", 1, 4)))
    assert (found["A"].status, found["A"].value, found["A"].denominator) == ("not_arising", None, 0)
    assert (found["P"].status, found["P"].not_arising, found["P"].value) == ("measured", 1, 75)


def test_the_sources_own_total_is_kept_beside_the_sum(tmp_path):
    batch = rows(*on_time("A", 0, 1), *on_time("B", 0, 1), *on_time("C", 0, 1), *on_time("P", 1, 4))
    found = figures(tmp_path, batch)
    assert (found["P"].basis, found["P"].numerator, found["P"].denominator) == ("summed", 3, 3)
    assert (found["P"].published_numerator, found["P"].published_denominator) == (3, 4)


def test_with_members_missing_the_published_total_counts_and_says_so(tmp_path):
    found = figures(tmp_path, rows(*on_time("A", 0, 1), *on_time("P", 1, 4)))
    assert (found["P"].basis, found["P"].value) == ("published", 75)
    assert (found["P"].with_data, found["P"].expected) == (1, 3)


def test_a_later_record_corrects_and_what_was_known_can_be_asked(tmp_path):
    first = rows(*on_time("A", 5, 10))
    second = rows(*on_time("A", 1, 10), at=datetime(2026, 10, 1, tzinfo=UTC))
    assert figures(tmp_path, first, second)["A"].value == 90
    then = figures(tmp_path, first, second, known_at=datetime(2026, 9, 15, tzinfo=UTC))
    assert then["A"].value == 50


def test_a_count_that_cannot_be_added_is_only_what_was_published(tmp_path):
    fee = [("A", "payment.procedures_paid_online", 3, None, None)]
    fee += [("A", "payment.procedures_with_fee", 4, None, None)]
    found = figures(tmp_path, rows(*fee), codes=("procedures_paid_online",))
    assert (found["A"].value, found["P"].status) == (75, "no_data")


@pytest.mark.parametrize(
    ("rule", "value", "status"),
    [
        ("none", None, "not_arising"),
        ("excluded", None, "not_arising"),
        ("zero", 0.0, "measured"),
        ("full", 100.0, "measured"),
    ],
)
def test_a_denominator_of_zero_means_what_the_definition_says(tmp_path, rule, value, status):
    raw = {**RAW["dossiers_on_time"], "zero_denominator": rule}
    path = Lake(tmp_path).write("observations", "b", rows(*on_time("A", 0, 0)))
    (found,) = compute([path], [AN], [read_definition(raw, "dossiers_on_time.yaml", TABLES)])
    assert (found.value, found.status) == (value, status)


def test_the_version_in_force_on_the_last_day_counts(tmp_path):
    old = {**RAW["dossiers_on_time"], "valid_to": date(2026, 8, 31), "unit": "points"}
    new = {**RAW["dossiers_on_time"], "version": 2, "valid_from": date(2026, 8, 31)}
    path = Lake(tmp_path).write("observations", "b", rows(*on_time("A", 0, 1)))
    versions = [read_definition(raw, "dossiers_on_time.yaml", TABLES) for raw in (old, new)]
    (found,) = compute([path], [AN], versions)
    assert (found.version, found.value) == (2, 100)


REPORTED = [each for each in DEFINITIONS if each.reported_path]
NUMBERS = {"value": 7, "numerator": 3, "denominator": 11}


def observed_of(definition):
    """An observation for each element that a definition's reported path names."""
    if not definition.computed_path:
        return definition.example["facts"]
    elements = {
        name
        for term in definition.reported_path.terms
        for name in text_constants(term.tree, "element")
    }
    return [
        {"element": name, **{key: 10 * number + n for key, n in NUMBERS.items()}}
        for number, name in enumerate(sorted(elements))
    ]


@pytest.mark.parametrize("definition", REPORTED, ids=lambda each: each.code)
def test_what_bodies_report_gives_what_the_plain_evaluator_says(tmp_path, definition):
    facts = observed_of(definition)
    batch = rows(
        *(
            (("P"), f["element"], f.get("value"), f.get("numerator"), f.get("denominator"))
            for f in facts
        )
    )
    path = Lake(tmp_path).write("observations", "b", batch)
    (found,) = compute([path], [PROVINCE], [definition])
    expected = evaluate(definition, facts, path=definition.reported_path)
    assert (found.numerator, found.denominator) == (expected.numerator, expected.denominator)
    assert found.value == (None if expected.value is None else pytest.approx(float(expected.value)))
    assert found.status == expected.status
    assert found.numerator is not None


def test_a_definition_over_single_facts_alone_gives_no_reported_figure(tmp_path):
    path = Lake(tmp_path).write("observations", "b", rows(*on_time("P", 1, 4)))
    assert not compute([path], [PROVINCE], [each for each in DEFINITIONS if not each.reported_path])


count = st.none() | st.integers(0, 1000)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(facts=st.lists(st.tuples(st.sampled_from("ABC"), count, count), max_size=8))
def test_the_engine_agrees_with_the_plain_evaluator(tmp_path, facts):
    last = {unit: (late, received) for unit, late, received in facts}
    observed = [
        fact
        for unit, (late, received) in last.items()
        for fact in [
            (unit, "progress.on_time", late, None, None),
            (unit, "progress.received", received, None, None),
        ]
    ]
    if not observed:
        return
    definition = next(each for each in DEFINITIONS if each.code == "dossiers_on_time")
    found = figures(tmp_path, rows(*observed))
    for unit in "ABC":
        own = [
            {"element": element, "value": value}
            for code, element, value, _, _ in observed
            if code == unit
        ]
        expected = evaluate(definition, own, path=definition.reported_path)
        assert found[unit].status == expected.status
        assert found[unit].numerator == expected.numerator or expected.status == "no_data"
        if expected.value is not None:
            assert found[unit].value == pytest.approx(float(expected.value))
