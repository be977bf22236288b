from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "cotmoc.apps.programmes"
    label = "programmes"
