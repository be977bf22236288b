"""Every address of the service; tests/architecture walks them all."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from cotmoc.config.api import api
from cotmoc.ui.gallery import gallery

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("cotmoc.portal.urls")),
    path("", include("cotmoc.apps.scorecards.web.urls")),
    path("", include("cotmoc.apps.programmes.web.urls")),
    path("", include("cotmoc.apps.documents.web.urls")),
    path("", include("cotmoc.apps.measurement.web.urls")),
    path("", include("cotmoc.apps.orgs.web.urls")),
    path("", include("cotmoc.apps.accounts.web.urls")),
    path("", include("cotmoc.apps.journal.web.urls")),
    path("gallery/", gallery, name="gallery"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("api/v1/", api.urls),
]
