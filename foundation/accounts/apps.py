from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Has no table of its own: people, memberships and contacts are the directory's."""

    name = "foundation.accounts"

    def ready(self) -> None:
        import_module("foundation.accounts.jobs")
        import_module("foundation.accounts.listeners")
        import_module("foundation.accounts.readiness")
        import_module("foundation.accounts.as_code")
