from importlib import import_module

from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = "Help desk"

    def ready(self) -> None:
        import_module("helpdesk.listeners")
        import_module("helpdesk.feed")
        import_module("helpdesk.readiness")
        import_module("helpdesk.as_code")
        import_module("helpdesk.distribution.as_code")
