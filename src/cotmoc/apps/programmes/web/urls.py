from django.urls import path

from cotmoc.apps.programmes.web import views

urlpatterns = [
    path("targets/", views.targets, name="targets"),
    path("targets/<int:pk>/", views.target, name="target"),
    path("plans/", views.plans, name="plans"),
    path("plans/<int:pk>/", views.plan, name="plan"),
    path("plans/<int:pk>/publish/", views.publish, name="publish-plan"),
    path("plans/<int:pk>/text/", views.plan_text, name="plan-text"),
]
