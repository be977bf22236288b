from django.urls import path

from cotmoc.apps.orgs.web import views

urlpatterns = [
    path("units/", views.units, name="units"),
    path("units/<str:key>/", views.unit, name="unit"),
    path("organisations/", views.organisations, name="organisations"),
]
