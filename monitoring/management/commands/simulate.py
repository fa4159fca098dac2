"""`manage.py simulate`: the stand-in city, and breaking and healing it while it runs."""

import asyncio
import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from monitoring.simulator import control, resident
from monitoring.simulator.endpoints import MODES, City
from monitoring.simulator.map import read_registry


class Command(BaseCommand):
    help = "Serve a loopback endpoint for every node; `simulate break TAHSILAT --mode hang`, `simulate heal all`."

    def add_arguments(self, parser) -> None:
        parser.add_argument("order", nargs="?", choices=["serve", "break", "heal", "show"], default="serve")
        parser.add_argument("what", nargs="?", help="a component, a province (plate or name), a node, or all")
        parser.add_argument("--mode", choices=MODES[1:], default="refuse")
        parser.add_argument("--control-port", type=int, default=settings.CITY_CONTROL_PORT)

    def handle(self, *, order, what, mode, control_port, **options) -> None:
        if order == "serve":
            return asyncio.run(self.serve(City(read_registry()), control_port))
        if order == "break" and not what:
            raise CommandError(_("break what? A component, a province, a node, or all."))
        try:
            self.report(self.tell(order, what, mode, control_port))
        except control.NobodyListens as silence:
            raise CommandError(str(silence)) from silence

    def tell(self, order: str, what: str | None, mode: str, port: int) -> dict:
        if order == "break":
            return control.break_down(what or "", mode=mode, port=port)
        return control.heal(what or "all", port=port) if order == "heal" else control.ask(port)

    def report(self, answer: dict) -> None:
        if "error" in answer:
            raise CommandError(answer["error"])
        self.stdout.write(f"{answer['turned']} turned, {len(answer['broken'])} of {answer['places']} broken")

    async def serve(self, city: City, control_port: int) -> None:
        leaving = asyncio.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, leaving.set)
        self.stdout.write(f"{len(city.endpoints)} places, control at 127.0.0.1:{control_port}")
        await resident.run(city, control_port, until=leaving)
