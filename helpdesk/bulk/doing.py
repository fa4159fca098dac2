"""What each kind of act does to one ticket: the same verb that its own button calls."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from helpdesk import tickets
from helpdesk.incidents import major_incidents
from helpdesk.knowledge import macros
from helpdesk.models import BulkAct, BulkRow, HandedWord, SnoozeEvent, Ticket
from helpdesk.refusals import IncidentOver, TicketMovedOn
from helpdesk.tickets import assignment

Kind = BulkAct.Kind
JOINED = ("municipality", "component", "queue", "assignee", "requester")


class LinkedAlready(Refusal):
    sentence = _("It is linked to an outage already.")


def claim(act: BulkAct, ticket: Ticket) -> None:
    tickets.claim(ticket, by=act.by)


def assign(act: BulkAct, ticket: Ticket) -> None:
    assert act.to
    tickets.assign(ticket, to=act.to, by=act.by)


def release(act: BulkAct, ticket: Ticket) -> None:
    tickets.release(ticket, by=act.by)


def grade(act: BulkAct, ticket: Ticket) -> None:
    tickets.grade(ticket, severity=act.severity, by=act.by, reason=words_for(act, ticket))


def note(act: BulkAct, ticket: Ticket) -> None:
    tickets.note(ticket, by=act.by, body=words_for(act, ticket))


def reply(act: BulkAct, ticket: Ticket) -> None:
    tickets.reply(ticket, by=act.by, body=words_for(act, ticket))


def wait(act: BulkAct, ticket: Ticket) -> None:
    third_party = act.kind == Kind.THIRD_PARTY
    tickets.wait(ticket, by=act.by, body=words_for(act, ticket), third_party=third_party)


def resolve(act: BulkAct, ticket: Ticket) -> None:
    tickets.resolve(ticket, by=act.by, note=words_for(act, ticket))


def link(act: BulkAct, ticket: Ticket) -> None:
    assert act.incident
    if not act.incident.is_live:
        raise IncidentOver
    if not major_incidents.link(act.incident, ticket, by=act.by):
        raise LinkedAlready


def change_module(act: BulkAct, ticket: Ticket) -> None:
    assert act.component
    tickets.change_module(ticket, component=act.component, by=act.by)


def move_to_queue(act: BulkAct, ticket: Ticket) -> None:
    assert act.queue
    tickets.move_to_queue(ticket, queue=act.queue, by=act.by)


def snooze(act: BulkAct, ticket: Ticket) -> None:
    tickets.snooze(ticket, by=act.by, until=act.until, event="" if act.until else SnoozeEvent.ANSWER)


def hand_over(act: BulkAct, row: BulkRow, ticket: Ticket) -> None:
    """With its own word as a note; nothing is taken from whoever has it by now."""
    if ticket.assignee_id != act.handover.giver_id:
        raise TicketMovedOn
    word = HandedWord.objects.filter(row=row).first()
    if word:
        tickets.note(ticket, by=act.by, body=word.text)
    if act.to:
        tickets.assign(ticket, to=act.to, by=act.by)
        return
    assert act.queue
    assignment.give_back(Ticket.objects.filter(pk=ticket.pk), by=act.by)
    tickets.move_to_queue(Ticket.objects.select_related(*JOINED).get(pk=ticket.pk), queue=act.queue, by=act.by)


def words_for(act: BulkAct, ticket: Ticket) -> str:
    """The text with the tokens of macros filled in for this ticket."""
    return macros.fill(act.text, ticket)


DOING: Mapping[str, Callable[[BulkAct, Ticket], None]] = {
    Kind.CLAIM: claim,
    Kind.ASSIGN: assign,
    Kind.RELEASE: release,
    Kind.MODULE: change_module,
    Kind.QUEUE: move_to_queue,
    Kind.SEVERITY: grade,
    Kind.NOTE: note,
    Kind.REPLY: reply,
    Kind.WAIT: wait,
    Kind.THIRD_PARTY: wait,
    Kind.RESOLVE: resolve,
    Kind.LINK: link,
    Kind.SNOOZE: snooze,
}


def do(act: BulkAct, row: BulkRow) -> None:
    """To this ticket, as it stands now and as `act.by` may see it now; raises what the verb says no with."""
    assert row.ticket_id
    ticket = Ticket.objects.visible_to(act.by).select_related(*JOINED).get(pk=row.ticket_id)
    if act.kind == Kind.HAND_OVER:
        hand_over(act, row, ticket)
    else:
        DOING[act.kind](act, ticket)
