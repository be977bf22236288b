# ruff: noqa: DTZ001 - local time, as the lake keeps it
"""Whatever rows are written, in whatever form: the lake holds just them."""

import tempfile
from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cotmoc.analytics.ingest import text as text_module
from cotmoc.analytics.ingest.tests.lab import Lab, lines
from cotmoc.core.text import clean

MOMENT_FORMS = ("%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S")
letters = st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs"))
words = (
    st.text(letters, min_size=1, max_size=20)
    .map(clean)
    .filter(lambda text: text and text not in ("NULL", "\\N") and "\u200b" not in text)
)
moments = st.datetimes(datetime(2011, 1, 1), datetime(2039, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
row = st.fixed_dictionaries(
    {
        "dossier": words,
        "procedure": words,
        "organisation": words,
        "channel": st.sampled_from(["direct", "online", "post"]),
        "state": st.integers(1, 10),
        "received_at": moments,
        "appointed_at": st.none() | moments,
        "supplement_requests": st.integers(0, 1000),
        "fee_due": st.none() | st.integers(0, 10**12),
        "paid_online": st.booleans(),
        "satisfaction": st.none() | st.integers(1, 5),
    }
)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(row, min_size=1, max_size=30, unique_by=lambda each: each["dossier"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
    delimiter=st.sampled_from(list(",;\t|")),
    end=st.sampled_from(["\n", "\r\n"]),
    form=st.sampled_from(MOMENT_FORMS),
    grouped=st.booleans(),
    piece=st.integers(300, 3_000),
)
def test_random_rows_come_back_as_they_were(rows, encoding, delimiter, end, form, grouped, piece):
    def cell(value):
        if isinstance(value, datetime):
            return value.strftime(form)
        if grouped and type(value) is int:
            return f"{value:,}".replace(",", ".")
        return "" if value is None else str(value)

    content = lines(
        [{name: cell(value) for name, value in each.items()} for each in rows],
        delimiter,
        lineterminator=end,
    )
    usual, text_module.PIECE = text_module.PIECE, piece
    try:
        with tempfile.TemporaryDirectory() as folder:
            lab = Lab(Path(folder))
            outcome = lab.bring(content.encode(encoding))
            assert (outcome.good, outcome.refused) == (len(rows), 0), outcome.problems
            found = {each["dossier"]: each for each in lab.rows()}
    finally:
        text_module.PIECE = usual
    assert len(found) == len(rows)
    for number, each in enumerate(rows):
        there = found[each["dossier"]]
        assert {name: there[name] for name in each} == each
        assert there["line"] == number + 2


anything = st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('\n\r\t"')


@settings(max_examples=30, deadline=None)
@given(
    cells=st.lists(
        st.fixed_dictionaries(
            {
                "dossier": st.text(anything, max_size=6),
                "procedure": st.just("1"),
                "organisation": st.just("H"),
                "channel": st.sampled_from(["online", "1", "?", ""]),
                "state": st.text("0123456789., -e", max_size=4),
                "received_at": st.sampled_from(
                    ["2026-08-03", "2026-08-03 25:00:00", "x", "20260803"]
                ),
                "fee_due": st.text("0123456789., -xe_+", max_size=6),
            }
        ),
        min_size=1,
        max_size=12,
    )
)
def test_no_row_gets_lost_whatever_stands_in_it(cells):
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder))
        outcome = lab.bring(lines(cells))
        assert outcome.read == len(cells) == outcome.good + outcome.refused
        assert len(lab.rows()) == outcome.good
        assert (len(lab.refused()) if outcome.refused else 0) == outcome.refused
        assert "not_understood" not in outcome.reasons
