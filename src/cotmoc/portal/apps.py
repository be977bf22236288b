from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "cotmoc.portal"
    label = "portal"
