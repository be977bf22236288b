"""The words and signs that an expression may be written with, looked at before it is parsed."""

import re

import sqlglot
from sqlglot.errors import TokenError
from sqlglot.tokens import Token, TokenType

from cotmoc.indicators.wrong import WrongError
from cotmoc.indicators.wrong import gettext_noop as _

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIGNS = {
    TokenType.L_PAREN,
    TokenType.R_PAREN,
    TokenType.COMMA,
    TokenType.STAR,
    TokenType.PLUS,
    TokenType.DASH,
    TokenType.SLASH,
    TokenType.EQ,
    TokenType.NEQ,
    TokenType.LT,
    TokenType.LTE,
    TokenType.GT,
    TokenType.GTE,
    TokenType.NUMBER,
}


class ExpressionError(WrongError):
    """An expression that is not in the subset. The message names the part and what is known;
    `offset` is where the part stands in the text, when that can be said."""


def check_words(text: str) -> None:
    """Whether a text has only plain words, numbers, texts in single quotes and the known signs.

    Refused with their place: comments, quoted names, other sorts of texts, semicolons, dots,
    casts, parameters, letters that only look Latin. Raises ExpressionError.
    """
    try:
        tokens: list[Token] = sqlglot.tokenize(text, dialect="duckdb")
    except TokenError as error:
        raise ExpressionError(
            _("cannot be read: %(part)r (a text or bracket is not closed)"), 0, part=text
        ) from error
    before = 0
    for token in tokens:
        start, source = token.start, text[token.start : token.end + 1]
        if token.comments:
            comment = re.search(r"--|/\*|//|#", text[before:])
            at = before + comment.start() if comment else start
            raise ExpressionError(_("comments are not allowed: %(part)r"), at, part=text[at:])
        if not _may_stand(token, source):
            raise ExpressionError(_("not allowed here: %(part)r"), start, part=source)
        before = start
    if not tokens:
        raise ExpressionError(_("must be exactly one expression: %(part)r"), 0, part=text)


def _may_stand(token: Token, source: str) -> bool:
    if token.token_type in _SIGNS:
        return source.isascii()
    if token.token_type == TokenType.STRING:
        return source.startswith("'")
    return _WORD.fullmatch(source) is not None
