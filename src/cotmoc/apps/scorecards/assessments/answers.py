"""Checking what a body answers for a leaf, before anything is written. Pure."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from cotmoc.apps.scorecards.assessments.reckoning import Ask, ask_of, least, most, reading_from_json
from cotmoc.indicators.indices.model import Choice, Leaf
from cotmoc.indicators.indices.results import Reading

LARGEST = Decimal(10) ** 12
YES_NO = ("yes", "no")


class AnswerError(ValueError):
    """An answer that is refused; `code` and `params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def checked_answer(
    leaf: Leaf, answer: Mapping[str, Any] | None, readings: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The answer as it is kept; None where there is none. Raises AnswerError.

    Numbers of its own that say the same as the figures (`readings`, as entries keep them) are none.
    """
    if not answer:
        return None
    ask = ask_of(leaf)
    if not ask.anything or (set(answer) - {"figures"} and ask.answer == "none"):
        raise AnswerError("not_asked")
    kept = _answer(leaf, ask, answer)
    figures = _figures(ask, answer.get("figures") or {}, readings)
    if figures:
        kept["figures"] = figures
    return kept or None


def _answer(leaf: Leaf, ask: Ask, answer: Mapping[str, Any]) -> dict[str, Any]:
    if not set(answer) - {"figures"}:
        return {}
    match ask.answer:
        case "choice" | "choices" | "yes_no":
            return _chosen(leaf, ask, answer)
        case "ratio":
            return _ratio(answer)
        case _:
            return _single(leaf, ask, answer)


def _chosen(leaf: Leaf, ask: Ask, answer: Mapping[str, Any]) -> dict[str, Any]:
    chosen = list(dict.fromkeys(answer.get("chosen") or ()))
    known: tuple[str, ...] = YES_NO
    if isinstance(leaf.rule, Choice):
        known = tuple(option.code for option in leaf.rule.options)
    if not set(chosen) <= set(known):
        raise AnswerError("unknown_choice")
    if ask.answer != "choices" and len(chosen) > 1:
        raise AnswerError("one_choice")
    return {"chosen": chosen} if chosen else {}


def _single(leaf: Leaf, ask: Ask, answer: Mapping[str, Any]) -> dict[str, Any]:
    value = number(answer.get("value"))
    if value is None:
        return {}
    if ask.answer == "points" and not least(leaf) <= value <= most(leaf):
        raise AnswerError("out_of_range", low=least(leaf), high=most(leaf))
    return {"value": f"{value:f}"}


def _ratio(answer: Mapping[str, Any]) -> dict[str, Any]:
    top, bottom = number(answer.get("numerator")), number(answer.get("denominator"))
    if top is None and bottom is None:
        return {}
    if top is None or bottom is None:
        raise AnswerError("ratio_parts")
    if top < 0 or bottom < 0:
        raise AnswerError("negative")
    if top > bottom:
        raise AnswerError("part_above_whole")
    return {"numerator": f"{top:f}", "denominator": f"{bottom:f}"}


def _figures(
    ask: Ask, told: Mapping[str, Any], readings: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Own numbers beside figures, without those that say the same as the figure."""
    kept = {}
    for indicator, numbers in told.items():
        if indicator not in ask.figures:
            raise AnswerError("unknown_figure", indicator=indicator)
        own = _own(numbers)
        beside = readings.get(f"figure:{indicator}")
        if own and not _same(own, reading_from_json(beside) if beside else None):
            kept[indicator] = own
    return kept


def _own(numbers: Mapping[str, Any]) -> dict[str, Any]:
    if "numerator" in numbers or "denominator" in numbers:
        return _ratio(numbers)
    value = number(numbers.get("value"))
    return {} if value is None else {"value": f"{value:f}"}


def _same(own: Mapping[str, Any], figure: Reading | None) -> bool:
    if figure is None:
        return False
    if "numerator" in own:
        return (Decimal(own["numerator"]), Decimal(own["denominator"])) == (
            figure.numerator,
            figure.denominator,
        )
    return figure.value is not None and Decimal(own["value"]) == figure.value


def number(value: Any) -> Decimal | None:
    """A finite number, or None where nothing is given. Raises AnswerError."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise AnswerError("not_a_number") from error
    if not found.is_finite() or abs(found) >= LARGEST:
        raise AnswerError("not_a_number")
    return found
