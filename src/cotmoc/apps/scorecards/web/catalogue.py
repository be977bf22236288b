"""The indices of the catalogue, and the method of each as a tree."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.measurement.queries import catalogue
from cotmoc.apps.scorecards import queries
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.apps.scorecards.overview import index_lines
from cotmoc.apps.scorecards.web import words
from cotmoc.indicators.indices.model import FigureOf, Group, Index, Leaf, Node, Unknown, operands_of
from cotmoc.indicators.indices.words import Speaker

# Keys of a definition in the order people write them; a database may have lost it.
_KEYS = (
    "code", "method", "name", "description", "legal_source", "owner", "valid_from", "valid_to",
    "applies_to", "periods", "max", "scale", "rounding", "aggregate", "weight", "template",
    "rule", "zero", "direction", "not_applicable", "evidence", "data_source", "verifier", "action",
    "headers", "published_as", "note", "children", "pillars",
)  # fmt: skip


def indices(request: HttpRequest) -> HttpResponseBase:
    """Every index: where the province stands, what was published last, and by which methods."""
    lines = index_lines(viewer=request.user, today=timezone.localdate())
    worst = next((line for line in lines if line.place and not line.template), None)
    return render(
        request,
        "scorecards/indices.html",
        {
            "lines": lines,
            "worst": worst if worst and worst.place and worst.place.lost else None,
            "empty": not any(line.computed or line.published for line in lines),
        },
    )


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A node of the method's tree with the indicators that feed it."""

    node: Node
    depth: int
    said: tuple[str, ...]  # how its points come about
    feeds: tuple[IndicatorVersion, ...]
    missing: tuple[str, ...]  # codes the catalogue does not know

    @property
    def is_leaf(self) -> bool:
        return isinstance(self.node, Leaf)

    @property
    def unknown(self) -> Mapping[str, str] | None:
        """Why the sources do not say how it is scored; None where they do."""
        if isinstance(self.node, Leaf) and isinstance(self.node.rule, Unknown):
            return self.node.rule.why
        return None

    @property
    def leaves(self) -> int:
        return _count(self.node)


def index_method(request: HttpRequest, code: str, method: str) -> HttpResponseBase:
    """One method: groups and leaves with points, rules in words, evidence, sources, verifiers."""
    versions = queries.methods(code)
    version = next((each for each in versions if each.method == method), None)
    if version is None:
        raise Http404
    if request.GET.get("export") == "yaml":
        return _download(version)
    index = version.definition
    lines = tree_of(index)
    leaves = [line for line in lines if line.is_leaf]
    return render(
        request,
        "scorecards/method.html",
        {
            "index": version,
            "definition": index,
            "lines": lines,
            "leaves": len(leaves),
            "unknown": [line for line in leaves if line.unknown],
            "unknown_points": sum(line.node.max for line in leaves if line.unknown),
            "told": any(_told(line.node) for line in leaves),
            "largest": max(node.max for node in index.children),
            "fed": sum(bool(line.feeds) for line in leaves),
            "methods": versions,
            "older": _older(version),
            "adding_up": words.speaker(index, ()).aggregate(index),
            "pillars": pillars_of(index),
            "today": timezone.localdate(),
            "tab": "method",
        },
    )


def tree_of(index: Index) -> list[TreeLine]:
    """All nodes in order with their depth. One query."""
    known = {row.code: row for row in catalogue().filter(code__in=index.indicators())}
    return list(_tree(index.children, 0, known, words.speaker(index, known.values())))


def _tree(
    nodes: Sequence[Node], depth: int, known: Mapping[str, IndicatorVersion], speaker: Speaker
) -> Iterator[TreeLine]:
    for node in nodes:
        codes = _codes(node)
        yield TreeLine(
            node,
            depth,
            _said(node, speaker),
            tuple(known[code] for code in codes if code in known),
            tuple(code for code in codes if code not in known),
        )
        if isinstance(node, Group):
            yield from _tree(node.children, depth + 1, known, speaker)


def _said(node: Node, speaker: Speaker) -> tuple[str, ...]:
    """A leaf's rule; of a group only what is not plain adding up."""
    if isinstance(node, Leaf):
        return tuple(speaker.leaf(node))
    return () if node.aggregate == "points" else (speaker.aggregate(node),)


def _codes(node: Node) -> list[str]:
    if not isinstance(node, Leaf):
        return []
    operands = operands_of(node.rule).values()
    return list(dict.fromkeys(each.indicator for each in operands if isinstance(each, FigureOf)))


def _count(node: Node) -> int:
    return sum(map(_count, node.children)) if isinstance(node, Group) else 1


def pillars_of(index: Index) -> list[tuple[Mapping[str, str], list[Mapping[str, str]]]]:
    """Each pillar's name with the names of the nodes it reads."""
    names = {node.code: node.name for node in index.nodes()}
    return [(pillar.name, [names[code] for code in pillar.of]) for pillar in index.pillars]


def _told(node: Node) -> bool:
    """Whether the source names evidence, supplier, verifier or who can win the points back."""
    return isinstance(node, Leaf) and bool(
        node.evidence or node.data_source or node.verifier or node.owner
    )


def _older(version: IndexVersion) -> list[IndexVersion]:
    """Earlier wordings of the same method: a corrected file; cards keep theirs."""
    found = IndexVersion.objects.filter(code=version.code, method=version.method, latest=False)
    return list(found.defer("content").order_by("-recorded_at"))


def _download(version: IndexVersion) -> HttpResponse:
    """The definition as a file of the catalogue, to start one's own from."""
    text = yaml.safe_dump(
        _in_order(version.content), allow_unicode=True, sort_keys=False, width=100
    )
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    name = f"{version.code}@{version.method}.yaml"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _in_order(value: Any, key: str = "") -> Any:
    """The same content with its keys in the usual order and its days as days."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda each: _KEYS.index(each) if each in _KEYS else len(_KEYS))
        return {each: _in_order(value[each], each) for each in keys}
    if isinstance(value, list):
        return [_in_order(each) for each in value]
    if key in ("valid_from", "valid_to") and isinstance(value, str):
        return date.fromisoformat(value)
    return value
