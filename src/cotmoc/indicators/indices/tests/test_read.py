"""An index is read whole or refused, with every fault named at its place."""

import json
from datetime import date
from decimal import Decimal, localcontext

import pytest

from cotmoc.indicators.definitions import DefinitionError
from cotmoc.indicators.indices import model
from cotmoc.indicators.indices.read import inspect_index, read_index
from cotmoc.indicators.indices.tests.texts import (
    CITY,
    INDICATORS,
    REFUSED_BY_FORM,
    REFUSED_BY_MEANING,
    changed,
    index,
    problems,
    raw,
)


def leaf(found, code):
    return next(each for each in found.leaves() if each.code == code)


def test_a_good_index_is_read_with_all_it_says():
    city = index()
    assert (city.code, city.method, city.max, city.scale) == ("city", "qd1", 100, 1)
    assert (city.valid_from, city.valid_to) == (date(2026, 1, 1), date(2027, 1, 1))
    assert city.applies_to == ("department", "commune")
    assert city.rounding == model.Rounding(leaf=2, node=2, total=4, half="up")
    assert len(list(city.leaves())) == 13
    assert city.indicators() == INDICATORS
    assert city.pillars[0].of == ("DIGITISED", "PAYMENT", "work")
    on_time = leaf(city, "ON_TIME")
    assert on_time.rule == model.Ratio(model.FigureOf("dossiers_on_time"))
    assert (on_time.zero, on_time.owner) == ("full", "Sở Nội vụ")
    assert on_time.verifier == {"vi": "Văn phòng", "en": "The office"}
    assert leaf(city, "SURVEY").rule == model.Survey(model.Answer(), Decimal(1), Decimal(5))
    assert leaf(city, "OFFICIAL").rule == model.Given(model.PublishedShare(Decimal(100)))
    assert leaf(city, "TEAM").applies_to == ("commune",)
    assert (leaf(city, "IDEAS").max, leaf(city, "IDEAS").beside) == (0, True)
    assert leaf(city, "OVERDUE").rule.bands == (
        model.Band(Decimal(0), Decimal(10), Decimal(1)),
        model.Band(Decimal(10), Decimal(50), Decimal("0.5")),
        model.Band(Decimal(50), Decimal(100), Decimal("0.25"), closed=True),
    )
    payment = leaf(city, "PAYMENT").rule
    assert str(payment.tree) == (
        "(((6 * value(A)) + min(2, (2.5 * value(B)))) + coalesce((value(SURVEY) / 10), 0))"
    )
    assert payment.nothing == "zero"


def test_what_is_left_out_has_its_default():
    city = index(
        ("scale: 1\n", ""),
        ("rounding: {leaf: 2, node: 2, total: 4, half: up}\n", ""),
        ("valid_to: 2027-01-01\n", ""),
        ("          nothing: zero\n", ""),
    )
    assert (city.scale, city.valid_to, city.rounding) == (100, None, model.Rounding())
    assert (city.aggregate, city.template) == ("points", False)
    assert leaf(city, "PAYMENT").rule.nothing == "missing"
    digitised = leaf(city, "DIGITISED")
    assert (digitised.zero, digitised.direction, digitised.not_applicable) == (
        "none", "up", "excluded",
    )  # fmt: skip
    assert digitised.rule.none_at == 0


def test_points_of_a_step_are_those_points_again():
    city = index(("points: 5}", "points: 3.3}"), ("points: 0.5", "points: 0.333333"))
    shares = leaf(city, "OVERDUE").rule.bands[1].share, leaf(city, "PLAN").rule.options[1].share
    assert shares == (Decimal("0.33"), Decimal("0.333333"))
    sixth = index(
        ("max: 60\n", "max: 53\n"),
        ("max: 100\n", "max: 93\n"),
        ("        max: 10\n        direction", "        max: 3\n        direction"),
        ("points: 5}", "points: 1}"),
    )
    for precision in (28, 40):
        with localcontext(prec=precision):
            assert leaf(sixth, "OVERDUE").rule.bands[1].share * 3 == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("full_at: 90", 'full_at: "90"'),
        ("full_at: 90", "full_at: 90.0"),
        ("max: 60\n", 'max: "60"\n'),
        ('share: "0.25"', "share: 0.25"),
    ],
)
def test_a_number_may_be_written_as_text_or_with_a_point(old, new):
    assert index((old, new)) == index()


def test_what_was_kept_as_json_reads_as_the_same_index():
    kept = json.loads(json.dumps(raw(), default=str))
    for key in ("valid_from", "valid_to"):
        kept[key] = date.fromisoformat(kept[key])
    again = read_index(kept, "")
    assert again == index()
    assert again.digest == index().digest


def test_the_digest_tells_contents_apart_and_nothing_else():
    digest = index().digest
    assert len(digest) == 64
    assert index(("max: 100\n", "max: 100.0\n")).digest == digest
    assert read_index(dict(reversed(raw().items())), "").digest == digest
    assert index(("full_at: 90", "full_at: 91")).digest != digest
    assert index(("A report", "The report")).digest != digest


def place_of(text, part):
    before = text[: text.index(part)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


REFUSED = [*REFUSED_BY_FORM, *REFUSED_BY_MEANING]


@pytest.mark.parametrize(
    ("old", "new", "field", "pointed_at", "said"),
    REFUSED,
    ids=[f"{e[2]}-{e[1]}"[:60].strip() for e in REFUSED],
)
def test_what_is_wrong_is_named_at_its_place(old, new, field, pointed_at, said):
    text = changed(CITY, (old, new))
    mine = [each for each in problems(text) if each[2] == field]
    assert mine, problems(text)
    assert any(said in each[3] for each in mine), mine
    if pointed_at is None:  # the value that was put in, which stands elsewhere too
        pointed_at = text[CITY.index(old) + new.index(": ") + 2 :]
    assert mine[0][:2] == place_of(text, pointed_at)


@pytest.mark.parametrize(("old", "new", "field", "pointed_at", "said"), REFUSED)
def test_reading_raises_what_inspecting_finds(old, new, field, pointed_at, said):
    with pytest.raises(DefinitionError) as error:
        index((old, new))
    found, errors = inspect_index(raw(changed(CITY, (old, new))), "x", INDICATORS)
    assert found is None
    assert field in {each.key for each in errors}
    assert error.value.key == errors[0].key
