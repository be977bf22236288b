"""Types of parameters and fields that all endpoints share."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from cotmoc.core.text import fold
from cotmoc.rest.numbers import plain

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _iso_day(value: Any) -> Any:
    """Only 2026-08-31: pydantic alone would also read "0" as a day of 1970."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("must be a date like 2026-08-31")
    return value


# A figure's number: a whole number or the nearest binary fraction (see `plain`).
Number = Annotated[int | float, BeforeValidator(plain), WithJsonSchema({"type": "number"})]
Day = Annotated[
    date, BeforeValidator(_iso_day), WithJsonSchema({"type": "string", "format": "date"})
]
# Control characters mean nothing in a code and PostgreSQL refuses some of them.
Code = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Words = Annotated[
    str,
    Field(
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="words to find, in any order, with or without accents",
    ),
]
PeriodCode = Annotated[
    str,
    Field(
        max_length=20,
        pattern=(
            r"^([a-z][a-z0-9_-]{0,10}:)?(19|2[0-9])[0-9]{2}"
            r"(-(0[1-9]|1[0-2])|-Q[1-4]|-H[12]|-9M|-W(0[1-9]|[1-4][0-9]|5[0-3]))?$"
        ),
        description="2026-08, 2026-Q3, 2026-H1, 2026-9M or 2026; of another calendar nd09:2026-08",
        examples=["2026-08"],
    ),
]


def folded_words(words: str | None) -> list[str]:
    """What to look for in a folded search column: every word must stand there."""
    return fold(words or "").split()
