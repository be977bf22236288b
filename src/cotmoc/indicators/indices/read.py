"""Reading an index from its YAML: every key checked, all errors found, each with its place."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar, cast, get_args

from cotmoc.indicators.definitions import DefinitionError
from cotmoc.indicators.formulas import CODE, cycles
from cotmoc.indicators.indices import model
from cotmoc.indicators.indices.fields import Fields, Findings, decimal_of, plain
from cotmoc.indicators.indices.formula import NAME, names
from cotmoc.indicators.indices.rules import WITHOUT_ZERO, RuleReader
from cotmoc.indicators.wrong import gettext_noop as _

Value = TypeVar("Value")

DEEPEST = 8  # levels of groups
MOST_NODES = 2_000
MOST_PLACES = 6  # digits after the point that points are kept with
PERIODS = ("month", "quarter", "half", "nine_months", "year")
METHOD = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
# What columns of the database hold.
LONGEST_NAME, LONGEST_OWNER, LONGEST_SOURCE = 200, 120, 300

KEYS = (
    "code",
    "method",
    "name",
    "description",
    "legal_source",
    "owner",
    "valid_from",
    "valid_to",
    "applies_to",
    "periods",
    "max",
    "scale",
    "rounding",
    "aggregate",
    "template",
    "note",
    "children",
    "pillars",
)
NODE_KEYS = ("code", "name", "max", "weight", "headers", "published_as", "note")
GROUP_KEYS = (*NODE_KEYS, "children", "aggregate")
LEAF_KEYS = (
    *NODE_KEYS,
    "rule",
    "zero",
    "direction",
    "applies_to",
    "not_applicable",
    "evidence",
    "data_source",
    "verifier",
    "owner",
    "action",
)
PILLAR_KEYS = ("code", "name", "of", "headers")
ROUNDING_KEYS = ("leaf", "node", "total", "half", "ratio")
HALVES = get_args(model.Half)
KINDS = get_args(model.Kind)
AGGREGATIONS = get_args(model.Aggregation)

BESIDE = "per_case"  # the kind of rule whose points stand beside the maximum

_NONE = Decimal(0)
_CODE_OF_INDEX = _("must be lower-case letters, digits and _, at most 60")
_CODE_OF_METHOD = _("must be lower-case letters, digits, _ and -, at most 40")
_CODE_OF_NODE = _("must be letters, digits and _, a letter first, at most 60")
_OF_LEAVES = _("goes with a leaf, not with a group")
_OF_GROUPS = _("goes with a group, not with a leaf")


def read_index(raw: Any, where: str, indicators: Collection[str] | None = None) -> model.Index:
    """One index from a parsed file; raises DefinitionError for the first thing that is wrong.

    `indicators` are the codes that leaves may read; None checks none of them.
    """
    index, errors = inspect_index(raw, where, indicators)
    if index is None:
        raise errors[0]
    return index


def inspect_index(
    raw: Any, where: str, indicators: Collection[str] | None = None
) -> tuple[model.Index | None, list[DefinitionError]]:
    """The index, if nothing is wrong, and everything that is wrong with it."""
    findings = Findings(where)
    if not isinstance(raw, dict):
        findings.keep("", _("must be a mapping of keys to values"))
        return None, findings.errors
    index = _Reader(findings, indicators).index(Fields(raw, "", findings))
    return (None, findings.errors) if findings.errors else (index, [])


def digest_of(raw: Mapping[str, Any]) -> str:
    """SHA-256 of an index's content: however its keys are ordered and its numbers are written."""
    text = json.dumps(_canonical(raw), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _canonical(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_canonical(each) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    return plain(Decimal(str(value))) if isinstance(value, int | float) else str(value)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one index. Codes and formulas are gathered with where they stand, for what can be
    judged only when all of the tree is known."""

    findings: Findings
    indicators: Collection[str] | None
    places: dict[str, str] = field(default_factory=dict)  # codes of nodes: where they stand
    formulas: dict[str, tuple[Fields, model.Formula]] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    counted: list[int] = field(default_factory=lambda: [0])

    def index(self, fields: Fields) -> model.Index | None:
        fields.check_keys(KEYS)
        applies_to = cast(tuple[model.Kind, ...], fields.some_of("applies_to", KINDS, needed=True))
        maximum = fields.points("max", needed=True)
        aggregate = self.aggregate(fields)
        children = self.children(fields, aggregate, maximum, applies_to, 1)
        start, end = fields.day("valid_from", needed=True), fields.day("valid_to")
        if start and end and end <= start:
            fields.wrong("valid_to", _("must be after valid_from"))
        index = model.Index(
            code=_some(fields.code("code", CODE, _CODE_OF_INDEX)),
            method=_some(fields.code("method", METHOD, _CODE_OF_METHOD)),
            name=_some(fields.words("name", needed=True, longest=LONGEST_NAME)),
            description=_some(fields.words("description", needed=True)),
            legal_source=_some(fields.text("legal_source", needed=True, longest=LONGEST_SOURCE)),
            owner=_some(fields.text("owner", needed=True, longest=LONGEST_OWNER)),
            valid_from=_some(start),
            valid_to=end,
            applies_to=applies_to,
            periods=fields.some_of("periods", PERIODS, needed=True),
            max=_some(maximum),
            scale=_some(fields.points("scale") if fields.has("scale") else maximum),
            rounding=self.rounding(fields),
            aggregate=aggregate,
            children=children,
            template=fields.yes("template"),
            note=fields.words("note"),
        )
        self.check_formulas()
        pillars = tuple(self.pillars(fields, children))
        if self.findings.errors:
            return None
        return replace(index, pillars=pillars, digest=digest_of(fields.raw))

    def aggregate(self, fields: Fields) -> model.Aggregation:
        return cast(model.Aggregation, fields.one_of("aggregate", AGGREGATIONS, "points"))

    def rounding(self, fields: Fields) -> model.Rounding:
        under = fields.under("rounding")
        if under is None:
            return model.Rounding()
        under.check_keys(ROUNDING_KEYS)
        places = {name: self.places_of(under, name) for name in ROUNDING_KEYS if name != "half"}
        half = under.one_of("half", HALVES, "up")
        return model.Rounding(**places, half=half)  # type: ignore[arg-type]

    def places_of(self, fields: Fields, name: str) -> int | None:
        value = fields.raw.get(name)
        if value is None:
            return None
        if type(value) is not int or not 0 <= value <= MOST_PLACES:
            template = _("must be a whole number from 0 to %(limit)s")
            fields.wrong(name, template, limit=MOST_PLACES)
            return None
        return value

    # The tree -------------------------------------------------------------------------------------

    def children(
        self,
        fields: Fields,
        aggregate: model.Aggregation,
        maximum: Decimal | None,
        kinds: tuple[model.Kind, ...],
        depth: int,
    ) -> tuple[model.Node, ...]:
        """The good ones of a node's children; the points of all of them must add up."""
        if depth > DEEPEST:
            fields.wrong("children", _("is nested too deeply"))
            return ()
        found: list[model.Node] = []
        maxima: list[Decimal | None] = []
        for each in fields.each_under("children", needed=True):
            self.counted[0] += 1
            if self.counted[0] > MOST_NODES:
                if self.counted[0] == MOST_NODES + 1:
                    self.findings.keep(
                        each.at, _("is one too many: at most %(limit)s nodes"), limit=MOST_NODES
                    )
                return ()
            maxima.append(_said_max(each))
            node = self.node(each, kinds, depth)
            if node is not None:
                self.weight(each, node, aggregate)
                found.append(node)
        if aggregate == "points" and maximum is not None:
            self.add_up(fields, maximum, maxima)
        return tuple(found)

    def add_up(self, fields: Fields, maximum: Decimal, maxima: Sequence[Decimal | None]) -> None:
        """Whether the points of all children make their node's; with children of which it is not
        known what they are worth, no more than that."""
        total = sum((each for each in maxima if each is not None), _NONE)
        if total > maximum or (total < maximum and None not in maxima):
            template = _("is %(max)s, but the points below it add up to %(sum)s")
            fields.wrong("max", template, max=plain(maximum), sum=plain(total))

    def node(self, fields: Fields, kinds: tuple[model.Kind, ...], depth: int) -> model.Node | None:
        if "children" in fields.raw and "rule" in fields.raw:
            fields.wrong("rule", _("stands beside children; a node is a leaf or a group"))
            return None
        if "children" in fields.raw:
            return self.group(fields, kinds, depth)
        if "rule" in fields.raw:
            return self.leaf(fields, kinds)
        self.findings.keep(fields.at, _("must have a rule, or children"))
        return None

    def group(
        self, fields: Fields, kinds: tuple[model.Kind, ...], depth: int
    ) -> model.Group | None:
        fields.check_keys(GROUP_KEYS, dict.fromkeys(set(LEAF_KEYS) - set(GROUP_KEYS), _OF_LEAVES))
        before = len(self.findings.errors)
        code = self.code(fields)
        self.groups.add(code)
        aggregate = self.aggregate(fields)
        # A group of bonuses and penalties alone stands beside the maximum as they do.
        beside = aggregate == "points" and decimal_of(fields.raw.get("max")) == 0
        maximum = _NONE if beside else fields.points("max", needed=True)
        children = self.children(fields, aggregate, maximum, kinds, depth + 1)
        group = model.Group(
            code=code,
            name=_some(fields.words("name", needed=True)),
            max=_some(maximum),
            children=children,
            aggregate=aggregate,
            weight=fields.above_zero("weight"),
            headers=fields.texts("headers"),
            published_as=fields.text("published_as") or "",
            note=fields.words("note"),
        )
        return group if len(self.findings.errors) == before else None

    def leaf(self, fields: Fields, kinds: tuple[model.Kind, ...]) -> model.Leaf | None:
        fields.check_keys(LEAF_KEYS, dict.fromkeys(set(GROUP_KEYS) - set(LEAF_KEYS), _OF_GROUPS))
        before = len(self.findings.errors)
        code = self.code(fields)
        kind = _kind_of_rule(fields)
        maximum = self.max_of_leaf(fields, kind)
        leaf = model.Leaf(
            code=code,
            name=_some(fields.words("name", needed=True)),
            max=_some(maximum),
            rule=cast(model.Rule, RuleReader(maximum, self.indicators).rule(fields)),
            zero=self.zero(fields, kind),
            direction=cast(
                model.Direction,
                fields.one_of("direction", get_args(model.Direction), "up"),
            ),
            applies_to=self.applies_to(fields, kinds),
            not_applicable=cast(
                model.NotApplicable,
                fields.one_of("not_applicable", get_args(model.NotApplicable), "excluded"),
            ),
            weight=fields.above_zero("weight"),
            evidence=fields.words("evidence"),
            data_source=fields.words("data_source"),
            verifier=fields.words("verifier"),
            owner=fields.text("owner", longest=LONGEST_OWNER) or "",
            action=fields.words("action"),
            headers=fields.texts("headers"),
            published_as=fields.text("published_as") or "",
            note=fields.words("note"),
        )
        if isinstance(leaf.rule, model.Formula) and self.places.get(code) == fields.at:
            self.formulas[code] = fields, leaf.rule
        return leaf if len(self.findings.errors) == before else None

    def code(self, fields: Fields) -> str:
        code = fields.code("code", NAME, _CODE_OF_NODE)
        if code is None:
            return ""
        if code in self.places:
            template = _("%(part)r is the code of %(first)s too")
            fields.wrong("code", template, part=code, first=self.places[code])
        self.places.setdefault(code, fields.at)
        return code

    def max_of_leaf(self, fields: Fields, kind: str) -> Decimal | None:
        """A leaf's maximum. Bonus and penalty stand beside it and have none; where it is not known
        what a leaf is worth it is left out; what is collected and not scored says 0."""
        if kind == "unknown" and not fields.has("max"):
            return _NONE
        if kind == "given" and decimal_of(fields.raw.get("max")) == 0:
            return _NONE
        if kind != BESIDE:
            return fields.points("max", needed=True)
        if fields.has("max") and decimal_of(fields.raw["max"]) != 0:
            fields.wrong("max", _("must be left out: bonus and penalty stand beside the maximum"))
        return _NONE

    def zero(self, fields: Fields, kind: str) -> model.ZeroRule:
        rule = fields.raw.get("rule")
        found = fields.one_of("zero", get_args(model.ZeroRule), "none")
        nothing = kind == "formula" and isinstance(rule, dict) and rule.get("nothing") == "zero"
        if fields.has("zero") and (kind in WITHOUT_ZERO or nothing):
            fields.wrong("zero", _("has no meaning for the rule %(kind)s"), kind=kind)
        return cast(model.ZeroRule, found)

    def applies_to(self, fields: Fields, kinds: tuple[model.Kind, ...]) -> tuple[model.Kind, ...]:
        found = fields.some_of("applies_to", KINDS)
        if kinds and (others := [each for each in found if each not in kinds]):
            template = _("lists %(others)s, to which the index does not apply")
            fields.wrong("applies_to", template, others=", ".join(others))
        return cast(tuple[model.Kind, ...], found)

    def weight(self, fields: Fields, node: model.Node, aggregate: model.Aggregation) -> None:
        """Weights stand where they count, and only there."""
        if aggregate == "points" or node.max == 0:
            if node.weight is not None:
                fields.wrong("weight", _("counts only in a node that is weighted or geometric"))
        elif node.weight is None:
            template = _("is missing; the node above is %(aggregate)s")
            fields.wrong("weight", template, aggregate=aggregate)

    # What is judged when all of the tree is known -------------------------------------------------

    def check_formulas(self) -> None:
        """Names in formulas are operands or other leaves, and no leaf needs itself."""
        for fields, rule in self.formulas.values():
            self.names(fields, rule)
        trees = {code: rule.tree for code, (_fields, rule) in self.formulas.items()}
        for error in cycles(trees):
            fields, _rule = self.formulas[str(error.params["part"])]
            template = _("leaves are made of each other: %(cycle)s")
            self.findings.keep(fields.key("rule.formula"), template, **error.params)

    def names(self, fields: Fields, rule: model.Formula) -> None:
        for name in rule.operands:
            if name in self.places:
                template = _("%(part)r is the code of a node too; give the operand another name")
                fields.wrong(f"rule.operands.{name}", template, part=name)
        known = [*rule.operands, *(code for code in self.places if code not in self.groups)]
        for name in names(rule.tree):
            if name in self.groups:
                template = _("%(part)r is a group; a formula names operands and leaves")
            elif name in rule.operands or name in self.places:
                continue
            else:
                template = _("unknown name: %(part)r is neither operand nor leaf%(hint)s")
            found = re.search(rf"\b{name}\b", rule.text)
            offset = found.start() if found else None
            self.unknown(fields.key("rule.formula"), template, name, known, offset)

    def pillars(self, fields: Fields, children: Iterable[model.Node]) -> Iterator[model.Pillar]:
        nodes, below = set(self.places), _all_below(children)
        for each in fields.each_under("pillars"):
            each.check_keys(PILLAR_KEYS)
            yield model.Pillar(
                code=self.code(each),
                name=_some(each.words("name", needed=True)),
                of=self.members(each, nodes, below),
                headers=each.texts("headers"),
            )

    def members(
        self, fields: Fields, nodes: Collection[str], below: Mapping[str, Collection[str]]
    ) -> tuple[str, ...]:
        """The nodes that a pillar reads; none twice, by itself and within a group of them."""
        listed = fields.texts("of", needed=True)
        within = {code: group for group in listed for code in below.get(group, ())}
        for number, code in enumerate(listed):
            key = f"of.{number}"
            if code not in nodes:
                self.unknown(fields.key(key), _("unknown node: %(part)r%(hint)s"), code, nodes)
            elif code in within:
                template = _("%(part)r is in %(group)s, which is listed too: it would count twice")
                fields.wrong(key, template, part=code, group=within[code])
        return listed

    def unknown(
        self,
        key: str,
        template: str,
        name: str,
        known: Collection[str],
        offset: int | None = None,
    ) -> None:
        near = self.findings.near(name, known)
        self.findings.keep(key, template, offset, part=name, hint=f"; {near}?" if near else "")


def _kind_of_rule(fields: Fields) -> str:
    rule = fields.raw.get("rule")
    kind = rule.get("kind") if isinstance(rule, dict) else None
    return kind if isinstance(kind, str) else ""


def _said_max(fields: Fields) -> Decimal | None:
    """The maximum that a node is given, whatever else is wrong with it; None where it has none."""
    return _NONE if _kind_of_rule(fields) == BESIDE else decimal_of(fields.raw.get("max"))


def _all_below(children: Iterable[model.Node]) -> dict[str, set[str]]:
    """The codes of all nodes within each group."""
    found: dict[str, set[str]] = {}
    for node in children:
        if isinstance(node, model.Group):
            found |= _all_below(node.children)
            own = {child.code for child in node.children}
            found[node.code] = own.union(*(found.get(code, ()) for code in own))
    return found


def _some(value: Value | None) -> Value:
    """A value that is missing only where an error was kept: what is made of it is not given out."""
    return cast(Value, value)
