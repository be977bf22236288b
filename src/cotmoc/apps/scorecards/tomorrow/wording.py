"""How points lost, efforts and proposals are said."""

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from cotmoc.apps.measurement.models import period_words
from cotmoc.apps.scorecards.tomorrow.baseline import Baseline
from cotmoc.apps.scorecards.tomorrow.losses import LostRow
from cotmoc.core.periods import Period, parse_period, write_local
from cotmoc.indicators.indices.losses import Effort, Step, Why
from cotmoc.indicators.indices.model import Choice, Leaf, operands_of
from cotmoc.ui.formats import in_language, measure, number, signed

WHY = {
    Why.NO_DATA: gettext_lazy("No data, so it has no points yet: bring in the figure first"),
    Why.NOTHING_AROSE: gettext_lazy("Nothing arose in the period: more of it was not to be done"),
    Why.UNKNOWN_RULE: gettext_lazy("The sources do not say how it is scored"),
    Why.OTHERS: gettext_lazy("Depends on what the other bodies do; try it in What if"),
    Why.GIVEN: gettext_lazy("Only points are known, not what they were counted from"),
    Why.OUT_OF_REACH: gettext_lazy("More of the same does not bring points here"),
}


def effort_text(effort: Effort | None, leaf: Leaf, base: Baseline) -> str:
    """What is to be done: 25 more dossiers; reach 80 %; meet the requirement."""
    if effort is None:
        return ""
    return "; ".join(_step_text(step, leaf, base) for step in effort.steps)


def _step_text(step: Step, leaf: Leaf, base: Baseline) -> str:
    if step.options:
        return _options_text(step.options, leaf)
    if step.value is not None:
        words = _("come down to %(value)s") if step.fewer else _("reach %(value)s")
        return words % {"value": _value_text(step, base)}
    thing = {"count": number(step.count), "thing": _thing(step, leaf, base)}
    words = _("%(count)s fewer %(thing)s") if step.fewer else _("%(count)s more %(thing)s")
    return words % thing


def _options_text(options: tuple[str, ...], leaf: Leaf) -> str:
    if not isinstance(leaf.rule, Choice):
        return _("meet the requirement, with evidence")
    names = {option.code: in_language(option.name) for option in leaf.rule.options}
    return _("attain: %(options)s") % {"options": ", ".join(names[each] for each in options)}


def _value_text(step: Step, base: Baseline) -> str:
    indicator = base.indicators.get(step.key.removeprefix("figure:"))
    assert step.value is not None
    if indicator is None:
        return number(step.value)
    value = step.value
    if indicator.unit == "count":  # nobody does a part of a thing
        value = value.to_integral_value(ROUND_FLOOR if step.fewer else ROUND_CEILING)
    return measure(value, indicator.unit)


def _thing(step: Step, leaf: Leaf, base: Baseline) -> str:
    """What is counted: as the leaf calls it, else as the indicator does. A leaf that reads several
    figures says which is meant."""
    indicator = base.indicators.get(step.key.removeprefix("figure:"))
    several = len(operands_of(leaf.rule)) > 1
    if leaf.action and not several:
        return in_language(leaf.action)
    if indicator is None:
        return in_language(leaf.action)
    if not several:
        return in_language(indicator.counted)
    return _("%(counted)s (%(indicator)s)") % {
        "counted": in_language(indicator.counted),
        "indicator": in_language(indicator.name),
    }


# Proposals ----------------------------------------------------------------------------------------


def proposal_title(row: LostRow, base: Baseline) -> str:
    """The task in one line, in the language of the office: what, how much, what it wins."""
    with override(settings.LANGUAGE_CODE):
        effort = row.loss.next
        if effort is None:
            leaf = {"leaf": in_language(row.leaf.name)}
            if row.loss.why is Why.NO_DATA:
                return _("%(leaf)s: bring in the figure, so that it is scored") % leaf
            return _("%(leaf)s: win back lost points") % leaf
        return _("%(leaf)s: %(effort)s (%(gain)s points)") % {
            "leaf": in_language(row.leaf.name),
            "effort": effort_text(effort, row.leaf, base),
            "gain": signed(effort.gain),
        }


def proposal_detail(row: LostRow, base: Baseline) -> str:
    """Where the points are lost, what full marks take, and the figures it comes from."""
    with override(settings.LANGUAGE_CODE):
        loss = row.loss
        head = {"index": in_language(base.asked.name), "period": period_words(base.period)}
        lines = [
            _("%(index)s, %(period)s") % head,
            _("%(points)s of %(max)s points")
            % {"points": number(loss.points), "max": number(loss.max)},
        ]
        if loss.full:
            full = effort_text(loss.full, row.leaf, base)
            lines.append(_("For full marks: %(effort)s") % {"effort": full})
        for gap in row.gaps:
            figure = gap.figure
            lines.append(f"{figure}: {number(figure.numerator)} / {number(figure.denominator)}")
        return "\n".join(lines)


def deadline_for(period: str, today: date) -> date:
    """The last day of the period of the same kind that runs today: what is done by then counts."""
    kind = parse_period(period).kind
    months = {"month": 1, "quarter": 3, "half": 6, "nine_months": 9}.get(kind, 12)
    running = min((today.month - 1) // months + 1, 12 // months)
    found: Period = parse_period(write_local(kind, today.year, running))
    if found.last_day < today:  # nine months have no second part
        found = parse_period(write_local("year", today.year, 1))
    return found.last_day


def per_thing(gain: Decimal | None) -> str:
    """Points for each thing done; small ones keep enough places to differ."""
    if gain is None:
        return ""
    if gain >= Decimal("0.1") or not gain:
        return signed(gain, 2)
    return signed(gain, 1 - gain.adjusted())  # two digits that count
