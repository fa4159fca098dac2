"""What we do on hearing facts from below (leave one leased row and return), and what we answer when asked."""

from django.contrib.auth import user_logged_in
from django.dispatch import receiver

from django_sla.signals import clock_escalated
from foundation.accounts.preparedness.counting import last_drills
from foundation.directory.events import person_revoked
from foundation.leases import doorbell
from foundation.outbox import successors
from foundation.outbox.events import message_moved, message_received
from helpdesk import escalations
from helpdesk.events import ticket_restricted, ticket_submitted
from helpdesk.providers import away_until, on_shift, takes_sms, told_lately
from monitoring.events import outage_acknowledged, outage_ended, outage_opened
from runbooks.broadcasts.delivery import acknowledgements
from runbooks.broadcasts.report import sent_messages
from runbooks.models import Matter, Page, Summons
from runbooks.paging import answering, ladders, matters, notices, watching, ways
from runbooks.rotas import leave, on_call
from runbooks.runs import starting

told_lately.register(sent_messages.to)
away_until.register(leave.away_until)
on_shift.register(on_call.among)
last_drills.register(acknowledgements.last_drills)
takes_sms.register(acknowledgements.is_a_reply)
successors.nobody_else("rota-gap:", "all who look after the rota hear it; its page shows the gap")
successors.nobody_else("shift-put:", "for whoever's shift it is; the page of the rota shows it")
successors.nobody_else("swap:", "for the two whose shifts they are; the page of the rota shows it")
successors.nobody_else("second-factor-reset:", "it tells somebody of their own account")
successors.nobody_else("step-reminder:", "all who carry the watch hear it; the page of the run shows the step")


@receiver(outage_opened)
def call_for_runbooks(sender, outage, **kwargs) -> None:
    starting.enqueue_for(outage)


@receiver(outage_opened)
def somebody_is_called(sender, outage, **kwargs) -> None:
    """A drill wakes nobody."""
    if not outage.is_drill:
        matters.report(matters.of_outage(outage))


@receiver(outage_ended)
def nobody_is_called_any_more(sender, outage, **kwargs) -> None:
    for matter in Matter.objects.open().filter(outage=outage, kind__in=(Matter.Kind.OUTAGE, Matter.Kind.WORD)):
        ladders.end(matter)


@receiver(outage_acknowledged)
def who_takes_the_outage_takes_its_page(sender, outage, by, **kwargs) -> None:
    """On the board, too, one is the owner: the telephone of nobody else rings on."""
    open_pages = Page.objects.open().filter(matter__outage=outage, matter__kind=Matter.Kind.OUTAGE)
    ladders.take(open_pages.values_list("pk", flat=True), by=by, via="board")


@receiver(person_revoked)
def who_is_gone_is_called_no_more(sender, person, **kwargs) -> None:
    ways.forget(person)


@receiver(message_moved)
def what_failed_leads_to_the_next(sender, batch_id, state, **kwargs) -> None:
    """The sweep finds it too; the doorbell saves its seconds."""
    if state in notices.LOST and Summons.objects.filter(batch=batch_id).exists():
        doorbell.ring(matters.BELL)


@receiver(user_logged_in)
def who_signs_in_has_seen_it(sender, user, **kwargs) -> None:
    acknowledgements.imply(user, acknowledgements.Via.SIGN_IN)


@receiver(ticket_submitted)
def who_opens_a_ticket_has_seen_it(sender, ticket, **kwargs) -> None:
    if ticket.requester:
        acknowledgements.imply(ticket.requester, acknowledgements.Via.TICKET)


@receiver(ticket_restricted)
def nobody_is_called_for_it_any_more(sender, ticket, **kwargs) -> None:
    watching.forget_ticket(ticket)


@receiver(message_received)
def who_answers_has_seen_it(sender, inbound, **kwargs) -> None:
    acknowledgements.hear_reply(inbound.address, inbound.text)
    answering.hear_reply(inbound)


@receiver(clock_escalated)
def call_somebody_for_the_ticket(sender, clock, level, **kwargs) -> None:
    """An S1 that nobody took calls those on call, until somebody answers."""
    if level["to"] == "next_on_call":
        ticket = escalations.ticket_of(clock)
        if ticket and ticket.is_open and not ticket.assignee_id and not ticket.is_restricted:
            matters.report(watching.of_ticket(ticket))
