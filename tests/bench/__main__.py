"""`bin/bench [name …] [--rounds N] [--full]`: a table, and `var/bench/NAME.json`."""

import argparse
import importlib
import json
import platform
import subprocess
from pathlib import Path

from tests import run as testing
from tests.bench import Row

ROOT = Path(__file__).resolve().parent.parent.parent
BENCHES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench")
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], default=[], metavar="name")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--full", action="store_true", help="the sizes of the goals; takes long")
    words = parser.parse_args()
    if missing := testing.provide({**testing.PROGRAMS, "wrk": "wrk"}):
        print("cannot measure everything, missing:", ", ".join(missing))
    for name in words.names or BENCHES:
        bench = importlib.import_module(f"tests.bench.{name}")
        report(name, bench.run(rounds=words.rounds, full=words.full))


def report(name: str, rows: list[Row]) -> None:
    print(f"\n{name}\n{'case':58} {'ours':>12} {'limit':>12} {'unit':10} {'ratio':>7} {'goal':>8}  met")
    for row in (row.as_dict() for row in rows):
        print(
            f"{row['case']:58} {row['ours']:12.3f} {row['limit']:12.3f} {row['unit']:10} "
            f"{row['ratio']:7.2f} {row['goal']:>8}  {'yes' if row['met'] else 'NO'}"
            f"  ({row['min']:.2f}–{row['max']:.2f}, {row['rounds']} rounds)"
        )
    target = ROOT / "var" / "bench" / f"{name}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    document = {"name": name, "commit": commit(), "machine": machine(), "rows": [row.as_dict() for row in rows]}
    target.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def commit() -> str:
    return subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()


def machine() -> dict:
    return {"system": platform.platform(), "python": platform.python_version()}


if __name__ == "__main__":
    main()
