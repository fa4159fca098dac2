"""What Nöbet itself does at a step. Kill it between any two lines: the lease runs out and it goes on."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from foundation import now
from foundation.directory.models import Component
from foundation.journal import journal
from monitoring.nodes import health
from runbooks.broadcasts.approval import pre_approvals
from runbooks.broadcasts.compose import audience, drafts
from runbooks.durations import duration
from runbooks.models import Broadcast, Run, Step
from runbooks.paging import matters, watching
from runbooks.rotas import on_call
from runbooks.runs import http_steps, starting, steps

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=15)  # for the bookkeeping; a call takes a lease of its own, as long as its time-out
AFTER_TIMEOUT = timedelta(seconds=5)
LOOK_AGAIN = timedelta(seconds=3)
ASSUMED_NEXT_WORD = timedelta(minutes=30)


def go_on(limit: int = 20, lease: timedelta = LEASE) -> int:
    """Answer newly opened outages and do what steps are due; returns how much there was."""
    answered = starting.answer_due()
    steps = Step.objects.filter(outcome="", run__status=Run.Status.RUNNING).claim(limit, lease=lease)
    for step in steps:
        _do(step)
    return answered + len(steps)


def _do(step: Step) -> None:
    try:
        WORK[step.kind](step)
    except steps.StepMovedOn:
        pass  # a person closed it meanwhile: theirs counts
    except Exception as error:  # one broken step must not stop the others
        logger.exception("step %s", step)
        step.retry(error=f"{type(error).__name__}: {error}")


def _remind(step: Step) -> None:
    """People's step, overdue: say so to whoever is on call, and again after the same time."""
    _say_overdue(step)
    _look_again(step, duration(step.definition["within"]))


@transaction.atomic
def _say_overdue(step: Step) -> None:
    Step.objects.filter(pk=step.pk, outcome="").update(reminded_at=now())
    journal.record("step.overdue", step.run, step=step.key, visit=step.visit)
    on_call.remind(step)
    if not step.run.is_drill:
        matters.report(watching.of_step(step))


def _http(step: Step) -> None:
    if step.needs_person:
        return _look_again(step, timedelta(minutes=5))
    if step.called_at:
        return _after_interruption(step)
    if step.run.is_drill and step.definition.get("in_drill", "simulate") == "simulate":
        return steps.end(step, "done", evidence={"simulated": True})
    return _call(step)


def _after_interruption(step: Step) -> None:
    """A worker died in the middle of the call: the plan says what that means."""
    journal.record("step.interrupted", step.run, step=step.key, visit=step.visit)
    match step.definition["on_interrupted"]:
        case "rerun":
            _call(step)
        case "skip":
            steps.end(step, "skipped", evidence={"interrupted": True})
        case "ask":
            _ask_person(step, "interrupted")


def _call(step: Step) -> None:
    if not step.renew(duration(step.definition["timeout"]) + AFTER_TIMEOUT):
        return  # another worker has it meanwhile
    Step.objects.filter(pk=step.pk).update(called_at=now())
    match http_steps.call(step):
        case http_steps.Answered(status, body):
            steps.end(step, "done", evidence={"status": status, "body": body})
        case http_steps.CallUnanswered(reason) if step.definition["on_interrupted"] == "ask":
            _ask_person(step, reason)
        case http_steps.CallUnanswered(reason) | http_steps.CallFailed(reason):
            _failed(step, reason)


def _failed(step: Step, reason: str) -> None:
    Step.objects.filter(pk=step.pk, outcome="").update(called_at=None)
    if step.attempt <= step.definition["retries"]:
        step.retry(error=reason)
    elif step.definition["on_failure"] == "skip":
        steps.end(step, "skipped", evidence={"error": reason})
    else:
        _ask_person(step, reason)


@transaction.atomic
def _ask_person(step: Step, reason: str) -> None:
    Step.objects.filter(pk=step.pk, outcome="").update(needs_person=True, called_at=None)
    step.retry(after=timedelta(minutes=5), error=reason)
    journal.record("step.needs_person", step.run, step=step.key, visit=step.visit, reason=reason[:200])
    steps.tell(step.run)


def _wait(step: Step) -> None:
    code = step.definition.get("until", {}).get("component_works")
    if code and _works(code):
        return steps.end(step, "done")
    left = step.reached_at + duration(step.definition["for"]) - now()
    if left <= timedelta(0):
        return steps.end(step, "elapsed" if code else "done")
    return _look_again(step, min(left, LOOK_AGAIN))


def _works(code: str) -> bool:
    component = Component.objects.filter(pk=code).first()
    return component is not None and health.component_works(component)


def _broadcast(step: Step) -> None:
    """Lay the draft ready; the step is done when two people have let it go, now or in advance."""
    if step.broadcast_id is None:
        _prepare(step)
    elif Broadcast.objects.get(pk=step.broadcast_id).is_released:
        return steps.end(step, "done", evidence={"broadcast": step.broadcast_id})
    elif now() > (step.reminded_at or step.reached_at) + duration(step.definition["within"]):
        _say_overdue(step)  # and look again as soon as ever: the message may leave at any moment
    return _look_again(step, LOOK_AGAIN)


@transaction.atomic
def _prepare(step: Step) -> None:
    definition, run = step.definition, step.run
    values = values_for(run)
    draft = drafts.draft(
        by=None,
        subject=definition["title"],
        text=drafts.fill(definition["text"], values),
        correction=drafts.fill(definition["correction"], values),
        rule=audience.AudienceRule.from_json(definition["audience"]),
        lane=definition["lane"],
        is_drill=run.is_drill,
        outage=run.outage,
    )
    Step.objects.filter(pk=step.pk, broadcast=None).update(broadcast=draft)
    pre_approvals.use(draft, run.code, definition)
    steps.tell(run)


def values_for(run: Run) -> dict[str, str]:
    """What the tokens of a plan's texts say for this run, in local time."""
    outage = run.outage
    began = outage.started_at if outage else run.started_at
    ended = outage.ended_at if outage and outage.ended_at else None
    following = (outage and outage.next_update_at) or now() + ASSUMED_NEXT_WORD
    return {
        "saat": _clock(ended or began),
        "sonraki": _clock(following),
        "plan": run.code,
        "tarih": f"{timezone.localtime(now()):%d.%m.%Y}",
    }


def _clock(at) -> str:
    return f"{timezone.localtime(at):%H.%M}"


def _look_again(step: Step, after: timedelta) -> None:
    """Nothing is wrong, it is only not yet time: the attempt does not count."""
    if step.retry(after=after):
        Step.objects.filter(pk=step.pk).update(attempt=0)


WORK: dict[str, Callable[[Step], None]] = {
    Step.Kind.MANUAL: _remind,
    Step.Kind.DECISION: _remind,
    Step.Kind.APPROVAL: _remind,
    Step.Kind.HTTP: _http,
    Step.Kind.WAIT: _wait,
    Step.Kind.BROADCAST: _broadcast,
}
