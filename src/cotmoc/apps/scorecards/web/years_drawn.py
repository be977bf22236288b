"""Charts of the years, and what every page of them says of breaks."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from cotmoc.apps.scorecards.web.results_words import (
    break_words,
    index_words,
    node_words,
    places_of,
    subject_words,
    value_words,
)
from cotmoc.apps.scorecards.web.years_asked import Asked
from cotmoc.apps.scorecards.web.years_chart import Chart, Point, years_chart
from cotmoc.apps.scorecards.years import Place, Series, Years
from cotmoc.ui.formats import fixed, number

MOST_LINES = 4  # more lines cannot be told apart


def common(years: Years, asked: Asked) -> dict[str, Any]:
    """What every page of the years says: index, methods, part, breaks."""
    methods = {row.method: row for row in asked.methods}
    return {
        "index": asked.version,
        "title": index_words(asked.version),
        "methods": list(reversed(asked.methods)),
        "node_words": node_words(asked.node, asked.words),
        "breaks": [
            {"period": each.at.period, "words": ", ".join(break_words(each, methods))}
            for each in years.breaks
        ],
    }


def charts(years: Years, asked: Asked, series: Sequence[Series]) -> dict[str, Chart | None]:
    """The values and the ranks of a few subjects; None where nothing is to be drawn."""
    series = list(series)[:MOST_LINES]
    drawn = Years(asked.code, asked.node, years.methods, series, years.border_days)
    return {
        "points_chart": _chart(drawn, asked, ranks=False),
        "rank_chart": _chart(drawn, asked, ranks=True),
    }


def _chart(years: Years, asked: Asked, *, ranks: bool) -> Chart | None:
    places = years.places
    methods = {row.method: row for row in asked.methods}
    marks = {places.index(each.at): break_words(each, methods) for each in years.breaks}
    lines = [
        (subject_words(each.subject), _points(each, places, asked, ranks)) for each in years.series
    ]
    lines = [(label, points) for label, points in lines if points]
    if not lines:
        return None
    decimals = 0 if ranks else places_of(asked.most)
    columns = [place.period for place in places]
    return years_chart(
        columns, lines, marks, ranks=ranks, words=lambda value: fixed(value, decimals)
    )


def _points(series: Series, places: Sequence[Place], asked: Asked, ranks: bool) -> list[Point]:
    found = []
    for column, place in enumerate(places):
        value = series.at(place)
        if value is None:
            continue
        drawn = value.rank if ranks else value.points
        if drawn is None:
            continue
        shown = number(drawn) if ranks else value_words(value.points, value.max or asked.most)
        title = f"{subject_words(series.subject)}, {place.period}: {shown}"
        found.append(Point(column, Decimal(drawn), title, value.computed))
    return found
