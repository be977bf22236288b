from django.apps import AppConfig


class MeasurementConfig(AppConfig):
    name = "cotmoc.apps.measurement"
    label = "measurement"

    def ready(self) -> None:
        from cotmoc.apps.measurement import jobs, ports

        ports.computations.append(jobs.enqueue)
