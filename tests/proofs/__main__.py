"""`bin/prove [name …] [--seed N] [--list]`: each proof at release size, with its seed and how it ended."""

import argparse
import importlib
import os
import random
import sys
import time
from pathlib import Path

from tests import run as testing
from tests.proofs import RELEASE

PROOFS = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith(("_", "test_")))


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/prove")
    parser.add_argument("names", nargs="*", choices=[*PROOFS, []], default=[], metavar="name")
    parser.add_argument("--seed", type=int, help="the same dice again; else any")
    parser.add_argument("--list", action="store_true", help="say what there is, prove nothing")
    words = parser.parse_args()
    proofs = {name: importlib.import_module(f"tests.proofs.{name}") for name in words.names or PROOFS}
    if words.list:
        for name, proof in proofs.items():
            print(f"{name:20} {proof.__doc__.splitlines()[0]}")
        return 0
    if missing := testing.provide():
        print("cannot prove everything, missing:", ", ".join(missing))
    os.environ[RELEASE] = "1"
    ends = [is_proven(name, proof, words.seed) for name, proof in proofs.items()]
    return 0 if all(ends) else 1


def is_proven(name: str, proof, seed: int | None) -> bool:
    seed, began = random.randrange(10_000) if seed is None else seed, time.monotonic()
    testing.say(f"{name}: seed {seed}")
    proven = proof.prove(seed)
    testing.say(f"{name}: {'proven' if proven else 'NOT PROVEN'}, seed {seed}, {time.monotonic() - began:.0f} s")
    return proven


if __name__ == "__main__":
    sys.exit(main())
