"""Nodes brought in line with their checks, maintenance windows and people's word."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch, Q, prefetch_related_objects

from foundation import now, rows
from foundation.directory.models import Municipality, Person
from foundation.journal import journal
from foundation.live import audiences, live
from monitoring.maintenance import windows
from monitoring.models import Check, Node, NodeTransition, State, Transition
from monitoring.nodes import states
from monitoring.nodes.dependencies import NodeContext, spared
from monitoring.nodes.states import Reading

FIELDS = ("state", "since", "confirmed_at", "suspected_at", "is_flapping")
READ = ("code", *FIELDS, "override", "override_until", "component_id", "municipality_id")
REACHED_AGAIN = "what it leans on works again"


def refresh(node_ids: Iterable[int], at: datetime) -> list[Node]:
    """Work out these nodes anew from what is stored; those whose state changed, told to boards.

    Inside the caller's transaction. Its statements do not grow with the nodes.
    """
    node_ids = list(node_ids)
    if not node_ids:
        return []
    nodes = list(Node.objects.filter(pk__in=node_ids).only(*READ))
    checks = states.readings(node_ids)
    resting = in_maintenance(nodes, checks, at)
    changed, written, told = [], [], []
    for node in nodes:
        before = (node.state, node.is_flapping, node.suspected_at)
        old = node.state
        work_out(node, checks[node.pk], in_maintenance=node.pk in resting, at=at)
        if before == (node.state, node.is_flapping, node.suspected_at):
            continue
        written.append([*(getattr(node, name) for name in FIELDS), node.pk])
        if (node.state, node.is_flapping) != before[:2]:
            told.append(node)
        if node.state != old:
            changed.append((node, old))
    rows.update_many(Node, FIELDS, written)
    turns = [(node.pk, old, node.state, node.since) for node, old in changed]
    rows.insert_many(NodeTransition, ("node", "old", "new", "at"), turns)
    tell(told)
    answering = [node for node, _old in changed if node.answers]
    spared_no_more = [node for node, old in changed if old == State.MAINTENANCE and not node.answers]
    if answering or spared_no_more:
        reach_again(Q(node__dependencies__parent__in=answering) | Q(node__in=spared_no_more), at)
    return [node for node, _old in changed]


def reach_again(which: Q, at: datetime) -> None:
    """Of these checks: what was cut off and is so no longer is down for itself. Its node stays as it is."""
    checks = list(Check.objects.live().filter(which, verdict=Check.Verdict.UNREACHABLE).distinct().only("node_id"))
    around = NodeContext.of({check.node_id for check in checks})
    freed = [check for check in checks if not around.cut_off(check.node_id)]
    Check.objects.filter(pk__in=[check.pk for check in freed]).update(verdict=Check.Verdict.DOWN)
    Transition.objects.bulk_create(
        Transition(
            check_of=check,
            old=Check.Verdict.UNREACHABLE,
            new=Check.Verdict.DOWN,
            at=at,
            reason=REACHED_AGAIN,
            evidence=around.evidence(check.node_id),
        )
        for check in freed
    )


def in_maintenance(nodes: list[Node], checks: dict[int, list[Reading]], at: datetime) -> set[int]:
    """Keys of all nodes that a window covers, and of those among `nodes` that fail because of one."""
    resting = windows.nodes_in_maintenance(at)
    if not resting and all(node.state != State.MAINTENANCE for node in nodes):
        return resting
    failing = {node: checks[node.pk] for node in nodes if node.pk not in resting}
    return resting | spared({node: own for node, own in failing.items() if states.roll_up(own) == State.OUTAGE}, at)


def work_out(node: Node, checks: list[Reading], *, in_maintenance: bool, at: datetime) -> None:
    """Set what follows from the checks; a failure is dated back to the first sign of it, but not into maintenance."""
    override = node.override if node.override_until and node.override_until > at else ""
    state = states.shown(states.roll_up(checks), override=override, in_maintenance=in_maintenance)
    essential = [check for check in checks if check.is_essential]
    suspicions = [check.suspected_at for check in essential if check.suspected_at]
    node.suspected_at = min(suspicions) if suspicions and state != State.OUTAGE else None
    node.is_flapping = any(check.is_flapping for check in essential)
    if state == node.state:
        return
    signs = [check.since for check in checks if check.verdict in states.DOWN] if state == State.OUTAGE else []
    is_dated_back = bool(signs) and not override and node.state != State.MAINTENANCE
    node.since = min(signs) if is_dated_back else at
    node.state = state
    node.confirmed_at = at


def tell(nodes: list[Node]) -> None:
    """Put nodes before the boards and the pages of their municipalities."""
    if not nodes:
        return
    # only of those that are told, and each municipality once
    prefetch_related_objects(nodes, Prefetch("municipality", Municipality.objects.only("code", "province_id")))
    told = [(audiences.BOARD, node) for node in nodes]
    told += [(audiences.status_of(node.municipality.code), node) for node in nodes if node.municipality]
    live.announce_all((room, "node", node.code, node.live_state()) for room, node in told)


@transaction.atomic
def override(node: Node, *, state: str, reason: str, until: datetime, by: Person) -> None:
    """A person's word for how the node is, until a time; it outranks every measurement."""
    Node.objects.filter(pk=node.pk).update(override=state, override_reason=reason, override_until=until)
    journal.record("node.overridden", node, by=by, text=reason, state=state, until=until.isoformat())
    refresh([node.pk], now())
    node.refresh_from_db()


@transaction.atomic
def release(node: Node, *, by: Person | None = None) -> None:
    """Believe the measurements again."""
    if (
        Node.objects.filter(pk=node.pk)
        .exclude(override="")
        .update(override="", override_reason="", override_until=None)
    ):
        journal.record("node.released", node, by=by)
        refresh([node.pk], now())
    node.refresh_from_db()
