from django.urls import path

from cotmoc.portal import views

urlpatterns = [
    path("", views.home, name="dashboard"),
    path("search/", views.search, name="search"),
    path("organisations/<str:code>/", views.organisation, name="organisation"),
    path("public/", views.public, name="public"),
    path("public/targets/<int:pk>/", views.public_target, name="public-target"),
    path("health/", views.health, name="health"),
]
