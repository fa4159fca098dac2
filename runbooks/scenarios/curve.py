"""When municipalities react to a platform-wide outage (workload model, section 5.4).

Time to the first contact is log-normal: median six minutes, sigma 0.9. 1,300
municipalities are open and use the module; without Nöbet each opens 1.6 tickets,
2,070 in the first hour.
"""

import math
from statistics import NormalDist

MEDIAN_MINUTES = 6.0
SIGMA = 0.9
OPEN_MUNICIPALITIES = 1300
TICKETS_WITHOUT_US = 2070
WITHIN_THE_HOUR = 0.995

_log_minutes = NormalDist(math.log(MEDIAN_MINUTES), SIGMA)


def share_reacted(minutes: float) -> float:
    """Which share (0–1) of the municipalities has reacted after so many minutes."""
    return _log_minutes.cdf(math.log(minutes)) if minutes > 0 else 0.0


def reacted(minutes: float) -> int:
    return round(OPEN_MUNICIPALITIES * share_reacted(minutes))


def expected_tickets(minutes: float) -> int:
    """How many tickets there would be by now if nobody had been told anything."""
    return min(TICKETS_WITHOUT_US, round(TICKETS_WITHOUT_US * share_reacted(minutes) / WITHIN_THE_HOUR))
