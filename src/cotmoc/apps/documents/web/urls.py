from django.urls import path

from cotmoc.apps.documents.web import views

urlpatterns = [
    path("documents/", views.documents, name="documents"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("documents/<int:pk>/original/", views.original, name="document-original"),
    path("documents/<int:pk>/validity/", views.validity, name="document-validity"),
    path("documents/<int:pk>/relations/", views.relations, name="document-relations"),
]
