"""`manage.py probe`: a prober as a process of its own, for production."""

import asyncio
import signal

from django.core.management.base import BaseCommand, CommandError

from monitoring.probing import resident


class Command(BaseCommand):
    help = "Ask the nodes until stopped. With `--shard 2/3`, the second third of all checks."

    def add_arguments(self, parser):
        parser.add_argument("--shard", default="1/1", help="which part of how many, as i/n")

    def handle(self, *, shard, **options):
        index, of = read_shard(shard)
        asyncio.run(self.probe(index, of))

    async def probe(self, index: int, of: int) -> None:
        leaving = asyncio.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, leaving.set)
        await resident.probe_shard(index, of, leaving)


def read_shard(text: str) -> tuple[int, int]:
    """ "2/3" is (1, 3)."""
    number, _, of = text.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise CommandError("a shard is written i/n, such as 2/3")
    return int(number) - 1, int(of)
