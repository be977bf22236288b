"""The index that the tests of this room read, and how they change it."""

from pathlib import Path

import yaml

from cotmoc.indicators.indices.check import check_indices
from cotmoc.indicators.indices.read import read_index
from cotmoc.indicators.positions import read_document

NAME = "city@qd1.yaml"
CITY = (Path(__file__).parent / NAME).read_text(encoding="utf-8")
_REFUSED = yaml.safe_load((Path(__file__).parent / "refused.yaml").read_text(encoding="utf-8"))
REFUSED_BY_FORM, REFUSED_BY_MEANING = _REFUSED["form"], _REFUSED["meaning"]
INDICATORS = {
    "dossiers_on_time",
    "dossiers_digitised",
    "dossiers_paid_online",
    "fees_paid_online_share",
    "dossiers_overdue",
    "dossiers_online",
}


def changed(text, *changes):
    """The text with some parts put otherwise; each must be there once."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def raw(text=CITY):
    return read_document(text).raw


def index(*changes):
    return read_index(raw(changed(CITY, *changes)), NAME, INDICATORS)


def problems(text, name=NAME):
    """Where, under which key and in which words something is wrong."""
    return [
        (each.line, each.params["column"], each.field, each.params["template"] % each.params)
        for each in check_indices([(name, text)], INDICATORS)
    ]
