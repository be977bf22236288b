from django.urls import path

from cotmoc.apps.measurement.web import catalogue, data, differences, facts, heat, views

urlpatterns = [
    path("figures/", views.figures, name="figures"),
    path("figures/id/<int:pk>/", facts.figure_by_id, name="figure-by-id"),
    path("figures/id/<int:pk>/facts/", facts.behind, name="figure-facts"),
    path("figures/<slug:indicator>/<str:unit>/<str:period>/", facts.figure, name="figure"),
    path("indicators/", catalogue.indicators, name="indicators"),
    path("indicators/<slug:code>/", catalogue.indicator, name="indicator"),
    path("heat/", heat.heat, name="heat"),
    path("differences/", differences.differences, name="differences"),
    path("data/", data.data, name="data"),
    path("data/compute/", data.compute, name="data-compute"),
    path("data/computations/", data.computations, name="computations"),
    path("data/quarantine/<str:name>/", data.quarantine_file, name="quarantine"),
    path("data/quarantine/<str:name>/file/", data.quarantine_download, name="quarantine-file"),
    path("sources/", views.sources, name="sources"),
    path("sources/<int:pk>/", views.source, name="source"),
    path("sources/<int:pk>/file/", views.source_file, name="source-file"),
]
