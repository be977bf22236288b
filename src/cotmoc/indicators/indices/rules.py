"""Reading the scoring rule of a leaf from its YAML."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise

from cotmoc.indicators import syntax
from cotmoc.indicators.indices import model
from cotmoc.indicators.indices.fields import LARGEST_POINTS, PLACES_OF_POINTS, Fields, plain
from cotmoc.indicators.indices.formula import NAME, WORDS, names, parse
from cotmoc.indicators.lexis import ExpressionError
from cotmoc.indicators.wrong import gettext_noop as _

# So many digits that a share of points times the maximum is those points again: 1/3 × 3 = 1.
SHARE_DIGITS = 60
OPERANDS = ("indicator", "answer", "published")
NOTHING = ("zero", "missing")


@dataclass(frozen=True, slots=True)
class RuleReader:
    """Reads the `rule` of one leaf. `max` is the leaf's, None where it is not known; `indicators`
    are the codes that may be read, None checks none of them."""

    max: Decimal | None
    indicators: Collection[str] | None

    def rule(self, leaf: Fields) -> model.Rule | None:
        """The rule, or None when something of it is wrong: the errors are kept."""
        fields = leaf.under("rule", needed=True)
        if fields is None:
            return None
        kind = fields.one_of("kind", KEYS)
        if kind is None:
            return None
        fields.check_keys({"kind", *KEYS[kind]})
        return getattr(self, f"_{kind}")(fields)  # type: ignore[no-any-return]

    def operand(self, fields: Fields, name: str = "of") -> model.Operand | None:
        """What a rule reads: an indicator's figure, an answer or a published result."""
        found = fields.under(name, needed=True)
        if found is None:
            return None
        if len(found.raw) != 1 or not set(found.raw) <= set(OPERANDS):
            known = ", ".join(OPERANDS)
            fields.wrong(name, _("must have exactly one of %(known)s"), known=known)
            return None
        if "indicator" in found.raw:
            return self._figure(found)
        if "answer" in found.raw:
            if found.raw["answer"] is not True:
                found.wrong("answer", _("must be true"))
                return None
            return model.Answer()
        if not found.has("published"):
            return model.PublishedShare()
        scale = found.above_zero("published")
        return None if scale is None else model.PublishedShare(scale)

    def _figure(self, fields: Fields) -> model.FigureOf | None:
        code = fields.text("indicator", needed=True)
        if code is None or self.indicators is None or code in self.indicators:
            return None if code is None else model.FigureOf(code)
        near = fields.findings.near(code, self.indicators, 3)
        if near:
            template = _("unknown indicator: %(part)r; did you mean %(near)s?")
            fields.wrong("indicator", template, part=code, near=near)
            return None
        fields.wrong("indicator", _("unknown indicator: %(part)r"), part=code)
        return None

    # The kinds, in the order of the model --------------------------------------------------------

    def _ratio(self, fields: Fields) -> model.Ratio | None:
        of = self.operand(fields)
        return None if of is None else model.Ratio(of)

    def _capped_ratio(self, fields: Fields) -> model.CappedRatio | None:
        of, full_at = self.operand(fields), fields.number("full_at", needed=True)
        none_at = fields.number("none_at") if fields.has("none_at") else Decimal(0)
        if of is None or full_at is None or none_at is None:
            return None
        if full_at == none_at:
            template = _("is %(value)s, where there are no points yet; it must differ from none_at")
            fields.wrong("full_at", template, value=plain(full_at))
            return None
        return model.CappedRatio(of, full_at, none_at)

    def _bands(self, fields: Fields) -> model.Bands | None:
        of = self.operand(fields)
        listed = list(fields.each_under("bands", needed=True))
        bands = [self._band(each) for each in listed]
        good = [(each, band) for each, band in zip(listed, bands, strict=True) if band]
        whole = bool(good) and len(good) == len(_list(fields.raw.get("bands")))
        if not _check_steps(good, whole) or of is None or not whole:
            return None
        return model.Bands(of, tuple(band for _each, band in good))

    def _band(self, fields: Fields) -> model.Band | None:
        fields.check_keys({"from", "to", "share", "points", "closed"})
        low, high = fields.number("from"), fields.number("to")
        share, closed = self._share(fields), fields.yes("closed")
        failed = any(
            fields.has(key) and value is None for key, value in (("from", low), ("to", high))
        )
        if failed:
            return None
        if low is not None and high is not None and low >= high:
            template = _("the band %(band)s has its upper end at or below its lower one")
            fields.wrong("from", template, band=f"{plain(low)}–{plain(high)}")
            return None
        if closed and high is None:
            fields.wrong("closed", _("needs an upper end to take in"))
            return None
        # A band with a wrong share still has its place among the others.
        return model.Band(low, high, Decimal(0) if share is None else share, closed)

    def _share(self, fields: Fields) -> Decimal | None:
        """A share of the maximum, 0 to 1, said as such or in points."""
        if fields.has("share") == fields.has("points"):
            known = "share, points"
            fields.wrong("share", _("must have exactly one of %(known)s"), known=known)
            return None
        if fields.has("share"):
            share = fields.number("share")
            if share is not None and not 0 <= share <= 1:
                fields.wrong("share", _("must be from 0 to 1"))
                return None
            return share
        points = fields.number("points", places=PLACES_OF_POINTS, largest=LARGEST_POINTS)
        if points is None or self.max is None:
            return None
        if not 0 <= points <= self.max:
            template = _("is %(value)s; it must be from 0 to the leaf's maximum, %(max)s")
            fields.wrong("points", template, value=plain(points), max=plain(self.max))
            return None
        with localcontext(prec=SHARE_DIGITS):
            return points / self.max

    def _choice(self, fields: Fields) -> model.Choice | None:
        listed = list(fields.each_under("options", needed=True))
        options = [self._option(each) for each in listed]
        several = fields.yes("several")
        seen: set[str] = set()
        for each, option in zip(listed, options, strict=True):
            if option and option.code in seen:
                each.wrong("code", _("stands twice: %(part)r"), part=option.code)
            elif option:
                seen.add(option.code)
        if not listed or len(seen) < len(_list(fields.raw.get("options"))):
            return None
        return model.Choice(tuple(option for option in options if option), several)

    def _option(self, fields: Fields) -> model.Option | None:
        fields.check_keys({"code", "name", "share", "points"})
        code = fields.code("code", NAME, _("must be letters, digits and _, at most 60"))
        name, share = fields.words("name", needed=True), self._share(fields)
        return None if None in (code, name, share) else model.Option(code, name, share)  # type: ignore[arg-type]

    def _yes_no(self, _fields: Fields) -> model.YesNo:
        return model.YesNo()

    def _survey(self, fields: Fields) -> model.Survey | None:
        of = self.operand(fields)
        low, high = fields.number("low", needed=True), fields.number("high", needed=True)
        if of is None or low is None or high is None:
            return None
        if low >= high:
            template = _("is %(value)s; it must be above low, %(low)s")
            fields.wrong("high", template, value=plain(high), low=plain(low))
            return None
        return model.Survey(of, low, high)

    def _per_case(self, fields: Fields) -> model.PerCase | None:
        of = self.operand(fields)
        each = fields.number("each", needed=True, places=PLACES_OF_POINTS, largest=LARGEST_POINTS)
        limit = fields.points("limit", needed=True)
        if each == 0:
            fields.wrong("each", _("must not be 0: above for a bonus, below for a penalty"))
            return None
        if of is None or each is None or limit is None:
            return None
        if abs(each) > limit:
            template = _("is %(value)s, more than the limit of %(limit)s in size")
            fields.wrong("each", template, value=plain(each), limit=plain(limit))
            return None
        return model.PerCase(of, each, limit)

    def _min_max(self, fields: Fields) -> model.MinMax | None:
        of = self.operand(fields)
        return None if of is None else model.MinMax(of)

    def _z_score(self, fields: Fields) -> model.ZScore | None:
        of = self.operand(fields)
        within = fields.above_zero("within") if fields.has("within") else Decimal(3)
        return None if of is None or within is None else model.ZScore(of, within)

    def _formula(self, fields: Fields) -> model.Formula | None:
        text = fields.text("formula", needed=True)
        nothing = fields.one_of("nothing", NOTHING, "missing")
        operands = self._operands(fields)
        tree = None if text is None else _tree(fields, text)
        if text is None or tree is None or operands is None or nothing is None:
            return None
        used = names(tree)
        for name in operands:
            if name not in used:
                fields.wrong(f"operands.{name}", _("is not in the formula"))
                fields.findings.errors[-1].of_key = True
        return model.Formula(text, tree, operands, nothing)  # type: ignore[arg-type]

    def _operands(self, fields: Fields) -> Mapping[str, model.Operand] | None:
        if not fields.has("operands"):
            return {}
        under = fields.under("operands")
        if under is None:
            return None
        found: dict[str, model.Operand] = {}
        for name in under.raw:
            if not isinstance(name, str) or not NAME.fullmatch(name) or name in WORDS:
                under.wrong(name, _("cannot be a name: %(part)r"), part=str(name))
                under.findings.errors[-1].of_key = True
            elif operand := self.operand(under, name):
                found[name] = operand
        return found if len(found) == len(under.raw) else None

    def _given(self, fields: Fields) -> model.Given | None:
        of = self.operand(fields)
        return None if of is None else model.Given(of)

    def _unknown(self, fields: Fields) -> model.Unknown | None:
        why = fields.words("why", needed=True)
        return None if why is None else model.Unknown(why)


# Keys of each kind of rule beside `kind`.
KEYS: Mapping[str, tuple[str, ...]] = {
    "ratio": ("of",),
    "capped_ratio": ("of", "full_at", "none_at"),
    "bands": ("of", "bands"),
    "choice": ("options", "several"),
    "yes_no": (),
    "survey": ("of", "low", "high"),
    "per_case": ("of", "each", "limit"),
    "min_max": ("of",),
    "z_score": ("of", "within"),
    "formula": ("formula", "operands", "nothing"),
    "given": ("of",),
    "unknown": ("why",),
}
# Kinds for which it cannot happen that nothing arose.
WITHOUT_ZERO = ("choice", "yes_no", "per_case", "unknown")


def band_text(band: model.Band) -> str:
    """A band as people write it: `50–90`, `under 50`, `90 and more`."""
    low = "…" if band.low is None else plain(band.low)
    high = "…" if band.high is None else plain(band.high)
    return f"{low}–{high}"


def _check_steps(good: list[tuple[Fields, model.Band]], whole: bool) -> bool:
    """Whether the bands follow each other; errors are kept at the band that stands later in the
    file. Unless these are the whole of them, a hole says nothing."""
    ordered = sorted(good, key=lambda each: (each[1].low is not None, each[1].low or 0))
    fit = True
    for (below, first), (above, second) in pairwise(ordered):
        found = _between(first, second, whole)
        if not found:
            continue
        fit = False
        later, end = (above, "from") if _place(above) > _place(below) else (below, "to")
        later.wrong(end, found, first=band_text(first), second=band_text(second))
    return fit


def _between(first: model.Band, second: model.Band, whole: bool) -> str:
    """What is wrong between a band and the next one up; empty when they meet."""
    if first.high is None or second.low is None or second.low < first.high:
        return _("the bands %(first)s and %(second)s overlap")
    if second.low > first.high:
        return _("there is a hole between the bands %(first)s and %(second)s") if whole else ""
    if first.closed:
        return _("the bands %(first)s and %(second)s both take the value they meet at")
    return ""


def _place(band: Fields) -> int:
    return int(band.at.rpartition(".")[2])


def _tree(fields: Fields, text: str) -> syntax.Scalar | None:
    try:
        return parse(text)
    except ExpressionError as error:
        fields.findings.keep(fields.key("formula"), error.template, error.offset, **error.params)
        return None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
