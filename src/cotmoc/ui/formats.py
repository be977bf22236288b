"""Numbers, dates and measures as the reader's language writes them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, gettext, ngettext

NBSP = "\u00a0"
MINUS = "−"
MISSING = "–"
Number = int | float | str | Decimal


def in_english() -> bool:
    return (get_language() or "vi").startswith("en")


def in_language(both: Mapping[str, str] | None) -> str:
    """The reader's of a text for `vi` and one for `en`; empty where there is none."""
    return both["en" if in_english() else "vi"] if both else ""


def decimal_of(value: Number | None) -> Decimal | None:
    """None for what is not a finite number, so a hole in the data never breaks a page."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def plain(value: Decimal) -> str:
    """Digits with a dot, whatever the language: for attributes of SVG."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _grouped(value: Decimal) -> str:
    text = f"{abs(value):,f}"
    if not in_english():
        text = text.translate(str.maketrans(",.", ".,"))
    return f"{MINUS}{text}" if value < 0 else text


def fixed(value: Number | None, places: int = 2) -> str:
    """Always so many decimals: columns of one measure."""
    found = decimal_of(value)
    if found is None:
        return MISSING
    rounded = found.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return _grouped(rounded if rounded else abs(rounded))


def number(value: Number | None) -> str:
    """As many decimals as it has, at most two."""
    found = decimal_of(value)
    if found is None:
        return MISSING
    rounded = found.quantize(Decimal("0.01"), ROUND_HALF_UP)
    places = next(places for places in (0, 1, 2) if rounded == round(rounded, places))
    return fixed(rounded, places)


def signed(value: Number | None, places: int | None = None) -> str:
    found = decimal_of(value)
    text = number(value) if places is None else fixed(value, places)
    shown_zero = not any(digit in text for digit in "123456789")
    return f"+{text}" if found is not None and found > 0 and not shown_zero else text


def with_percent(text: str) -> str:
    """Vietnamese sets a space before the sign; it must never be the place where a line breaks."""
    if text == MISSING:
        return text
    return f"{text}%" if in_english() else f"{text}{NBSP}%"


def percent(value: Number | None, places: int = 2) -> str:
    """The value is already in percent: 78.38 reads 78,38 %."""
    return with_percent(fixed(value, places))


def measure(value: Number | None, unit: str | None = "") -> str:
    """A value with its unit, in as many decimals as it has: goals, gaps, mixed columns."""
    found = decimal_of(value)
    if found is None:
        return MISSING
    text = number(found)
    unit = (unit or "").strip()
    # Plural rules know whole numbers only; 1.5 takes the plural.
    amount = int(found) if found == int(found) else 2
    match unit.lower():
        case "" | "count":
            said = text
        case "%" | "percent":
            said = with_percent(text)
        case "days":
            said = ngettext("%(amount)s day", "%(amount)s days", amount) % {"amount": text}
        case "hours":
            said = ngettext("%(amount)s hour", "%(amount)s hours", amount) % {"amount": text}
        case "points":
            said = ngettext("%(amount)s point", "%(amount)s points", amount) % {"amount": text}
        case "%/year":
            said = gettext("%(amount)s a year") % {"amount": with_percent(text)}
        case "rank":
            said = gettext("rank %(amount)s") % {"amount": text}
        case "vnd":
            said = gettext("%(amount)s VND") % {"amount": text}
        case _:
            said = f"{text} {unit}"
    return said.replace(" ", NBSP)


def unit_word(unit: str) -> str:
    """What a column of values is counted in."""
    return {
        "count": gettext("a count"),
        "days": gettext("working days"),
        "points": gettext("points"),
        "rank": gettext("rank"),
        "%/year": gettext("% a year"),
        "yes/no": gettext("yes or no"),
        "VND": gettext("VND"),
    }.get(unit, unit)


def day(value: date | None) -> str:
    """26/9/2026, 01/7/2025 as Vietnamese documents write it, with a zero before days under 10 and
    before January and February (Decree 30/2020, Annex I); 26 Sep 2026 in English."""
    if not isinstance(value, date):
        return MISSING
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    if in_english():
        return format_date(value, "j M Y")
    return format_date(value, "d/m/Y" if value.month < 3 else "d/n/Y")


def moment(value: datetime | None) -> str:
    if not isinstance(value, datetime):
        return day(value)
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local:%H:%M}, {day(local)}"


def shorten_hash(value: str | None) -> str:
    text = str(value or "")
    return text if len(text) <= 9 else f"{text[:4]}…{text[-4:]}"
