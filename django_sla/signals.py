"""Facts that a host may listen to. Sent inside the transaction that made them true.

A listener leaves a promise of its own and returns; one that fails leaves its clock
to the next sweep.
"""

from django.dispatch import Signal

# clock, at: the deadline passed; sent once for each clock and cycle.
clock_breached = Signal()
# clock, level ({"percent" or "seconds", "action", "to"}), at: sent once for each level.
clock_escalated = Signal()
# clock, kind: a rest reached its cap, the clock runs again.
rest_capped = Signal()
# subject_type, dues ({subject id: next due or None}): deadlines moved without the host's verb.
dues_moved = Signal()
