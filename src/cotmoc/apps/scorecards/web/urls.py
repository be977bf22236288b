from django.urls import URLPattern, path

from cotmoc.apps.scorecards.web import catalogue, forecast, robustness

urlpatterns: list[URLPattern] = [
    path("scorecards/", catalogue.indices, name="indices"),
    path(
        "scorecards/<slug:code>/cards/<str:unit>/forecast/",
        forecast.forecast,
        name="card-forecast",
    ),
    path("scorecards/<slug:code>/robustness/", robustness.robust, name="robustness"),
]
