"""A person says that two outages are one."""

from django.db import transaction

from foundation.directory.models import Person
from foundation.journal import journal
from monitoring.models import Outage
from monitoring.outages.declaring import absorb
from monitoring.refusals import OutageIsOver


@transaction.atomic
def join_by_hand(outage: Outage, *, into: Outage, by: Person) -> None:
    """`outage` becomes a part of `into`, which is as grave as the graver of them from now on.

    Refused with OutageIsOver when either has ended.
    """
    both = Outage.objects.select_for_update().open().filter(pk__in=[outage.pk, into.pk]).order_by("pk")
    if len(both) < 2:
        raise OutageIsOver
    into.components.add(*outage.components.all())
    into.severity = min(into.severity, outage.severity)
    into.save(update_fields=["severity"])
    journal.record("outage.joined_by_hand", into, by=by, part=outage.pk)
    absorb(into, [outage])
