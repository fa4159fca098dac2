"""The second person's word on a plan: read, found right, in force."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from runbooks.models import Runbook
from runbooks.plans import blanks

MAY_APPROVE = (Membership.Role.APPROVER, Membership.Role.PLATFORM_ADMIN)


class MayNotApprovePlans(Refusal):
    sentence = _("An approver or a platform administrator approves plans.")
    status = 403


class PlanNeedsSecondPerson(Refusal):
    sentence = _("Whoever published this version cannot approve it. A second person reads it first.")


class PlanIsApproved(Refusal):
    sentence = _("This version has been approved already, or a newer one has taken its place.")


@transaction.atomic
def approve(runbook: Runbook, *, by: Person) -> None:
    """Put a published version in force; never by its publisher, never with blanks (`blanks.PlanHasBlanks`)."""
    if not by.has_role(*MAY_APPROVE):
        raise MayNotApprovePlans
    blanks.refuse(runbook.definition)
    if runbook.published_by_id == by.pk:
        raise PlanNeedsSecondPerson
    current = Runbook.objects.current().filter(pk=runbook.pk, approved_at=None).values("pk")
    if not Runbook.objects.filter(pk__in=list(current.values_list("pk", flat=True)), approved_at=None).update(
        approved_by=by, approved_at=now()
    ):
        raise PlanIsApproved
    runbook.refresh_from_db()
    journal.record("runbook.approved", runbook, by=by, code=runbook.code, version=runbook.version)
