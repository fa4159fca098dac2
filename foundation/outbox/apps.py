from importlib import import_module

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "foundation.outbox"

    def ready(self) -> None:
        import_module("foundation.outbox.successors")
