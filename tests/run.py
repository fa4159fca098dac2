"""The whole of `bin/test`: what runs, in which order, and what could not run.

Exit 0 only if everything that ran passed and, with `CI` set, everything ran.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

from tests import servers
from tests.journeys import house

PYTHON = sys.executable
# program that must be there → Debian package that brings it
PROGRAMS = {
    "postgres": "postgresql",
    "redis-server": "redis-server",
    "chromium": "chromium",
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "nginx": "nginx-light",
    "xgettext": "gettext",
}
CHECKS = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "types": ["mypy", "--no-error-summary", "."],
    "templates": ["djlint", "--lint", "--quiet", "."],
}
PIPED: dict = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL and Redis"
# Each is one of two runs: what is marked to run once is left to the run it is marked for.
HALF = "--half"
# Where set, each of some hundred processes compiles the tree and its libraries again.
UNKEPT_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def main(words: list[str]) -> int:
    os.environ.pop(UNKEPT_BYTECODE, None)
    missing = provide()
    failed = [] if words else lint()
    collect_assets()
    with databases() as found:
        failed += suites(found, words or ([HALF] if len(found) > 1 else []))
    return verdict(failed, missing)


@contextmanager
def databases() -> Iterator[dict[str, dict[str, str]]]:
    """Which databases a run is made with, and what its processes are told about them."""
    found: dict[str, dict[str, str]] = {SQLITE: {}}
    with ExitStack() as stack:
        with suppress(servers.Missing):
            postgres, redis = stack.enter_context(servers.postgres()), stack.enter_context(servers.redis())
            found[POSTGRESQL] = {"DATABASE_URL": postgres, "REDIS_URL": redis}
        yield found


def provide(programs: dict[str, str] = PROGRAMS) -> list[str]:
    """Install what the tests need where we may; name what is still missing. `programs` are packages by command."""
    wanted = {name: package for name, package in programs.items() if not installed(name)}
    if wanted and os.geteuid() == 0 and installed("apt-get"):
        say(f"installing {', '.join(sorted(set(wanted.values())))}")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted.values()], env=quiet)
    return [f"{name} (Debian package {package})" for name, package in wanted.items() if not installed(name)]


def installed(name: str) -> bool:
    try:
        return bool(servers.program(name))
    except servers.Missing:
        return False


def lint() -> list[str]:
    """Static checks side by side; each prints only when it has something to say."""
    commands = {name: [PYTHON, "-m", *words] for name, words in CHECKS.items()}
    commands["migrations"] = [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]
    running = {name: subprocess.Popen(command, **PIPED) for name, command in commands.items()}
    failed = [name for name, process in running.items() if not passed(name, process)]
    # Extraction writes passing files beside the templates, so it runs when the linters are done.
    translations = subprocess.Popen([PYTHON, "manage.py", "translations", "--check"], **PIPED)
    return failed if passed("translations", translations) else [*failed, "translations"]


def passed(name: str, process: subprocess.Popen) -> bool:
    output, _ = process.communicate()
    say(f"{name}: {'ok' if process.returncode == 0 else 'FAILED'}")
    if process.returncode:
        print(output)
    return process.returncode == 0


def collect_assets() -> None:
    """Once, before anything reads them: files that are collected again vanish for a moment from whoever looks."""
    subprocess.run([PYTHON, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], check=True)
    os.environ[house.ASSETS_ARE_COLLECTED] = "1"


def suites(found: dict[str, dict[str, str]], words: list[str]) -> list[str]:
    """All at the same time: much of a run is waiting, for processes that start and clocks that pass."""
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(suite, where, environment, words) for where, environment in found.items()]
    return [failed for each in running for failed in each.result()]


def suite(where: str, environment: dict[str, str], words: list[str]) -> list[str]:
    """The first database's tests are seen running; what was said about the others comes when they ended."""
    say(f"pytest on {where}")
    began = time.monotonic()
    base = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    command = [PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", *words]
    ran = subprocess.run(command, env={**base, **environment}, **(PIPED if environment else {}))
    say(f"pytest on {where}: {time.monotonic() - began:.0f} s")
    print(ran.stdout or "", flush=True)
    return [] if ran.returncode == 0 else [f"pytest on {where}"]


def verdict(failed: list[str], missing: list[str]) -> int:
    for name in missing:
        say(f"could not run everything: {name} is not installed")
    for name in failed:
        say(f"FAILED: {name}")
    if failed or (missing and os.environ.get("CI")):
        return 1
    say("everything that could run passed")
    return 0


def say(sentence: str) -> None:
    print(f"── {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
