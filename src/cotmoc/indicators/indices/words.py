"""How a leaf is scored, in words for people, in both languages of the catalogue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from cotmoc.indicators import syntax
from cotmoc.indicators.indices import model

Language = Literal["vi", "en"]
Text = Mapping[Language, str]

PLACES = 6  # of points that are made of shares: 1/3 of 10 is said as 3.333333

_POINTS: Text = {"vi": "{number} điểm", "en": "{number} {points}"}
_OPERANDS: dict[str, Text] = {
    "figure": {"vi": "“{name}”", "en": "“{name}”"},
    "answer": {"vi": "số đơn vị tự kê khai", "en": "what the body reports of itself"},
    "published": {"vi": "kết quả công bố của chỉ số này", "en": "the published result"},
    "published_on": {
        "vi": "kết quả công bố của chỉ số này (thang {scale})",
        "en": "the published result (on a scale of {scale})",
    },
}
_RULES: dict[str, Text] = {
    "ratio": {
        "vi": "{max} × tỷ lệ của {of} (tử số ÷ mẫu số).",
        "en": "{max} × the ratio of {of} (numerator ÷ denominator).",
    },
    "ratio_down": {
        "vi": "{max} × (1 − tỷ lệ của {of}): tỷ lệ càng thấp điểm càng cao.",
        "en": "{max} × (1 − the ratio of {of}): the lower the ratio, the more points.",
    },
    "capped": {
        "vi": "Theo {of}: đạt {full} trở lên được tối đa {max}; thấp hơn thì tính theo tỷ lệ.",
        "en": "By {of}: from {full} on all {max}; below that in proportion.",
    },
    "capped_from": {
        "vi": "Theo {of}: đạt {full} trở lên được tối đa {max}; thấp hơn thì tính theo tỷ lệ; "
        "từ {none} trở xuống được 0 điểm.",
        "en": "By {of}: from {full} on all {max}; below that in proportion; "
        "none at {none} and below.",
    },
    "capped_down": {
        "vi": "Theo {of}: từ {full} trở xuống được tối đa {max}; cao hơn thì giảm dần theo tỷ lệ; "
        "từ {none} trở lên được 0 điểm.",
        "en": "By {of}: at {full} and below all {max}; above that less in proportion; "
        "none from {none} on.",
    },
    "bands": {
        "vi": "Theo {of}: {steps}.",
        "en": "By {of}: {steps}.",
    },
    "bands_open": {
        "vi": "Theo {of}: {steps}; ngoài các khoảng này được 0 điểm.",
        "en": "By {of}: {steps}; 0 points outside of these.",
    },
    "choice": {"vi": "Theo mức đạt được: {steps}.", "en": "By the level reached: {steps}."},
    "choices": {
        "vi": "Cộng điểm các nội dung đạt được, tối đa {max}: {steps}.",
        "en": "The points of all that is reached are added, at most {max}: {steps}.",
    },
    "yes_no": {"vi": "Có: {max}; không: 0 điểm.", "en": "Yes: {max}; no: 0 points."},
    "survey": {
        "vi": "Điểm trung bình của {of} trên thang {low}–{high}: {low} được 0 điểm, "
        "{high} được {max}, ở giữa tính theo tỷ lệ.",
        "en": "The mean of {of} on a scale of {low}–{high}: {low} gives 0 points, "
        "{high} gives {max}, in proportion between.",
    },
    "bonus": {
        "vi": "Điểm thưởng: mỗi trường hợp cộng {each}, tối đa {limit} (theo {of}).",
        "en": "Bonus: {each} for each case, at most {limit} (by {of}).",
    },
    "penalty": {
        "vi": "Điểm trừ: mỗi trường hợp trừ {each}, tối đa {limit} (theo {of}).",
        "en": "Penalty: {each} off for each case, at most {limit} (by {of}).",
    },
    "min_max": {
        "vi": "{max} × (giá trị − thấp nhất) ÷ (cao nhất − thấp nhất) của {of} giữa các đơn vị "
        "cùng cấp.",
        "en": "{max} × (value − lowest) ÷ (highest − lowest) of {of} among bodies of the kind.",
    },
    "min_max_down": {
        "vi": "{max} × (cao nhất − giá trị) ÷ (cao nhất − thấp nhất) của {of} giữa các đơn vị "
        "cùng cấp.",
        "en": "{max} × (highest − value) ÷ (highest − lowest) of {of} among bodies of the kind.",
    },
    "z_score": {
        "vi": "So {of} với trung bình các đơn vị cùng cấp: bằng trung bình được {half}; cao hơn "
        "{within} độ lệch chuẩn trở lên được {max}; thấp hơn {within} độ lệch chuẩn trở xuống "
        "được 0 điểm.",
        "en": "{of} against the mean of bodies of the kind: {half} at the mean, {max} from "
        "{within} standard deviations above it on, 0 points at {within} below it and lower.",
    },
    "z_score_down": {
        "vi": "So {of} với trung bình các đơn vị cùng cấp: bằng trung bình được {half}; thấp hơn "
        "{within} độ lệch chuẩn trở xuống được {max}; cao hơn {within} độ lệch chuẩn trở lên "
        "được 0 điểm.",
        "en": "{of} against the mean of bodies of the kind: {half} at the mean, {max} from "
        "{within} standard deviations below it on, 0 points at {within} above it and higher.",
    },
    "formula": {
        "vi": "{formula}; ít nhất 0, nhiều nhất {max}{where}.",
        "en": "{formula}; at least 0, at most {max}{where}.",
    },
    "given": {
        "vi": "{max} × {of}.",
        "en": "{max} × {of}.",
    },
    "given_points": {
        "vi": "Lấy đúng điểm theo {of}, tối đa {max}.",
        "en": "The points of {of} as they are, at most {max}.",
    },
    "unknown": {
        "vi": "Chưa tính được: {why}",
        "en": "Cannot be computed: {why}",
    },
}
_STEPS: dict[str, Text] = {
    "between": {"vi": "từ {low} đến dưới {high}", "en": "from {low} to below {high}"},
    "closed": {"vi": "từ {low} đến {high}", "en": "from {low} to {high}"},
    "below": {"vi": "dưới {high}", "en": "below {high}"},
    "upto": {"vi": "đến {high}", "en": "up to {high}"},
    "from": {"vi": "từ {low} trở lên", "en": "{low} and more"},
    "all": {"vi": "mọi giá trị", "en": "any value"},
}
_NOTHING: Text = {
    "vi": "; chỉ số nào không phát sinh thì tính là 0",
    "en": "; one for which nothing arose counts as 0",
}
_ROUNDED: Text = {
    "vi": "; mỗi phần làm tròn {places} chữ số thập phân",
    "en": "; each part rounded to {places} places",
}
_WHERE: Text = {"vi": "; {name} = {of}", "en": "; {name} = {of}"}
_WHERE_RATIO: Text = {
    "vi": "; {name} = tỷ lệ của {of}, từ 0 đến 1",
    "en": "; {name} = the ratio of {of}, from 0 to 1",
}
_ZERO: dict[model.ZeroRule, Text] = {
    "zero": {"vi": "Không phát sinh thì được 0 điểm.", "en": "0 points when nothing arose."},
    "full": {
        "vi": "Không phát sinh thì được điểm tối đa, {max}.",
        "en": "Full marks, {max}, when nothing arose.",
    },
    "excluded": {
        "vi": "Không phát sinh thì không tính; điểm của đơn vị quy đổi trên phần còn lại.",
        "en": "Left out when nothing arose; the rest is scaled up to the whole.",
    },
    "none": {
        "vi": "Không phát sinh thì chưa có điểm.",
        "en": "No points when nothing arose.",
    },
}
_KINDS: dict[model.Kind, Text] = {
    "province": {"vi": "cấp tỉnh", "en": "provinces"},
    "department": {"vi": "sở, ban, ngành", "en": "departments"},
    "commune": {"vi": "xã, phường, đặc khu", "en": "communes"},
}
_NOT_APPLICABLE: dict[model.NotApplicable, Text] = {
    "full": {
        "vi": "Chỉ áp dụng cho {kinds}; các đơn vị khác được điểm tối đa, {max}.",
        "en": "For {kinds} only; others get full marks, {max}.",
    },
    "excluded": {
        "vi": "Chỉ áp dụng cho {kinds}; các đơn vị khác không tính, điểm được quy đổi trên phần "
        "còn lại.",
        "en": "For {kinds} only; for others it is left out and the rest scaled up to the whole.",
    },
}
_AGGREGATES: dict[model.Aggregation, Text] = {
    "points": {
        "vi": "Tổng điểm các thành phần, tối đa {max}.",
        "en": "The sum of the points below, at most {max}.",
    },
    "weighted": {
        "vi": "{max} × trung bình cộng có trọng số của phần điểm đạt được: {weights}.",
        "en": "{max} × the weighted mean of the shares reached: {weights}.",
    },
    "geometric": {
        "vi": "{max} × trung bình nhân có trọng số của phần điểm đạt được: {weights}.",
        "en": "{max} × the weighted geometric mean of the shares reached: {weights}.",
    },
}
_WEIGHT: Text = {"vi": "{name} (trọng số {weight})", "en": "{name} (weight {weight})"}
_AND: Text = {"vi": " và ", "en": " and "}

_FUNCTIONS: dict[type, Text] = {
    syntax.Least: {"vi": "số nhỏ nhất trong ({parts})", "en": "the least of ({parts})"},
    syntax.Greatest: {"vi": "số lớn nhất trong ({parts})", "en": "the greatest of ({parts})"},
}
_OR_ELSE: Text = {"vi": "; nếu không có: ", "en": "; failing that: "}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says how things are scored in one language.

    `names` are those of indicators and leaves by code, `units` the units of indicators; a code
    without a name is said as it is.
    """

    language: Language
    names: Mapping[str, model.Words] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    # What pages ask for --------------------------------------------------------------------------

    def rule(self, leaf: model.Leaf) -> str:
        """How the points of a leaf come about."""
        most, rule, down = self.points(leaf.max), leaf.rule, leaf.direction == "down"
        match rule:
            case model.Ratio(of):
                return self.say("ratio_down" if down else "ratio", max=most, of=self.operand(of))
            case model.CappedRatio():
                return self._capped(rule, most)
            case model.Bands():
                return self._bands(rule, leaf.max)
            case model.Choice(options, several):
                steps = [
                    (option.name[self.language], self.points(leaf.max * option.share))
                    for option in options
                ]
                key = "choices" if several else "choice"
                return self.say(key, max=most, steps=_listed(steps))
            case model.YesNo():
                return self.say("yes_no", max=most)
            case model.Survey(of, low, high):
                ends = {"low": self.number(low), "high": self.number(high)}
                return self.say("survey", max=most, of=self.operand(of), **ends)
            case model.PerCase(of, each, limit):
                return self.say(
                    "bonus" if each > 0 else "penalty",
                    each=self.points(abs(each)),
                    limit=self.points(limit),
                    of=self.operand(of),
                )
            case model.MinMax(of):
                key = "min_max_down" if down else "min_max"
                return self.say(key, max=most, of=self.operand(of))
            case model.ZScore(of, within):
                return self.say(
                    "z_score_down" if down else "z_score",
                    max=most,
                    half=self.points(leaf.max / 2),
                    within=self.number(within),
                    of=self.operand(of),
                )
            case model.Formula():
                return self._formula(rule, most)
            case model.Given(of):
                as_points = isinstance(of, model.PublishedShare) and of.scale is None
                key = "given_points" if as_points else "given"
                return self.say(key, max=most, of=self.operand(of))
            case model.Unknown(why):
                return self.say("unknown", why=why[self.language])

    def zero(self, leaf: model.Leaf) -> str:
        """What a leaf gives when nothing arose; empty where that cannot be."""
        if leaf.zero == "none" and not self._may_not_arise(leaf.rule):
            return ""
        return _ZERO[leaf.zero][self.language].format(max=self.points(leaf.max))

    def applies_to(self, leaf: model.Leaf) -> str:
        """Whom a leaf applies to and what others get; empty where it applies to all."""
        if not leaf.applies_to:
            return ""
        said = _NOT_APPLICABLE[leaf.not_applicable][self.language]
        return said.format(kinds=self.kinds(leaf.applies_to), max=self.points(leaf.max))

    def leaf(self, leaf: model.Leaf) -> list[str]:
        """All of it, a sentence each."""
        said = (self.rule(leaf), self.zero(leaf), self.applies_to(leaf))
        return [sentence for sentence in said if sentence]

    def aggregate(self, node: model.Group | model.Index) -> str:
        """How the points below a node become its own."""
        weights = ", ".join(map(self._weighed, node.children))
        said = _AGGREGATES[node.aggregate][self.language]
        return said.format(max=self.points(node.max), weights=weights)

    # Parts ----------------------------------------------------------------------------------------

    def number(self, value: Decimal) -> str:
        """A number exactly as it is: `1.234,5` in Vietnamese, `1,234.5` in English."""
        text = f"{value.normalize():,f}".replace("-", "−")
        if self.language == "vi":
            return text.translate(str.maketrans(",.", ".,"))
        return text

    def points(self, value: Decimal) -> str:
        """`2,5 điểm`, `1 point`, `2.5 points`."""
        value = round(value, PLACES)
        words = "point" if value == 1 else "points"
        return _POINTS[self.language].format(number=self.number(value), points=words)

    def kinds(self, kinds: Sequence[model.Kind]) -> str:
        return _AND[self.language].join(_KINDS[kind][self.language] for kind in kinds)

    def operand(self, operand: model.Operand) -> str:
        """What a rule reads."""
        match operand:
            case model.FigureOf(code):
                return _OPERANDS["figure"][self.language].format(name=self.name(code))
            case model.Answer():
                return _OPERANDS["answer"][self.language]
            case model.PublishedShare(scale):
                if scale is None:
                    return _OPERANDS["published"][self.language]
                return _OPERANDS["published_on"][self.language].format(scale=self.number(scale))

    def name(self, code: str) -> str:
        return self.names[code][self.language] if code in self.names else code

    def value(self, value: Decimal, operand: model.Operand) -> str:
        """A value of an operand, with its per cent."""
        unit = self.units.get(operand.indicator) if isinstance(operand, model.FigureOf) else None
        return f"{self.number(value)} %" if unit == "%" else self.number(value)

    def say(self, key: str, **params: str) -> str:
        said = _RULES[key][self.language].format(**params)
        return said[0].upper() + said[1:]

    def _weighed(self, node: model.Node) -> str:
        name = node.name[self.language]
        if node.weight is None:
            return name
        return _WEIGHT[self.language].format(name=name, weight=self.number(node.weight))

    @staticmethod
    def _may_not_arise(rule: model.Rule) -> bool:
        """Whether a rule divides what may be nothing: figures do, answers and marks do not."""
        if isinstance(rule, model.PerCase) or (
            isinstance(rule, model.Formula) and rule.nothing == "zero"
        ):
            return False
        return any(isinstance(each, model.FigureOf) for each in model.operands_of(rule).values())

    def _capped(self, rule: model.CappedRatio, most: str) -> str:
        key = "capped_from" if rule.none_at else "capped"
        return self.say(
            key if rule.full_at > rule.none_at else "capped_down",
            of=self.operand(rule.of),
            full=self.value(rule.full_at, rule.of),
            none=self.value(rule.none_at, rule.of),
            max=most,
        )

    def _bands(self, rule: model.Bands, most: Decimal) -> str:
        steps = [(self._band(band, rule.of), self.points(most * band.share)) for band in rule.bands]
        lows, highs = {band.low for band in rule.bands}, {band.high for band in rule.bands}
        key = "bands" if None in lows and None in highs else "bands_open"
        return self.say(key, of=self.operand(rule.of), steps=_listed(steps))

    def _band(self, band: model.Band, of: model.Operand) -> str:
        key = {
            (False, False): "all",
            (False, True): "upto" if band.closed else "below",
            (True, False): "from",
            (True, True): "closed" if band.closed else "between",
        }[band.low is not None, band.high is not None]
        ends = {"low": band.low, "high": band.high}
        said = {name: self.value(end, of) for name, end in ends.items() if end is not None}
        return _STEPS[key][self.language].format(**said)

    def _formula(self, rule: model.Formula, most: str) -> str:
        where = "".join(map(self._where, rule.operands.items()))
        if rule.nothing == "zero":
            where += _NOTHING[self.language]
        for places in sorted(_places(rule.tree)):
            where += _ROUNDED[self.language].format(places=places)
        formula = self.tree(rule.tree, rule.operands)
        return self.say("formula", formula=formula, max=most, where=where)

    def _where(self, named: tuple[str, model.Operand]) -> str:
        name, operand = named
        unit = self.units.get(operand.indicator) if isinstance(operand, model.FigureOf) else None
        said = _WHERE_RATIO if unit == "%" else _WHERE
        return said[self.language].format(name=name, of=self.operand(operand))

    def tree(self, node: syntax.Scalar, operands: Iterable[str] = (), outside: int = 0) -> str:
        """A formula without its rounding; in brackets where what is outside of a part binds more
        tightly. Leaves are said by name, operands by the letter they are explained under."""

        def inner(part: syntax.Scalar, binds: int = 0) -> str:
            return self.tree(part, operands, binds)

        match node:
            case syntax.Number(value):
                return self.number(value)
            case syntax.Reference(_, code):
                return code if code in operands else f"“{self.name(code)}”"
            case syntax.Least(parts) | syntax.Greatest(parts):
                listed = "; ".join(map(inner, parts))
                return _FUNCTIONS[type(node)][self.language].format(parts=listed)
            case syntax.Rounded(part):
                return inner(part, outside)
            case syntax.Coalesce(parts):
                return f"({_OR_ELSE[self.language].join(map(inner, parts))})"
            case syntax.Negative(part):
                binds, said = 2, f"−{inner(part, 3)}"
            case syntax.Arithmetic(operator, left, right):
                binds = _BINDS[operator]
                # `a - (b - c)` and `a / (b * c)` keep their brackets.
                after = binds + (operator in "-/")
                said = f"{inner(left, binds)} {_SIGNS[operator]} {inner(right, after)}"
            case _:
                return str(node)
        return f"({said})" if binds < outside else said


def _places(node: syntax.Scalar) -> set[int]:
    """To how many places a formula rounds its parts."""
    match node:
        case syntax.Rounded(inner, places):
            return {places} | _places(inner)
        case syntax.Negative(inner):
            return _places(inner)
        case syntax.Arithmetic(_, left, right):
            return _places(left) | _places(right)
        case syntax.Coalesce(parts) | syntax.Least(parts) | syntax.Greatest(parts):
            return set().union(*map(_places, parts))
    return set()


def _listed(steps: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{what}: {points}" for what, points in steps)
