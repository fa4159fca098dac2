"""Green: tickets of an outage are answered and resolved only where it really works again.

Green is two questions, asked anew for each ticket: does the component work, and does
the municipality's node answer? The rows themselves say what is owed; this looks at
them every few seconds, so a lost doorbell costs seconds.
"""

from datetime import timedelta
from functools import cache

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from foundation import Refusal, now
from foundation.directory.models import Component
from helpdesk import tickets
from helpdesk.models import Ticket, TicketLink
from monitoring.models import Affected
from monitoring.nodes import health

BATCH_SIZE = 200
# What was critical waits this long for a person to look before it is closed by itself.
CRITICAL_WAITS = timedelta(minutes=30)


def resolve_recovered(limit: int = BATCH_SIZE) -> int:
    """Answer and resolve linked tickets whose municipality is back; returns how many."""
    works = cache(lambda code: health.component_works(Component.objects.get(pk=code)))
    resolved = 0
    for ticket in recovered()[:limit]:
        if works(ticket.component_id):
            resolved += resolve_one(ticket)
    return resolved


def recovered() -> QuerySet[Ticket]:
    """Open, linked tickets whose municipality the outage has let go of and whose node answers."""
    standing = TicketLink.objects.standing().filter(ticket=OuterRef("pk"))
    mine = Affected.objects.filter(outage=OuterRef("outage"), municipality=OuterRef("municipality"))
    linked = Ticket.objects.open().annotate(
        outage=Subquery(standing.values("incident__outage")[:1]),
        outage_ended_at=Subquery(standing.values("incident__outage__ended_at")[:1]),
    )
    back = linked.exclude(outage=None).annotate(
        still_out=Exists(mine.filter(until=None)),
        back_at=Coalesce(Subquery(mine.order_by(F("until").desc()).values("until")[:1]), F("outage_ended_at")),
    )
    waited = ~Q(severity=Ticket.Severity.S1) | Q(back_at__lte=now() - CRITICAL_WAITS)
    answering = health.municipalities_that_answer().values("pk")
    return (
        back.filter(waited, still_out=False, back_at__isnull=False, municipality__in=answering)
        .select_related("municipality", "component", "requester")
        .order_by("pk")
    )


def resolve_one(ticket: Ticket) -> bool:
    """Its own transaction: one ticket that moved on does not hold up the others."""
    language = ticket.requester.language if ticket.requester else "tr"
    with translation.override(language):
        note = _(
            "The outage is over: %(component)s works again and the line of your municipality answers. "
            "If you still see the problem, please press “It is still broken here”."
        ) % {"component": ticket.component.name}
    try:
        with transaction.atomic():
            tickets.resolve(ticket, by=None, note=note)
    except Refusal:
        return False
    return True
