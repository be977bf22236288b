"""Opening a figure down to the rows of the files it was computed from."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import takewhile
from pathlib import Path
from typing import IO, cast

from django.db.models import Q, QuerySet

from cotmoc.analytics.lake import LakeError
from cotmoc.analytics.lookup import Found, Observation, find_observations
from cotmoc.analytics.timeline import months_of
from cotmoc.apps.measurement import changes, facts
from cotmoc.apps.measurement.catalogue import calendars
from cotmoc.apps.measurement.explanation import (
    ComponentFacts,
    Contribution,
    Coverage,
    DefinitionFacts,
    Explanation,
    Facts,
    ObservationRow,
    Observations,
    PublishedTotal,
    RunFacts,
    SourceFacts,
    TermFacts,
)
from cotmoc.apps.measurement.models import Basis, Figure, Source
from cotmoc.apps.measurement.ports import lake, received_file
from cotmoc.apps.orgs.models import Organisation, OrganisationKind
from cotmoc.core.periods import Interval
from cotmoc.indicators.definitions import REPORTED_TABLE, Definition, Term
from cotmoc.indicators.evaluate import divide, evaluate_formula
from cotmoc.indicators.syntax import Reference, text_constants

DEFAULT_ROWS = 50
_ID = re.compile(r"[0-9]{1,18}")
_STORED_STEP = Decimal("0.000001")
_FORMULA_STEP = Decimal("0.0001")
_SHOWN_STEP = Decimal("0.01")
_WIDE_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def find_figure(ref: str, *, viewer: object) -> Figure:
    """The figure `indicator/unit_code/period` (the current one) or of a numeric id (also a
    superseded one), if the viewer may see it. Raises Figure.DoesNotExist."""
    figures = Figure.objects.visible_to(viewer).select_related("indicator", "organisation", "run")
    parts = ref.split("/")
    if len(parts) == 3:
        indicator, unit_code, period = parts
        found = figures.current().filter(
            indicator__code=indicator, organisation__code=unit_code, period=period
        )
    elif _ID.fullmatch(ref):
        found = figures.filter(pk=int(ref))
    else:
        found = figures.none()
    figure = found.order_by("-indicator__version", "-pk").first()
    if figure is None:
        raise Figure.DoesNotExist(ref)
    return figure


def explain(
    figure: Figure,
    *,
    viewer: object,
    limit: int = DEFAULT_ROWS,
    offset: int = 0,
    part: str = "",
    aggregate: str = "",
    sort: str = "",
) -> Explanation:
    """Everything a figure is made of, with `limit` of its observations from `offset`, or of the
    single facts of one `part` (`numerator`, `denominator`, `rest`), narrowed to an aggregate.

    Members' contributions, observations, facts and what came of them are for signed-in people;
    others see the figure, its definition and its run. Three queries and one scan of the period's
    batches for a reported figure that nothing superseded.
    """
    definition = figure.indicator.definition
    signed_in = bool(getattr(viewer, "is_authenticated", False))
    members = list(_members(figure, viewer)) if signed_in and _sums(definition) else []
    reported = figure.basis not in (Basis.COMPUTED, Basis.DERIVED)
    sources = list(_sources(figure)) if signed_in and reported else []
    found, problem = _observations(figure, definition, members, sources, limit, offset)
    again = _again(figure, definition)
    chain = changes.history(figure, viewer=viewer) if signed_in else []
    explanation = Explanation(
        id=figure.pk,
        figure=str(figure),
        unit_code=figure.organisation.code,
        unit_name=figure.organisation.short_name,
        period=figure.period,
        numerator=figure.numerator,
        denominator=figure.denominator,
        value=figure.value,
        exact=again,
        shown=None if figure.value is None else figure.value.quantize(_SHOWN_STEP, ROUND_HALF_UP),
        recomputed=_agree(figure.value, again, _step(definition)),
        status=figure.status,
        basis=figure.basis,
        coverage=Coverage(figure.with_data, figure.expected, figure.not_arising),
        unit_date=figure.period_end,
        superseded_at=figure.superseded_at,
        definition=_definition_facts(definition),
        run=_run_facts(figure),
        published=_published(figure, definition),
        contributions=tuple(_contributions(members)),
        observations=_rows(found, sources, limit, offset, problem),
        sources=tuple(_source_facts(found, sources)),
        references=changes.references(figure, definition) if signed_in else (),
        change=changes.why(figure, viewer=viewer, chain=chain),
        history=tuple(map(changes.state_of, chain)),
    )
    opening = facts.open_figure(figure, viewer=viewer, definition=definition)
    if opening is None:
        return explanation
    chosen = opening.chosen(part, aggregate)
    return _with_facts(figure, explanation, facts.opened(opening, chosen, limit, offset, sort))


def _with_facts(figure: Figure, explanation: Explanation, opened: Facts) -> Explanation:
    """An explanation with what the figure was computed from."""
    scope = facts.scope_of(figure)
    assert scope is not None  # only then is there something to open
    components: tuple[ComponentFacts, ...] = ()
    recounted = None
    try:
        components, recounted = facts.recount(figure, scope)
    except LakeError as error:
        opened = replace(opened, problem=facts.cannot_be_read(error))
    return replace(
        explanation,
        facts=opened,
        components=components,
        recounted=recounted,
        months=facts.months_read(figure, scope),
        imports=facts.imports_read(scope),
    )


def _again(figure: Figure, definition: Definition) -> Decimal | None:
    """The value from its stored parts; a derived one from the figures it refers to, or from the
    facts of the longer stretch of days that it asks for."""
    stored = divide(definition, figure.numerator, figure.denominator).value
    if definition.formula is None:
        return stored
    found = changes.referred(figure, definition)
    if not all(figures for _reference, _days, figures in found):
        return stored
    known: dict[Reference, Decimal | None] = {}
    for reference, days, figures in found:
        if reference.function in changes.WINDOWS:
            scope = facts.scope_of(figures[-1])
            if scope is None or None in days:
                return stored
            period = Interval(*cast(tuple[date, date], days))
            try:
                counted = facts.recounted(replace(scope, period=period))
            except LakeError:
                return stored
            known[reference] = divide(figures[-1].indicator.definition, *counted).value
        else:
            known[reference] = _referred_to(reference, figures[0])
    return evaluate_formula(definition, known.__getitem__).value


def _referred_to(reference: Reference, figure: Figure) -> Decimal | None:
    """What a reference means of a figure, to more places than are stored where that can be."""
    if reference.function in ("numerator", "denominator"):
        part: Decimal | None = getattr(figure, reference.function)
        return part
    exact = divide(figure.indicator.definition, figure.numerator, figure.denominator).value
    return exact if _agree(figure.value, exact) else figure.value


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a received file, as it stands there."""

    line: int
    cells: tuple[str, ...]
    wanted: bool


@dataclass(frozen=True, slots=True)
class SourceExcerpt:
    """The header of a received file and the rows around one line."""

    header: tuple[str, ...]
    rows: tuple[SourceRow, ...]


def source_rows(source: Source, around_line: int, context: int = 5) -> SourceExcerpt:
    """Read the kept file as far as `context` lines after `around_line`.

    Lines are counted as the observations count them: physical lines, the header is the first.
    Raises FileNotFoundError when the installation no longer keeps the file.
    """
    with _open_text(received_file(source.digest)) as file:
        lines = csv.reader(file)
        header = tuple(next(lines, []))
        numbered = ((lines.line_num, tuple(cells)) for cells in lines if cells)
        near = takewhile(lambda row: row[0] <= around_line + context, numbered)
        rows = tuple(
            SourceRow(line, cells, line == around_line)
            for line, cells in near
            if line >= around_line - context
        )
    return SourceExcerpt(header, rows)


def _open_text(path: Path) -> IO[str]:
    with path.open("rb") as file:
        encoding = _WIDE_ENCODINGS.get(file.read(2), "utf-8-sig")
    return path.open(encoding=encoding, errors="replace", newline="")


def _sums(definition: Definition) -> bool:
    return definition.rollup_units == "sum"


def _members(figure: Figure, viewer: object) -> QuerySet[Figure]:
    """The members' figures as they stood when this one was computed."""
    moment = figure.run.started_at
    return (
        Figure.objects.visible_to(viewer)
        .filter(
            Q(superseded_at=None) | Q(superseded_at__gt=moment),
            organisation__parent=figure.organisation,
            indicator=figure.indicator,
            period=figure.period,
            run__started_at__lte=moment,
        )
        .select_related("organisation")
        .order_by("organisation__code")
    )


def _sources(figure: Figure) -> QuerySet[Source]:
    return (
        Source.objects.filter(
            period__in=_reported_periods(figure), recorded_at__lte=figure.run.started_at
        )
        .select_related("recorded_by")
        .order_by("file_name", "recorded_at")
    )


def _reported_periods(figure: Figure) -> list[str]:
    """The periods whose reports a figure stands on: its own, or the months it is put together
    from."""
    if figure.basis != Basis.ROLLED:
        return [figure.period]
    period = calendars().parse(figure.period)
    return [month.code for month in months_of(period, calendars().of(period))]


def _observations(
    figure: Figure,
    definition: Definition,
    members: Sequence[Figure],
    sources: Sequence[Source],
    limit: int,
    offset: int,
) -> tuple[Found, str | None]:
    """What was found, and why nothing could be read where that is so."""
    bodies = [figure.organisation]
    if figure.basis == Basis.SUMMED:
        bodies = [member.organisation for member in members]
    elif figure.basis == Basis.ROLLED:
        # Its months may have been summed from the members or published for the body itself.
        bodies += list(Organisation.objects.filter(parent=figure.organisation))
    batches = [lake().path(REPORTED_TABLE, source.batch) for source in sources]
    if gone := next((path for path in batches if not path.exists()), None):
        missing = LakeError(f"{REPORTED_TABLE}: {gone.name} is gone")
        return Found((), 0, {}), facts.cannot_be_read(missing)
    found = find_observations(
        batches,
        elements=_elements(definition),
        unit_codes=[body.code for body in bodies],
        periods=_reported_periods(figure),
        known_at=figure.run.started_at,
        limit=limit,
        offset=offset,
    )
    return found, None


def _elements(definition: Definition) -> list[str]:
    path = definition.reported_path
    terms = path.terms if path else ()
    return sorted({name for term in terms for name in text_constants(term.tree, "element")})


def _agree(stored: Decimal | None, again: Decimal | None, step: Decimal = _STORED_STEP) -> bool:
    """Equal to the last stored place; the engine divides in binary, so that place may differ."""
    if stored is None or again is None:
        return stored is again
    return abs(stored - again) <= step


def _step(definition: Definition) -> Decimal:
    """How near a value counted again must come: a formula adds up what its parts were rounded by,
    and its own result is stored with four places."""
    return _STORED_STEP if definition.formula is None else _FORMULA_STEP


def _definition_facts(definition: Definition) -> DefinitionFacts:
    return DefinitionFacts(
        code=definition.code,
        version=definition.version,
        digest=definition.digest,
        name=definition.name,
        description=definition.description,
        formula={language: _formula(definition, language) for language in definition.name},
        numerator=_term_facts(definition.numerator) if definition.paths else None,
        denominator=_term_facts(definition.denominator) if definition.denominator else None,
        scale=definition.scale,
        zero_denominator=definition.zero_denominator,
        rollup_units=definition.rollup_units,
        unit=definition.unit,
        direction=definition.direction,
        counted=definition.counted,
        legal_source=definition.legal_source,
        owner=definition.owner,
        valid_from=definition.valid_from,
        valid_to=definition.valid_to,
        derived_from=definition.formula_text,
    )


def _term_facts(term: Term) -> TermFacts:
    return TermFacts(term.name, term.text)


def _formula(definition: Definition, language: str) -> str:
    """`100 × dossiers on time ÷ dossiers received`; of a derived one its own text."""
    if not definition.paths:
        return definition.formula_text
    words = definition.numerator.name[language]
    if definition.denominator:
        words = f"{words} ÷ {definition.denominator.name[language]}"
    return words if definition.scale == 1 else f"{definition.scale} × {words}"


def _run_facts(figure: Figure) -> RunFacts:
    run = figure.run
    return RunFacts(
        id=run.pk,
        started_at=run.started_at,
        finished_at=run.finished_at,
        engine=run.engine,
        input_digest=run.input_digest,
        definitions_digest=run.definitions_digest,
    )


def _published(figure: Figure, definition: Definition) -> PublishedTotal | None:
    if figure.published_numerator is None:
        return None
    numerator, denominator = figure.published_numerator, figure.published_denominator
    return PublishedTotal(
        numerator=numerator,
        denominator=denominator,
        value=divide(definition, numerator, denominator).value,
        numerator_difference=_difference(figure.numerator, numerator),
        denominator_difference=_difference(figure.denominator, denominator),
    )


def _difference(summed: Decimal | None, published: Decimal | None) -> Decimal | None:
    return None if summed is None or published is None else summed - published


def _contributions(members: Sequence[Figure]) -> Iterator[Contribution]:
    for kind in OrganisationKind.values:
        group = [member for member in members if member.organisation.kind == kind]
        if group:
            yield Contribution(
                kind=kind,
                members=len(group),
                with_data=sum(member.numerator is not None for member in group),
                not_arising=sum(member.denominator == 0 for member in group),
                numerator=_sum(member.numerator for member in group),
                denominator=_sum(member.denominator for member in group),
            )


def _sum(numbers: Iterator[Decimal | None]) -> Decimal | None:
    present = [number for number in numbers if number is not None]
    return sum(present, Decimal(0)) if present else None


def _rows(
    found: Found, sources: Sequence[Source], limit: int, offset: int, problem: str | None
) -> Observations:
    by_digest = {source.digest: source for source in sources}
    rows = tuple(_row(each, by_digest[each.source_digest]) for each in found.rows)
    return Observations(rows, found.total, limit, offset, problem)


def _row(each: Observation, source: Source) -> ObservationRow:
    return ObservationRow(
        element=each.element,
        unit_code=each.unit_code,
        unit_name=each.unit_name,
        period=each.period,
        measure_unit=each.measure_unit,
        value=each.value,
        numerator=each.numerator,
        denominator=each.denominator,
        source_id=source.pk,
        file_name=source.file_name,
        line=each.source_line,
        recorded_at=each.recorded_at,
    )


def _source_facts(found: Found, sources: Sequence[Source]) -> Iterator[SourceFacts]:
    for source in sources:
        if source.digest in found.by_source:
            yield SourceFacts(
                id=source.pk,
                file_name=source.file_name,
                period=source.period,
                system=source.system,
                origin=source.origin,
                captured_at=source.captured_at,
                recorded_at=source.recorded_at,
                recorded_by=source.recorded_by.name if source.recorded_by else None,
                sha256=source.digest,
                rows=source.rows,
                observations=found.by_source[source.digest],
            )
