from django.urls import URLPattern, path

from cotmoc.apps.scorecards.web import (
    catalogue,
    forecast,
    lost,
    proposals,
    robustness,
    scenarios,
    what_if,
)

urlpatterns: list[URLPattern] = [
    path("scorecards/", catalogue.indices, name="indices"),
    path(
        "scorecards/<slug:code>/cards/<str:unit>/forecast/",
        forecast.forecast,
        name="card-forecast",
    ),
    path("scorecards/<slug:code>/robustness/", robustness.robust, name="robustness"),
    path("scorecards/<slug:code>/cards/<str:unit>/lost/", lost.lost, name="card-lost"),
    path(
        "scorecards/<slug:code>/cards/<str:unit>/propose/", lost.propose_task, name="card-propose"
    ),
    path("scorecards/<slug:code>/cards/<str:unit>/what-if/", what_if.page, name="card-what-if"),
    path("scorecards/proposals/", proposals.listing, name="proposals"),
    path("scorecards/proposals/<int:pk>/", proposals.deed, name="proposal-deed"),
    path("scorecards/scenarios/", scenarios.listing, name="scenarios"),
    path("scorecards/scenarios/save/", scenarios.save, name="scenario-save"),
    path("scorecards/scenarios/compare/", scenarios.compare, name="scenarios-compare"),
    path("scorecards/scenarios/<int:pk>/", scenarios.deed, name="scenario-deed"),
]
