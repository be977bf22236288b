"""Computing scorecards: what an index reads is gathered at once, scored, and what changed is kept.

A card reads figures, published results (where a rule asks for them) and, for leaves that bodies
answer, the points that a verifier appraised in a published round. An answer that is still being
argued about is no score: until its round is published such a leaf has no data.
"""

import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.journal.services import record
from cotmoc.apps.measurement.models import Figure, Run
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.models import Card, Entry, IndexVersion, Published, Round, ScoreRun
from cotmoc.apps.scorecards.queries import in_force, latest
from cotmoc.core.periods import CIVIL, Period, parse_period, split_code
from cotmoc.indicators.indices.model import (
    Answer,
    FigureOf,
    Given,
    Group,
    Index,
    Leaf,
    Node,
    PerCase,
    PublishedShare,
    operands_of,
)
from cotmoc.indicators.indices.results import Body, BodyScore, Reading
from cotmoc.indicators.indices.score import score

_SIX_PLACES = Decimal("0.000001")
_CHUNK = 500
logger = logging.getLogger(__name__)


class NothingToScoreError(ValueError):
    """An index has nothing to read for a period: no figure, no published result, no answer."""

    def __init__(self, index: IndexVersion, period: Period) -> None:
        super().__init__(f"{index} has nothing to read for {period}")
        self.index, self.period = index, period


# What a method reads ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the leaves of a method read: indicators, and leaves that are published or answered."""

    indicators: frozenset[str]
    published: Mapping[str, Decimal | None]  # leaf → what full points are published as
    answered: frozenset[str]


def wanted_by(index: Index) -> Wanted:
    """What has to be gathered before an index can be scored."""
    published: dict[str, Decimal | None] = {}
    answered = set()
    for leaf in index.leaves():
        for operand in operands_of(leaf.rule).values():
            if isinstance(operand, PublishedShare):
                published[leaf.code] = operand.scale
            elif isinstance(operand, Answer):
                answered.add(leaf.code)
    return Wanted(frozenset(index.indicators()), published, frozenset(answered))


def with_appraised_points(index: Index, answered: Collection[str]) -> Index:
    """The same index where leaves that are answered are given their appraised points."""
    return replace(index, children=tuple(_with_points(node, answered) for node in index.children))


def _with_points(node: Node, answered: Collection[str]) -> Node:
    if isinstance(node, Group):
        return replace(
            node, children=tuple(_with_points(child, answered) for child in node.children)
        )
    if node.code not in answered:
        return node
    if isinstance(node.rule, PerCase):  # its points stand beside the maximum and may be below 0
        sign = Decimal(1).copy_sign(node.rule.each)
        return replace(node, rule=replace(node.rule, of=Answer(), each=sign))
    return replace(node, rule=Given(Answer()))


# What is gathered ---------------------------------------------------------------------------------

Subject = tuple[int | None, int | None]  # number of the body, number of the territory


@dataclass(slots=True)
class Inputs:
    """Who is scored and what was read of each, by the body's code."""

    bodies: dict[str, Body] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    readings: dict[str, dict[str, Reading]] = field(default_factory=dict)
    runs: set[int] = field(default_factory=set)

    def add(self, body: Body, organisation: int | None, unit: int | None) -> None:
        self.bodies.setdefault(body.code, body)
        self.subjects.setdefault(body.code, (organisation, unit))
        self.readings.setdefault(body.code, {})

    @property
    def empty(self) -> bool:
        """Whether nothing was found that could give a point."""
        return not any(
            reading.status != "no_data"
            for read in self.readings.values()
            for reading in read.values()
        )

    def digest(self, index: IndexVersion, period: Period) -> str:
        """SHA-256 of the definition, the bodies and everything that was read."""
        lines = [index.digest, period.code, *map(repr, sorted(map(astuple, self.bodies.values())))]
        for code in sorted(self.readings):
            read = self.readings[code]
            lines += [f"{code} {key} {_plain(read[key])}" for key in sorted(read)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _plain(read: Reading) -> str:
    return f"{read.status} {read.origin} {read.value} {read.numerator} {read.denominator}"


def gather(index: IndexVersion, period: Period) -> Inputs:
    """Everything a method reads for a period. At most four queries, however many bodies."""
    definition = index.definition
    wanted = wanted_by(definition)
    inputs = Inputs()
    if wanted.indicators or wanted.answered:
        for body in Organisation.objects.on(period.last_day).filter(kind__in=definition.applies_to):
            inputs.add(Body(body.code, body.short_name, body.kind), body.pk, None)  # type: ignore[arg-type]
    if wanted.indicators:
        _read_figures(inputs, wanted.indicators, definition, period)
    if wanted.published:
        _read_published(inputs, wanted.published, definition, period)
    if wanted.answered:
        _read_answers(inputs, wanted.answered, definition, period)
    return inputs


def _read_figures(
    inputs: Inputs, codes: Collection[str], definition: Index, period: Period
) -> None:
    bodies = Organisation.objects.filter(kind__in=definition.applies_to)
    rows = (
        Figure.objects.current()
        .filter(
            organisation__in=bodies,
            period_end=period.last_day,
            period=period.code,
            indicator__code__in=list(codes),
        )
        .values_list(
            "organisation__code",
            "indicator__code",
            "pk",
            "run_id",
            "status",
            "value",
            "numerator",
            "denominator",
        )
    )
    for body, code, number, run, status, value, above, below in rows.iterator(2000):
        if body in inputs.readings:
            found = Reading(status, value, above, below, origin=f"figure:{number}")
            inputs.readings[body][f"figure:{code}"] = found
            inputs.runs.add(run)


def _read_published(
    inputs: Inputs, scales: Mapping[str, Decimal | None], definition: Index, period: Period
) -> None:
    rows = (
        Published.objects.current()
        .filter(
            index__code=definition.code,
            index__method=definition.method,
            period=period.code,
            node__in=list(scales),
        )
        .exclude(points=None)
        .select_related("organisation", "unit")
    )
    for row in rows:
        body = _body_of(row)
        if body.kind in definition.applies_to:
            inputs.add(body, row.organisation_id, row.unit_id)
            inputs.readings[body.code][f"published:{row.node}"] = Reading(
                value=_on_scale(row, scales[row.node]), origin=f"published:{row.pk}"
            )


def _body_of(row: Published) -> Body:
    """A territory goes by its key: one code may mean two provinces, before and after a merger."""
    if row.organisation:
        return Body(row.organisation.code, row.organisation.short_name, row.organisation.kind)  # type: ignore[arg-type]
    assert row.unit is not None
    return Body(row.unit.key, str(row.unit), row.unit.level)  # type: ignore[arg-type]


def _on_scale(row: Published, scale: Decimal | None) -> Decimal | None:
    """A result on the scale that the rule reads: 78 of 100 is 0.78 where full points are 1."""
    assert row.points is not None
    if not scale or not row.max or row.max == scale:
        return row.points
    return row.points * scale / row.max


def _read_answers(
    inputs: Inputs, leaves: Collection[str], definition: Index, period: Period
) -> None:
    rows = (
        Entry.objects.filter(
            assessment__round__index__code=definition.code,
            assessment__round__index__method=definition.method,
            assessment__round__period=period.code,
            assessment__round__state=Round.State.PUBLISHED,
            leaf__in=list(leaves),
        )
        .exclude(appraised_points=None)
        .order_by("assessment__round__number", "assessment__round_id")
        .values_list("assessment__organisation__code", "leaf", "pk", "appraised_points")
    )
    signs = {
        leaf.code: Decimal(1).copy_sign(leaf.rule.each)
        for leaf in definition.leaves()
        if isinstance(leaf.rule, PerCase)
    }
    for body, leaf, number, points in rows:  # a correction comes later and takes its place
        if body in inputs.readings and points is not None:
            value = points * signs.get(leaf, Decimal(1))
            inputs.readings[body][f"answer:{leaf}"] = Reading(value=value, origin=f"entry:{number}")


# Computing and keeping ----------------------------------------------------------------------------


def compute_cards(
    index: IndexVersion, period: Period, *, actor: Person | None, now: datetime
) -> ScoreRun:
    """Score all bodies that a method applies to for a period; store the cards that changed.

    The method is taken as asked for, also outside of its validity: two methods may be computed side
    by side on one year. The same inputs store nothing new (`changed` is 0). A card that came out
    differently is a new row, the old one is marked superseded. Raises NothingToScoreError.
    """
    with transaction.atomic():
        IndexVersion.objects.select_for_update().get(pk=index.pk)  # one computation at a time
        inputs = gather(index, period)
        held = _held(index, period)
        if inputs.empty and not held:
            raise NothingToScoreError(index, period)
        digest = inputs.digest(index, period)
        last = ScoreRun.objects.filter(
            index__code=index.code, index__method=index.method, period=period.code
        ).first()
        if last and last.input_digest == digest:
            last.changed = 0
            return last
        found = [] if inputs.empty else score_inputs(index, inputs)
        run = ScoreRun.objects.create(
            index=index,
            period=period.code,
            period_end=period.last_day,
            started_at=now,
            input_digest=digest,
            figures_run_id=max(inputs.runs, default=None),
            cards=len(found),
        )
        run.changed = _store(run, inputs, found, held, now)
        run.finished_at = timezone.now()
        run.save(update_fields=["changed", "finished_at"])
        if run.changed:
            record(
                "scores.computed",
                run,
                actor=actor,
                now=now,
                after={
                    "index": str(index),
                    "period": period.code,
                    "cards": run.cards,
                    "changed": run.changed,
                    "input": digest,
                },
            )
    return run


def score_inputs(index: IndexVersion, inputs: Inputs) -> list[BodyScore]:
    """The scores of what was gathered; nothing is stored."""
    definition = index.definition
    definition = with_appraised_points(definition, wanted_by(definition).answered)
    return score(definition, list(inputs.bodies.values()), inputs.readings)


Held = dict[Subject, Card]


def _held(index: IndexVersion, period: Period) -> Held:
    """The current cards of a method for a period, also those of an earlier wording of it."""
    rows = Card.objects.current().filter(
        index__code=index.code, index__method=index.method, period=period.code
    )
    return {(row.organisation_id, row.unit_id): row for row in rows}


def _store(
    run: ScoreRun, inputs: Inputs, found: Iterable[BodyScore], held: Held, now: datetime
) -> int:
    """Store what differs from the cards held; returns how many cards are new or gone."""
    indicators = operands_by_leaf(run.index.definition)
    new: list[Card] = []
    superseded: list[int] = []
    for each in found:
        subject = inputs.subjects[each.body.code]
        card = Card(
            index=run.index,
            organisation_id=subject[0],
            unit_id=subject[1],
            kind=each.body.kind,
            period=run.period,
            period_end=run.period_end,
            run=run,
            **card_values(each, inputs.readings[each.body.code], indicators),
        )
        old = held.pop(subject, None)
        if old and _same(old, card):
            continue
        if old:
            superseded.append(old.pk)
        new.append(card)
    gone = [card.pk for card in held.values()]
    superseded += gone
    for start in range(0, len(superseded), _CHUNK):
        Card.objects.filter(pk__in=superseded[start : start + _CHUNK]).update(superseded_at=now)
    Card.objects.bulk_create(new, batch_size=_CHUNK)
    return len(new) + len(gone)


_COMPARED = (
    "index_id",
    "kind",
    "total",
    "max",
    "scored_max",
    "status",
    "rank",
    "ranked",
    "nodes",
    "leaves",
    "pillars",
)


def _same(old: Card, new: Card) -> bool:
    return all(getattr(old, key) == getattr(new, key) for key in _COMPARED)


def operands_by_leaf(index: Index) -> dict[str, list[str]]:
    """Under which keys of the readings each leaf reads, by its code."""
    found: dict[str, list[str]] = {}
    for leaf in index.leaves():
        keys = [_key(operand, leaf) for operand in operands_of(leaf.rule).values()]
        found[leaf.code] = list(dict.fromkeys(keys))
    return found


def _key(operand: object, leaf: Leaf) -> str:
    if isinstance(operand, FigureOf):
        return f"figure:{operand.indicator}"
    return f"{'answer' if isinstance(operand, Answer) else 'published'}:{leaf.code}"


def card_values(
    score: BodyScore, readings: Mapping[str, Reading], keys: Mapping[str, Iterable[str]]
) -> dict[str, Any]:
    """The fields of a card that come from a score, with what each leaf was computed from."""
    return {
        "total": _stored(score.total),
        "max": _stored(score.max),
        "scored_max": _stored(score.scored_max),
        "status": str(score.status),
        "rank": score.rank,
        "ranked": score.ranked,
        "nodes": {
            code: {
                "points": _text_or_none(node.points),
                "max": _text(node.max),
                "scored_max": _text(node.scored_max),
                "status": str(node.status),
            }
            for code, node in score.nodes.items()
        },
        "leaves": {
            code: {
                "points": _text_or_none(leaf.points),
                "max": _text(leaf.max),
                "status": str(leaf.status),
                **_origins(readings, keys.get(code, ())),
            }
            for code, leaf in score.leaves.items()
        },
        "pillars": {code: _text_or_none(share) for code, share in score.pillars.items()},
    }


_ORIGINS = {"figure": "reads", "published": "published", "entry": "entries"}


def _origins(readings: Mapping[str, Reading], keys: Iterable[str]) -> dict[str, list[int]]:
    """Numbers of what was read: figures always (perhaps none), the others where there are any."""
    found: dict[str, list[int]] = {"reads": []}
    for key in keys:
        if key in readings:
            origin, _colon, number = readings[key].origin.partition(":")
            found.setdefault(_ORIGINS[origin], []).append(int(number))
    return found


def _stored(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(_SIX_PLACES)


def _text(value: Decimal) -> str:
    """A number without needless zeros: 7.96, 18."""
    text = format(value.quantize(_SIX_PLACES), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _text_or_none(value: Decimal | None) -> str | None:
    return None if value is None else _text(value)


# All of them --------------------------------------------------------------------------------------


def compute_all(
    *, actor: Person | None, now: datetime, periods: Collection[str] | None = None
) -> list[ScoreRun]:
    """Compute every method of the catalogue for every period that it has something to read for:
    periods of the kinds that it scores, within its validity.

    `periods` narrows to these and those that were never computed. Returns the runs, those with
    nothing new with `changed` 0.
    """
    runs = []
    for index in latest():
        for period in periods_to_score(index):
            known = periods is not None and period.code not in periods
            if known and _was_computed(index, period):
                continue
            try:
                runs.append(compute_cards(index, period, actor=actor, now=now))
            except NothingToScoreError:
                continue
    return runs


def recompute(
    index: IndexVersion, period: Period, *, actor: Person | None, now: datetime
) -> ScoreRun | None:
    """Compute a method again after something that it may read was published: results, a round.

    None where it reads nothing of the kind, has nothing to read, or could not be computed: that is
    journalled and logged, what was published is good all the same.
    """
    try:
        with transaction.atomic():
            wanted = wanted_by(index.definition)
            if wanted.published or wanted.answered:
                return compute_cards(index, period, actor=actor, now=now)
    except NothingToScoreError:
        pass
    except Exception as error:
        logger.exception("%s could not be computed for %s", index, period)
        after = {"period": period.code, "problem": str(error)[:500] or type(error).__name__}
        record("scores.failed", index, actor=actor, now=now, after=after)
    return None


def _was_computed(index: IndexVersion, period: Period) -> bool:
    return ScoreRun.objects.filter(index=index, period=period.code).exists()


def periods_to_score(index: IndexVersion) -> list[Period]:
    """The periods for which a method has something to read, oldest first. At most three queries."""
    definition = index.definition
    wanted = wanted_by(definition)
    codes = {code for code in _periods_with_inputs(definition, wanted) if _is_civil(code)}
    return sorted(
        period
        for period in map(parse_period, codes)
        if period.kind in definition.periods and in_force(index, period)
    )


def _is_civil(code: str) -> bool:
    """Methods score civil periods; figures of other calendars are passed over."""
    return split_code(code)[0] == CIVIL


def _periods_with_inputs(index: Index, wanted: Wanted) -> Iterator[str]:
    same_method = {"index__code": index.code, "index__method": index.method}
    if wanted.indicators:
        figures = Figure.objects.current().filter(indicator__code__in=list(wanted.indicators))
        found = figures.exclude(status="no_data").order_by()
        yield from found.values_list("period", flat=True).distinct()
    if wanted.published:
        results = Published.objects.current().filter(**same_method, node__in=list(wanted.published))
        yield from results.order_by().values_list("period", flat=True).distinct()
    if wanted.answered:
        rounds = Round.objects.filter(**same_method, state=Round.State.PUBLISHED)
        yield from rounds.order_by().values_list("period", flat=True).distinct()


def after_figures(run: Run, *, actor: Person | None, now: datetime) -> None:
    """Recompute the scores of the periods whose figures a run changed."""
    changed = Figure.objects.filter(run=run).order_by().values_list("period", flat=True)
    gone = Figure.objects.filter(superseded_at=run.started_at).order_by()
    periods = {*changed.distinct(), *gone.values_list("period", flat=True).distinct()}
    compute_all(actor=actor, now=now, periods=periods)
