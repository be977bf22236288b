from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cotmoc.apps.accounts"
    label = "accounts"
