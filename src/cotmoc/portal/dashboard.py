"""What the home page gathers: the programme at a glance, in a handful of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from cotmoc.apps.measurement.models import Figure, IndicatorVersion, period_words
from cotmoc.apps.measurement.queries import (
    comparable_indicators,
    largest_members,
    last_capture,
    latest_period,
    member_figures,
    ranked,
)
from cotmoc.apps.programmes.models import Pillar, Plan
from cotmoc.apps.programmes.queries import TargetRow, by_pillar, counts, most_behind, target_rows
from cotmoc.apps.programmes.rules import State
from cotmoc.apps.programmes.web.ranking import BodyRow, DotMap, body_rows, dot_map
from cotmoc.apps.scorecards.overview import Place, panel

OVERDUE = "dossiers_overdue"
DEFAULT_INDICATOR = "dossiers_on_time"
EACH_END = 10
SHOWN_OVERDUE = 8


@dataclass(frozen=True, slots=True)
class PillarCard:
    """One pillar: its counts and the names of what is most behind."""

    pillar: Pillar
    counts: dict[State, int]
    total: int
    behind: list[TargetRow]
    owed_by: list[str]


@dataclass(frozen=True, slots=True)
class Overdue:
    """Where the overdue dossiers lie: the largest shares and what they hold together."""

    rows: list[Figure]
    total: Decimal
    largest: Decimal
    share: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The members compared on one indicator."""

    indicator: IndicatorVersion
    target: TargetRow | None
    worst: list[BodyRow]
    best: list[BodyRow]
    communes: int
    map: DotMap | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything the page shows."""

    plan: Plan
    rows: list[TargetRow]
    counts: dict[State, int]
    behind: list[TargetRow]
    pillars: list[PillarCard]
    period: str
    captured: datetime | None
    overdue: Overdue | None
    choices: list[IndicatorVersion]
    comparison: Comparison | None
    score: Place | None

    @property
    def without_pillar(self) -> int:
        return len(self.rows) - sum(card.total for card in self.pillars)

    @property
    def period_words(self) -> str:
        return period_words(self.period) if self.period else ""


def gather(plan: Plan, *, viewer: object, today: date, indicator: str = "") -> Dashboard:
    """Collect the dashboard of a plan; `indicator` chooses what bodies are compared on."""
    rows = target_rows(plan, viewer=viewer, today=today)
    body = plan.organisation
    period = (latest_period(body, viewer=viewer) if body else None) or ""
    codes = comparable_indicators(body, period, viewer=viewer) if body and period else []
    chosen = indicator if indicator in codes else DEFAULT_INDICATOR
    choices = list(IndicatorVersion.objects.filter(latest=True, code__in=codes))
    comparison = None
    if body and chosen in codes:
        figures = member_figures(chosen, body, period, viewer=viewer)
        comparison = _compare(chosen, choices, rows, figures)
    return Dashboard(
        plan=plan,
        rows=rows,
        counts=counts(rows),
        behind=most_behind(rows),
        pillars=[_pillar(pillar, held) for pillar, held in by_pillar(rows)],
        period=period,
        captured=last_capture(period) if period else None,
        overdue=_overdue(*largest_members(OVERDUE, body, period, SHOWN_OVERDUE, viewer=viewer))
        if body and period
        else None,
        choices=choices,
        comparison=comparison,
        score=panel(body, viewer=viewer),
    )


def _pillar(pillar: Pillar, rows: list[TargetRow]) -> PillarCard:
    owed = {row.indicator.owner: None for row in rows if row.state == "no_data" and row.indicator}
    return PillarCard(pillar, counts(rows), len(rows), most_behind(rows, 3), list(owed)[:4])


def _overdue(shown: list[Figure], total: Decimal) -> Overdue | None:
    if not shown:
        return None
    held = sum((figure.value or Decimal(0) for figure in shown), Decimal(0))
    return Overdue(shown, total, shown[0].value or Decimal(0), round(100 * held / total))


def _compare(
    code: str,
    choices: Sequence[IndicatorVersion],
    rows: Sequence[TargetRow],
    figures: Sequence[Figure],
) -> Comparison:
    indicator = next(row for row in choices if row.code == code)
    target = next((row for row in rows if row.target.indicator_code == code), None)
    members = ranked(figures, indicator.direction)
    ordered = sorted(
        (each for each in members if each.rank),
        key=lambda each: (each.rank or 0, each.organisation.code),
    )
    half = min(EACH_END, len(ordered) // 2)
    worst = list(reversed(ordered[-half:])) if half else []
    asked = target.target if target else None
    communes = [each for each in members if each.organisation.kind == "commune"]
    goal = target.target.value if target else None
    return Comparison(
        indicator=indicator,
        target=target,
        worst=body_rows(worst, asked, indicator.scale),
        best=body_rows(ordered[:half], asked, indicator.scale),
        communes=len(communes),
        map=dot_map(communes, goal, indicator.direction) if communes else None,
    )
