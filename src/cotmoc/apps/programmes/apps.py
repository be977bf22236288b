from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "cotmoc.apps.programmes"
    label = "programmes"

    def ready(self) -> None:
        from cotmoc.apps.documents.ports import tell_statements
        from cotmoc.apps.measurement.ports import tell_targets
        from cotmoc.apps.programmes import jobs, ports
        from cotmoc.apps.programmes.queries import PlannedTargets
        from cotmoc.apps.programmes.stated import StatedInDocuments

        tell_targets(PlannedTargets)
        ports.readings.append(jobs.enqueue)
        tell_statements(StatedInDocuments)
