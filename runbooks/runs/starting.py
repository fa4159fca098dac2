"""From an outage to the plans it calls for; starting, declining and abandoning runs."""

import logging

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from foundation.leases import doorbell
from monitoring.models import Outage
from runbooks.models import Call, Run, Runbook, Step
from runbooks.runs import steps

logger = logging.getLogger(__name__)
Role = Membership.Role
MAY_START = (Role.OPERATOR, Role.SHIFT_LEAD, Role.PLATFORM_ADMIN)
TRIES = 5


class MayNotRun(Refusal):
    sentence = _("Only the watch starts and ends runs.")
    status = 403


class RunMovedOn(Refusal):
    sentence = _("This run has moved on. Please look at it again.")


def enqueue_for(outage: Outage) -> None:
    """Owe the outage a look at the catalogue; in the caller's transaction, and nothing more.

    The plans themselves are read later, by a worker: a faulty one never keeps an
    outage from being declared.
    """
    Call.objects.get_or_create(outage=outage)
    doorbell.ring("steps")


def answer_due(limit: int = 10) -> int:
    """Look which plans the newly opened outages call for; returns how many were looked at."""
    calls = Call.objects.claim(limit)
    for call in calls:
        _answer(call)
    return len(calls)


def _answer(call: Call) -> None:
    failed = [runbook.code for runbook in Runbook.objects.current() if not _offer(runbook, call.outage)]
    if not failed:
        call.keep()
    elif call.attempt < TRIES:
        call.retry(error=f"could not be read: {', '.join(failed)}")
    else:
        call.give_up(f"could not be read: {', '.join(failed)}")


def _offer(runbook: Runbook, outage: Outage) -> bool:
    """Start or propose the plan if the outage calls for it; False when the plan is faulty."""
    try:
        wanted = how_wanted(runbook.definition, outage)
        if wanted == "at_once":
            start(runbook, outage=outage, is_drill=outage.is_drill)
        elif wanted == "proposed":
            propose(runbook, outage=outage)
    except Exception:  # one faulty plan must not keep the others from being offered
        logger.exception("runbook %s could not be offered", runbook.code)
        return False
    return True


def how_wanted(plan: dict, outage: Outage) -> str:
    """ "at_once", "proposed" or "" by the plan's triggers; the more urgent one counts."""
    broken = {component.pk for component in outage.components.all()}
    wanted = {
        trigger["start"]
        for trigger in plan.get("triggers", [])
        if outage.scope in trigger.get("scopes", [outage.scope])
        and (not trigger.get("components") or broken & set(trigger["components"]))
    }
    return next((way for way in ("at_once", "proposed") if way in wanted), "")


def propose(runbook: Runbook, *, outage: Outage) -> Run:
    """Lay the plan before the watch; the same plan for the same outage once."""
    return _once(_run_of(runbook, outage, Run.Status.PROPOSED, is_drill=outage.is_drill))


def start(runbook: Runbook, *, by: Person | None = None, outage: Outage | None = None, is_drill: bool = False) -> Run:
    """Begin a run with its own copy of the plan; whoever comes second joins the open run of this plan.

    Open is what `unended` finds; a proposed one is begun by the person who asks for it.
    `by` is empty when an outage started it by itself.
    """
    if by and not by.has_role(*MAY_START):
        raise MayNotRun
    run = _run_of(runbook, outage, Run.Status.RUNNING, is_drill=is_drill)
    run.started_at, run.started_by = now(), by
    begun = _once(run)
    if by and begun.status == Run.Status.PROPOSED:
        begin(begun, by=by)
    return begun


def unended(code: str, outage: Outage | None, *, is_drill: bool) -> Run | None:
    """The open run of this plan, in whatever version, for this outage or for none; a drill is another run."""
    open_runs = Run.objects.filter(status__in=(Run.Status.PROPOSED, Run.Status.RUNNING))
    return open_runs.filter(runbook__code=code, outage=outage, is_drill=is_drill).first()


def _run_of(runbook: Runbook, outage: Outage | None, status: Run.Status, *, is_drill: bool) -> Run:
    """An unsaved run with its own copy of the plan."""
    return Run(runbook=runbook, plan=runbook.definition, outage=outage, status=status, is_drill=is_drill)


@transaction.atomic
def _once(run: Run) -> Run:
    """The run, written; or the open one of this plan. Whoever comes second waits at the lock of the plan."""
    code = run.runbook.code
    list(Runbook.objects.select_for_update().filter(code=code).order_by("pk").values_list("pk"))
    return unended(code, run.outage, is_drill=run.is_drill) or _write(run)


def _write(run: Run) -> Run:
    run.save()
    kind = "run.started" if run.status == Run.Status.RUNNING else "run.proposed"
    journal.record(kind, run, by=run.started_by, code=run.code, version=run.runbook.version, outage=run.outage_id)
    steps.tell(run)
    if run.status == Run.Status.RUNNING:
        steps.reach(run, run.plan["steps"][0]["key"])
    return run


@transaction.atomic
def begin(run: Run, *, by: Person) -> None:
    """Take a proposed run up."""
    _may_run(by)
    at = now()
    if not Run.objects.proposed().filter(pk=run.pk).update(status=Run.Status.RUNNING, started_at=at, started_by=by):
        raise RunMovedOn
    run.refresh_from_db()
    journal.record("run.started", run, by=by, code=run.code, outage=run.outage_id)
    steps.reach(run, run.plan["steps"][0]["key"])


@transaction.atomic
def decline(run: Run, *, by: Person, note: str = "") -> None:
    """Say that this plan is not needed."""
    _may_run(by)
    if not Run.objects.proposed().filter(pk=run.pk).update(status=Run.Status.DECLINED, ended_at=now()):
        raise RunMovedOn
    run.refresh_from_db()
    journal.record("run.declined", run, by=by, text=note, code=run.code)
    steps.tell(run)


@transaction.atomic
def abandon(run: Run, *, by: Person, note: str) -> None:
    """Break a run off; its open step is closed as skipped, and a message it prepared cannot leave any more."""
    _may_run(by)
    if not Run.objects.underway().filter(pk=run.pk).update(status=Run.Status.ABANDONED, ended_at=now()):
        raise RunMovedOn
    run.refresh_from_db()
    run.steps.filter(outcome="").update(
        outcome="skipped", ended_at=now(), ended_by=by, state=Step.State.KEPT, owner=None, leased_until=None
    )
    steps.take_message_back(run, by=by, note=note)
    journal.record("run.abandoned", run, by=by, text=note, code=run.code)
    steps.tell(run)


def _may_run(by: Person) -> None:
    if not by.has_role(*MAY_START):
        raise MayNotRun
