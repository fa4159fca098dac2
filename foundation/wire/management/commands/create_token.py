"""`manage.py create_token EMAIL --scope tickets:write --days 90`"""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from foundation import Refusal
from foundation.directory.models import Person
from foundation.wire.api import tokens


class Command(BaseCommand):
    help = "Makes an API token for a person and prints its secret, once."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="manage.py")
        parser.add_argument("--scope", action="append", required=True, help='such as "tickets:write"; repeatable')
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *, email, name, scope, days, **options) -> None:
        person = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
        if person is None:
            raise CommandError(_("No active person has the address %s.") % email)
        try:
            token, secret = tokens.issue(person, name=name, scopes=scope, lasting=timedelta(days=days))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self.stderr.write(f"{token.prefix}… until {token.expires_at:%Y-%m-%d}, scopes {', '.join(token.scopes)}")
        self.stdout.write(secret)
