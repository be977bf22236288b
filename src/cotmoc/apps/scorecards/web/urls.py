from django.urls import URLPattern, path

from cotmoc.apps.scorecards.web import catalogue

urlpatterns: list[URLPattern] = [
    path("scorecards/", catalogue.indices, name="indices"),
]
