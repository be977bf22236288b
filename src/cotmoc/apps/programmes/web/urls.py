from django.urls import path

from cotmoc.apps.programmes.web import comparing, next_year, views

urlpatterns = [
    path("targets/", views.targets, name="targets"),
    path("targets/<int:pk>/", views.target, name="target"),
    path("plans/", views.plans, name="plans"),
    path("plans/<int:pk>/", views.plan, name="plan"),
    path("plans/<int:pk>/publish/", views.publish, name="publish-plan"),
    path("plans/<int:pk>/text/", views.plan_text, name="plan-text"),
    path("plans/compare/", comparing.compare, name="compare-plans"),
    path("plans/<int:pk>/next-year/", next_year.next_year, name="next-year"),
    path("targets/<int:pk>/links/", comparing.decide, name="target-links"),
]
