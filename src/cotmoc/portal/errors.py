"""What a person sees when something is refused."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its protection mark: usually an old page or blocked cookies."""
    explanation = _("The form was too old or cookies are blocked. Go back, reload and try again.")
    return render(request, "403.html", {"explanation": explanation}, status=403)
