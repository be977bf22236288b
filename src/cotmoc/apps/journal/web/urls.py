from django.urls import path

from cotmoc.apps.journal.web import views

urlpatterns = [path("journal/", views.journal, name="journal")]
