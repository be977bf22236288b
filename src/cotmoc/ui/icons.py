"""One hand-drawn set of line icons on a grid of 24. An icon always stands beside a word."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

ICONS = {
    "overview": "M4 4h7v7H4zM13 4h7v4h-7zM13 11h7v9h-7zM4 14h7v6H4z",
    "target": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 12h.01",
    "task": "M9 6h11M9 12h11M9 18h11M4 6l1 1 2-2M4 12l1 1 2-2M4 18l1 1 2-2",
    "report": "M6 3h9l4 4v14H6zM9 17v-3M12.5 17v-6M16 17v-4",
    "index": "M5 20v-7M10 20V9M15 20V4M20 20v-9M3 20h19",
    "organisation": "M3 21h18M5 21V10M19 21V10M9.5 21V10M14.5 21V10M12 3l9 5v2H3V8z",
    "document": "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
    "figure": "M4 20h16M4 16l5-6 4 3 6-8M19 5h-4M19 5v4",
    "indicator": "M4 18a9 9 0 1 1 16 0M12 15l4-5M12 16h.01",
    "unit": "M12 21s-7-6-7-11a7 7 0 0 1 14 0c0 5-7 11-7 11zM12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
    "public": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18"
    "M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
    "journal": "M6 3h13v18H6a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM9 3v18M12.5 8h3M12.5 12h3",
    "api": "M8 7l-5 5 5 5M16 7l5 5-5 5M14 4l-4 16",
    "search": "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
    "print": "M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z",
    "export": "M12 3v12M7 10l5 5 5-5M4 20h16",
    "import": "M12 15V3M7 8l5-5 5 5M4 20h16",
    "menu": "M4 6h16M4 12h16M4 18h16",
    "user": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 4-6 8-6s8 2 8 6",
    "plus": "M12 5v14M5 12h14",
    "check": "M5 13l4 4L19 7",
    "warning": "M12 4l9 16H3zM12 10v4M12 17h.01",
    "info": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01",
    "error": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 9l6 6M15 9l-6 6",
    "close": "M6 6l12 12M18 6L6 18",
    "right": "M5 12h14M13 6l6 6-6 6",
    "left": "M19 12H5M11 6l-6 6 6 6",
    "down": "M6 9l6 6 6-6",
    "filter": "M4 5h16l-6 7v6l-4 2v-8z",
    "calendar": "M4 6h16v15H4zM4 10h16M8 3v4M16 3v4",
    "clock": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2",
    "link": "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1"
    "M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
    "map": "M9 4L3 6v14l6-2 6 2 6-2V4l-6 2zM9 4v14M15 6v14",
    "edit": "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4",
    "split": "M4 12h5M9 12c4 0 4-6 8-6h3M9 12c4 0 4 6 8 6h3M17 3l3 3-3 3M17 15l3 3-3 3",
    "delete": "M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6",
    "lock": "M6 11h12v10H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "key": "M8 19a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM11 12l8-8M16 7l3 3",
    "settings": "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
    "M9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
    "sign-in": "M14 4h5v16h-5M4 12h11M11 8l4 4-4 4",
    "sign-out": "M10 4H5v16h5M9 12h11M16 8l4 4-4 4",
    "home": "M4 20V10l8-6 8 6v10h-6v-6h-4v6z",
    "help": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.5c-1 .5-1 1-1 2"
    "M12 17h.01",
    "history": "M4 12a8 8 0 1 0 3-6L4 8M4 3v5h5M12 8v4l3 2",
}

# The shapes of the states, on a grid of 10, filled with the colour of the text.
SHAPES: dict[str, SafeString] = {
    "met": mark_safe('<circle cx="5" cy="5" r="4.5"/>'),
    "on_the_way": mark_safe(
        '<circle cx="5" cy="5" r="3.9" fill="none" stroke="currentColor" stroke-width="1.2"/>'
        '<path d="M5 .8a4.2 4.2 0 0 0 0 8.4z"/>'
    ),
    "behind": mark_safe('<path d="M5 .5l4.8 8.7H.2z"/>'),
    "no_data": mark_safe(
        '<circle cx="5" cy="5" r="3.8" fill="none" stroke="currentColor" stroke-width="1.4"/>'
    ),
    "not_applicable": mark_safe('<path d="M1 4.2h8v1.6H1z"/>'),
    # Marks of figures: how sure a value is, or why there is none.
    "measured": mark_safe(
        '<path d="M.8 5.2L4 8.4 9.4 2" fill="none" stroke="currentColor" stroke-width="1.5"/>'
    ),
    "partial": mark_safe(
        '<circle cx="5" cy="5" r="3.9" fill="none" stroke="currentColor" stroke-width="1.2"/>'
        '<path d="M5 .8a4.2 4.2 0 0 0 0 8.4z"/>'
    ),
    "estimated": mark_safe(
        '<path d="M.8 3.8c2-2.4 3.4 2 8.4-.6M.8 7.4c2-2.4 3.4 2 8.4-.6" fill="none" '
        'stroke="currentColor" stroke-width="1.4"/>'
    ),
    "closed": mark_safe('<path d="M1 1h8v8H1z"/>'),
    "not_comparable": mark_safe(
        '<path d="M.8 3.4h8.4M.8 6.6h8.4M7.4.6L2.6 9.4" fill="none" stroke="currentColor" '
        'stroke-width="1.3"/>'
    ),
    "not_due": mark_safe(
        '<circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-width="1.2"/>'
        '<path d="M5 2.6V5l1.8 1.2" fill="none" stroke="currentColor" stroke-width="1.2"/>'
    ),
    "not_arising": mark_safe('<path d="M1 4.2h8v1.6H1z"/>'),
    "suppressed": mark_safe(
        '<path d="M2 4.6h6v4.6H2z"/><path d="M3.2 4.6V3a1.8 1.8 0 0 1 3.6 0v1.6" fill="none" '
        'stroke="currentColor" stroke-width="1.2"/>'
    ),
    # Quarters of a ranking, from the worst.
    "quarter_0": mark_safe('<path d="M5 .5l4.8 8.7H.2z"/>'),
    "quarter_1": mark_safe('<path d="M5 0l5 5-5 5-5-5z"/>'),
    "quarter_2": mark_safe(
        '<circle cx="5" cy="5" r="3.8" fill="none" stroke="currentColor" stroke-width="1.6"/>'
    ),
    "quarter_3": mark_safe('<circle cx="5" cy="5" r="4.5"/>'),
}


def icon(name: str) -> SafeString:
    path = ICONS.get(name, ICONS["info"])
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        path,
    )


def shape(state: str) -> SafeString:
    return format_html(
        '<svg class="shape" viewBox="0 0 10 10" aria-hidden="true" focusable="false">{}</svg>',
        SHAPES.get(state, SHAPES["no_data"]),
    )
