"""What we do on hearing facts from below: leave one promise and return."""

from django.dispatch import receiver

from django_sla.signals import clock_escalated
from helpdesk import escalations
from monitoring.events import outage_opened
from runbooks import on_call
from runbooks.runs import calling


@receiver(outage_opened)
def call_for_runbooks(sender, outage, **kwargs):
    calling.promise_for(outage)


@receiver(clock_escalated)
def call_the_next_on_call(sender, clock, level, **kwargs):
    """An S1 that nobody took goes to the deputy of the watch; to whoever carries it, if there is none."""
    if level["to"] == "next_on_call":
        carriers = on_call.carriers(on_call.WATCH)
        escalations.page(carriers[1:2] or carriers[:1], clock, level)
