from importlib import import_module

from django.apps import AppConfig


class RunbooksConfig(AppConfig):
    """Third storey: hears what monitoring and helpdesk announce."""

    name = "runbooks"

    def ready(self) -> None:
        import_module("runbooks.jobs")
        import_module("runbooks.listeners")
