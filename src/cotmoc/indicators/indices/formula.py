"""Formulas of scores: `+ - * /`, brackets, numbers, names, `min`, `max`, `coalesce` and `round`.

The text is cut into tokens and read by hand into the nodes of `syntax`: SQL's parser gives names
such as `in` or `case` a meaning of its own, and knows no `min` of three parts. What the grammar
does not have cannot be written, so nothing else can ever be computed.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import cast

from cotmoc.indicators import syntax
from cotmoc.indicators.evaluate import arithmetic
from cotmoc.indicators.indices.model import Rounding
from cotmoc.indicators.lexis import ExpressionError
from cotmoc.indicators.wrong import gettext_noop as _

LONGEST = 2_000
MOST_TOKENS = 400
DEEPEST = 40
PRECISION = 40
MOST_PLACES = 9
UNROUNDED = Rounding()
FUNCTIONS: dict[str, Callable[[tuple[syntax.Scalar, ...]], syntax.Scalar]] = {
    "min": syntax.Least,
    "max": syntax.Greatest,
    "coalesce": syntax.Coalesce,
}
WORDS = (*FUNCTIONS, "round")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>[-+*/(),])|(?P<wrong>\S)"
)
_PLAIN_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?|\.[0-9]{1,9}")


def parse(text: str) -> syntax.Scalar:
    """Read a formula; raises ExpressionError that names the wrong part and where it stands."""
    if len(text) > LONGEST:
        raise ExpressionError(_("is longer than %(limit)s characters"), LONGEST, limit=LONGEST)
    tokens = list(_tokens(text))
    if len(tokens) > MOST_TOKENS:
        start = tokens[MOST_TOKENS].start
        raise ExpressionError(_("has more than %(limit)s parts"), start, limit=MOST_TOKENS)
    reader = _Reader(text, tokens)
    found = reader.sum(0)
    if reader.peek():
        raise reader.unexpected()
    if not any(syntax.references(found)):
        raise ExpressionError(_("names nothing to compute from: %(part)r"), 0, part=text)
    return found


def names(tree: syntax.Scalar) -> list[str]:
    """The names in a formula, each once, in their order."""
    return list(dict.fromkeys(reference.code for reference in syntax.references(tree)))


def evaluate(
    tree: syntax.Scalar,
    values: Mapping[str, Decimal | None],
    rounding: Rounding = UNROUNDED,
) -> Decimal | None:
    """What a formula gives for the values of its names; a name that is not there is missing.
    `round` sends a half where `rounding` says.

    Missing anywhere makes the whole missing, except inside `coalesce`; so does a division by zero.
    """
    with localcontext(prec=PRECISION):
        return _value(tree, values, rounding)


def _value(
    tree: syntax.Scalar, values: Mapping[str, Decimal | None], rounding: Rounding
) -> Decimal | None:
    match tree:
        case syntax.Number(value):
            return value
        case syntax.Reference(_, name):
            return values.get(name)
        case syntax.Negative(inner):
            found = _value(inner, values, rounding)
            return None if found is None else -found
        case syntax.Arithmetic(operator, left, right):
            sides = _value(left, values, rounding), _value(right, values, rounding)
            return arithmetic(operator, *sides)
        case syntax.Coalesce(parts):
            each = (_value(part, values, rounding) for part in parts)
            return next((found for found in each if found is not None), None)
        case syntax.Least(parts) | syntax.Greatest(parts):
            each_side = [_value(part, values, rounding) for part in parts]
            known = [side for side in each_side if side is not None]
            if len(known) < len(each_side):
                return None
            return min(known) if isinstance(tree, syntax.Least) else max(known)
        case syntax.Rounded(inner, places):
            found = _value(inner, values, rounding)
            return None if found is None else rounding.apply(found, places)
    raise TypeError(f"not of a formula: {tree}")


# Reading ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        token = _Token(str(found.lastgroup), found.group(), found.start())
        if token.kind == "wrong":
            raise ExpressionError(_("not allowed here: %(part)r"), token.start, part=token.text)
        if token.kind == "number" and not _PLAIN_NUMBER.fullmatch(token.text):
            raise ExpressionError(_("not a plain number: %(part)r"), token.start, part=token.text)
        yield token


@dataclass(slots=True)
class _Reader:
    """Reads tokens from left to right: a sum of products of numbers, names, calls and brackets."""

    text: str
    tokens: list[_Token]
    at: int = 0

    def peek(self) -> str:
        """The text of the next token; empty at the end."""
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def take(self) -> _Token:
        if self.at == len(self.tokens):
            raise ExpressionError(
                _("ends too early: %(part)r"), max(0, len(self.text) - 1), part=self.text
            )
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, sign: str) -> None:
        if self.take().text != sign:
            self.at -= 1
            raise self.unexpected()

    def unexpected(self) -> ExpressionError:
        token = self.tokens[self.at]
        return ExpressionError(_("not allowed here: %(part)r"), token.start, part=token.text)

    def sum(self, depth: int) -> syntax.Scalar:
        return self.chain("+-", self.product, depth)

    def product(self, depth: int) -> syntax.Scalar:
        return self.chain("*/", self.factor, depth)

    def chain(self, signs: str, part: Callable[[int], syntax.Scalar], depth: int) -> syntax.Scalar:
        """Parts joined by signs of one rank, from left to right."""
        found = part(depth)
        while (sign := self.peek()) and sign in signs:
            self.take()
            found = syntax.Arithmetic(cast(syntax.Operator, sign), found, part(depth))
        return found

    def factor(self, depth: int) -> syntax.Scalar:
        self.not_too_deep(depth)
        token = self.take()
        if token.kind == "number":
            return syntax.Number(Decimal(token.text))
        if token.text == "-":
            return syntax.Negative(self.factor(depth + 1))
        if token.text == "(":
            inner = self.sum(depth + 1)
            self.expect(")")
            return inner
        if token.kind != "name":
            self.at -= 1
            raise self.unexpected()
        return self.call(token, depth) if self.peek() == "(" else self.name(token)

    def call(self, token: _Token, depth: int) -> syntax.Scalar:
        if token.text not in WORDS:
            near = difflib.get_close_matches(token.text.lower(), WORDS, n=1)
            raise ExpressionError(
                _("unknown function: %(part)r; known: %(known)s%(hint)s"),
                token.start,
                part=token.text,
                known=", ".join(WORDS),
                hint=f"; {near[0]}?" if near else "",
            )
        self.expect("(")
        parts = [self.sum(depth + 1)]
        while self.peek() == ",":
            self.take()
            parts.append(self.sum(depth + 1))
        self.expect(")")
        if len(parts) < 2:
            template = _("%(part)s takes two parts or more in its brackets")
            raise ExpressionError(template, token.start, part=token.text)
        if token.text == "round":
            return _rounded(token, parts)
        return FUNCTIONS[token.text](tuple(parts))

    def name(self, token: _Token) -> syntax.Scalar:
        if not NAME.fullmatch(token.text) or token.text in WORDS:
            raise ExpressionError(_("cannot be a name: %(part)r"), token.start, part=token.text)
        return syntax.Reference("value", token.text)

    def not_too_deep(self, depth: int) -> None:
        if depth > DEEPEST:
            start = self.tokens[min(self.at, len(self.tokens) - 1)].start if self.tokens else 0
            raise ExpressionError(_("is nested too deeply"), start)


def _rounded(token: _Token, parts: list[syntax.Scalar]) -> syntax.Rounded:
    """`round(x, places)`: the places are written as a whole number."""
    match parts:
        case [inner, syntax.Number(places)] if places in range(MOST_PLACES + 1):
            return syntax.Rounded(inner, int(places))
    template = _("%(part)s takes what to round and a whole number of places, at most %(limit)s")
    raise ExpressionError(template, token.start, part=token.text, limit=MOST_PLACES)
