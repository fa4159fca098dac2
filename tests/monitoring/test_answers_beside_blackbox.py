"""Raw answers drawn with dice: whatever a real blackbox_exporter accepts or refuses, we do, or it is said why not."""

import asyncio
import json
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as read_text

from monitoring.probing import run
from tests import proofs, servers
from tests.monitoring.answers.kinds import drawn
from tests.monitoring.answers.reasons import NEITHER, THEY, WE, reason
from tests.monitoring.answers.street import HOST, Case, RawStreet
from tests.monitoring.test_prober import a_question
from tests.proofs import sized

pytestmark = [pytest.mark.prometheus, pytest.mark.long(20)]

COUNT = sized(2_000)
AT_ONCE = 12
PATIENCE = 1.0  # seconds for an answer; a case that is asked a second time has three times as many


@dataclass
class Said:
    success: bool
    status: int
    redirects: int
    error: str = ""

    def agrees_with(self, its: "Said") -> bool:
        """The same verdict on the same answer; whoever never saw its end does not say which it was."""
        same = self.status == its.status or self.error in ("timeout", "connection reset")
        return self.success == its.success and same


class Two:
    """Us and blackbox_exporter before the same street."""

    def __init__(self, street: RawStreet, theirs: str, session: aiohttp.ClientSession) -> None:
        self.street, self.theirs, self.session = street, theirs, session

    def target(self, who: str, number: int, case: Case) -> str:
        return f"http://{HOST}:{self.street.port}/{who}/{number}" + (f"/{case.start}" if case.start else "")

    async def we(self, number: int, case: Case, patience: float) -> Said:
        question = a_question(1, target=self.target("u", number, case), kind="http", rules=case.rules, timeout=patience)
        outcome = await run.ask(question, allow_private=True)
        said = outcome.figures
        return Said(
            outcome.is_ok,
            int(said.get("probe_http_status_code", 0)),
            int(said.get("probe_http_redirects", 0)),
            outcome.error,
        )

    async def they(self, number: int, case: Case, patience: float) -> Said:
        asked = {"target": self.target("b", number, case), "module": module_of(case)}
        headers = {"X-Prometheus-Scrape-Timeout-Seconds": str(patience + 0.5)}
        async with self.session.get(f"http://{self.theirs}/probe", params=asked, headers=headers) as answer:
            text = await answer.text()
        values = {family.name: family.samples[0].value for family in read_text(text) if len(family.samples) == 1}
        return Said(
            bool(values["probe_success"]), int(values["probe_http_status_code"]), int(values["probe_http_redirects"])
        )

    async def ask(self, number: int, case: Case, patience: float) -> tuple[Said, Said]:
        for who in "ub":
            self.street.asked.pop((who, number), None)
        return await self.we(number, case, patience), await self.they(number, case, patience)


def module_of(case: Case) -> str:
    return json.dumps([case.rules, case.theirs], sort_keys=True)


def modules(cases: dict[int, Case]) -> dict:
    usual = {"preferred_ip_protocol": "ip4", "ip_protocol_fallback": True}
    return {
        module_of(case): {"prober": "http", "timeout": "10s", "http": usual | case.rules | case.theirs}
        for case in cases.values()
    }


@pytest.fixture
def seed():
    return proofs.seed()


@pytest.fixture
def cases(seed):
    port = servers.free_range(1)
    drawn_cases = {number: drawn(number, seed) for number in range(COUNT)}
    for number, case in drawn_cases.items():
        fill_in(case, number, port)
    street = RawStreet(port)
    street.cases = drawn_cases
    street.open()
    yield street
    street.close()


def fill_in(case: Case, number: int, port: int) -> None:
    """Locations name the port and the case; who asks is told apart by the first step of the path."""
    for reply in case.replies.values():
        reply.pieces = [
            piece.replace(b"{port}", b"%d" % port).replace(b"{number}", b"%d" % number) for piece in reply.pieces
        ]


@pytest.fixture
def theirs(cases, tmp_path: Path):
    config, place = tmp_path / "blackbox.yml", f"{HOST}:{servers.free_port()}"
    config.write_text(yaml.safe_dump({"modules": modules(cases.cases)}))
    words = [f"--config.file={config}", f"--web.listen-address={place}"]
    running = subprocess.Popen(
        [servers.program("prometheus-blackbox-exporter"), *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    servers.answers(*place.split(":"))
    yield place
    servers.stop(running)


async def test_what_it_accepts_or_refuses_we_accept_or_refuse(cases, theirs, seed):
    tally, unexplained = Counter[str](), []
    tickets = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession() as session:
        two = Two(cases, theirs, session)

        async def compare(number: int, case: Case) -> None:
            async with tickets:
                ours, its = await two.ask(number, case, PATIENCE)
                if not ours.agrees_with(its):
                    ours, its = await two.ask(number, case, 3 * PATIENCE)
            if ours.agrees_with(its):
                if ours.success:
                    assert cases.asked_for("u", number) == cases.asked_for("b", number), (number, case)
                tally["both accept" if ours.success else "both refuse"] += 1
                return
            who = WE if ours.success > its.success else THEY if ours.success < its.success else NEITHER
            why = reason(case, who)
            tally[f"{who}: {why or 'UNEXPLAINED'}"] += 1
            line = f"#{number} {case.kind} {sorted(case.labels)}: we {ours}, blackbox {its}: {why or 'UNEXPLAINED'}"
            print(line)
            if not why:
                unexplained.append(f"{line} {case.rules} {case.replies}"[:900])

        await asyncio.gather(*(compare(number, case) for number, case in cases.cases.items()))
    print(f"{COUNT} answers, seed {seed}:")
    for what, count in sorted(tally.items()):
        print(f"{count:6} {what}")
    assert not unexplained, f"seed {seed}\n" + "\n".join(unexplained)
