from importlib import import_module

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Says on the set-up page whether anything leaves, and hands on what came back."""

    name = "foundation.outbox"

    def ready(self) -> None:
        for module in ("readiness", "successors", "hooks.as_code", "hooks.webhooks"):
            import_module(f"foundation.outbox.{module}")
