"""Messages of plans that two people allow in advance, so that a run need not wait at night.

What is allowed is a hash over the step's text, lane, rule and sender, at most so many
recipients, until a date. A plan that says anything else waits for two people as ever;
so does one whose two people no longer keep the watch.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.outbox import outbox, successors
from runbooks.broadcasts.approval import approval
from runbooks.broadcasts.approval.approval import MAY_APPROVE, MAY_PREPARE, Confirmation
from runbooks.broadcasts.compose import audience, bindings, drafts
from runbooks.broadcasts.delivery import live_updates, sending
from runbooks.models import Broadcast, PreApproval, Runbook

LONGEST = 180  # days
# What a run fills in by itself; a text that asks for more cannot leave without a person.
FILLED_BY_RUNS = ("saat", "sonraki", "plan", "tarih")


class AlreadyAsked(Refusal):
    sentence = _("This step has a pre-approval, or one is waiting. Withdraw it first.")


class NoSuchStep(Refusal):
    sentence = _("The plan has no such message any more.")
    status = 422


class OwnRequest(Refusal):
    sentence = _("You asked for this pre-approval. A second person has to give it.")
    status = 403


class NotWaiting(Refusal):
    sentence = _("This pre-approval has moved on. Please look at it again.")


class TooLong(Refusal):
    sentence = _("A pre-approval lives one to 180 days.")
    status = 422


class TooFew(Refusal):
    sentence = _("The number you typed is less than the recipients of today.")
    status = 422


@dataclass(frozen=True)
class PlannedMessage:
    """A broadcast step in the catalogue and its pre-approval, if there is one."""

    plan: Runbook
    step: dict
    reach: int
    preview: drafts.BroadcastPreview
    approval: PreApproval | None
    changed: bool

    @property
    def is_ready(self) -> bool:
        return bool(self.approval and self.approval.is_good and not self.changed)


def binding_of(plan_code: str, step: dict, sender: str) -> str:
    """SHA-256, hexadecimal, over all that the two people agree to."""
    texts = [step[name] for name in ("title", "lane", "text", "correction", "audience")]
    bound = json.dumps([plan_code, step["key"], sender, *texts], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(bound.encode()).hexdigest()


def shelf() -> list[PlannedMessage]:
    """Every message of every current plan, with what has been allowed; those that somebody asked for first."""
    open_ones = PreApproval.objects.filter(withdrawn_at=None).select_related("asked_by", "approved_by")
    approvals = {(row.plan_code, row.step_key): row for row in open_ones}
    plans = Runbook.objects.current().order_by("code")
    shown = [
        _message(plan, step, approvals.get((plan.code, step["key"]))) for plan in plans for step in _messages(plan)
    ]
    return sorted(shown, key=lambda message: message.approval is None)


def _message(plan: Runbook, step: dict, allowed: PreApproval | None) -> PlannedMessage:
    recipients = audience.find(audience.AudienceRule.from_json(step["audience"]))
    seen = drafts.preview(step["text"], recipients, spelling=Broadcast.Spelling.PLAIN, correction=step["correction"])
    changed = bool(allowed and allowed.binding != binding_of(plan.code, step, allowed.sender))
    return PlannedMessage(plan, step, len(recipients.included), seen, allowed, changed)


@transaction.atomic
def ask(plan_code: str, step_key: str, *, by: Person) -> PreApproval:
    """Propose that this message of the plan may leave without waiting."""
    if not by.has_role(*MAY_PREPARE):
        raise approval.MayNotPrepare
    step = _step(plan_code, step_key)
    _refuse_text(step)
    sender = settings.SMS_SENDER
    try:
        with transaction.atomic():
            asked = PreApproval.objects.create(
                plan_code=plan_code,
                step_key=step_key,
                subject=step["title"][:120],
                lane=step["lane"],
                sender=sender,
                text=step["text"],
                correction=step["correction"],
                rule=step["audience"],
                binding=binding_of(plan_code, step, sender),
                asked_by=by,
            )
    except IntegrityError:
        raise AlreadyAsked
    journal.record("pre_approval.asked", asked, by=by, plan=plan_code, step=step_key, binding=asked.binding)
    return asked


@transaction.atomic
def approve(asked: PreApproval, *, by: Person, binding: str, most: int, days: int, confirmation: Confirmation) -> None:
    """The second person's word: `most` recipients, for `days` days."""
    if not by.has_role(*MAY_APPROVE):
        raise approval.MayNotApprove
    if by.pk == asked.asked_by_id:
        raise OwnRequest
    approval.refuse_stale(confirmation)
    if not 1 <= days <= LONGEST:
        raise TooLong
    if binding != asked.binding or binding != binding_of(
        asked.plan_code, _step(asked.plan_code, asked.step_key), asked.sender
    ):
        raise approval.SomethingChanged
    if most < len(audience.find(audience.AudienceRule.from_json(asked.rule)).included):
        raise TooFew
    at = now()
    taken = PreApproval.objects.filter(pk=asked.pk, approved_by=None, withdrawn_at=None).update(
        approved_by=by, approved_at=at, good_until=at + timedelta(days=days), most=most, factor=confirmation.factor
    )
    if not taken:
        raise NotWaiting
    journal.record("pre_approval.given", asked, by=by, binding=binding, most=most, days=days)


@transaction.atomic
def withdraw(asked: PreApproval, *, by: Person) -> None:
    """Take it back; one person is enough to be more careful."""
    if not by.has_role(*MAY_PREPARE):
        raise approval.MayNotPrepare
    if not PreApproval.objects.filter(pk=asked.pk, withdrawn_at=None).update(withdrawn_at=now(), withdrawn_by=by):
        raise NotWaiting
    journal.record("pre_approval.withdrawn", asked, by=by)


def use(broadcast: Broadcast, plan_code: str, step: dict) -> bool:
    """Let a step's draft go at once if that was allowed in advance, in the caller's transaction.

    False, and nothing done, when anything differs from what was allowed: then two people are asked.
    """
    allowed = PreApproval.objects.filter(plan_code=plan_code, step_key=step["key"], withdrawn_at=None).first()
    if allowed is None or not allowed.is_good or not _still_answer_for_it(allowed):
        return False
    if allowed.binding != binding_of(plan_code, step, broadcast.sender):
        return False
    recipients = audience.find_for(broadcast)
    if not 0 < len(recipients.included) <= allowed.most:
        return False
    try:
        drafts.check(broadcast)
        approval.refuse_beyond_the_caps(broadcast)
    except Refusal:
        return False
    _send(broadcast, allowed, recipients)
    return True


def _send(broadcast: Broadcast, allowed: PreApproval, recipients: audience.Audience) -> None:
    audience.freeze(broadcast, recipients)
    at = now()
    Broadcast.objects.filter(pk=broadcast.pk).update(
        status=Broadcast.Status.SENDING,
        authority=Broadcast.Authority.IN_ADVANCE,
        pre_approval=allowed,
        submitted_by=allowed.asked_by,
        submitted_at=at,
        approved_by=allowed.approved_by,
        approved_at=at,
        audience_digest=recipients.digest,
        binding=bindings.binding_of(broadcast, recipients.digest),
    )
    broadcast.refresh_from_db()
    journal.record(
        *("broadcast.sent_in_advance", broadcast),
        recipients=len(recipients.included),
        pre_approval=allowed.pk,
        binding=broadcast.binding,
    )
    sending.enqueue(broadcast)
    for person in (allowed.asked_by, allowed.approved_by):
        for reader in successors.first_to_hear([person], Person.objects.holding(MAY_APPROVE).order_by("pk")[:1]):
            _tell(broadcast, allowed, reader, len(recipients.included))
    live_updates.tell(broadcast)


@successors.register("in-advance:")
def after_one_of_the_two(key: str, reference: str) -> list[Person]:
    """Somebody who may stop it has to know that it has left."""
    return list(Person.objects.holding(MAY_APPROVE).order_by("pk"))


def _tell(broadcast: Broadcast, allowed: PreApproval, person: Person, count: int) -> None:
    with override(person.language):
        facts = {
            "number": broadcast.number,
            "plan": allowed.plan_code,
            "count": count,
            "when": timezone.localtime(allowed.approved_at).strftime("%d.%m.%Y"),
            "text": broadcast.text,
            "url": f"{settings.PUBLIC_BASE_URL}{broadcast.get_absolute_url()}",
        }
        subject = gettext("%(number)s left with your pre-approval") % facts
        body = gettext(
            "Plan %(plan)s sent this message to %(count)d recipients, as you allowed on %(when)s:\n\n"
            "%(text)s\n\nStop or correct it here: %(url)s"
        )
        outbox.email(f"in-advance:{broadcast.pk}:{person.pk}", person.email, subject, body % facts)


def _still_answer_for_it(allowed: PreApproval) -> bool:
    asker, giver = allowed.asked_by, allowed.approved_by
    return giver is not None and asker.has_role(*MAY_PREPARE) and giver.has_role(*MAY_APPROVE)


def _messages(plan: Runbook) -> list[dict]:
    return [step for step in plan.definition["steps"] if step["kind"] == "broadcast"]


def _step(plan_code: str, step_key: str) -> dict:
    plan = Runbook.objects.current().filter(code=plan_code).first()
    step = next((step for step in _messages(plan) if step["key"] == step_key), None) if plan else None
    if step is None:
        raise NoSuchStep
    return step


def _refuse_text(step: dict) -> None:
    """What would keep the message from leaving at night is said by day."""
    example = dict.fromkeys(FILLED_BY_RUNS, "00.00")
    text, correction = (drafts.fill(step[name], example) for name in ("text", "correction"))
    problems = drafts.problems_of(text, correction=correction)
    if problems:
        raise drafts.TextMayNotLeave("\n".join(problems))
