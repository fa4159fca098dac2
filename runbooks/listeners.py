"""What we do on hearing facts from below (leave one leased row and return), and what we answer when asked."""

from django.contrib.auth import user_logged_in
from django.dispatch import receiver

from django_sla.signals import clock_escalated
from foundation.outbox import successors
from foundation.outbox.events import message_received
from helpdesk import escalations
from helpdesk.events import ticket_submitted
from helpdesk.providers import told_lately
from monitoring.events import outage_opened
from runbooks import on_call
from runbooks.broadcasts.delivery import acknowledgements
from runbooks.broadcasts.report import sent_messages
from runbooks.runs import starting

told_lately.register(sent_messages.to)
successors.nobody_else("step-reminder:", "all who carry the watch hear it; the page of the run shows the step")


@receiver(outage_opened)
def call_for_runbooks(sender, outage, **kwargs) -> None:
    starting.enqueue_for(outage)


@receiver(user_logged_in)
def who_signs_in_has_seen_it(sender, user, **kwargs) -> None:
    acknowledgements.imply(user, acknowledgements.Via.SIGN_IN)


@receiver(ticket_submitted)
def who_opens_a_ticket_has_seen_it(sender, ticket, **kwargs) -> None:
    if ticket.requester:
        acknowledgements.imply(ticket.requester, acknowledgements.Via.TICKET)


@receiver(message_received)
def who_answers_has_seen_it(sender, inbound, **kwargs) -> None:
    acknowledgements.hear_reply(inbound.address, inbound.text)


@receiver(clock_escalated)
def call_the_next_on_call(sender, clock, level, **kwargs) -> None:
    """An S1 that nobody took goes to the backup of the watch; to whoever carries it, if there is none."""
    if level["to"] == "next_on_call":
        carriers = on_call.carriers(on_call.WATCH)
        escalations.page(carriers[1:2] or carriers[:1], clock, level)
