from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "cotmoc.apps.documents"
    label = "documents"
