"""Breaking the glass: one person lets a broadcast go when nobody else can be reached.

Everyone who keeps the watch is told at once, by e-mail and SMS; somebody else writes a
review afterwards and is reminded every day until then.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from foundation.language import phone_numbers
from foundation.outbox import outbox, successors
from runbooks.broadcasts.approval import approval
from runbooks.broadcasts.approval.approval import MAY_APPROVE, Confirmation
from runbooks.broadcasts.delivery import live_updates, sending
from runbooks.models import Broadcast, BrokenGlass

Role = Membership.Role
MAY_BREAK = (Role.APPROVER, Role.SHIFT_LEAD, Role.PLATFORM_ADMIN)
SHORTEST_REASON = 20  # characters
successors.nobody_else("glass:", "all of the watch hear it, by letter and SMS")
successors.nobody_else("glass-review:", "all who may review hear it, every day until one does")


class MayNotBreakGlass(Refusal):
    sentence = _("Only an approver, a shift lead or a platform administrator may send alone.")
    status = 403


class BreakGlassReasonMissing(Refusal):
    sentence = _("Write why nobody else could approve, in a sentence.")
    status = 422


class OwnGlass(Refusal):
    sentence = _("You sent it alone. Somebody else has to review it.")
    status = 403


class AlreadyReviewed(Refusal):
    sentence = _("This has been reviewed already.")


@transaction.atomic
def break_glass(
    broadcast: Broadcast, *, by: Person, binding: str, typed_count: int, reason: str, confirmation: Confirmation
) -> None:
    """Let a submitted broadcast go with one person's word; but for the second, `approval.approve`'s rules hold."""
    if not by.has_role(*MAY_BREAK):
        raise MayNotBreakGlass
    if len(reason.strip()) < SHORTEST_REASON:
        raise BreakGlassReasonMissing
    approval.refuse_stale(confirmation)
    at = now()
    authority = Broadcast.Authority.BROKEN_GLASS
    approval.let_go(broadcast, by=by, at=at, binding=binding, typed_count=typed_count, authority=authority)
    glass = BrokenGlass.objects.create(
        broadcast=broadcast,
        person=by,
        reason=reason.strip(),
        binding=binding,
        typed_count=typed_count,
        factor=confirmation.factor,
        at=at,
    )
    journal.record(
        *("broadcast.glass_broken", broadcast),
        by=by,
        text=glass.reason,
        binding=binding,
        typed=typed_count,
        factor=confirmation.factor,
    )
    sending.enqueue(broadcast)
    _tell_everyone(glass)
    live_updates.tell(broadcast)


@transaction.atomic
def review(glass: BrokenGlass, *, by: Person, note: str) -> None:
    """The second person's word, afterwards."""
    if not by.has_role(*MAY_APPROVE):
        raise approval.MayNotApprove
    if by.pk == glass.person_id:
        raise OwnGlass
    if len(note.strip()) < SHORTEST_REASON:
        raise BreakGlassReasonMissing(_("Write what you found, in a sentence."))
    taken = BrokenGlass.objects.filter(pk=glass.pk, reviewed_at=None).update(
        reviewed_by=by, reviewed_at=now(), review=note.strip()
    )
    if not taken:
        raise AlreadyReviewed
    journal.record("broadcast.glass_reviewed", glass.broadcast, by=by, text=note.strip())
    live_updates.tell(glass.broadcast)


def unreviewed() -> QuerySet[BrokenGlass]:
    """Sent alone and not reviewed yet, oldest first."""
    return BrokenGlass.objects.filter(reviewed_at=None).select_related("broadcast", "person").order_by("at")


def remind_of_reviews() -> int:
    """Write to those who may review, once a day for each; returns how many wait."""
    waiting = list(unreviewed().filter(at__lt=now() - timedelta(days=1)))
    for glass in waiting:
        for person in Person.objects.holding(MAY_APPROVE):
            if person.pk != glass.person_id:
                subject, body = _letter(glass, person)
                outbox.email(f"glass-review:{glass.pk}:{now():%Y%m%d}:{person.pk}", person.email, subject, body)
    return len(waiting)


def _tell_everyone(glass: BrokenGlass) -> None:
    people = list(Person.objects.holding(Membership.WATCH_ROLES))
    for person in people:
        subject, body = _letter(glass, person)
        outbox.email(f"glass:{glass.pk}:{person.pk}", person.email, subject, body)
    batch = outbox.open_batch(f"glass:{glass.pk}", lane=Broadcast.Lane.OPERATIONAL, urgent=True)
    outbox.add(batch, "sms", _short_messages(glass, people))
    outbox.release(batch, by=glass.person)


def _letter(glass: BrokenGlass, person: Person) -> tuple[str, str]:
    broadcast = glass.broadcast
    with override(person.language):
        facts = {
            "number": broadcast.number,
            "who": glass.person,
            "count": glass.typed_count,
            "reason": glass.reason,
            "url": f"{settings.PUBLIC_BASE_URL}{broadcast.get_absolute_url()}",
        }
        subject = gettext("%(number)s was sent by one person") % facts
        body = gettext(
            "%(who)s sent %(number)s to %(count)d recipients without a second person.\n\n"
            "Reason: %(reason)s\n\nPlease look at it and write the review: %(url)s"
        )
        return subject, body % facts


def _short_messages(glass: BrokenGlass, people: list[Person]) -> list[outbox.Addressee]:
    messages = []
    for person in people:
        number = phone_numbers.read(str(person.phone)) if person.phone else None
        if number and number.kind == "mobile":
            with override(person.language):
                text = gettext("NOBET: %(number)s was sent by one person, %(who)s. Please review it.")
            facts = {"number": glass.broadcast.number, "who": glass.person.name}
            messages.append(outbox.Addressee(number.address, text % facts))
    return messages
