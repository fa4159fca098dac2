"""The cycle collector, in a process that keeps thousands of pages open or thousands of questions in mind."""

import gc

THRESHOLDS = (50_000, 20, 100)  # Python's own are (700, 10, 10)


def calm() -> None:
    """Leave what was loaded at start alone and look for cycles rarely.

    Every full collection walks all open pages; with Python's own thresholds that
    doubles the cost of a delivery at 10,000 sockets, and takes a quarter of the prober's
    time when everything fails (docs/performance.md). Memory that cycles hold is still
    found, only later.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
