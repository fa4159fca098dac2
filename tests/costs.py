"""What each file of tests costs: seconds of processor time, of children that ended too, beside those of the clock.

`bin/test --costs [N]`, or any pytest with it, ends with the N dearest files (all, if 0). Other work on the machine
stretches the clock and hardly touches processor time. What PostgreSQL and Redis spend is in neither:
`tests.run` tells the processor time of everything it started.
"""

import resource
from collections import defaultdict
from typing import NamedTuple

import pytest

FILES = 60
HEAD = f"{'processor':>10} {'clock':>8} {'tests':>6}  file"


class Cost(NamedTuple):
    """Seconds of processor time and of the clock; how many tests were called."""

    processor: float = 0.0
    clock: float = 0.0
    tests: int = 0

    def and_(self, other: "Cost") -> "Cost":
        return Cost(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--costs", nargs="?", type=int, const=FILES, help="end with what the dearest files cost")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Costs(config.getoption("--costs")))


class Costs:
    """Measures where tests run, adds up where they are reported."""

    def __init__(self, wanted: int | None):
        self.wanted, self.spent = wanted, processor_seconds()
        self.files: dict[str, Cost] = defaultdict(Cost)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self):
        """Each phase of a test pays for all since the phase before, so for its fixtures as well."""
        before, self.spent = self.spent, processor_seconds()
        outcome = yield
        outcome.get_result().processor = self.spent - before

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        one = Cost(getattr(report, "processor", 0.0), report.duration, report.when == "call")
        file = report.nodeid.partition("::")[0]
        self.files[file] = self.files[file].and_(one)

    def pytest_terminal_summary(self, terminalreporter) -> None:
        if self.wanted is not None:
            terminalreporter.section("costs in seconds")
            for line in table(self.files, self.wanted or len(self.files)):
                terminalreporter.write_line(line)


def processor_seconds() -> float:
    """Of this process with its threads, and of its children that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def table(files: dict[str, Cost], most: int) -> list[str]:
    """The dearest files first, then the sum of all."""
    dearest = sorted(files.items(), key=lambda item: -item[1].processor)[:most]
    whole = Cost()
    for cost in files.values():
        whole = whole.and_(cost)
    rows = [*dearest, (f"all {len(files)} files", whole)]
    return [HEAD, *(f"{cost.processor:10.1f} {cost.clock:8.1f} {cost.tests:6}  {name}" for name, cost in rows)]
