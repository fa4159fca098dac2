from importlib import import_module

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Hears its facts and says on the set-up page whether anything is watched."""

    name = "monitoring"

    def ready(self) -> None:
        for module in ("listeners", "readiness", "as_code", "feed"):
            import_module(f"monitoring.{module}")
