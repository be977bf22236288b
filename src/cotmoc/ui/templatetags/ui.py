"""The components of the HTML kit. Registered as a builtin library: no `{% load %}` needed.

Tags only gather what a component shows; the reckoning is in `formats`, `marks`, `addresses`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, Form
from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from cotmoc.ui import addresses, charts, chips, formats, icons, marks
from cotmoc.ui.formats import Number
from cotmoc.ui.states import STATES, state_of

register = template.Library()
PARTS = "ui/components/"


def _request(context: Context) -> HttpRequest | None:
    found = context.get("request")
    return found if isinstance(found, HttpRequest) else None


# --- filters: how values read -------------------------------------------------------------


@register.filter
def number(value: Number | None) -> str:
    """184.513 in Vietnamese, 184,513 in English; None reads "–"."""
    return formats.number(value)


@register.filter
def decimals(value: Number | None, places: int = 2) -> str:
    """Always so many decimals: 78,38."""
    return formats.fixed(value, int(places))


@register.filter
def percent(value: Number | None, places: int = 2) -> str:
    """78,38 % with a space that never breaks; the value is already in percent."""
    return formats.percent(value, int(places))


@register.filter
def signed(value: Number | None, places: int | None = None) -> str:
    """+2,82 or −16,62, with a true minus."""
    return formats.signed(value, None if places is None else int(places))


@register.filter
def day(value: date | None) -> str:
    """26/9/2026 or 26 Sep 2026."""
    return formats.day(value)


@register.filter
def moment(value: datetime | None) -> str:
    """09:12, 28/9/2026 in local time."""
    return formats.moment(value)


@register.filter
def utc_day(value: datetime | None) -> str:
    """26/9/2026: the day a capture gives for itself, in UTC, whatever the local day was."""
    return formats.day(None if value is None else value.astimezone(UTC).date())


@register.filter
def utc_moment(value: datetime | None) -> str:
    """26/9/2026 18:14 UTC: a moment as its source gives it."""
    if value is None:
        return formats.day(None)
    at = value.astimezone(UTC)
    return f"{formats.day(at.date())} {at:%H:%M} UTC"


@register.filter
def tail(value: str) -> str:
    """progress.csv of phu-tho-2026-08-progress.csv: what tells files of one folder apart."""
    return value.rsplit("-", 1)[-1]


@register.filter
def measure(value: Number | None, unit: str | None = "") -> str:
    """A value with its unit: 95 %, 12 ngày, 11,65 điểm."""
    return formats.measure(value, unit)


@register.filter
def unit_word(unit: str) -> str:
    """What a column is counted in: %, ngày làm việc, điểm."""
    return formats.unit_word(unit)


@register.filter
def shorten_hash(value: str | None) -> str:
    """d0c1…9f2e: enough to compare by eye, the whole belongs in a title or on its own page."""
    return formats.shorten_hash(value)


@register.filter
def same_as(value: object, other: object) -> bool:
    return str(value) == str(other)


# --- states and standings -----------------------------------------------------------------


@register.simple_tag
def state(code: str, words: str = "") -> SafeString:
    """A pill: shape, word, colour. `words` replaces the word, not the meaning."""
    found = state_of(code)
    return format_html(
        '<span class="state s-{}">{}{}</span>',
        found.code,
        icons.shape(found.code),
        words or found.word,
    )


@register.simple_tag
def shape(code: str) -> SafeString:
    """The bare shape of a state, beside a word that says it."""
    return icons.shape(state_of(code).code)


def _standing(counts: Mapping[str, int], url: str, label: str) -> dict[str, Any]:
    legend = [
        {"state": state, "count": int(counts.get(code) or 0)}
        for code, state in STATES.items()
        if code != "not_applicable" or counts.get(code)
    ]
    return {
        "segments": marks.segments(counts),
        "legend": legend,
        "joint": ("&" if "?" in url else "?") if url else "",
        "url": url,
        "label": label,
    }


@register.inclusion_tag(f"{PARTS}standing.html")
def standing(counts: Mapping[str, int] | None, url: str = "", label: str = "") -> dict[str, Any]:
    """The big bar of states with its legend; `url` is the list, opened with `?state=…`."""
    return {**_standing(counts or {}, url, label), "size": "big"}


@register.inclusion_tag(f"{PARTS}standing.html")
def standing_small(
    counts: Mapping[str, int] | None, url: str = "", label: str = ""
) -> dict[str, Any]:
    """The same bar for a card: thin, legend in words without pills."""
    return {**_standing(counts or {}, url, label), "size": "small"}


# Colours of the marks of figures; the word and the shape say the rest.
_UNSURE = ("partial", "estimated")


@register.simple_tag
def figure_status(code: str, words: str) -> SafeString:
    """How sure a value is, or why there is none: mark and word."""
    tone = "on_the_way" if code in _UNSURE else "sure" if code == "measured" else "no_data"
    known = code if code in icons.SHAPES else "no_data"
    return format_html('<span class="state s-{}">{}{}</span>', tone, icons.shape(known), words)


@register.simple_tag
def quarter(number: int | None) -> SafeString:
    """The mark of a quarter of a ranking, 0 the worst; nothing without a rank."""
    if number is None:
        return mark_safe("")
    return format_html(
        '<svg class="mark" viewBox="0 0 10 10" aria-hidden="true" focusable="false">{}</svg>',
        icons.SHAPES[f"quarter_{number}"],
    )


# --- marks --------------------------------------------------------------------------------


def _bullet_words(
    value: Number | None, target: Number | None, unit: str, direction: str, word: str
) -> str:
    if formats.decimal_of(target) is None:
        return f"{formats.measure(value, unit)}, {word}"
    comparator = "≤" if direction == "down" else "≥"
    said = gettext("%(value)s against a target of %(target)s") % {
        "value": formats.measure(value, unit),
        "target": f"{comparator} {formats.measure(target, unit)}",
    }
    return f"{said}, {word}"


@register.inclusion_tag(f"{PARTS}bullet.html")
def bullet(
    value: Number | None,
    target: Number | None = None,
    state: str = "no_data",
    maximum: Number | None = 100,
    direction: str = "up",
    label: str = "",
    unit: str = "%",
    scale: bool = False,
    size: str = "",
) -> dict[str, Any]:
    """Value against target in one mark; `scale=True` writes 0, half and whole below it."""
    found = state_of(state)
    words = _bullet_words(value, target, unit, direction, str(found.word))
    return {
        "mark": marks.bullet(value, target, maximum, direction),
        "state": found,
        "shape": icons.shape(found.code),
        "label": f"{label}: {words}" if label else words,
        "scale": _scale(maximum, unit) if scale else None,
        "size": size,
    }


def _scale(maximum: Number | None, unit: str) -> list[str]:
    top = formats.decimal_of(maximum) or formats.decimal_of(100)
    assert top is not None
    return [formats.number(0), formats.number(top / 2), formats.measure(top, unit)]


@register.simple_tag
def scale(maximum: Number = 100, unit: str = "%") -> SafeString:
    """The axis over a column of bullets: put it inside `<th class="mark">`, after the words."""
    spans = format_html_join("", "<span>{}</span>", ((text,) for text in _scale(maximum, unit)))
    return format_html('<span class="scale" aria-hidden="true">{}</span>', spans)


@register.simple_tag
def bar(value: Number | None, maximum: Number | None, tone: str = "brand") -> SafeString:
    """A plain bar; the number stands beside it, so it is hidden from readers of speech."""
    width = marks.bar(value, maximum)
    if width is None:
        return mark_safe('<svg class="bar t-none" aria-hidden="true" focusable="false"></svg>')
    return format_html(
        '<svg class="bar t-{}" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100%" height="100%"/>'
        '<rect class="fill" width="{}%" height="100%"/></svg>',
        tone,
        width,
    )


@register.simple_tag
def covered_bar(
    value: Number | None, known: Number | None, maximum: Number | None, tick: Number | None = None
) -> SafeString:
    """Points of what could be judged, of the whole: filled, lost, hatched where nothing is known;
    `tick` is what others have. The numbers stand beside it."""
    mark = marks.covered(value, known, maximum, tick)
    # Written by hand: a ranking draws hundreds, and all that is put in are numbers of our own.
    parts = ['<svg class="covered" aria-hidden="true" focusable="false">']
    if mark.known != "0":
        parts.append(f'<rect class="lost" y="20%" width="{mark.known}%" height="60%"/>')
    if mark.fill != "0":
        parts.append(f'<rect class="fill" y="20%" width="{mark.fill}%" height="60%"/>')
    if mark.tick is not None:
        parts.append(f'<line class="tick" x1="{mark.tick}%" x2="{mark.tick}%" y1="0" y2="100%"/>')
    return mark_safe("".join([*parts, "</svg>"]))  # noqa: S308 - numbers only


@register.simple_tag
def steps(change: int | None) -> SafeString:
    """Places won or lost in a ranking: arrow, number, words. A fall is a negative number."""
    if change is None:
        return mark_safe("")
    if not change:
        return format_html('<span class="steps same">{}</span>', gettext("same place"))
    up = change > 0
    words = (
        ngettext("up %(n)s place", "up %(n)s places", abs(change))
        if up
        else ngettext("down %(n)s place", "down %(n)s places", abs(change))
    )
    return format_html(
        '<span class="steps {}"><svg class="shape" viewBox="0 0 10 10" aria-hidden="true" '
        'focusable="false"><path d="{}"/></svg>{}</span>',
        "up" if up else "down",
        "M5 .8l4.6 8H.4z" if up else "M5 9.2L.4 1.2h9.2z",
        words % {"n": formats.number(abs(change))},
    )


@register.inclusion_tag(f"{PARTS}sparkline.html")
def sparkline(values: Iterable[Number | None], label: str = "", unit: str = "") -> dict[str, Any]:
    """A line the height of a row; a missing value leaves a gap."""
    held = list(values)
    known = [value for value in held if formats.decimal_of(value) is not None]
    said = gettext("No data")
    if known:
        said = gettext("%(count)s values, from %(first)s to %(last)s") % {
            "count": len(known),
            "first": formats.measure(known[0], unit),
            "last": formats.measure(known[-1], unit),
        }
    return {"mark": marks.sparkline(held), "label": f"{label}: {said}" if label else said}


@register.inclusion_tag(f"{PARTS}dot_map.html")
def dot_map(
    points: Iterable[Any],
    height: int = 330,
    label: str = "",
    bands: Sequence[str] = (),
    no_data: str = "",
) -> dict[str, Any]:
    """Units as dots: `band` 0 (worst) to 3 gives colour and shape, None is no data."""
    found = marks.dots(points)
    seen = [dot.band for dot in found]
    legend = [
        {"band": str(index), "shape": marks.shape_of(index), "words": words,
         "count": seen.count(str(index))}
        for index, words in enumerate(bands)
    ]  # fmt: skip
    if "none" in seen:
        legend.append(
            {"band": "none", "shape": "hollow", "words": no_data or gettext("No data"),
             "count": seen.count("none")}
        )  # fmt: skip
    # A picture with links inside is hidden from readers of speech: legend and list say the same.
    linked = any(dot.url for dot in found)
    return {"dots": found, "linked": linked, "height": height, "label": label, "legend": legend}


@register.inclusion_tag(f"{PARTS}line_chart.html")
def line_chart(
    places: Sequence[str],
    lines: Sequence[Mapping[str, Any]],
    label: str = "",
    goal: Number | None = None,
    goal_words: str = "",
    direction: str = "up",
    unit: str = "",
    name: str = "chart",
) -> dict[str, Any]:
    """Values over time: `places` under the axis, `lines` of `label` and `points` (`value`, `sure`,
    `title`, `url`), a target as `goal`. A table with the same numbers stands beside it. `name`
    tells several charts of one page apart."""
    drawn = charts.line_chart(
        places, lines, goal=goal, goal_words=goal_words, direction=direction, unit=unit
    )
    sure = {dot.sure for line in drawn.lines for dot in line.dots}
    legend = []
    if drawn.goal:
        legend.append({"code": "goal", "words": gettext("target, shaded where it is met")})
    if "partial" in sure:
        legend.append({"code": "partial", "words": gettext("of a part of the bodies")})
    if "estimated" in sure:
        legend.append({"code": "estimated", "words": gettext("estimated by shares")})
    if "expected" in sure:
        legend.append({"code": "expected", "words": gettext("forecast")})
    if drawn.absent:
        legend.append({"code": "absent", "words": gettext("no value; the table says why")})
    return {"chart": drawn, "label": label, "legend": legend, "name": name}


# --- lists: sorting, paging, export, filters ----------------------------------------------


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: object) -> str:
    """`?…` of this page with parameters changed; None takes one out, paging starts anew."""
    return addresses.changed(_request(context), changes)


@register.inclusion_tag(f"{PARTS}sort_header.html", takes_context=True)
def sort_header(
    context: Context,
    label: str,
    key: str,
    numeric: bool = False,
    first: str = "asc",
    kind: str = "",
) -> dict[str, Any]:
    """A `<th>` that sorts by `key`; without `?sort=` the context variable `sort` tells the order.

    `first="desc"` makes the first click show the largest on top.
    """
    request = _request(context)
    asked = addresses.query_of(request).get("sort") or str(context.get("sort") or "")
    direction = {key: "asc", f"-{key}": "desc"}.get(asked, "")
    turned = {"asc": "desc", "desc": "asc"}.get(direction, first)
    return {
        "label": label,
        "direction": direction,
        "classes": " ".join(filter(None, ["sortable", "num" if numeric else "", kind])),
        "url": addresses.changed(request, {"sort": key if turned == "asc" else f"-{key}"}),
    }


@register.inclusion_tag(f"{PARTS}pager.html", takes_context=True)
def pager(context: Context, page: Page[Any]) -> dict[str, Any]:
    """Which rows these are of how many, and the way to the others."""
    request = _request(context)

    def to(target: int) -> str:
        return addresses.changed(request, {"page": target})

    pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    links = [
        {"number": n, "url": to(n) if isinstance(n, int) else "", "current": n == page.number}
        for n in pages
    ]
    return {
        "page": page,
        "links": links,
        "previous": to(page.previous_page_number()) if page.has_previous() else "",
        "next": to(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag(f"{PARTS}export_menu.html", takes_context=True)
def export_menu(context: Context) -> dict[str, Any]:
    """The same rows as Excel or CSV: the view reads `?export=xlsx|csv`."""
    request = _request(context)
    return {
        "xlsx": addresses.changed(request, {"export": "xlsx"}),
        "csv": addresses.changed(request, {"export": "csv"}),
    }


@register.inclusion_tag(f"{PARTS}filter_bar.html", takes_context=True)
def filter_bar(context: Context, form: Form, results: str = "") -> dict[str, Any]:
    """A GET form over a list: search, selects, chips of what is on, a way to clear.

    `results` is the id of the element that holds the list; with it and htmx, a change is
    shown at once and the button goes.
    """
    request = _request(context)
    return {
        "form": form,
        "results": results,
        "path": request.path if request else "",
        "kept": addresses.kept(request, form.fields),
        "chips": chips.active(form, request),
        "clear": addresses.changed(request, dict.fromkeys(form.fields)),
    }


# --- content ------------------------------------------------------------------------------


@register.inclusion_tag(f"{PARTS}facts.html")
def facts(rows: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """A definition list from pairs (name, value); None reads "–"."""
    return {"rows": [(name, formats.MISSING if v in (None, "") else v) for name, v in rows]}


@register.simple_tag
def fraction(top: Any, bottom: Any) -> SafeString:
    """A fraction written over a line; spoken as "a / b"."""
    return format_html(
        '<span class="frac"><span>{}</span><span class="vh"> / </span><span>{}</span></span>',
        top,
        bottom,
    )


@register.inclusion_tag(f"{PARTS}quote_card.html")
def quote_card(
    text: str, highlight: str = "", source: str = "", url: str = "", url_label: str = ""
) -> dict[str, Any]:
    """The clause a number answers to, word for word, with the deciding words marked."""
    before, marked, after = text.partition(highlight) if highlight else (text, "", "")
    return {
        "before": before,
        "marked": marked,
        "after": after,
        "source": source,
        "url": url,
        "url_label": url_label or gettext("Open the document here"),
    }


@register.inclusion_tag(f"{PARTS}field.html")
def field(bound: BoundField, short: bool = False) -> dict[str, Any]:
    """Label, help, widget and errors; Django ties help and errors to the widget by id."""
    return {
        "bound": bound,
        "short": short,
        "checkbox": getattr(bound.field.widget, "input_type", "") == "checkbox"
        and not bound.use_fieldset,
    }


@register.inclusion_tag(f"{PARTS}form_errors.html")
def form_errors(form: Form) -> dict[str, Any]:
    """A summary on top of a long form: what is wrong and where, each line a link."""
    return {"form": form, "wrong": [form[name] for name in form.errors if name in form.fields]}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line icon; a word always stands beside it."""
    return icons.icon(name)


@register.inclusion_tag(f"{PARTS}empty_state.html")
def empty_state(
    title: str, text: str = "", action_url: str = "", action_label: str = "", name: str = "info"
) -> dict[str, Any]:
    """Why nothing is here and what to do about it."""
    return {
        "title": title,
        "text": text,
        "action_url": action_url,
        "action_label": action_label,
        "name": name,
    }


@register.inclusion_tag(f"{PARTS}alert.html")
def alert(level: str, text: str) -> dict[str, Any]:
    """success | info | warning | error: icon, word, text."""
    return {"level": level, "text": text}
