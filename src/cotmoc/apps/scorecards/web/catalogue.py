"""The indices of the catalogue and the method of each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cotmoc.apps.scorecards.models import IndexVersion


def indices(request: HttpRequest) -> HttpResponse:
    """All indices with their methods."""
    found = IndexVersion.objects.filter(latest=True)
    return render(request, "scorecards/indices.html", {"indices": found})
