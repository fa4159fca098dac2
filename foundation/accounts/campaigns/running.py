"""A campaign: ordered, stopped, carried on; reminders, and letters that are sent again.

It is a leased row: a worker that dies leaves nothing that the next does not finish. Each row of the list is
one transaction with its invitation and its letter, so that nobody is written to twice and nobody forgotten. A
later letter is owed by a moment in the row, which the transaction that writes it takes away.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, locks, now
from foundation.accounts import invitations
from foundation.accounts.campaigns.sheet import InvitationSheet, WantedInvitation
from foundation.directory.models import Invitation, InvitationCampaign, InvitationRow, Membership, Person
from foundation.journal import journal
from foundation.leases import doorbell
from foundation.outbox.lanes import Lane

UNDO_WINDOW = timedelta(seconds=10)
BATCH = 25  # rows between two looks at the lease
TURN = 500  # rows, before the next campaign has its turn
REMINDED = 200  # letters in one look
BELL = "accounts.campaigns"
INVITING = 7_130_001  # the turn in which an address is looked up and invited
Outcome = InvitationRow.Outcome
logger = logging.getLogger(__name__)


class ForPlatformAdministrators(Refusal):
    sentence = _("Many are invited at once by platform administrators.")
    status = 403


class NobodyToInvite(Refusal):
    sentence = _("No line of this list can be sent.")
    status = 422


class NothingToStop(Refusal):
    sentence = _("Every letter has left and nobody will be reminded; there is nothing to stop.")


class NobodyToRemind(Refusal):
    sentence = _("Whoever has not answered was written to within the last hour, or everybody has answered.")


class InvitedAlready(Refusal):
    sentence = _("Already invited; the answer is awaited.")


@dataclass(frozen=True)
class CampaignTerms:
    """What it is called, and after how many days the silent are reminded (0: never)."""

    name: str
    remind_after_days: int = 3


@transaction.atomic
def order(sheet: InvitationSheet, terms: CampaignTerms, *, by: Person) -> InvitationCampaign:
    """Keep the list, with what is wrong with some of its lines; the first letter leaves after the undo window."""
    if not by.has_role(Membership.Role.PLATFORM_ADMIN):
        raise ForPlatformAdministrators
    if not sheet.ready:
        raise NobodyToInvite
    campaign = InvitationCampaign.objects.create(
        by=by, total=len(sheet.rows), due_at=now() + UNDO_WINDOW, **vars(terms)
    )
    InvitationRow.objects.bulk_create([listed(campaign, row) for row in sheet.rows], batch_size=500)
    journal.record("invitation_campaign.ordered", campaign, by=by, text=terms.name, people=len(sheet.ready))
    doorbell.ring(BELL)
    return campaign


def listed(campaign: InvitationCampaign, row: WantedInvitation) -> InvitationRow:
    outcome = Outcome.REFUSED if row.fault else Outcome.OWED
    return InvitationRow(
        campaign=campaign,
        line=row.line,
        municipality=row.municipality,
        place=row.place,
        email=row.email,
        name=row.name,
        phone=row.phone,
        role=row.role,
        outcome=outcome,
        why=row.fault,
    )


@transaction.atomic
def stop(campaign: InvitationCampaign, *, by: Person) -> int:
    """No further letter leaves, and nobody is reminded; links that left go on working. Returns how many stayed."""
    left = campaign.rows.filter(outcome=Outcome.OWED).update(outcome=Outcome.STOPPED)
    silenced = campaign.rows.filter(letter_due_at__isnull=False).update(letter_due_at=None)
    if not left and not silenced:
        raise NothingToStop
    InvitationCampaign.objects.filter(pk=campaign.pk).update(stopped_at=now())
    end(campaign)
    journal.record("invitation_campaign.stopped", campaign, by=by, left=left)
    return left


@transaction.atomic
def write_again(campaign: InvitationCampaign, *, by: Person) -> int:
    """Everybody who is silent and was not written to within the hour gets one more letter. Returns how many."""
    at = now()
    silent = campaign.rows.unanswered().filter(invitation__last_sent_at__lte=at - invitations.NEXT_AFTER)
    waiting = silent.exclude(letter_due_at__lte=at).values_list("pk", flat=True)
    owed = InvitationRow.objects.filter(pk__in=list(waiting)).update(letter_due_at=at)
    if not owed:
        raise NobodyToRemind
    journal.record("invitation_campaign.sent_again", campaign, by=by, people=owed)
    doorbell.ring(BELL)
    return owed


def carry_owed() -> int:
    """Every campaign that is due, some hundred rows of each in turn, then the letters that are due again."""
    done = 0
    while claimed := InvitationCampaign.objects.claim(1):
        done += carry(claimed[0])
    return done + write_due()


def carry(campaign: InvitationCampaign) -> int:
    """Until all is done, the lease is lost, or others are waiting for their turn."""
    done = 0
    while done < TURN and (looked_at := go_on(campaign, BATCH)):
        done += looked_at
        if not campaign.renew():
            return done
    if done < TURN:
        end(campaign)
    else:
        campaign.retry(after=timedelta(0))
    return done


def end(campaign: InvitationCampaign) -> None:
    """Its last row was looked at."""
    over = InvitationCampaign.objects.filter(pk=campaign.pk, ended_at=None)
    over.update(ended_at=now(), state=InvitationCampaign.State.KEPT, owner=None, leased_until=None)
    campaign.refresh_from_db()


def go_on(campaign: InvitationCampaign, limit: int) -> int:
    """The next rows of the list, each with what became of it in one transaction; returns how many."""
    owed = list(campaign.rows.filter(outcome=Outcome.OWED).order_by("pk").values_list("pk", flat=True)[:limit])
    campaign.by = Person.objects.get(pk=campaign.by_id)  # as they are now: who lost the role invites nobody more
    with translation.override(campaign.by.language):
        for pk in owed:
            look_at(campaign, pk)
    return len(owed)


@transaction.atomic
def look_at(campaign: InvitationCampaign, pk: int) -> None:
    """One row: claim it, invite, say what became of it."""
    row = InvitationRow.objects.select_for_update().filter(pk=pk, outcome=Outcome.OWED).first()
    if row is None:
        return
    locks.hold(INVITING)
    try:
        with transaction.atomic():
            row.invitation, row.outcome = invite(row, by=campaign.by), Outcome.SENT
    except Refusal as refusal:
        row.outcome, row.why = Outcome.REFUSED, str(refusal)[:300]
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001  whatever it was, it is named in the list and in our log
        logger.exception("one row of a campaign failed", extra={"campaign": campaign.pk, "line": row.line})
        row.outcome = Outcome.FAILED
    if row.invitation and campaign.remind_after_days:
        row.letter_due_at = now() + timedelta(days=campaign.remind_after_days)
    row.save(update_fields=["outcome", "why", "invitation", "letter_due_at"])


def invite(row: InvitationRow, *, by: Person) -> Invitation:
    """Unless another list, or somebody by hand, was faster; its letter lets what is urgent go first."""
    sent = Invitation.objects.open().filter(email=row.email, role=row.role, municipality=row.municipality)
    if sent.exists():
        raise InvitedAlready
    return invitations.invite(
        row.email, row.role, row.municipality, name=row.name, phone=row.phone, lane=Lane.INFORMATION, by=by
    )


def write_due() -> int:
    """Letters that are due again: reminders, each once, and those that somebody ordered. Returns how many rows."""
    due = InvitationRow.objects.filter(letter_due_at__lte=now()).order_by("letter_due_at", "pk")
    keys = list(due.values_list("pk", flat=True)[:REMINDED])
    for pk in keys:
        write_one(pk)
    return len(keys)


@transaction.atomic
def write_one(pk: int) -> None:
    """What is owed is taken away in the transaction that writes the letter. Whoever answered meanwhile gets none."""
    owed = InvitationRow.objects.select_for_update(of=("self",)).filter(pk=pk, letter_due_at__lte=now())
    row = owed.select_related("invitation__municipality", "invitation__province").first()
    if row is None:
        return
    InvitationRow.objects.filter(pk=pk).update(letter_due_at=None)
    assert row.invitation
    try:
        with transaction.atomic():
            invitations.write_again(row.invitation, by=None, lane=Lane.INFORMATION)
    except Refusal as refusal:
        logger.info("no further letter: %s", refusal, extra={"row": pk})
