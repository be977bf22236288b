from django.apps import AppConfig


class MeasurementConfig(AppConfig):
    name = "cotmoc.apps.measurement"
    label = "measurement"
