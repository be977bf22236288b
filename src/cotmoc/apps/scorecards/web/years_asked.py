"""What pages of the years are asked to show, checked against what there is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.columns import TOTAL, Vocabulary, most_published
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.apps.scorecards.subjects import Subject
from cotmoc.apps.scorecards.web.results_words import language
from cotmoc.apps.scorecards.years import Series, kinds_of_periods, nodes_of
from cotmoc.core.text import fold

PERIODS = {
    "month": gettext_lazy("month"),
    "quarter": gettext_lazy("quarter"),
    "half": gettext_lazy("half year"),
    "nine_months": gettext_lazy("nine months"),
    "year": gettext_lazy("year"),
}
BODIES = {
    "province": gettext_lazy("provinces"),
    "department": gettext_lazy("departments"),
    "commune": gettext_lazy("communes"),
}
MEASURES = {"points": gettext_lazy("value"), "rank": gettext_lazy("rank")}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is asked to show, checked against what there is."""

    code: str
    version: IndexVersion
    methods: Sequence[IndexVersion]
    node: str
    kind: str
    kinds: Sequence[str]
    words: Vocabulary

    @property
    def most(self) -> Decimal:
        """What full marks of the node are published as."""
        definition = self.version.definition
        return most_published(definition, self.words.nodes.get(self.node))


def asked_of(request: HttpRequest, code: str) -> Asked:
    """What is asked for; a wrong part or kind of period gives the total of the longest. Http404 for
    an unknown index."""
    methods = list(IndexVersion.objects.filter(latest=True, code=code))
    if not methods:
        raise Http404
    version = next((row for row in methods if row.method == request.GET.get("method")), methods[0])
    node = request.GET.get("node", TOTAL)
    words = next(
        (words for row in methods if node in (words := Vocabulary(row.definition)).nodes),
        Vocabulary(version.definition),
    )
    node = node if node in words.nodes else TOTAL
    kinds = kinds_of_periods(code, viewer=request.user) or ["year"]
    kind = request.GET.get("kind", "")
    return Asked(code, version, methods, node, kind if kind in kinds else kinds[0], kinds, words)


class NodeForm(forms.Form):
    """Which part of the index, over which periods."""

    node = forms.ChoiceField(label=gettext_lazy("Total or part"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Periods"), required=False)

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nodes = nodes_of(asked.methods)
        names = [(code, node.name[language()]) for code, node in nodes.items()]
        self._set("node", [("", _("Total")), *names])
        self._set("kind", [(each, PERIODS.get(each, each)) for each in asked.kinds])
        if len(asked.kinds) < 2:
            del self.fields["kind"]

    def _set(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class SubjectsForm(NodeForm):
    """What the subjects can be narrowed by."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    bodies = forms.ChoiceField(label=gettext_lazy("Bodies"), required=False)
    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[("", MEASURES["points"]), ("rank", MEASURES["rank"])],
    )
    field_order = ("q", "bodies", "node", "show", "kind")

    def __init__(self, *args: Any, asked: Asked, series: Sequence[Series], **kwargs: Any) -> None:
        super().__init__(*args, asked=asked, **kwargs)
        held = Counter(kind_of(each.subject) for each in series)
        names = [(each, name) for each, name in BODIES.items() if each in held]
        # Each kind is ranked apart, so one of them is shown: without asking the largest.
        self.shown = max(held, key=lambda each: held[each], default="")
        self._set("bodies", sorted(names, key=lambda each: each[0] != self.shown))
        if len(names) < 2:
            del self.fields["bodies"]

    def apply(self, series: Sequence[Series]) -> list[Series]:
        """The subjects that match; a wrong value filters nothing."""
        self.is_valid()
        words = fold(self.cleaned_data.get("q") or "").split()
        bodies = self.cleaned_data.get("bodies") or self.shown
        return [
            each
            for each in series
            if (not bodies or kind_of(each.subject) == bodies)
            and all(word in _searched(each.subject) for word in words)
        ]


def kind_of(subject: Subject) -> str:
    """Province, department or commune."""
    return subject.kind if isinstance(subject, Organisation) else subject.level


def _searched(subject: Subject) -> str:
    return f"{subject.search} {fold(subject.code)}"
