"""The whole of `bin/test`: what runs, in which order, and what could not run.

Exit 0 only if everything that ran passed and, with `CI` set, everything ran.
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack

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
# Chromium and the Prometheus family are driven once, as is what asks no database; the rest runs on both.
ONCE = "browser or prometheus or once"


def main(words: list[str]) -> int:
    missing = provide()
    failed = [] if words else lint()
    collect_assets()
    failed += suite("SQLite", {}, words)
    with ExitStack() as stack:
        try:
            environment = {
                "DATABASE_URL": stack.enter_context(servers.postgres()),
                "REDIS_URL": stack.enter_context(servers.redis()),
            }
        except servers.Missing:
            pass
        else:
            failed += suite("PostgreSQL and Redis", environment, words or ["-m", f"not ({ONCE})"])
    return verdict(failed, missing)


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


def suite(where: str, environment: dict[str, str], words: list[str]) -> list[str]:
    say(f"pytest on {where}")
    began = time.monotonic()
    base = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    command = [PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", *words]
    code = subprocess.run(command, env={**base, **environment}).returncode
    say(f"pytest on {where}: {time.monotonic() - began:.0f} s")
    return [] if code == 0 else [f"pytest on {where}"]


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
