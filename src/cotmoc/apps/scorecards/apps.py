from django.apps import AppConfig


class ScorecardsConfig(AppConfig):
    name = "cotmoc.apps.scorecards"
    label = "scorecards"

    def ready(self) -> None:
        from cotmoc.apps.measurement import ports
        from cotmoc.apps.scorecards import computing
        from cotmoc.apps.scorecards.assessments import rounds

        ports.after_figures.append(computing.after_figures)
        ports.after_figures.append(rounds.refresh_after_figures)
