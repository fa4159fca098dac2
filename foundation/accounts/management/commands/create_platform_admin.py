"""`manage.py create_platform_admin EMAIL NAME`: the first account of an installation."""

import os
import sys
from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.signin import new_passwords
from foundation.directory.models import Membership, Person
from foundation.journal import journal

PASSWORD = "NOBET_ADMIN_PASSWORD"


class Command(BaseCommand):
    help = (
        "Open an account for a platform administrator; everyone else is invited. Asks for a password at a terminal; "
        f"without one it is read from {PASSWORD} or, with --password-stdin, from standard input. With neither, or "
        "with --link, prints an address at which the password is set, once, within three days."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--password-stdin", action="store_true", help="its first line is the password")
        how.add_argument("--link", action="store_true", help="no password yet: print the address at which it is set")

    def handle(self, *, email, name, link, password_stdin, **options) -> None:
        email = email.strip().lower()
        try:
            validate_email(email)
        except ValidationError as problem:
            raise CommandError("\n".join(problem.messages)) from None
        if Person.objects.filter(email=email).exists():
            raise CommandError(_("There is an account with this e-mail address."))
        password = None if link else typed(password_stdin)
        if password is not None:
            refuse_weak(password, Person(email=email, name=name))
        person = self.open(email, name, password)
        if password is None:
            self.stderr.write(_("Set the password here, once, within three days:"))
            self.stdout.write(new_passwords.link_for(person))

    @transaction.atomic
    def open(self, email: str, name: str, password: str | None) -> Person:
        person = Person.objects.create_user(email, password, name=name)
        Membership.objects.create(person=person, role=Membership.Role.PLATFORM_ADMIN)
        journal.record("person.opened", person)
        return person


def typed(from_stdin: bool) -> str | None:
    """The password, from wherever there is one; never from the command line, which everybody on the machine reads."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    return getpass(_("Password: ")) if sys.stdin.isatty() else None


def refuse_weak(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as problem:
        raise CommandError("\n".join(problem.messages)) from None
