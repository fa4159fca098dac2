"""`manage.py create_platform_admin EMAIL NAME`: the first account of an installation."""

from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from foundation.directory.models import Membership, Person
from foundation.journal import journal


class Command(BaseCommand):
    help = "Open an account for a platform administrator; everyone else is invited."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *, email, name, **options) -> None:
        if Person.objects.filter(email=email.strip().lower()).exists():
            raise CommandError(_("There is an account with this e-mail address."))
        password = getpass(_("Password: "))
        try:
            validate_password(password, Person(email=email, name=name))
        except ValidationError as problem:
            raise CommandError("\n".join(problem.messages))
        self.open(email, name, password)

    @transaction.atomic
    def open(self, email: str, name: str, password: str) -> None:
        person = Person.objects.create_user(email, password, name=name)
        Membership.objects.create(person=person, role=Membership.Role.PLATFORM_ADMIN)
        journal.record("person.opened", person)
