from django.urls import path

from cotmoc.apps.measurement.web import facts, views

urlpatterns = [
    path("figures/", views.figures, name="figures"),
    path("figures/id/<int:pk>/", facts.figure_by_id, name="figure-by-id"),
    path("figures/id/<int:pk>/facts/", facts.behind, name="figure-facts"),
    path("figures/<slug:indicator>/<str:unit>/<str:period>/", facts.figure, name="figure"),
    path("indicators/", views.indicators, name="indicators"),
    path("indicators/<slug:code>/", views.indicator, name="indicator"),
    path("sources/", views.sources, name="sources"),
    path("sources/<int:pk>/", views.source, name="source"),
    path("sources/<int:pk>/file/", views.source_file, name="source-file"),
]
