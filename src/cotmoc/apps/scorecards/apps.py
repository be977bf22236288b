from django.apps import AppConfig


class ScorecardsConfig(AppConfig):
    name = "cotmoc.apps.scorecards"
    label = "scorecards"
