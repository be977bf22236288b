"""The shipped table of units as the closure takes it, without a database."""

from functools import cache

from cotmoc.analytics.closure import Edge, UnitLife
from cotmoc.apps.orgs import table


@cache
def shipped():
    """(units, edges) of the whole country."""
    rows = list(table.units())
    by_code = {}
    for row in rows:
        by_code.setdefault((row.level, row.code), []).append(row)
    units = [
        UnitLife(
            row.key,
            row.level,
            row.code,
            _parent(row, by_code),
            row.valid_from,
            row.valid_to,
            row.area_km2,
        )
        for row in rows
    ]
    ended = {(row.level, row.code, row.valid_to): row.key for row in rows}
    began = {(row.level, row.code, row.valid_from): row.key for row in rows}
    edges = [
        Edge(
            ended[*row.predecessor, row.date],
            began[*row.successor, row.date],
            row.date,
            row.whole,
            row.act,
        )
        for row in table.successions()
    ]
    return units, edges


def _parent(row, by_code):
    if not row.parent_code:
        return None
    level = "district" if row.level == "commune" and row.valid_to else "province"
    (found,) = [
        each.key
        for each in by_code[level, row.parent_code]
        if (each.valid_from is None or each.valid_from == row.valid_from)
        and (each.valid_to is None or each.valid_to == row.valid_to)
    ]
    return found
