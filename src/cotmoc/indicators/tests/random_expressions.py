"""Strategies for expressions over dossiers and for formulas, as trees."""

from datetime import datetime
from decimal import Decimal

from hypothesis import strategies as st

from cotmoc.indicators import syntax
from cotmoc.indicators.tests.shipped import DOSSIERS

_BY_TYPE: dict[str, list[str]] = {}
for _column in DOSSIERS.columns.values():
    _BY_TYPE.setdefault(_column.type, []).append(_column.name)

numbers = st.decimals(min_value=0, max_value=10**6, places=3).map(lambda value: value.normalize())
_operators = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])


def _column(*types):
    return st.sampled_from([name for each in types for name in _BY_TYPE[each]]).map(syntax.Column)


def _free(kind):
    return st.sampled_from(
        [each for each in _BY_TYPE[kind] if not DOSSIERS.columns[each].allowed]
    ).map(syntax.Column)


# `'2026-01-01'` reads as midnight, so any whole second is written and read alike.
_moments = st.datetimes(
    datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2099-01-01")
).map(lambda moment: moment.replace(microsecond=0))
_whole = st.integers(-(10**6), 10**6).map(Decimal)
_texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=12)
_leaf = st.one_of(
    _column("boolean").map(syntax.Flag),
    st.builds(syntax.Missing, st.sampled_from(list(DOSSIERS.columns)).map(syntax.Column)),
    st.builds(syntax.Compare, _operators, _free("integer"), _whole),
    st.builds(syntax.Compare, _operators, _free("text"), _texts),
    st.builds(syntax.Compare, _operators, _column("timestamp"), _moments),
    st.builds(syntax.Compare, _operators, _column("timestamp"), _column("timestamp")),
    st.builds(
        syntax.OneOf,
        st.just(syntax.Column("channel")),
        st.lists(st.sampled_from(["direct", "online", "post"]), min_size=1, max_size=3).map(tuple),
    ),
)
conditions = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        inner.map(syntax.Not),
        st.tuples(inner, inner).map(syntax.Both),
        st.tuples(inner, inner).map(syntax.Either),
    ),
    max_leaves=5,
)
_maybe = st.none() | conditions
_money = st.just(syntax.Column("fee_due"))
_case = st.builds(syntax.Case, conditions, _money | numbers, st.none() | _money | numbers)
aggregates = st.one_of(
    st.builds(syntax.Aggregate, st.just("count"), st.none(), _maybe),
    st.builds(
        syntax.Aggregate, st.just("count"), st.none(), st.none() | _leaf, _column("timestamp")
    ),
    st.builds(syntax.Aggregate, st.just("distinct"), _column("text"), _maybe),
    st.builds(syntax.Aggregate, st.sampled_from(["sum", "min", "median"]), _money | _case, _maybe),
    st.builds(syntax.Aggregate, st.sampled_from(["avg", "max"]), _money, _maybe),
)


def _joined(inner):
    # Products and quotients join anything; sums of unlike things are refused, so there are none.
    return st.one_of(
        st.builds(syntax.Arithmetic, st.sampled_from("*/"), inner, inner),
        st.builds(syntax.Arithmetic, st.sampled_from("+-"), inner, numbers.map(syntax.Number)),
        inner.map(syntax.Negative),
        inner.map(lambda part: syntax.Coalesce((part, syntax.Number(Decimal(0))))),
    )


def scalars():
    """Expressions with at least one aggregate."""
    return st.recursive(aggregates, _joined, max_leaves=4)


def _cell(column):
    if column.allowed:
        return st.sampled_from(column.allowed)
    return {"text": _texts, "boolean": st.booleans(), "integer": st.integers(0, 10**6)}.get(
        column.type, _moments
    )


def facts():
    """Dossiers with missing values in every column."""
    cells = {name: st.none() | _cell(column) for name, column in DOSSIERS.columns.items()}
    return st.lists(st.fixed_dictionaries(cells), max_size=6)


def formulas():
    """Formulas over a few codes."""
    codes = st.sampled_from(["dossiers_online", "a", "value_1"])
    functions = ["value", "numerator", "denominator", "previous", "last_year", "ytd"]
    reference = st.one_of(
        st.builds(syntax.Reference, st.sampled_from(functions), codes),
        st.builds(syntax.Reference, st.just("moving"), codes, st.integers(2, 60)),
    )

    def joined(inner):
        return st.one_of(
            _joined(inner),
            st.builds(
                syntax.When, _operators, inner, numbers.map(syntax.Number), inner, st.none() | inner
            ),
        )

    return st.recursive(reference, joined, max_leaves=4)
