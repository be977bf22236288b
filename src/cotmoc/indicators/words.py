"""A definition's arithmetic in words for people, in both languages of the catalogue."""

from collections.abc import Mapping

from cotmoc.indicators import syntax
from cotmoc.indicators.definitions import Definition

_REFERENCES: dict[syntax.Function, dict[str, str]] = {
    "value": {"vi": "{name}", "en": "{name}"},
    "numerator": {"vi": "tử số của {name}", "en": "numerator of {name}"},
    "denominator": {"vi": "mẫu số của {name}", "en": "denominator of {name}"},
    "previous": {"vi": "{name} (kỳ trước)", "en": "{name} (period before)"},
    "last_year": {
        "vi": "{name} (cùng kỳ năm trước)",
        "en": "{name} (same period a year before)",
    },
    "ytd": {"vi": "{name} (từ đầu năm)", "en": "{name} (since the start of the year)"},
    "moving": {"vi": "{name} ({count} kỳ liền)", "en": "{name} (last {count} periods)"},
}
_OR_ELSE = {"vi": "; nếu không có: ", "en": "; failing that: "}
_WHEN = {"vi": "nếu {test} thì {then}", "en": "if {test}, {then}"}
_OTHERWISE = {"vi": "; nếu không: {otherwise}", "en": "; else {otherwise}"}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷", "<=": "≤", ">=": "≥", "<>": "≠"}
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2}


def formula_words(
    definition: Definition, names: Mapping[str, Mapping[str, str]], language: str
) -> str:
    """`100 × dossiers on time ÷ dossiers received`; `names` are those of other indicators, by
    code, for derived definitions."""
    if definition.formula is not None:
        return _words(definition.formula, names, language, 0)
    words = definition.numerator.name[language]
    if definition.denominator:
        words = f"{words} ÷ {definition.denominator.name[language]}"
    return words if definition.scale == 1 else f"{definition.scale.normalize():f} × {words}"


def _words(
    node: syntax.Scalar, names: Mapping[str, Mapping[str, str]], language: str, outside: int
) -> str:
    """Words of a node; in brackets where what is outside of it binds more tightly."""

    def inner(part: syntax.Scalar, binds: int = 0) -> str:
        return _words(part, names, language, binds)

    match node:
        case syntax.Arithmetic(operator, left, right):
            binds = _BINDS[operator]
            # `a - (b - c)` and `a / (b * c)` keep their brackets.
            after = binds + (operator in "-/")
            words = f"{inner(left, binds)} {_SIGNS[operator]} {inner(right, after)}"
        case syntax.Negative(part):
            binds, words = 2, f"−{inner(part, 3)}"
        case syntax.Coalesce(parts):
            binds, words = 0, _OR_ELSE[language].join(map(inner, parts))
        case syntax.When(operator, left, right, then, otherwise):
            test = f"{inner(left, 1)} {_SIGNS.get(operator, operator)} {inner(right, 1)}"
            binds, words = 0, _WHEN[language].format(test=test, then=inner(then, 1))
            if otherwise is not None:
                words += _OTHERWISE[language].format(otherwise=inner(otherwise, 1))
        case syntax.Reference(function, code, count):
            name = names[code][language] if code in names else code
            return _REFERENCES[function][language].format(name=name, count=count)
        case _:
            return str(node)
    return f"({words})" if binds < outside else words
