"""Why a figure differs from the one it superseded."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy

from cotmoc.analytics.facts_lookup import Scope, imports_between, month_counts
from cotmoc.analytics.lake import LakeError
from cotmoc.apps.measurement.catalogue import calendars
from cotmoc.apps.measurement.computing import days_of
from cotmoc.apps.measurement.explanation import (
    Change,
    FigureState,
    ImportChange,
    MonthChange,
    ReferenceFacts,
    SourceChange,
)
from cotmoc.apps.measurement.facts import cannot_be_read, scope_of
from cotmoc.apps.measurement.models import Basis, Figure, Source
from cotmoc.core.periods import Period
from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition

WINDOWS = ("ytd", "moving")
REASON_WORDS = {
    "definition": gettext_lazy("the definition changed"),
    "basis": gettext_lazy("it is computed another way"),
    "facts": gettext_lazy("facts came or were corrected"),
    "reports": gettext_lazy("other values were reported"),
    "units": gettext_lazy("more or fewer bodies belong to it"),
    "inputs": gettext_lazy("figures that it is made of changed"),
}
_REPORTED = (Basis.REPORTED, Basis.SUMMED, Basis.PUBLISHED)


def history(figure: Figure, *, viewer: object) -> list[Figure]:
    """All figures of the same indicator, body and period that a viewer may see, the newest
    first. One query."""
    return list(
        Figure.objects.visible_to(viewer)
        .filter(
            indicator__code=figure.indicator.code,
            organisation=figure.organisation_id,
            period=figure.period,
        )
        .select_related("indicator", "organisation", "run")
        .order_by("-pk")
    )


def why(figure: Figure, *, viewer: object, chain: Sequence[Figure] | None = None) -> Change | None:
    """What differs between a figure and the one it superseded; None for the first one.

    `chain` is its history, where that is known already.
    """
    chain = history(figure, viewer=viewer) if chain is None else chain
    before = next((each for each in chain if each.pk < figure.pk), None)
    return None if before is None else _compared(before, figure)


def _compared(before: Figure, after: Figure) -> Change:
    problem: str | None = None
    imports: tuple[ImportChange, ...] = ()
    scope = scope_of(after) or scope_of(before)
    months = _months(before, after, scope) if scope else ()
    if scope and months:
        try:
            imports = _imports(before.run.started_at, after.run.started_at, scope)
        except LakeError as error:
            problem = cannot_be_read(error)
    sources = _sources(before, after)
    inputs = _inputs(before, after)
    units = before.run.unit_date, after.run.unit_date
    same_rules = before.indicator.computing_digest == after.indicator.computing_digest
    found = {
        "definition": not same_rules,
        "basis": before.basis != after.basis,
        "facts": bool(months),
        "reports": bool(sources),
        "units": before.expected != after.expected,
        "inputs": bool(inputs),
    }
    return Change(
        before=state_of(before),
        after=state_of(after),
        reasons=tuple(name for name, holds in found.items() if holds),
        definition_before=before.indicator.digest,
        definition_after=after.indicator.digest,
        months=months,
        imports=imports,
        sources=sources,
        inputs=inputs,
        unit_date_before=units[0],
        unit_date_after=units[1],
        problem=problem,
    )


def state_of(figure: Figure) -> FigureState:
    """A figure as it stood; its run is loaded."""
    return FigureState(
        id=figure.pk,
        figure=str(figure),
        period=figure.period,
        numerator=figure.numerator,
        denominator=figure.denominator,
        value=figure.value,
        status=figure.status,
        basis=figure.basis,
        version=figure.indicator.version,
        computed_at=figure.run.started_at,
        superseded_at=figure.superseded_at,
    )


def _months(before: Figure, after: Figure, scope: Scope) -> tuple[MonthChange, ...]:
    table = scope.table.name
    then, now = before.run.facts.get(table, {}), after.run.facts.get(table, {})
    return tuple(
        MonthChange(table, month, then.get(month), now.get(month))
        for month in sorted({*then, *now})
        if then.get(month) != now.get(month) and month_counts(month, scope)
    )


def _imports(after: datetime, until: datetime, scope: Scope) -> tuple[ImportChange, ...]:
    notes = {note.number: note for note in scope.dataset.manifest().imports}
    return tuple(
        ImportChange(
            number=each.import_no,
            file_name=notes[each.import_no].file,
            recorded_at=notes[each.import_no].recorded_at,
            label=notes[each.import_no].label,
            added=each.added,
            superseded=each.removed,
        )
        for each in imports_between(scope, after, until)
    )


def _sources(before: Figure, after: Figure) -> tuple[SourceChange, ...]:
    if before.basis not in _REPORTED and after.basis not in _REPORTED:
        return ()
    rows = Source.objects.filter(
        period=after.period,
        recorded_at__gt=before.run.started_at,
        recorded_at__lte=after.run.started_at,
    ).order_by("recorded_at", "pk")
    return tuple(SourceChange(each.pk, each.file_name, each.recorded_at) for each in rows)


# Derived figures ---------------------------------------------------------------------------------


def references(figure: Figure, definition: Definition) -> tuple[ReferenceFacts, ...]:
    """What a derived figure refers to: each reference with the figures stored for it as they
    stood when this one was computed. A year to date or a moving window names its periods."""
    found = referred(figure, definition)
    return tuple(
        ReferenceFacts(
            text=str(reference),
            function=reference.function,
            code=reference.code,
            start=start,
            end=end,
            figures=tuple(map(state_of, figures)),
        )
        for reference, (start, end), figures in found
    )


Days = tuple[date | None, date | None]


def referred(
    figure: Figure, definition: Definition
) -> list[tuple[syntax.Reference, Days, list[Figure]]]:
    """Each reference of a derived figure's formula, the days it means, its figures. One query."""
    if definition.formula is None:
        return []
    period = calendars().parse(figure.period)
    wanted = [
        (reference, *_meant(reference, period))
        for reference in dict.fromkeys(syntax.references(definition.formula))
    ]
    moment = figure.run.started_at
    stored = {
        (each.indicator.code, each.period): each
        for each in Figure.objects.filter(
            Q(superseded_at=None) | Q(superseded_at__gt=moment),
            run__started_at__lte=moment,
            organisation=figure.organisation_id,
            indicator__code__in=[reference.code for reference, _days, _codes in wanted],
            period__in=[code for _reference, _days, codes in wanted for code in codes],
        )
        .select_related("indicator", "organisation", "run")
        .order_by("pk")
    }
    return [
        (
            reference,
            days,
            [stored[key] for code in codes if (key := (reference.code, code)) in stored],
        )
        for reference, days, codes in wanted
    ]


def _meant(reference: syntax.Reference, period: Period) -> tuple[Days, list[str]]:
    """The days that a reference means, and the codes of the periods that lie in them."""
    days = days_of(reference, period)
    if days is None:
        return (None, None), []
    if reference.function in WINDOWS:
        calendar = calendars().of(period)
        within = calendar.periods(period.kind, days.start, days.end, whole=True)
        return (days.start, days.end), [each.code for each in within]
    return (days.start, days.end), [days.code] if isinstance(days, Period) else []


def _inputs(before: Figure, after: Figure) -> tuple[FigureState, ...]:
    """Figures that a derived one refers to and that are not the ones referred to before."""
    definition = after.indicator.definition
    if definition.formula is None or before.indicator.definition.formula is None:
        return ()
    then = {each.pk for _r, _d, found in referred(before, definition) for each in found}
    now = [each for _r, _d, found in referred(after, definition) for each in found]
    return tuple(state_of(each) for each in dict.fromkeys(now) if each.pk not in then)
