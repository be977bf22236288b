"""How a document hangs together with others, drawn as a small graph: values in, places out.

The document stands on a spine with what it names above it and what names it below, each with an
arrow from the one that says so to the one it speaks of.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cotmoc.apps.documents.models import Document
from cotmoc.apps.documents.queries import Related
from cotmoc.apps.documents.wording import relation_words
from cotmoc.ui.formats import day

WIDTH = 380
ROW = 56
BOX = 44
LEFT = 52
SPINE = 18
MOST_A_SIDE = 7
_LETTERS = 42


@dataclass(frozen=True, slots=True)
class Node:
    """A box of the graph with its two lines; without `url` it is not in the register."""

    y: int
    label: str
    name: str
    url: str = ""
    state: str = ""
    here: bool = False

    @property
    def text_y(self) -> tuple[int, int]:
        return self.y + 17, self.y + 34


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow between the document and another, of a kind of relation."""

    path: str
    kind: str
    head: str


@dataclass(frozen=True, slots=True)
class Graph:
    """All that is drawn; `hidden` relations stand in the list only."""

    nodes: list[Node]
    edges: list[Edge]
    height: int
    hidden: str
    width: int = WIDTH


def graph(document: Document, found: Sequence[Related]) -> Graph | None:
    """Lay out a document's relations; None without any."""
    if not found:
        return None
    # The nearest to the document first: what it changes, then what it rests on.
    above = sorted((each for each in found if each.outward), key=_weight)
    below = sorted((each for each in found if not each.outward), key=_weight)
    left_out = len(above[MOST_A_SIDE:]) + len(below[MOST_A_SIDE:])
    above, below = above[:MOST_A_SIDE][::-1], below[:MOST_A_SIDE]
    middle = len(above) * ROW + 2
    here = Node(middle, _("this document"), _short(document.reference), here=True)
    nodes = [_node(each, index * ROW + 2) for index, each in enumerate(above)]
    edges = [_edge(each, node, middle) for each, node in zip(above, nodes, strict=True)]
    under = [_node(each, middle + (index + 1) * ROW) for index, each in enumerate(below)]
    edges += [_edge(each, node, middle) for each, node in zip(below, under, strict=True)]
    hidden = ngettext(
        "%(count)s more stands in the list", "%(count)s more stand in the list", left_out
    ) % {"count": left_out}
    height = (len(above) + len(below) + 1) * ROW - (ROW - BOX) + 4
    return Graph([*nodes, here, *under], edges, height, hidden if left_out else "")


_ORDER = {"replaces": 0, "amends": 1, "implements": 2, "based_on": 3}


def _weight(each: Related) -> tuple[int, int]:
    return _ORDER.get(each.relation.kind, 9), 0 if each.other else 1


def _node(each: Related, y: int) -> Node:
    relation, other = each.relation, each.other
    name = other.reference if other else relation.reference or relation.text
    dated = other.date if other else relation.date
    words = relation_words(relation.kind, each.outward)
    return Node(
        y,
        _short(f"{words} · {day(dated)}" if dated else words),
        _short(name),
        reverse("document", args=[other.pk]) if other else "",
        other.state if other else "",
    )


def _edge(each: Related, node: Node, middle: int) -> Edge:
    """A line along the spine; its arrow points at the document spoken of."""
    at, here = node.y + BOX // 2, middle + BOX // 2
    bend = 8 if at < here else -8
    path = f"M{LEFT} {here}H{SPINE + 8}Q{SPINE} {here} {SPINE} {here - bend}"
    path += f"V{at + bend}Q{SPINE} {at} {SPINE + 8} {at}H{LEFT - 1}"
    tip = at if each.outward else here
    head = f"M{LEFT - 1} {tip}l-8 -4.5v9z"
    return Edge(path, each.relation.kind, head)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1].rstrip()}…"
