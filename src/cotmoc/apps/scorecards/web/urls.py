from django.urls import URLPattern, path

from cotmoc.apps.scorecards.web import (
    assessment,
    cards,
    catalogue,
    evidence,
    forecast,
    lost,
    merged,
    proposals,
    public,
    published,
    ranking,
    robustness,
    rounds,
    scenarios,
    what_if,
    years,
)

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
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/new/", rounds.new, name="round-new"),
    path("rounds/evidence/<int:pk>/", evidence.file, name="evidence"),
    path("rounds/evidence/<int:pk>/link/", evidence.link, name="evidence-link"),
    path("rounds/evidence/<int:pk>/remove/", evidence.remove, name="evidence-remove"),
    path("rounds/<int:pk>/", rounds.one, name="round"),
    path("rounds/<int:pk>/do/", rounds.deed, name="round-deed"),
    path("rounds/<int:pk>/correct/", rounds.correct, name="round-correct"),
    path("rounds/<int:pk>/<str:unit>/", assessment.assessment, name="assessment"),
    path("rounds/<int:pk>/<str:unit>/<str:leaf>/evidence/", evidence.add, name="evidence-add"),
    path("scorecards/<slug:code>/robustness/", robustness.robust, name="robustness"),
    path("scorecards/<slug:code>/cards/<str:unit>/lost/", lost.lost, name="card-lost"),
    path(
        "scorecards/<slug:code>/cards/<str:unit>/propose/", lost.propose_task, name="card-propose"
    ),
    path("scorecards/<slug:code>/cards/<str:unit>/what-if/", what_if.page, name="card-what-if"),
    path("scorecards/<slug:code>/cards/<str:unit>/years/", years.card_years, name="card-years"),
    path("scorecards/<slug:code>/years/", years.index_years, name="index-years"),
    path("scorecards/<slug:code>/merged/", merged.merged_provinces, name="merged-provinces"),
    path("scorecards/published/", published.publications, name="publications"),
    path("scorecards/published/new/", published.publication_new, name="publication-new"),
    path("scorecards/published/<int:pk>/", published.publication, name="publication"),
    path("scorecards/proposals/", proposals.listing, name="proposals"),
    path("scorecards/proposals/<int:pk>/", proposals.deed, name="proposal-deed"),
    path("scorecards/scenarios/", scenarios.listing, name="scenarios"),
    path("scorecards/scenarios/save/", scenarios.save, name="scenario-save"),
    path("scorecards/scenarios/compare/", scenarios.compare, name="scenarios-compare"),
    path("scorecards/scenarios/<int:pk>/", scenarios.deed, name="scenario-deed"),
]
