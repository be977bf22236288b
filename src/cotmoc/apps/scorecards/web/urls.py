from django.urls import URLPattern, path

from cotmoc.apps.scorecards.web import cards, catalogue, forecast, public, ranking

urlpatterns: list[URLPattern] = [
    path("scorecards/", catalogue.indices, name="indices"),
    path(
        "scorecards/<slug:code>/methods/<str:method>/", catalogue.index_method, name="index-method"
    ),
    path("scorecards/<slug:code>/ranking/", ranking.ranking, name="ranking"),
    path("scorecards/<slug:code>/cards/<str:unit>/", cards.card, name="card"),
    path("public/scorecards/", public.public_indices, name="public-indices"),
    path("public/scorecards/<slug:code>/", public.public_ranking, name="public-ranking"),
    path(
        "scorecards/<slug:code>/cards/<str:unit>/forecast/",
        forecast.forecast,
        name="card-forecast",
    ),
]
