"""Plans side by side, and the decision whether two targets are the same."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.programmes.comparing import MOST_PLANS, Cell, ComparedRow, compare_plans
from cotmoc.apps.programmes.linking import decide_link, link_targets, short
from cotmoc.apps.programmes.linking_words import difference_lines, plan_label
from cotmoc.apps.programmes.models import Pillar, Plan, Target, TargetLink
from cotmoc.apps.programmes.web.lists import ANY
from cotmoc.apps.programmes.wording import goal_text, level_text
from cotmoc.core.text import fold
from cotmoc.ui.export import export, export_format

# So many plans are offered to choose from, the newest first.
MOST_OFFERED = 400


class ComparisonFilters(forms.Form):
    """What the comparison can be narrowed by."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=100)
    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            *ANY,
            ("differs", gettext_lazy("what differs")),
            ("same", gettext_lazy("what is the same")),
            ("alone", gettext_lazy("in one plan only")),
        ],
    )
    pillar = forms.ChoiceField(
        label=gettext_lazy("Pillar"), required=False, choices=[*ANY, *Pillar.choices]
    )

    def apply(self, rows: Sequence[ComparedRow]) -> list[ComparedRow]:
        """The rows that match; a wrong value filters nothing."""
        self.is_valid()
        text = fold(self.cleaned_data.get("q") or "")
        show = self.cleaned_data.get("show") or ""
        pillar = self.cleaned_data.get("pillar")
        return [
            row
            for row in rows
            if (not text or any(cell and text in cell.target.search for cell in row.cells))
            and (not show or show == kind_of(row))
            and (not pillar or row.pillar == pillar)
        ]


def kind_of(row: ComparedRow) -> str:
    """`alone`, `differs` or `same`."""
    if row.plans == 1:
        return "alone"
    return "differs" if row.differs else "same"


def compare(request: HttpRequest) -> HttpResponseBase:
    """Up to three plans side by side, chosen by `?plan=`."""
    asked = request.GET.getlist("plan")
    offered = _offered(request.user, asked)
    chosen = _chosen(offered, asked)
    form = ComparisonFilters(request.GET)
    rows = compare_plans(chosen, viewer=request.user) if len(chosen) > 1 else []
    shown = form.apply(rows)
    if (kind := export_format(request)) and rows:
        years = "-".join(str(plan.year) for plan in chosen)
        return export(kind, f"so-sanh-ke-hoach-{years}", *export_rows(chosen, shown))
    kinds = [kind_of(row) for row in rows]
    context = {
        "offered": offered,
        "slots": [chosen[place] if place < len(chosen) else None for place in range(MOST_PLANS)],
        "plans": chosen,
        "form": form,
        "rows": rows,
        "blocks": _blocks(chosen, shown),
        "shared": len(rows) - kinds.count("alone"),
        "differing": kinds.count("differs"),
        "alone": kinds.count("alone"),
    }
    return render(request, "programmes/compare.html", context)


def _offered(viewer: object, asked: Sequence[str]) -> list[Plan]:
    """The newest plans the viewer may see, and those asked for, in the order of the list."""
    visible = (
        Plan.objects.visible_to(viewer)
        .select_related("document", "organisation")
        .defer(*short("document__"))
    )
    newest = list(visible[:MOST_OFFERED])
    wanted = {int(each) for each in asked[:MOST_PLANS] if each.isascii() and each.isdigit()}
    wanted = {pk for pk in wanted if pk < 2**63} - {plan.pk for plan in newest}
    return [*newest, *visible.filter(pk__in=wanted)] if wanted else newest


def _chosen(offered: Sequence[Plan], asked: Sequence[str]) -> list[Plan]:
    """The plans asked for in the order asked, each once; what is no plan is left out."""
    by_key = {str(plan.pk): plan for plan in offered}
    found = [by_key[each] for each in dict.fromkeys(asked) if each in by_key]
    return found[:MOST_PLANS]


Line = tuple[ComparedRow, list[tuple[str, Cell | None]]]


def _blocks(plans: Sequence[Plan], rows: Sequence[ComparedRow]) -> list[tuple[str, list[Line]]]:
    """Rows under their headings: the pillars, then what stands in one plan only. Each cell goes
    with the label of its plan, which the phone shows beside it."""
    labels = [plan_label(plan) for plan in plans]
    pillars = {**{pillar.value: str(pillar.label) for pillar in Pillar}, "": _("No pillar named")}
    blocks: list[tuple[str, list[ComparedRow]]] = [
        (heading, [row for row in rows if row.plans > 1 and row.pillar == pillar])
        for pillar, heading in pillars.items()
    ]
    for place, label in enumerate(labels):
        alone = [row for row in rows if row.plans == 1 and row.cells[place]]
        blocks.append((_("Only in %(plan)s") % {"plan": label}, alone))
    return [
        (heading, [(row, list(zip(labels, row.cells, strict=True))) for row in found])
        for heading, found in blocks
        if found
    ]


def export_rows(
    plans: Sequence[Plan], rows: Sequence[ComparedRow]
) -> tuple[list[str], list[list[Any]]]:
    """Header and rows of the comparison as a file: five columns for each plan."""
    headers = [_("Pillar"), _("Target")]
    for plan in plans:
        label = plan_label(plan)
        headers += [
            f"{label}: {word}"
            for word in (_("Goal"), _("Goal value"), _("Unit"), _("Level"), _("Deadline"))
        ]
    headers += [_("Differences"), _("Indicator")]
    return headers, [_cells(row) for row in rows]


def _cells(row: ComparedRow) -> list[Any]:
    cells: list[Any] = [row.first.get_pillar_display() if row.first.pillar else "", row.first.name]
    notes: list[str] = []
    for cell in row.cells:
        if cell is None:
            cells += ["", None, "", "", None]
            continue
        target = cell.target
        cells += [goal_text(target), target.value, target.unit, level_text(target), target.deadline]
        notes += difference_lines(cell.differences, target.unit)
    return [*cells, "; ".join(notes), row.first.indicator_code]


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or refuse that another target is the same, or look for such targets; for those who
    steer. The page of the target shows what came of it."""
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    target = get_object_or_404(
        Target.objects.visible_to(person).select_related("plan__document"), pk=pk
    )
    back = f"{reverse('target', args=[pk])}#links"
    if request.POST.get("decision") == "look":
        _look(request, target, person)
        return redirect(back)
    decisions = {"confirm": True, "refuse": False, "reopen": None}
    link = _link_of(target, request.POST.get("link", ""), person)
    decision = request.POST.get("decision", "")
    if link is None or decision not in decisions:
        messages.error(request, _("Nothing was decided: this link is not there any more."))
    else:
        decide_link(link, decisions[decision], actor=person, now=timezone.now())
    return redirect(back)


def _look(request: HttpRequest, target: Target, person: Person) -> None:
    linked = link_targets(target.plan, actor=person, now=timezone.now())
    found = ngettext(
        "Looked in %(plans)s plan: %(new)s new proposals.",
        "Looked in %(plans)s plans: %(new)s new proposals.",
        linked.plans,
    )
    messages.success(request, found % {"plans": linked.plans, "new": linked.new})


def _link_of(target: Target, key: str, person: Person) -> TargetLink | None:
    """The link asked for, if both its targets may be seen."""
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    visible = Target.objects.visible_to(person)
    links = TargetLink.objects.filter(Q(earlier=target) | Q(later=target), pk=int(key))
    return links.filter(earlier__in=visible, later__in=visible).first()
