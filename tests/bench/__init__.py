"""Benchmarks: each figure stands beside its limit, measured in the same run, interleaved."""

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median


@dataclass
class Row:
    """One goal. `rounds` holds (ours, limit) pairs in `unit`, measured in turn.

    `goal` bounds the ratio ours / limit: at most it, or at least it when `at_least`.
    """

    case: str
    unit: str
    goal: float
    rounds: list[tuple[float, float]] = field(default_factory=list)
    at_least: bool = False

    @property
    def ratios(self) -> list[float]:
        return [ours / limit for ours, limit in self.rounds if limit]

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def met(self) -> bool:
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal

    def as_dict(self) -> dict:
        return {
            "case": self.case,
            "ours": median(ours for ours, _ in self.rounds),
            "limit": median(limit for _, limit in self.rounds),
            "unit": self.unit,
            "ratio": self.ratio,
            "goal": f"{'≥' if self.at_least else '≤'} {self.goal:g}",
            "met": self.met,
            "min": min(self.ratios),
            "max": max(self.ratios),
            "rounds": len(self.rounds),
        }


def resident_mb(pid: int | str = "self") -> float:
    """Megabytes of a process that are in memory now (proc(5))."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
