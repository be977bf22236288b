"""An operator brings areas and populations: all of a file, or nothing with every reason."""

import json
from datetime import date
from decimal import Decimal

import pytest

from cotmoc.apps.journal.models import Entry
from cotmoc.apps.orgs.models import UnitWeight
from cotmoc.apps.orgs.services import load_weights
from cotmoc.config.cli import main
from cotmoc.core.problems import BadInput
from cotmoc.ui.problems import describe

pytestmark = pytest.mark.django_db

HEADER = "level,code,unit,borders,area,population,source,date\n"
GOOD = (
    "province,52,,,,1508322,NGTK 2023,2023-12-31\n"
    ",,province:52:2025-07-01,,21576.53,3583693,202/2025/QH15,2025-07-01\n"
    "commune,21997,,2025-07-01,331.67,,NQ 1664,2025-06-16\n"
)


@pytest.fixture
def load(tmp_path, now, cast):
    """Write a file and load it in Dung's name."""

    def write_and_load(text, header=HEADER):
        file = tmp_path / "dan-so.csv"
        file.write_text(header + text, encoding="utf-8")
        return load_weights(file, actor=cast.dung, now=now)

    return write_and_load


@pytest.fixture
def refused(load):
    """What is wrong with a file that is refused: (line, field, code); nothing is written."""

    def problems(text, header=HEADER):
        with pytest.raises(BadInput) as error:
            load(text, header)
        assert UnitWeight.objects.count() == 0
        assert not Entry.objects.filter(verb="weights.loaded").exists()
        # Each code has its sentence.
        assert all(describe(each)[-len(each.code) :] != each.code for each in error.value.problems)
        return [(each.line, each.field, each.code) for each in error.value.problems]

    return problems


def test_a_code_means_the_unit_of_its_day_and_a_key_the_unit_itself(load, cast):
    assert load(GOOD).changed == 4
    stored = set(UnitWeight.objects.values_list("unit__key", "kind", "value", "as_of"))
    assert stored == {
        ("province:52:", "population", Decimal(1508322), date(2023, 12, 31)),
        ("province:52:2025-07-01", "area", Decimal("21576.53"), date(2025, 7, 1)),
        ("province:52:2025-07-01", "population", Decimal(3583693), date(2025, 7, 1)),
        ("commune:21997:2025-07-01", "area", Decimal("331.67"), date(2025, 6, 16)),
    }
    entry = Entry.objects.get(verb="weights.loaded", actor=cast.dung)
    assert (entry.after["rows"], entry.after["changed"]) == (3, 4)


def test_the_same_file_again_changes_nothing(load):
    load(GOOD)
    assert load(GOOD).changed == 0
    assert Entry.objects.filter(verb="weights.loaded").count() == 1


def test_a_corrected_number_replaces_the_earlier_and_the_journal_keeps_it(load):
    load(GOOD)
    assert load(GOOD.replace("1508322", "1508400")).changed == 1
    assert UnitWeight.objects.count() == 4
    entry = Entry.objects.filter(verb="weights.loaded").order_by("id").last()
    assert entry.before == {"replaced": {"province:52: population 2023-12-31": "1508322.0000"}}


def test_semicolons_and_a_byte_order_mark_are_read(load):
    text = "province;01;;;3359.8;8500000;NGTK;2024-12-31\n"
    assert load(text, "\ufeff" + HEADER.replace(",", ";")).changed == 2


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("province,99,,,1,,x,2024-12-31", "code", "unknown_territory"),
        ("province,64,,,1,,x,2025-07-01", "code", "unknown_territory"),
        (",,commune:1:,,1,,x,2024-12-31", "unit", "unknown_territory"),
        ("tỉnh,52,,,1,,x,2024-12-31", "level", "unknown_unit_level"),
        ("province,,,,1,,x,2024-12-31", "code", "missing_value"),
        ("province,52,,,,,x,2024-12-31", "population", "missing_value"),
        ("province,52,,,1,,,2024-12-31", "source", "missing_value"),
        ("province,52,,,1,,x,", "date", "missing_value"),
        ("province,52,,,1,,x,31/12/2024", "date", "not_a_day"),
        ("province,52,,hôm nay,1,,x,2024-12-31", "borders", "not_a_day"),
        ("province,52,,,0,,x,2024-12-31", "area", "not_positive"),
        ("province,52,,,-4,,x,2024-12-31", "area", "not_positive"),
        ("province,52,,,NaN,,x,2024-12-31", "area", "not_a_number"),
        ("province,52,,,một,,x,2024-12-31", "area", "not_a_number"),
        ("province,52,,,1e12,,x,2024-12-31", "area", "too_big"),
        ("province,52,,,,10.5,x,2024-12-31", "population", "not_whole"),
    ],
)
def test_a_bad_row_refuses_the_file_and_names_line_and_field(refused, row, field, code):
    assert (3, field, code) in refused(f"province,01,,,1,,x,2024-12-31\n{row}\n")


def test_a_number_given_twice_is_refused(refused):
    twice = "province,52,,,,5,x,2024-12-31\n,,province:52:,,,6,x,2024-12-31\n"
    assert refused(twice) == [(3, "population", "duplicate")]


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("level,area,source,date\n", {"unit"}),
        ("unit,source\n", {"date", "population"}),
        ("unit,unit,area,source,date\n", {"unit"}),
    ],
)
def test_a_column_that_is_missing_or_doubled_is_named(refused, header, fields):
    assert {field for _line, field, _code in refused("x\n", header)} == fields


def test_other_bytes_and_broken_rows_are_refused(tmp_path, refused, now):
    assert refused("province,52,1\n") == [(2, None, "field_count")]
    file = tmp_path / "cu.csv"
    file.write_bytes(
        HEADER.encode() + "province,52,,,1,,Niên giám,2024-12-31".encode("cp1258", "replace")
    )
    with pytest.raises(BadInput) as error:
        load_weights(file, actor=None, now=now)
    assert [(each.line, each.code) for each in error.value.problems] == [(2, "encoding")]


def test_the_command_says_how_far_each_rule_carries(tmp_path, capsys):
    file = tmp_path / "dan-so.csv"
    file.write_text(HEADER + GOOD, encoding="utf-8")
    assert main(["units", "weights", str(file), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["rows"], said["changed"]) == (3, 4)
    assert said["rules"]["population"] == {"divided": 0, "immovable": 471}
    assert main(["units", "weights", str(file)]) == 0
    assert "470" in capsys.readouterr().out
    file.write_text(HEADER + "province,52,,,0,,x,2024-12-31\n", encoding="utf-8")
    assert main(["units", "weights", str(file)]) == 1
    assert "area" in capsys.readouterr().err
    assert main(["units", "weights", str(tmp_path / "none.csv")]) == 1
    assert main(["units", "--on", "2025-06-30", "--json"]) == 0
