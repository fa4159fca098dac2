from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from config import checks, observability
from config.celery import app as celery_app

__all__ = ["ConfigConfig", "celery_app"]


class ConfigConfig(AppConfig):
    """Gives `config` its commands, templates and static files, and everyone the one Celery."""

    name = "config"
    verbose_name = "Nöbet"

    def ready(self) -> None:
        checks.refuse_unsafe_start(settings)
        observability.start_sentry()
        import_module("config.setup.parts")
        import_module("config.templatetags.navigation")
