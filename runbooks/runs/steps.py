"""What people do at a step, and how a run gets from one step to the next."""

from typing import TypedDict

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from foundation.leases import doorbell
from foundation.live import audiences, live
from runbooks.broadcasts.approval import approval
from runbooks.durations import duration
from runbooks.models import Broadcast, Run, Signature, Step
from runbooks.plans.parsing import END, leads_to

Kind = Step.Kind
Role = Membership.Role
# They may do every step that names a role of the watch.
STAND_IN = (Role.SHIFT_LEAD, Role.PLATFORM_ADMIN)
OF_MACHINE = (Kind.HTTP, Kind.WAIT, Kind.BROADCAST)


class Evidence(TypedDict, total=False):
    """What a step of ours leaves behind."""

    status: int
    body: str
    error: str
    simulated: bool
    interrupted: bool
    broadcast: int


class StepMovedOn(Refusal):
    sentence = _("This step has moved on. Please look at the run again.")


class NotYourStep(Refusal):
    sentence = _("This step is for another role.")
    status = 403


class AlreadySigned(Refusal):
    sentence = _("You have already signed this step.")


class LedHere(Refusal):
    sentence = _("You brought the run to this approval. Somebody else has to sign it.")
    status = 403


class NoSuchChoice(Refusal):
    sentence = _("This is not one of the choices.")
    status = 422


class NoteMissing(Refusal):
    sentence = _("Please write what you saw: this step needs it as evidence.")
    status = 422


@transaction.atomic
def finish(step: Step, *, by: Person, note: str = "") -> None:
    """A person has done the work of a manual step."""
    _may(step, by, Kind.MANUAL)
    if step.definition.get("evidence") == "required" and not note.strip():
        raise NoteMissing
    end(step, "done", by=by, note=note)


@transaction.atomic
def decide(step: Step, *, by: Person, choice: str, note: str = "") -> None:
    """Take one of the ways of a decision step; `choice` is the option's key."""
    _may(step, by, Kind.DECISION)
    option = next((option for option in step.definition["options"] if option["key"] == choice), None)
    if option is None:
        raise NoSuchChoice
    end(step, choice, by=by, note=note, onward=option["next"])


@transaction.atomic
def sign(step: Step, *, by: Person, agrees: bool, note: str = "") -> None:
    """Sign an approval step. Enough yeses lead on, the first no leads back.

    Whoever brought the run to this step cannot sign it, and nobody signs twice.
    """
    Step.objects.select_for_update().get(pk=step.pk)
    _may_sign(step, by)
    try:
        with transaction.atomic():
            Signature.objects.create(step=step, person=by, agrees=agrees)
    except IntegrityError:
        raise AlreadySigned
    journal.record("step.signed", step.run, by=by, text=note, step=step.key, agrees=agrees)
    if not agrees:
        end(step, "refused", by=by, note=note, onward=step.definition["on_refusal"])
    elif step.signatures.filter(agrees=True).count() >= step.definition["signatures"]:
        end(step, "approved", by=by, note=note)
    else:
        tell(step.run)


@transaction.atomic
def settle(step: Step, *, by: Person, outcome: str, note: str) -> None:
    """Say what became of a call whose fate is unknown: "done", "again" or "skipped"."""
    if not step.needs_person or outcome not in ("done", "again", "skipped"):
        raise StepMovedOn
    if not by.has_role(Role.OPERATOR, *STAND_IN):
        raise NotYourStep
    if outcome == "again":
        call_again(step, by=by, note=note)
    else:
        end(step, outcome, by=by, note=note)


def call_again(step: Step, *, by: Person, note: str) -> None:
    claimed = Step.objects.filter(pk=step.pk, outcome="", needs_person=True).update(
        needs_person=False, called_at=None, due_at=now(), attempt=0, state=Step.State.WAITING, owner=None
    )
    if not claimed:
        raise StepMovedOn
    journal.record("step.called_again", step.run, by=by, text=note, step=step.key)
    doorbell.ring("steps")
    tell(step.run)


@transaction.atomic
def skip(step: Step, *, by: Person, note: str) -> None:
    """Leave a step of Nöbet's own out, with a reason; people's steps are done or decided."""
    if step.kind not in OF_MACHINE:
        raise StepMovedOn
    if not by.has_role(Role.OPERATOR, *STAND_IN):
        raise NotYourStep
    if not note.strip():
        raise NoteMissing
    end(step, "skipped", by=by, note=note)
    take_message_back(step.run, by=by, note=note)


def take_message_back(run: Run, *, by: Person, note: str) -> None:
    """A message that nobody has let go waits for no second person any more, in the caller's transaction."""
    for waiting in Broadcast.objects.filter(of_step__run=run, status=Broadcast.Status.SUBMITTED):
        approval.withdraw(waiting, by=by, note=note)


@transaction.atomic
def end(
    step: Step,
    outcome: str,
    *,
    by: Person | None = None,
    note: str = "",
    onward: str = "",
    evidence: Evidence | None = None,
) -> None:
    """Close the step and reach the next, in one transaction; one of two closers wins."""
    claimed = Step.objects.filter(pk=step.pk, outcome="", run__status=Run.Status.RUNNING).update(
        outcome=outcome,
        note=note,
        ended_at=now(),
        ended_by=by,
        evidence=evidence or {},
        needs_person=False,
        called_at=None,
        state=Step.State.KEPT,
        owner=None,
        leased_until=None,
    )
    if not claimed:
        raise StepMovedOn
    step.refresh_from_db()
    run = step.run
    journal.record(
        "step.ended", run, by=by, text=note, step=step.key, step_kind=step.kind, outcome=outcome, visit=step.visit
    )
    following = onward or leads_to(run.plan["steps"], run.place_of(step.key))[0]
    if following == END:
        _finish_run(run, by)
    else:
        reach(run, following)


def reach(run: Run, key: str) -> Step:
    """Open the next step, in the caller's transaction."""
    definition = run.plan["steps"][run.place_of(key)]
    at = now()
    step = Step.objects.create(
        run=run,
        visit=run.steps.count() + 1,
        key=key,
        kind=definition["kind"],
        reached_at=at,
        due_at=at if definition["kind"] in OF_MACHINE else at + duration(definition["within"]),
    )
    journal.record("step.reached", run, step=key, step_kind=step.kind, visit=step.visit)
    doorbell.ring("steps")
    tell(run)
    return step


def tell(run: Run) -> None:
    """Say to open boards where the run stands."""
    step = run.steps.filter(outcome="").first()
    state = {"code": run.code, "status": run.status, "outage": run.outage_id, "drill": run.is_drill}
    live.announce(
        audiences.BOARD, "run", run.pk, state | {"step": step.key if step else "", "steps": run.steps.count()}
    )


def may_do(step: Step, person: Person) -> bool:
    """Whether the page offers this step to this person."""
    definition = step.definition
    if step.kind == Kind.APPROVAL:
        return person.has_role(*definition["roles"]) and not _led_here(step, person)
    return person.has_role(definition.get("role", Role.OPERATOR), *STAND_IN)


def _may(step: Step, by: Person, kind: str) -> None:
    if step.kind != kind:
        raise StepMovedOn
    if not by.has_role(step.definition["role"], *STAND_IN):
        raise NotYourStep


def _may_sign(step: Step, by: Person) -> None:
    if step.kind != Kind.APPROVAL:
        raise StepMovedOn
    if not by.has_role(*step.definition["roles"]):
        raise NotYourStep
    if _led_here(step, by):
        raise LedHere


def _led_here(step: Step, person: Person) -> bool:
    before = step.run.steps.filter(visit__lt=step.visit).exclude(ended_by=None).order_by("-visit").first()
    led = before.ended_by_id if before else step.run.started_by_id
    return led == person.pk


def _finish_run(run: Run, by: Person | None) -> None:
    Run.objects.underway().filter(pk=run.pk).update(status=Run.Status.FINISHED, ended_at=now())
    run.refresh_from_db()
    journal.record("run.finished", run, by=by, code=run.code, seconds=round(run.age(now()).total_seconds()))
    tell(run)
