from importlib import import_module

from django.apps import AppConfig


class WireConfig(AppConfig):
    name = "foundation.wire"

    def ready(self) -> None:
        import_module("foundation.wire.listeners")
