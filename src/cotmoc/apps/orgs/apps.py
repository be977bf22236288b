from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "cotmoc.apps.orgs"
    label = "orgs"
