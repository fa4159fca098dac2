from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RunbooksConfig(AppConfig):
    """Third storey: hears what monitoring and helpdesk announce."""

    name = "runbooks"

    def ready(self) -> None:
        import_module("runbooks.jobs")
        import_module("runbooks.listeners")
        import_module("runbooks.feed")
        import_module("runbooks.readiness")
        import_module("runbooks.as_code")
        shipped = import_module("runbooks.plans.shipped")
        post_migrate.connect(shipped.plant_after_migrate, sender=self, dispatch_uid="runbooks.shipped")
        ready = import_module("runbooks.broadcasts.compose.message_templates")
        post_migrate.connect(ready.plant_after_migrate, sender=self, dispatch_uid="runbooks.message_templates")
