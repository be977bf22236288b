"""Fact tables as data."""

from pathlib import Path

import pytest
import yaml

from cotmoc.indicators.facts import FactTableError, read_fact_table

FOLDER = Path(__file__).parents[4] / "catalogue" / "facts"
FILES = sorted(FOLDER.glob("*.yaml"))


def shipped(name):
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_table_can_be_used(path):
    table = read_fact_table(shipped(path.stem), path.name)
    assert table.name == path.stem


def test_no_two_columns_of_a_table_answer_to_one_header():
    for path in FILES:
        table = read_fact_table(shipped(path.stem), path.name)
        headers = [name for each in table.given for name in {each.name, *each.headers}]
        twice = {name for name in headers if headers.count(name) > 1}
        assert not twice


def test_a_dossier_has_the_ten_states_and_three_channels_and_nothing_personal():
    table = read_fact_table(shipped("dossiers"), "dossiers.yaml")
    assert table.columns["state"].allowed == tuple(range(1, 11))
    assert table.columns["channel"].allowed == ("direct", "online", "post")
    personal = ("name", "phone", "address", "email", "citizen", "applicant")
    assert not [name for name in table.columns if any(word in name for word in personal)]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"key": ["nowhere"]}, "nowhere"),
        ({"partition": "channel"}, "channel"),
        ({"colour": "red"}, "colour"),
        ({"columns": {"a": {"type": "blob", "title": {"vi": "a", "en": "a"}}}}, "type"),
        ({"columns": {"a": {"type": "text"}}}, "title"),
        ({"computed": {"a": {"type": "text", "title": {"vi": "a", "en": "a"}}}}, "rule"),
    ],
)
def test_a_wrong_declaration_names_the_key(change, named):
    with pytest.raises(FactTableError, match=named):
        read_fact_table({**shipped("dossiers"), **change}, "dossiers.yaml")
