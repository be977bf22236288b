"""What if: assumed figures of a body, and the total, rank and distances that come of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.orgs.models import OrganisationKind
from cotmoc.apps.scorecards.models import Scenario
from cotmoc.apps.scorecards.opening import Opened, open_card_of
from cotmoc.apps.scorecards.queries import method_for
from cotmoc.apps.scorecards.tomorrow.assuming import (
    Assumed,
    Dial,
    DialKind,
    Outcome,
    Read,
    dials,
    read_assumed,
    what_if,
)
from cotmoc.apps.scorecards.tomorrow.baseline import Baseline, baseline, code_of
from cotmoc.apps.scorecards.tomorrow.losses import group_of_leaves
from cotmoc.apps.scorecards.tomorrow.presets import PRESETS
from cotmoc.apps.scorecards.tomorrow.scenarios import Staleness, scenarios, staleness
from cotmoc.core.periods import read_local, write_local
from cotmoc.indicators.indices.results import Body
from cotmoc.ui.formats import in_language, measure, number, unit_word

PRESET_WORDS = {
    "target": gettext_lazy("All leaves at their target"),
    "best": gettext_lazy("As the best of its kind"),
    "before": gettext_lazy("As in the period before"),
}
MARK = "of"  # the wording of the method that an address with assumptions was made for
_BOXES = {
    "a": "numerator",
    "b": "denominator",
    "v": "value",
    "p": "points",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """An option that can be assumed."""

    code: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A dial as the page shows it; `fields` are the values in its boxes."""

    number: int
    dial: Dial
    name: str
    part: str
    group: str
    now: str
    counted: str
    unit: str
    fields: Mapping[str, str]
    choices: Sequence[Choice]
    bottom: str
    top: str
    step: str
    points_now: Decimal | None
    points_then: Decimal | None
    changed: bool
    problem: str


def page(request: HttpRequest, code: str, unit: str) -> HttpResponseBase:
    """The table of readings with what is assumed, and what comes of it; a part of the page when
    htmx asks while a slider moves."""
    opened = open_card_of(code, unit, request.GET, viewer=request.user)
    if opened.card is None or opened.base is None:
        return render(request, "scorecards/no_card.html", opened.context("what-if"))
    body = code_of(opened.card)
    known = dials(opened.base, body)
    scenario = _scenario(request, opened)
    raw, forgotten = _asked(request, opened, known, scenario)
    read = read_assumed(known, raw)
    outcome = what_if(opened.base, body, read.readings, wanted_rank=_rank(request))
    context = {
        **opened.context("what-if"),
        **_answer(opened.base, outcome, read),
        "rows": _rows(opened.base, known, raw, read, outcome),
        "digest": opened.base.asked.digest[:8],
        "scenario": scenario,
        "stale": _stale(scenario, opened),
        "forgotten": forgotten,
        "presets": _presets(opened),
        "preset": request.GET.get("preset", ""),
        "wanted_rank": _rank(request),
    }
    if getattr(request, "htmx", False):
        part = "scorecards/_what_if_answer.html"
        answer = render(request, part, context | {"oob": True})
    else:
        answer = render(request, "scorecards/what_if.html", context)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


# What is asked ------------------------------------------------------------------------------------


def _scenario(request: HttpRequest, opened: Opened) -> Scenario | None:
    asked = request.GET.get("scenario", "")
    if opened.body is None or not _is_number(asked):
        return None
    found = scenarios(viewer=request.user).filter(pk=int(asked), organisation=opened.body)
    return found.filter(index__code=opened.version.code).first()


def _asked(
    request: HttpRequest, opened: Opened, known: Sequence[Dial], scenario: Scenario | None
) -> tuple[Assumed, bool]:
    """What is to be assumed: the boxes of the form, else a preset, else a scenario. The second
    says that boxes were filled in for another wording of the method and are forgotten."""
    assert opened.base is not None
    assert opened.card is not None
    mark = request.GET.get(MARK)
    if mark is not None:
        if mark != opened.base.asked.digest[:8]:
            return {}, True
        return boxes(request.GET, known), False
    preset = PRESETS.get(request.GET.get("preset", ""))
    if preset:
        before = _before(opened, request.user)
        return preset(opened.base, code_of(opened.card), before), False
    return (scenario.assumed if scenario else {}), False


def boxes(given: Any, known: Sequence[Dial]) -> dict[str, dict[str, Any]]:
    """Assumptions from the boxes of the form, which are numbered as the dials stand."""
    found: dict[str, dict[str, Any]] = {}
    for place, dial in enumerate(known):
        filled: dict[str, Any] = {
            name: given[f"{letter}{place}"]
            for letter, name in _BOXES.items()
            if given.get(f"{letter}{place}", "") != ""
        }
        if dial.kind is DialKind.CHOICE and (chosen := given.getlist(f"c{place}")):
            filled = {"chosen": [each for each in chosen if each]}
        if filled:
            found[dial.name] = filled
    return found


def _rank(request: HttpRequest) -> int | None:
    asked = request.GET.get("rank", "")
    return int(asked) if _is_number(asked) and 0 < int(asked) < 10_000 else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _before(opened: Opened, viewer: object) -> Baseline | None:
    """What the body was scored by in the period before, of the same kind."""
    before = period_before(opened.period)
    return baseline(opened.version, before, viewer=viewer) if before else None


def period_before(code: str) -> str:
    """The period of the same kind that ends where this one begins; empty where there is none."""
    form = read_local(code)
    if form is None:
        return ""
    kind, year, place = form
    if kind in ("year", "nine_months"):
        return write_local(kind, year - 1, 1)
    last = {"month": 12, "quarter": 4, "half": 2}.get(kind)
    if last is None:
        return ""
    return write_local(kind, year, place - 1) if place > 1 else write_local(kind, year - 1, last)


def _presets(opened: Opened) -> list[tuple[str, Any]]:
    """Presets that can be had: the period before only where it was scored."""
    before = period_before(opened.period)
    there = before in opened.periods
    return [(code, words) for code, words in PRESET_WORDS.items() if code != "before" or there]


def _stale(scenario: Scenario | None, opened: Opened) -> Staleness | None:
    if scenario is None:
        return None
    latest = method_for(scenario.index.code, method=scenario.index.method)
    return staleness(scenario, opened.base, latest)


# What is shown ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group's points now and as assumed."""

    name: str
    max: Decimal
    now: Decimal | None
    then: Decimal | None

    @property
    def change(self) -> Decimal | None:
        return None if self.now is None or self.then is None else self.then - self.now


def _answer(base: Baseline, outcome: Outcome, read: Read) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "places": places_of(base),
        "groups": group_changes(base, outcome),
        "kept": json.dumps(read.kept, ensure_ascii=False),
        "assumptions": len(read.kept),
        "refused": read.refused,
        "kind_words": kind_words(outcome.now.body),
        "next_words": distance_words(outcome, wanted=False),
        "wanted_words": distance_words(outcome, wanted=True),
    }


def places_of(base: Baseline) -> int:
    """Decimal places of a total: more where it is published on a scale of 1."""
    return 4 if base.asked.scale <= 1 else 2


def group_changes(base: Baseline, outcome: Outcome) -> list[GroupChange]:
    """The groups right below the index, now and as assumed."""
    return [
        GroupChange(in_language(group.name), group.max, now.points, then.points)
        for group, now, then in outcome.groups(base.index)
    ]


def kind_words(body: Body) -> str:
    """Among whom a body is ranked."""
    return {
        OrganisationKind.COMMUNE.value: _("communes"),
        OrganisationKind.DEPARTMENT.value: _("departments"),
        OrganisationKind.PROVINCE.value: _("provinces"),
    }[body.kind]


def distance_words(outcome: Outcome, *, wanted: bool) -> str:
    """How far it is to a rank: how many points, and whom one meets there."""
    distance = outcome.wanted if wanted else outcome.next
    if distance is None:
        return ""
    if not distance.points:
        return _("Rank %(rank)s is reached.") % {"rank": distance.rank}
    named = ", ".join(distance.bodies[:2])
    others = len(distance.bodies) - 2
    if others > 0:
        named = _("%(names)s and %(others)s others") % {"names": named, "others": others}
    return _("%(points)s points more would equal rank %(rank)s: %(names)s.") % {
        "points": number(distance.points)
        if distance.points >= Decimal("0.01")
        else format(distance.points.normalize(), "f"),
        "rank": distance.rank,
        "names": named,
    }


def _rows(
    base: Baseline, known: Sequence[Dial], raw: Assumed, read: Read, outcome: Outcome
) -> list[Row]:
    places = group_of_leaves(base.asked.children)
    problems = {each.name: each.text for each in read.refused}
    rows = []
    for place, dial in enumerate(known):
        group = places.get(dial.leaf.code)
        low, high, step = _slider(dial, raw.get(dial.name, {}))
        rows.append(
            Row(
                number=place,
                dial=dial,
                name=in_language(dial.leaf.name),
                part=_part_words(base, dial),
                group=in_language(group.name) if group else "",
                now=_now_words(base, dial),
                counted=_counted(dial),
                unit=_unit(base, dial),
                fields=_fields(dial, read.kept.get(dial.name) or raw.get(dial.name)),
                choices=_choices(dial, raw.get(dial.name)),
                bottom=low,
                top=high,
                step=step,
                points_now=outcome.now.leaves[dial.leaf.code].points,
                points_then=outcome.then.leaves[dial.leaf.code].points,
                changed=dial.name in read.kept,
                problem=problems.get(dial.name, ""),
            )
        )
    return rows


def _part_words(base: Baseline, dial: Dial) -> str:
    """Which figure of several a dial turns, and what else reads it."""
    indicator = base.indicators.get(dial.indicator)
    words = in_language(indicator.name) if indicator and dial.part else ""
    also = [in_language(each.name) for each in dial.leaves if each.code != dial.leaf.code]
    if also:
        shared = _("also read by: %(leaves)s") % {"leaves": ", ".join(dict.fromkeys(also))}
        return f"{words} · {shared}" if words else shared
    return words


def _unit(base: Baseline, dial: Dial) -> str:
    indicator = base.indicators.get(dial.indicator)
    return unit_word(indicator.unit) if indicator and indicator.unit != "count" else ""


def _now_words(base: Baseline, dial: Dial) -> str:
    indicator, now = base.indicators.get(dial.indicator), dial.now
    if dial.points_now is not None:
        return measure(dial.points_now, "points")
    if now is None or (now.value is None and now.numerator is None):
        return _("no data")
    if now.value is None:
        return _("nothing arose") if now.denominator == 0 else ""
    return measure(now.value, indicator.unit if indicator else "")


def _counted(dial: Dial) -> str:
    """Numerator and denominator, where a reading has both."""
    now = dial.now
    if now is None or now.numerator is None or now.denominator is None:
        return ""
    return f"{number(now.numerator)} / {number(now.denominator)}"


def _fields(dial: Dial, given: Mapping[str, Any] | None) -> dict[str, str]:
    """What stands in the boxes: what was understood or asked, else the present."""
    now = dial.now
    present: dict[str, Decimal | None] = {}
    match dial.kind:
        case DialKind.PARTS:
            present = {
                "numerator": now.numerator if now else None,
                "denominator": now.denominator if now else None,
            }
        case DialKind.VALUE:
            present = {"value": now.value if now else None}
        case DialKind.POINTS:
            present = {"points": dial.points_now}
    given = given or {}
    return {
        name: str(given[name]) if name in given else _plain(value)
        for name, value in present.items()
    }


def _choices(dial: Dial, given: Mapping[str, Any] | None) -> list[Choice]:
    if dial.kind is not DialKind.CHOICE:
        return []
    chosen = set((given or {}).get("chosen") or ())
    names = {each.code: in_language(each.name) for each in dial.options}
    names = names or {"yes": _("yes"), "no": _("no")}
    return [Choice(code, name, code in chosen) for code, name in names.items()]


def _slider(dial: Dial, given: Mapping[str, Any]) -> tuple[str, str, str]:
    """Ends and step of a slider: counts go by ones, a value by a hundredth of its way."""
    top = dial.top
    if dial.kind is DialKind.PARTS:
        return "0", _plain(top), "1"
    way = top - dial.bottom
    step = Decimal("0.01") if way <= 10 else Decimal("0.1") if way <= 100 else Decimal(1)
    return _plain(dial.bottom), _plain(top), _plain(step)


def _plain(value: Decimal | None) -> str:
    return "" if value is None else format(value.normalize(), "f")
