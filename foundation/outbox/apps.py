from importlib import import_module

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Says on the set-up page whether anything leaves."""

    name = "foundation.outbox"

    def ready(self) -> None:
        import_module("foundation.outbox.readiness")
