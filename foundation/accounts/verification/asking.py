"""A round: every address of its place that nobody has proved is asked, once, whether it is right.

It is a leased row. A worker that dies leaves nothing that the next does not finish: a request and its
message in the outbox are one transaction, and the round's batch leaves when the last was handed in.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import (
    Contact,
    Membership,
    Municipality,
    Person,
    Province,
    VerificationRequest,
    VerificationRound,
)
from foundation.journal import journal
from foundation.language.formatting import exact
from foundation.leases import claims, doorbell
from foundation.outbox import outbox, successors
from foundation.outbox.delivery import routes
from foundation.outbox.lanes import Lane
from foundation.outbox.models import Batch

VALID_FOR = timedelta(days=14)
ASKED_AGAIN_AFTER = timedelta(days=1)
LEAVES_WITHIN = timedelta(days=2)  # a round of the whole country at the pace of a gateway
UNDO_WINDOW = timedelta(seconds=10)
TOGETHER = 50
SECRET_BYTES = 12  # 96 bits, 16 characters: short enough for one SMS
BELL = "accounts.verification"
Outcome = VerificationRequest.Outcome
successors.nobody_else("verification:", "it asks whether the address is right; the page of the contacts says it")


class NotYourRound(Refusal):
    sentence = _("You ask the contacts of your own municipality only.")
    status = 403


class NobodyToAsk(Refusal):
    sentence = _("Every address there is verified, or was asked within the last day.")


class RoundIsOver(Refusal):
    sentence = _("Every message of it has left; there is nothing to stop.")


@dataclass(frozen=True)
class RoundScope:
    """Whose contacts are asked; without a place, those of the whole country."""

    municipality: Municipality | None = None
    province: Province | None = None
    duty: str = ""

    def contacts(self) -> QuerySet[Contact]:
        """Those that nobody has proved or denied, and that were not asked within the day."""
        listed = Contact.objects.filter(verified_at=None, denied_at=None, municipality__closed_at=None)
        if self.municipality:
            listed = listed.filter(municipality=self.municipality)
        if self.province:
            listed = listed.filter(municipality__province=self.province)
        return listed.filter(duty=self.duty) if self.duty else listed


@transaction.atomic
def order(scope: RoundScope, *, by: Person) -> VerificationRound:
    """Keep the list; the first message is handed in after the undo window."""
    check_reach(scope.municipality, by)
    wanted = addresses(scope)
    if not wanted:
        raise NobodyToAsk
    round_ = VerificationRound.objects.create(by=by, total=len(wanted), due_at=now() + UNDO_WINDOW, **vars(scope))
    with translation.override(by.language):
        requests = listed(round_, wanted)
    VerificationRequest.objects.bulk_create(requests, batch_size=500)
    journal.record("verification_round.ordered", round_, by=by, addresses=len(wanted))
    doorbell.ring(BELL)
    return round_


def check_reach(municipality: Municipality | None, by: Person) -> None:
    if by.has_role(Membership.Role.PLATFORM_ADMIN):
        return
    if municipality is None or municipality.pk not in by.administered_municipalities:
        raise NotYourRound


def addresses(scope: RoundScope) -> list[Contact]:
    """One contact of each address, in the order of the register; those asked within the day are left out."""
    recent = VerificationRequest.objects.exclude(outcome__in=(Outcome.REFUSED, Outcome.STOPPED))
    recent = recent.filter(round__created_at__gt=now() - ASKED_AGAIN_AFTER)
    asked = set(recent.values_list("channel", "address"))
    first: dict[tuple[str, str], Contact] = {}
    for contact in scope.contacts().order_by("municipality__sort_key", "pk"):
        key = (contact.channel, contact.address)
        if key not in asked:
            first.setdefault(key, contact)
    return list(first.values())


def listed(round_: VerificationRound, contacts: Sequence[Contact]) -> list[VerificationRequest]:
    closed = closed_addresses(contacts)
    no_links = "" if routes.carry_links() else gettext("Our SMS gateway carries no links; verify it by a code.")
    requests = []
    for contact in contacts:
        why = closed.get((contact.channel, contact.address), "")
        if contact.opted_out_at:
            why = gettext("Stopped: somebody answered “Dur” there.")
        elif not why and contact.channel == Contact.Channel.SMS:
            why = no_links
        requests.append(
            VerificationRequest(
                round=round_,
                municipality_id=contact.municipality_id,
                channel=contact.channel,
                address=contact.address,
                outcome=Outcome.REFUSED if why else Outcome.OWED,
                why=why[:300],
            )
        )
    return requests


def closed_addresses(contacts: Iterable[Contact]) -> dict[tuple[str, str], str]:
    """Where nothing arrives, and why."""
    closed: dict[tuple[str, str], str] = {}
    for channel in Contact.Channel.values:
        here = [contact.address for contact in contacts if contact.channel == channel]
        for start in range(0, len(here), 500):
            part = successors.closed(channel, here[start : start + 500])
            closed |= {(channel, address): why for address, why in part.items()}
    return closed


@transaction.atomic
def stop(round_: VerificationRound, *, by: Person) -> int:
    """What has not left stays here. Returns how many were never handed in."""
    if VerificationRound.objects.filter(pk=round_.pk, stopped_at=None, ended_at=None).update(stopped_at=now()) == 0:
        raise RoundIsOver
    left = round_.requests.filter(outcome=Outcome.OWED).update(outcome=Outcome.STOPPED)
    if batch := Batch.objects.filter(key=key_of(round_)).first():
        outbox.stop(batch, by=by)
    end(round_)
    journal.record("verification_round.stopped", round_, by=by, left=left)
    return left


def carry_owed() -> int:
    """Every round that is due; returns how many addresses were handed in."""
    done = 0
    while claimed := VerificationRound.objects.claim(1):
        done += carry(claimed[0])
    return done


def carry(round_: VerificationRound) -> int:
    """Until the last address is handed in; then all of them leave together."""
    done = 0
    while asked := ask_some(round_, TOGETHER):
        done += asked
        if not round_.renew():
            return done
    let_go(round_)
    return done


@transaction.atomic
def ask_some(round_: VerificationRound, limit: int) -> int:
    """The next addresses, each with its message in this transaction; returns how many."""
    owed = round_.requests.filter(outcome=Outcome.OWED).select_related("municipality").order_by("pk")
    requests = claims.lock(owed, limit)
    if not requests:
        return 0
    at = now()
    batch = outbox.open_batch(key_of(round_), lane=Lane.OPERATIONAL, expires_at=at + LEAVES_WITHIN)
    messages: dict[str, list[outbox.Addressee]] = {}
    for request in requests:
        secret = secrets.token_urlsafe(SECRET_BYTES)
        request.outcome, request.secret_digest = Outcome.SENT, digest(secret)
        request.sent_at, request.expires_at = at, at + VALID_FOR
        messages.setdefault(request.channel, []).append(message(request, secret))
    VerificationRequest.objects.bulk_update(requests, ["outcome", "secret_digest", "sent_at", "expires_at"])
    for channel, addressees in messages.items():
        outbox.add(batch, channel, addressees, secret=True)
    return len(requests)


@transaction.atomic
def let_go(round_: VerificationRound) -> None:
    """Its batch leaves; twice is once."""
    if batch := Batch.objects.filter(key=key_of(round_)).first():
        outbox.release(batch)
    end(round_)


def end(round_: VerificationRound) -> None:
    over = VerificationRound.objects.filter(pk=round_.pk, ended_at=None)
    over.update(ended_at=now(), state=VerificationRound.State.KEPT, owner=None, leased_until=None)
    round_.refresh_from_db()


def message(request: VerificationRequest, secret: str) -> outbox.Addressee:
    """In Turkish: whoever is asked may have no account and no language."""
    link = settings.PUBLIC_BASE_URL + reverse("accounts:contact_answer", args=[secret])
    with translation.override(settings.LANGUAGE_CODE):
        values = {"place": request.municipality.full_name, "link": link}
        if request.channel == Contact.Channel.SMS:
            text = gettext("Nöbet: this number is listed for crises of %(place)s. Is it right? %(link)s")
        else:
            text = gettext(
                "This address is listed for crises of %(place)s: in an outage, Nöbet, the support desk of the "
                "platform, writes here.\n\nPlease open this page and press once: right, or not me.\n\n%(link)s\n\n"
                "If you press nothing, nothing changes."
            )
        subject = gettext("Is this address right?")
    return outbox.Addressee(address=request.address, text=text % values, subject=subject)


def key_of(round_: VerificationRound) -> str:
    return f"verification:{round_.pk}"


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def last_asked(municipality: Municipality) -> dict[str, str]:
    """When each address of the municipality was asked last, as a page writes it, if no answer came."""
    silent = VerificationRequest.objects.filter(municipality=municipality, outcome=Outcome.SENT, answer="")
    asked = silent.order_by("pk").values_list("address", "sent_at")
    return {address: exact(at) for address, at in asked if at}
