"""`manage.py probe`: a prober as a process of its own, for production."""

import asyncio
import signal

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from foundation import garbage
from monitoring.checks.verdicts import HERE
from monitoring.probing import loops, resident

LONGEST_NAME = 40


class Command(BaseCommand):
    help = "Ask the nodes until stopped. `--shard 2/3`: the second third of all checks; `--location izmir`: from there."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--shard", default="1/1", help="which part of how many, as i/n")
        parser.add_argument("--location", default=HERE, help="where this machine stands; most locations decide")

    def handle(self, *, shard, location, **options) -> None:
        if not 0 < len(location.strip()) <= LONGEST_NAME:
            raise CommandError(_("a location has a name of at most %s letters") % LONGEST_NAME)
        index, of = read_shard(shard)
        garbage.calm()
        loops.run(self.probe(resident.Post(index, of, location.strip())))

    async def probe(self, post: resident.Post) -> None:
        leaving = asyncio.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, leaving.set)
        await resident.stand(post, leaving)


def read_shard(text: str) -> tuple[int, int]:
    """ "2/3" is (1, 3)."""
    number, _slash, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise CommandError(_("a shard is written i/n, such as 2/3"))
    return int(number) - 1, int(of)
