from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DjangoSlaConfig(AppConfig):
    """Plants the first calendars and policies into an empty database after `migrate`."""

    name = "django_sla"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("service levels")

    def ready(self) -> None:
        seeds = import_module("django_sla.seeds")
        post_migrate.connect(seeds.plant_after_migrate, sender=self, dispatch_uid="django_sla.seeds")
