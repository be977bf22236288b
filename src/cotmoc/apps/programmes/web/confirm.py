"""Confirming what was read: the document on one side, its rows on the other.

Every step is a plain form that leads back to its row. With htmx the same addresses answer with the
parts of the page that changed: the row, or all rows and the text.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.documents.models import Clause, Document
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.programmes import drafts
from cotmoc.apps.programmes.drafts import DraftError, StaleRowError
from cotmoc.apps.programmes.linking import link_targets
from cotmoc.apps.programmes.models import DraftChange, DraftRow
from cotmoc.apps.programmes.services import confirm_document
from cotmoc.apps.programmes.spans import Span, find_words, line_span
from cotmoc.apps.programmes.web.draft_forms import AddForm, RowFilters, row_form
from cotmoc.apps.programmes.web.draft_rows import (
    Opened,
    Rows,
    change_words,
    chosen_rows,
    opened_to_split,
)
from cotmoc.apps.programmes.web.marking import blocks
from cotmoc.apps.programmes.wording import refusal_text
from cotmoc.ui.formats import moment
from cotmoc.ui.listing import paginate

State = DraftRow.State
DECISIONS = {"accept": State.ACCEPTED, "reject": State.REJECTED, "reopen": State.PROPOSED}
ROWS_A_PAGE = 300
CONFLICT, UNUSABLE = 409, 422
_OPENING = ("edit", "split", "part", "open")  # what opens a row; the rest of a query narrows


def confirm(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The document with its rows; `?edit=` and `?split=` open a row."""
    document = _document(request, pk)
    if document.state != Document.State.DRAFT:
        return redirect("document", pk=document.pk)
    opened: dict[int, dict[str, Any]] = {}
    page = _Page(request, document)
    if row := page.row_asked("edit"):
        opened[row.pk] = {"opened": Opened(row_form(row))}
    if row := page.row_asked("split"):
        opened[row.pk] = {"opened": opened_to_split(row, _plain(request.GET.get("part")))}
    return page.whole(opened)


def row(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """One row: opened by GET, changed by POST."""
    document = _document(request, pk)
    if request.method != "POST":
        return _opened_row(request, document, number)
    person = _who_steers(request)
    page = _Page(request, document)
    found = page.rows.get(number)
    if found is None:
        return page.gone()
    deed = request.POST.get("do", "")
    try:
        version = int(request.POST.get("version", ""))
    except ValueError:
        return page.refused(_("The form was not whole. Load the page again."), found)
    change = _ROW_DEEDS.get(deed)
    if change is None:
        return page.refused(_("The form was not whole. Load the page again."), found)
    try:
        return change(page, found, version, person)
    except StaleRowError as stale:
        return page.stale(stale, found)
    except DraftError as refused:
        return page.refused(refusal_text(refused.code, refused.params), found)


def rows(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Steps over several rows: merge, add, accept all without doubts, undo, name a body."""
    document = _document(request, pk)
    if request.method != "POST":
        return _to_page(request, document)
    person = _who_steers(request)
    page = _Page(request, document)
    deed = _ROWS_DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        return page.refused(_("The form was not whole. Load the page again."))
    try:
        return deed(page, person)
    except StaleRowError as stale:
        return page.stale(stale, stale.row)
    except DraftError as refused:
        return page.refused(refusal_text(refused.code, refused.params))


@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Make plan, targets and tasks of the accepted rows."""
    document = _document(request, pk)
    person = _who_steers(request)
    try:
        plan = confirm_document(
            document,
            leave_rest=bool(request.POST.get("leave_rest")),
            actor=person,
            now=timezone.now(),
        )
    except DraftError as refused:
        messages.error(request, refusal_text(refused.code, refused.params))
        back = reverse("confirm-document", args=[document.pk])
        return redirect(f"{back}#finish")
    if plan is None:
        messages.success(request, _("In force, without targets or tasks."))
        return redirect("document", pk=document.pk)
    linked = link_targets(plan, actor=person, now=timezone.now())
    targets, tasks = plan.targets.count(), plan.tasks.count()
    messages.success(
        request,
        _("Confirmed: %(targets)s and %(tasks)s are in the programme.")
        % {
            "targets": ngettext("%(n)s target", "%(n)s targets", targets) % {"n": targets},
            "tasks": ngettext("%(n)s task", "%(n)s tasks", tasks) % {"n": tasks},
        },
    )
    if linked.new:
        same = ngettext(
            "%(n)s target seems to stand in another plan too.",
            "%(n)s targets seem to stand in other plans too.",
            linked.new,
        )
        messages.info(request, same % {"n": linked.new})
    return redirect("plan", pk=plan.pk)


# --- who, and which document -----------------------------------------------------------------


def _document(request: HttpRequest, pk: int) -> Document:
    if not getattr(request.user, "reads_drafts", False):
        raise PermissionDenied
    found: Document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    return found


def _who_steers(request: HttpRequest) -> Person:
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    return person


def _plain(text: str | None) -> str:
    return (text or "").replace("\0", "")


def _to_page(
    request: HttpRequest, document: Document, anchor: str = "", **opened: object
) -> HttpResponseBase:
    """To the page, narrowed as it was, with a row opened and in sight."""
    asked = request.GET.copy()
    for name in _OPENING:
        asked.pop(name, None)
    for name, value in opened.items():
        asked[name] = str(value)
    address = reverse("confirm-document", args=[document.pk])
    query = f"?{asked.urlencode()}" if asked else ""
    return redirect(f"{address}{query}{'#' if anchor else ''}{anchor}")


# --- steps of one row ------------------------------------------------------------------------


def _decide(page: "_Page", found: DraftRow, version: int, person: Person) -> HttpResponseBase:
    state = DECISIONS[page.request.POST["do"]]
    change = drafts.decide_row(found, state, version=version, actor=person, now=timezone.now())
    return page.changed_row(found, change)


def _edit(page: "_Page", found: DraftRow, version: int, person: Person) -> HttpResponseBase:
    form = row_form(found, page.request.POST)
    if not form.is_valid():
        return page.row_answer(found, status=UNUSABLE, opened=Opened(form))
    try:
        change = drafts.edit_row(
            found,
            form.content(),
            indicator_code=form.cleaned_data.get("indicator"),
            version=version,
            actor=person,
            now=timezone.now(),
        )
    except StaleRowError as stale:
        # What the person typed stays before them, beside what the other one made of the row.
        return page.stale(stale, stale.row, Opened(row_form(stale.row, page.request.POST)))
    return page.changed_row(found, change)


def _split(page: "_Page", found: DraftRow, version: int, person: Person) -> HttpResponseBase:
    cuts = [int(each) for each in page.request.POST.getlist("at") if each.isdecimal()]
    part = _plain(page.request.POST.get("part")).strip()
    if part and not cuts:
        span = _in_quote(found, part)
        if span is None:
            raise DraftError("part_not_in_quote")
        cuts = [at for at in (found.start + span[0], found.start + span[1]) if at != found.start]
        cuts = [at for at in cuts if at != found.end]
    if not cuts and not page.request.POST.get("double"):
        raise DraftError("choose_where")
    made = drafts.split_row(found, cuts, version=version, actor=person, now=timezone.now())
    said = ngettext("Split into %(count)s row.", "Split into %(count)s rows.", len(made))
    return page.changed_all(said % {"count": len(made)}, found)


def _in_quote(found: DraftRow, part: str) -> Span | None:
    """Where words stand in a quote; the bars between its lines are ours, not the document's."""
    quote = found.quote
    plain = " ".join(part.split(" | "))
    return find_words(quote, part, 0, len(quote)) or find_words(quote, plain, 0, len(quote))


_ROW_DEEDS: dict[str, Callable[["_Page", DraftRow, int, Person], HttpResponseBase]] = {
    **dict.fromkeys(DECISIONS, _decide),
    "edit": _edit,
    "split": _split,
}


def _opened_row(request: HttpRequest, document: Document, number: int) -> HttpResponseBase:
    """A row with a form in it; without htmx, the page with that row opened."""
    what = request.GET.get("open", "")
    if not request.headers.get("HX-Request"):
        opened = {what: number} if what in {"edit", "split"} else {}
        return _to_page(request, document, f"row-{number}", **opened)
    page = _Page(request, document)
    found = page.rows.get(number)
    if found is None:
        raise Http404
    if what == "edit":
        return page.row_answer(found, opened=Opened(row_form(found)))
    if what == "split":
        part = _plain(request.GET.get("part"))
        return page.row_answer(found, opened=opened_to_split(found, part))
    return page.row_answer(found)


# --- steps over several rows -----------------------------------------------------------------


def _merge(page: "_Page", person: Person) -> HttpResponseBase:
    chosen = chosen_rows(page.rows.all, page.request.POST.getlist("row"))
    merged = drafts.merge_rows(chosen, actor=person, now=timezone.now())
    said = ngettext("Merged %(count)s row.", "Merged %(count)s rows into one.", len(chosen))
    return page.changed_all(said % {"count": len(chosen)}, merged)


def _add(page: "_Page", person: Person) -> HttpResponseBase:
    form = AddForm(page.request.POST)
    if not form.is_valid():
        return page.refused(_("Choose what it is, and give the words or the line."))
    start, end = _span_asked(page.document, form.cleaned_data)
    kind = form.cleaned_data["kind"]
    added = drafts.add_row(page.document, kind, start, end, actor=person, now=timezone.now())
    return page.changed_all(_("Added. Look at its fields."), added, edit=True)


def _span_asked(document: Document, asked: dict[str, Any]) -> tuple[int, int]:
    """Where the words stand: by offsets from a selection, or by a line and words in it."""
    if asked["start"] is not None and asked["end"] is not None:
        return asked["start"], asked["end"]
    line = line_span(document.text, asked["line"]) if asked["line"] else None
    if asked["line"] and line is None:
        raise DraftError("no_such_line")
    if not asked["words"].strip():
        if line is None:
            raise DraftError("no_words")
        return line
    start = line[0] if line else 0
    span = find_words(document.text, asked["words"], start, len(document.text))
    if span is None:
        raise DraftError("words_not_found")
    return span


def _accept_clean(page: "_Page", person: Person) -> HttpResponseBase:
    change = drafts.accept_clean_rows(page.document, actor=person, now=timezone.now())
    count = len(change.rows) if change else 0
    said = ngettext("Accepted %(count)s row.", "Accepted %(count)s rows.", count)
    return page.changed_all(said % {"count": count})


def _undo(page: "_Page", person: Person) -> HttpResponseBase:
    change = drafts.last_undoable(page.document, person)
    if change is None:
        raise DraftError("nothing_to_undo")
    drafts.undo(change, actor=person, now=timezone.now())
    touched = page.rows_anew().get(change.rows[0]["row"]) if change.rows else None
    return page.changed_all(_("Undone: %(what)s.") % {"what": change_words(change)}, touched)


def _name_body(page: "_Page", person: Person) -> HttpResponseBase:
    name = _plain(page.request.POST.get("name"))[:300]
    code = _plain(page.request.POST.get("organisation"))
    body = Organisation.objects.filter(code=code).first() if code else None
    if not name or (code and body is None):
        raise DraftError("no_such_body")
    drafts.choose_body(page.document, name, body, actor=person, now=timezone.now())
    said = (
        _("%(name)s means %(body)s.") % {"name": name, "body": body} if body else _("Left as text.")
    )
    return page.changed_all(said, anchor="bodies")


_ROWS_DEEDS: dict[str, Callable[["_Page", Person], HttpResponseBase]] = {
    "merge": _merge,
    "add": _add,
    "accept-clean": _accept_clean,
    "undo": _undo,
    "body": _name_body,
}


# --- answers ---------------------------------------------------------------------------------


class _Page:
    """The page of a document, whole or in the parts that changed."""

    def __init__(self, request: HttpRequest, document: Document) -> None:
        self.request, self.document = request, document
        self.live = bool(request.headers.get("HX-Request"))
        self.may = isinstance(request.user, Person) and request.user.steers
        self.rows = Rows(document)

    def rows_anew(self) -> Rows:
        self.rows = Rows(self.document)
        return self.rows

    def row_asked(self, key: str) -> DraftRow | None:
        asked = self.request.GET.get(key, "")
        return self.rows.get(int(asked)) if asked.isdecimal() and self.may else None

    # the page as a whole

    def whole(
        self, opened: dict[int, dict[str, Any]] | None = None, *, status: int = 200, said: str = ""
    ) -> HttpResponseBase:
        context = {**self._list(opened or {}), **self._text(), **self._state(said)}
        return render(self.request, "programmes/confirm.html", context, status=status)

    def _state(self, said: str = "") -> dict[str, Any]:
        person = self.request.user if isinstance(self.request.user, Person) else None
        return {
            "document": self.document,
            "may": self.may,
            "progress": self.rows.progress(),
            "said": said,
            "query": self._query(),
            "undoable": self._undoable(person) if self.may else None,
        }

    def _undoable(self, person: Person | None) -> str:
        change = drafts.last_undoable(self.document, person)
        if change is None:
            return ""
        row = self.rows.get(change.rows[0]["row"]) if len(change.rows) == 1 else None
        return f"{change_words(change)}: {row}" if row else change_words(change)

    def _list(self, opened: dict[int, dict[str, Any]]) -> dict[str, Any]:
        form = RowFilters(self.request.GET)
        shown = paginate(self.request, self.rows.narrowed(form), ROWS_A_PAGE)
        unknown = self.rows.unknown_bodies()
        return {
            "form": form,
            "views": [self.rows.view(row, **opened.get(row.pk, {})) for row in shown],
            "rows_page": shown,
            "unknown": unknown,
            "organisations": self.rows.bodies.known if unknown else [],
            "add_form": AddForm(auto_id="add-%s"),
        }

    def _text(self) -> dict[str, Any]:
        clauses = list(Clause.objects.filter(document=self.document))
        return {"blocks": blocks(self.document, clauses, self.rows.all)}

    def _query(self) -> str:
        kept = self.request.GET.copy()
        for name in _OPENING:
            kept.pop(name, None)
        return kept.urlencode()

    # what a step leads to

    def row_answer(self, row: DraftRow, *, status: int = 200, **more: Any) -> HttpResponseBase:
        """A row as it is, alone or in its page."""
        if not self.live:
            return self.whole({row.pk: more}, status=status)
        context = {**self._state(), "view": self.rows.view(row, **more)}
        return render(self.request, "programmes/draft_row_answer.html", context, status=status)

    def changed_row(self, row: DraftRow, change: DraftChange) -> HttpResponseBase:
        """A row was changed, and nothing else."""
        self.rows_anew()
        said = f"{change_words(change)}: {row}"
        if not self.live:
            after = row if change.verb == "reopened" else self.rows.next_after(row) or row
            return _to_page(self.request, self.document, f"row-{after.pk}")
        fresh = self.rows.get(row.pk) or row
        context = {**self._state(said), "view": self.rows.view(fresh)}
        return render(self.request, "programmes/draft_row_answer.html", context)

    def changed_all(
        self, said: str, row: DraftRow | None = None, *, edit: bool = False, anchor: str = "rows"
    ) -> HttpResponseBase:
        """Rows came, went or changed together: the list and the marks are made anew."""
        self.rows_anew()
        if not self.live:
            messages.success(self.request, said)
            opened_row = {"edit": row.pk} if edit and row else {}
            anchor = f"row-{row.pk}" if row else anchor
            return _to_page(self.request, self.document, anchor, **opened_row)
        opened: dict[int, dict[str, Any]] = {}
        if edit and row and (fresh := self.rows.get(row.pk)):
            opened[row.pk] = {"opened": Opened(row_form(fresh))}
        context = {**self._list(opened), **self._text(), **self._state(said)}
        context["focus"] = row.pk if row else None
        return self._whole_list(context)

    def stale(
        self, stale: StaleRowError, row: DraftRow, opened: Opened | None = None
    ) -> HttpResponseBase:
        """Somebody else was first: what they did, and the row as it is now."""
        self.rows_anew()
        conflict = _("Somebody else changed this row. Nothing of yours was written.")
        if stale.change:
            conflict = _("%(who)s at %(when)s: %(what)s. Nothing of yours was written.") % {
                "who": stale.change.actor or _("The operator"),
                "when": moment(stale.change.at),
                "what": change_words(stale.change),
            }
        fresh = self.rows.get(row.pk)
        if fresh is None:
            return self.gone(conflict)
        return self.row_answer(fresh, status=CONFLICT, conflict=conflict, opened=opened)

    def gone(self, conflict: str = "") -> HttpResponseBase:
        """The row is no longer there: somebody merged it, or took its adding back."""
        said = conflict or _("This row is no longer there: somebody merged it or took it back.")
        return self.refused(said, status=CONFLICT)

    def refused(
        self, why: str, row: DraftRow | None = None, *, status: int = UNUSABLE
    ) -> HttpResponseBase:
        """A step that cannot be done, and why; nothing was written."""
        self.rows_anew()
        fresh = self.rows.get(row.pk) if row else None
        if fresh is not None:
            opened = (
                opened_to_split(fresh, _plain(self.request.POST.get("part")))
                if self.request.POST.get("do") == "split"
                else None
            )
            return self.row_answer(fresh, status=status, problem=why, opened=opened)
        if not self.live:
            messages.error(self.request, why)
            return self.whole(status=status)
        context = {**self._list({}), **self._text(), **self._state(), "problem": why}
        return self._whole_list(context, status=status)

    def _whole_list(self, context: dict[str, Any], *, status: int = 200) -> HttpResponseBase:
        """All rows, wherever the step was asked for."""
        template = "programmes/draft_rows_answer.html"
        answer = render(self.request, template, context, status=status)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#rows", "outerHTML"
        return answer
