"""Which indicator a target means: a person's choice, or the draft of a new definition."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.measurement.models import IndicatorVersion
from cotmoc.apps.programmes.linking import bind_target, definition_of
from cotmoc.apps.programmes.models import Target


def _target(request: HttpRequest, pk: int) -> tuple[Target, Person]:
    """The target and who asks; for those who steer."""
    person = request.user
    if not isinstance(person, Person) or not person.steers:
        raise PermissionDenied
    visible = Target.objects.visible_to(person).select_related("plan__document", "lead")
    return get_object_or_404(visible, pk=pk), person


@require_POST
def bind(request: HttpRequest, pk: int) -> HttpResponse:
    """Bind a target to the indicator chosen."""
    target, person = _target(request, pk)
    code = request.POST.get("indicator", "")
    try:
        if not code:
            raise IndicatorVersion.DoesNotExist
        bind_target(target, code, actor=person, now=timezone.now())
    except IndicatorVersion.DoesNotExist:
        messages.error(request, _("The catalogue holds no such indicator."))
    else:
        messages.success(request, _("The target is bound to %(code)s.") % {"code": code})
    return redirect("target", pk=pk)


def definition(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft of a definition for a target, as a file of the catalogue."""
    target, _person = _target(request, pk)
    draft = definition_of(target)
    response = HttpResponse(draft.text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{draft.code}.yaml"'
    return response
