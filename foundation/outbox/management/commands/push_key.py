from django.core.management.base import BaseCommand

from foundation.outbox.gateways import push


class Command(BaseCommand):
    help = "Make a key for web push: a line for the settings of the installation. Made anew, every browser asks again."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"WEB_PUSH_KEY={push.new_key()}")
