"""From everyday words to S1–S4 (domain study, section 6). Pure: no database, no clock.

Priority is impact × urgency; tier C is never above S3 unless somebody's data or
safety is at stake. The requester proposes by answering, the desk confirms.
"""

from foundation.directory.models import Component
from helpdesk.models import Ticket

Severity, Impact, Urgency = Ticket.Severity, Ticket.Impact, Ticket.Urgency

_WIDE = (Impact.UNIT, Impact.ALL)


def proposed(impact: str, urgency: str, tier: str) -> Ticket.Severity:
    """The class a ticket starts in. `tier` is the component's: A, B, C (X: outside provider)."""
    if urgency == Urgency.DANGER:
        return Severity.S1
    if urgency == Urgency.QUESTION:
        return Severity.S4
    if urgency == Urgency.STOPPED and tier != Component.Tier.C and (impact in _WIDE or tier == Component.Tier.A):
        return Severity.S2
    return Severity.S3


def is_major(severity: str) -> bool:
    """Majör is S1 and S2, minör S3 and S4."""
    return severity in (Severity.S1, Severity.S2)
