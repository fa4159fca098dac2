"""`manage.py migrate`: Django's, as the owner of the tables, who then gives the application its rights."""

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import ProgrammingError
from django.utils.translation import gettext as _

from config.database import roles

NOT_THE_OWNER = "42501"  # PostgreSQL: insufficient_privilege


class Command(migrate.Command):
    def handle(self, *args, **options) -> None:
        try:
            with roles.as_owner() as application:
                super().handle(*args, **options)
                roles.grant(application)
        except roles.RolesAreWrong as wrong:
            raise CommandError(str(wrong)) from None
        except ProgrammingError as error:
            if getattr(error.__cause__, "sqlstate", "") != NOT_THE_OWNER:
                raise
            raise CommandError(
                _("This role may not change the tables. Type “nobet migrate” as root, or set DATABASE_OWNER_URL: %s")
                % error
            ) from error
