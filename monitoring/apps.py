from importlib import import_module

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Says on the set-up page whether anything is watched."""

    name = "monitoring"

    def ready(self) -> None:
        import_module("monitoring.readiness")
        import_module("monitoring.as_code")
