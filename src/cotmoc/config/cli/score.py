"""`cotmoc score`: the scorecards of an index for a period."""

import argparse
import difflib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cotmoc.apps.orgs.models import OrganisationKind
from cotmoc.apps.scorecards.catalogue import sync_indices
from cotmoc.apps.scorecards.computing import (
    NothingToScoreError,
    compute_cards,
    periods_to_score,
    wanted_by,
)
from cotmoc.apps.scorecards.models import Card, IndexVersion, Published, ScoreRun
from cotmoc.apps.scorecards.queries import (
    NotRecomputed,
    OpenCard,
    card_facts,
    latest,
    method_for,
    not_recomputed,
    number,
    open_card,
    published_of,
    ranking,
)
from cotmoc.config.cli.figures import Operator
from cotmoc.config.cli.output import (
    NOT_FOUND,
    CommandError,
    print_json,
    print_table,
    stdout,
)
from cotmoc.config.cli.portal766 import period_argument
from cotmoc.config.cli.ready import require_database
from cotmoc.core.periods import Period
from cotmoc.core.text import fold
from cotmoc.indicators.indices.model import Group, Index, Node
from cotmoc.indicators.indices.results import Status
from cotmoc.ui import formats

Subparsers = argparse._SubParsersAction
SHOWN = 60
KINDS = tuple(OrganisationKind.values)
STATUS_WORDS = {
    Status.SCORED: gettext_lazy("computed"),
    Status.PARTIAL: gettext_lazy("computed from a part"),
    Status.ESTIMATED: gettext_lazy("estimated"),
    Status.ZERO_RULE: gettext_lazy("nothing arose, by the zero rule"),
    Status.NOT_APPLICABLE: gettext_lazy("not applicable"),
    Status.NOT_ARISING: gettext_lazy("nothing arose"),
    Status.NO_DATA: gettext_lazy("no data"),
    Status.UNKNOWN: gettext_lazy("it is not known how this is scored"),
}


def add_commands(commands: "Subparsers[argparse.ArgumentParser]") -> None:
    """Add the command that scores."""
    score = commands.add_parser(
        "score",
        help=_("compute the scorecards of an index for a period"),
        description=_(
            "Computes what is not computed yet and prints total, groups and leaves of every body. "
            "Leaves that cannot be recomputed are listed with what was published for them."
        ),
        epilog="cotmoc score --index qd766 --period 2026-08 · "
        "cotmoc score --index qd766 --period 2026-08 --unit H44.07 · "
        "cotmoc score --index dti --period 2022 --method qd922 --json",
    )
    score.add_argument("--index", required=True, metavar="CODE", help=_("code of the index: qd766"))
    score.add_argument(
        "--period", required=True, type=period_argument, help=_("2026-08, 2026-Q3 or 2026")
    )
    score.add_argument("--unit", metavar="CODE", help=_("only this body, by its code"))
    score.add_argument(
        "--method", default="", help=_("default: the method in force on the period's last day")
    )
    score.add_argument("--json", action="store_true", help=_("print JSON"))
    score.set_defaults(run=run_score)


def run_score(chosen: argparse.Namespace) -> None:
    """Compute the cards if anything they read is new, and print them."""
    require_database()
    index = _index(chosen.index, chosen.method, chosen.period)
    try:
        run = compute_cards(index, chosen.period, actor=None, now=timezone.now())
    except NothingToScoreError as error:
        raise CommandError(_nothing(index, chosen.period), NOT_FOUND) from error
    cards = list(ranking(index, chosen.period.code, viewer=Operator()))
    cards.sort(key=lambda card: (KINDS.index(card.kind), card.subject_code))
    if chosen.unit:
        cards = _only(cards, chosen.unit)
    beside = published_of(cards)
    missing = not_recomputed(cards, beside)
    if chosen.json:
        print_json(_json(index, run, cards, beside, missing))
    elif chosen.unit:
        for card in cards:
            _print_card(open_card(card, viewer=Operator()))
    else:
        _print_cards(index, cards)
        _print_missing(missing)


# What was asked for -------------------------------------------------------------------------------


def _index(code: str, method: str, period: Period) -> IndexVersion:
    sync_indices(actor=None, now=timezone.now())
    try:
        return method_for(code, method=method, period=period)
    except IndexVersion.DoesNotExist:
        pass
    known: dict[str, list[str]] = {}
    for row in latest():
        known.setdefault(row.code, []).append(row.method)
    if code in known:
        message = _("The index %(code)s has no method %(method)s; it has %(known)s.")
        parts = {"code": code, "method": method, "known": ", ".join(known[code])}
        raise CommandError(message % parts, NOT_FOUND)
    message = _("There is no index %(code)s; there are %(known)s.")
    raise CommandError(message % {"code": code, "known": ", ".join(known) or "–"}, NOT_FOUND)


def _only(cards: list[Card], unit: str) -> list[Card]:
    found = [card for card in cards if card.subject_code == unit]
    if found:
        return found
    known = {card.subject_code: card.subject_name for card in cards}
    by_name = {fold(name): code for code, name in known.items()}
    near = difflib.get_close_matches(unit, known, n=3, cutoff=0.5)
    names = difflib.get_close_matches(fold(unit), by_name, n=3, cutoff=0.5)
    near += [by_name[name] for name in names if by_name[name] not in near]
    message = _("%(unit)s has no scorecard here; %(count)s bodies have one.") % {
        "unit": unit,
        "count": len(known),
    }
    if near:
        hints = ", ".join(f"{code} ({known[code]})" for code in near)
        message += " " + _("Did you mean: %(codes)s?") % {"codes": hints}
    raise CommandError(message, NOT_FOUND)


def _nothing(index: IndexVersion, period: Period) -> str:
    """What a method wants to read and how it gets there."""
    wanted = wanted_by(index.definition)
    lines = [
        _("%(index)s has nothing to compute from in %(period)s.")
        % {"index": index, "period": period}
    ]
    if wanted.indicators:
        lines.append(
            _(
                "It reads %(count)s indicators: import captured tables (cotmoc portal766 import "
                "FOLDER) or single facts (cotmoc facts import FILE), then cotmoc compute."
            )
            % {"count": len(wanted.indicators)}
        )
    if wanted.published:
        lines.append(
            _("It reads published results: import them (cotmoc index import-published FILE).")
        )
    if wanted.answered:
        lines.append(_("It reads what was appraised in a published assessment round."))
    known = [each.code for each in periods_to_score(index)]
    if known:
        lines.append(
            _("It can be computed for: %(periods)s.") % {"periods": ", ".join(known[-12:])}
        )
    return "\n".join(lines)


# For scripts --------------------------------------------------------------------------------------

Beside = Mapping[int, Mapping[str, Published]]


def _json(
    index: IndexVersion,
    run: ScoreRun,
    cards: Iterable[Card],
    beside: Beside,
    missing: Iterable[NotRecomputed],
) -> dict[str, Any]:
    definition = index.definition
    return {
        "index": index.code,
        "method": index.method,
        "period": run.period,
        "units": [card_json(card, definition, beside[card.pk]) for card in cards],
        "not_recomputed": [
            {
                "unit_code": each.card.subject_code,
                "leaf": each.leaf.code,
                "status": str(each.status),
                "published": each.published_points,
                "group": each.group and each.group.code,
                "group_published": each.group_points,
            }
            for each in missing
        ],
    }


def card_json(card: Card, index: Index, beside: Mapping[str, Published]) -> dict[str, Any]:
    """One scorecard; numbers are numbers, what is missing is null. `groups` are those right below
    the index."""
    top = [node.code for node in index.children if isinstance(node, Group)]
    return {
        **card_facts(card, top, beside.get("")),
        "leaves": {code: _score(leaf, beside.get(code)) for code, leaf in card.leaves.items()},
        "group_details": {
            code: _score(node, beside.get(code)) for code, node in card.nodes.items()
        },
        "pillars": {code: number(share) for code, share in card.pillars.items()},
    }


def _score(held: Mapping[str, Any], result: Published | None) -> dict[str, Any]:
    found = {
        "points": number(held["points"]),
        "max": number(held["max"]),
        "status": held["status"],
        "published": result and result.points,
    }
    if "scored_max" in held:
        found["scored_max"] = number(held["scored_max"])
    return found


# For people ---------------------------------------------------------------------------------------


def _print_cards(index: IndexVersion, cards: list[Card]) -> None:
    """One line a body, each kind by rank, with the groups as columns."""
    definition = index.definition
    groups = [node for node in definition.children if isinstance(node, Group)]
    stdout.print(f"{index.name} · {index.method} · {cards[0].period}", style="bold", markup=False)
    headers = [
        _("Rank"),
        _("Code"),
        _("Organisation"),
        _("Total"),
        _("Could be judged"),
        *map(_name, groups),
    ]
    for kind in KINDS:
        rows = sorted(
            (card for card in cards if card.kind == kind),
            key=lambda card: (card.rank is None, card.rank or 0, card.subject_code),
        )
        if not rows:
            continue
        stdout.print()
        stdout.print(str(OrganisationKind(kind).label), style="bold", markup=False)
        lines = [_line(card, groups, definition.scale) for card in rows[:SHOWN]]
        print_table(headers, lines, {0, *range(3, len(headers))})
        if len(rows) > SHOWN:
            stdout.print(_("… %(more)s more bodies; use --json") % {"more": len(rows) - SHOWN})


def _line(card: Card, groups: Iterable[Group], scale: Decimal) -> list[str]:
    def points(code: str) -> str:
        return formats.fixed(number((card.nodes.get(code) or {"points": None})["points"]))

    return [
        str(card.rank or ""),
        card.subject_code,
        card.subject_name,
        _total(card.total, scale),
        _total(card.scored_max, scale),
        *(points(group.code) for group in groups),
    ]


def _total(value: Decimal | None, scale: Decimal) -> str:
    """A total: four places where the index is published from 0 to 1."""
    return formats.fixed(value, 4 if scale <= 1 else 2)


def _name(node: Node) -> str:
    return node.name["en" if get_language() == "en" else "vi"]


def _print_missing(missing: list[NotRecomputed]) -> None:
    """Which leaves cannot be recomputed, and for how many bodies something was published."""
    if not missing:
        return
    found: dict[str, list[NotRecomputed]] = {}
    for each in missing:
        found.setdefault(each.leaf.code, []).append(each)
    stdout.print()
    stdout.print(_("Cannot be recomputed:"), style="bold")
    for code, rows in found.items():
        carried = sum(each.published_points is not None for each in rows)
        said = _("%(leaf)s: %(why)s; published for %(carried)s of %(bodies)s bodies") % {
            "leaf": f"{code} {_name(rows[0].leaf)}",
            "why": STATUS_WORDS[rows[0].status],
            "carried": carried,
            "bodies": len(rows),
        }
        stdout.print(f"  {said}", markup=False)


def _print_card(opened: OpenCard) -> None:
    """One body: every group and leaf, computed beside published."""
    card = opened.card
    stdout.print(f"{card.subject_name} · {card.index} · {card.period}", style="bold", markup=False)
    total = _total(card.total, opened.index.scale)
    of = _total(card.scored_max, opened.index.scale)
    said = _("%(total)s of %(of)s that could be judged") % {"total": total, "of": of}
    if card.rank:
        said += " · " + _("rank %(rank)s of %(ranked)s") % {
            "rank": card.rank,
            "ranked": card.ranked,
        }
    stdout.print(said, markup=False)
    rows = [
        (
            "  " * line.depth + _name(line.node),
            formats.fixed(line.points),
            formats.number(line.max),
            formats.fixed(line.published_points),
            str(STATUS_WORDS[line.status]),
        )
        for line in opened.lines
    ]
    headers = [
        _("Criterion"),
        _("Computed points"),
        _("Maximum points"),
        _("Published points"),
        _("Status"),
    ]
    print_table(headers, rows, {1, 2, 3})
