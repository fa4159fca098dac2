"""`manage.py load_demo`: the demonstration city, each context its own part."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from time import monotonic
from types import ModuleType

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from foundation.wire.production import is_production

# From the ground up: a context may point at what lies below it.
CONTEXTS = ("foundation.directory", "django_sla", "monitoring", "helpdesk", "runbooks")


class Command(BaseCommand):
    help = "Load the demonstration: places, accounts, contacts, tickets, outages. Safe to repeat."

    def handle(self, **options) -> None:
        if is_production(settings):
            raise CommandError(
                _(
                    "This is no demonstration: its accounts, with a published password, would open %s to the world. "
                    "Nothing was loaded."
                )
                % settings.PUBLIC_BASE_URL
            )
        for part in parts():
            started = monotonic()
            part.load()
            self.stdout.write(f"{part.__name__}  {monotonic() - started:.1f} s")


def parts() -> Iterator[ModuleType]:
    for context in CONTEXTS:
        if find_spec(f"{context}.demo"):
            yield import_module(f"{context}.demo")
