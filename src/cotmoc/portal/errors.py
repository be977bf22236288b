"""What a person sees when something is refused."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.defaults import bad_request

NUL = ("\x00", "%00")
API = "/api/"  # refuses in its own words


def readable_address(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """No text of the database holds NUL and PostgreSQL fails when asked for one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = request.path + request.META.get("QUERY_STRING", "")
        if any(sign in asked for sign in NUL) and not request.path.startswith(API):
            return bad_request(request, ValueError("NUL in the address"))
        return get_response(request)

    return middleware


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its protection mark: usually an old page or blocked cookies."""
    explanation = _("The form was too old or cookies are blocked. Go back, reload and try again.")
    return render(request, "403.html", {"explanation": explanation}, status=403)
