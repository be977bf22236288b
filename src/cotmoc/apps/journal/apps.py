from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "cotmoc.apps.journal"
    label = "journal"
