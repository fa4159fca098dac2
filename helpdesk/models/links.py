"""Tickets that have to do with each other: a link between two, whoever they belong to."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from foundation import now
from helpdesk.models.ticket import Ticket, unrestricted_for

if TYPE_CHECKING:
    from foundation.directory.models import Person


class TicketRelation(models.TextChoices):
    """What the other ticket is to the one that is looked at."""

    RELATED = "related", _("related")
    DUPLICATE_OF = "duplicate_of", _("this one repeats it")
    HAS_DUPLICATE = "has_duplicate", _("it repeats this one")
    PART_OF = "part_of", _("this one is a part of it")
    HAS_PART = "has_part", _("it is a part of this one")


class LinkedTicketQuerySet(models.QuerySet["LinkedTicket"]):
    def of(self, ticket: Ticket) -> "LinkedTicketQuerySet":
        return self.filter(Q(ticket=ticket) | Q(other=ticket))

    def between(self, one: Ticket, two: Ticket) -> "LinkedTicketQuerySet":
        return self.filter(Q(ticket=one, other=two) | Q(ticket=two, other=one))

    def visible_to(self, person: "Person") -> "LinkedTicketQuerySet":
        """All for the desk, but for restricted ends; for others that a ticket of theirs repeats another one that they
        may read."""
        if person.works_at_the_desk:
            return self.filter(unrestricted_for(person, "ticket__"), unrestricted_for(person, "other__"))
        mine = Ticket.objects.visible_to(person)
        return self.filter(kind=LinkedTicket.Kind.DUPLICATE, ticket__in=mine, other__in=mine)


class LinkedTicket(models.Model):
    """`ticket` repeats `other`, is a part of it, or has to do with it. Each keeps its own conversation and clocks."""

    class Kind(models.TextChoices):
        DUPLICATE = "duplicate", _("repeats it")
        PART = "part", _("part of it")
        RELATED = "related", _("related")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="linked")
    other = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="linked_back")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=now)

    objects = LinkedTicketQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(Least("ticket", "other"), Greatest("ticket", "other"), name="two_are_linked_once"),
            models.UniqueConstraint(name="a_part_has_one_whole", fields=["ticket"], condition=Q(kind="part")),
            models.CheckConstraint(name="no_ticket_is_linked_to_itself", condition=~Q(ticket=F("other"))),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.other_id}"

    def relation_for(self, ticket: Ticket) -> TicketRelation:
        """What the other one is to `ticket`."""
        is_first = self.ticket_id == ticket.pk
        if self.kind == self.Kind.DUPLICATE:
            return TicketRelation.DUPLICATE_OF if is_first else TicketRelation.HAS_DUPLICATE
        if self.kind == self.Kind.PART:
            return TicketRelation.PART_OF if is_first else TicketRelation.HAS_PART
        return TicketRelation.RELATED

    def other_than(self, ticket: Ticket) -> Ticket:
        return self.other if self.ticket_id == ticket.pk else self.ticket


class MergedTicketQuerySet(models.QuerySet["MergedTicket"]):
    def end_of(self, ticket: Ticket) -> Ticket:
        """The ticket that stands for this one now; itself where it was not merged."""
        joined = self.select_related("kept__municipality", "kept__component", "kept__requester", "kept__assignee")
        merged = joined.filter(ticket=ticket).first()
        return merged.kept if merged else ticket


class MergedTicket(models.Model):
    """`ticket` went into `into`; what is said of both is read and written at `kept`, where that one ended up.

    Nothing is moved: its messages stay its own and are shown at the kept one, so that taking it out again gives
    back what was. `was_status` and `was_waiting_since` are how it stood, `told` who follows the kept one because of it.
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, primary_key=True, related_name="merged")
    into = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    kept = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="taken_in")
    was_status = models.CharField(max_length=17, choices=Ticket.Status.choices)
    was_waiting_since = models.DateTimeField(null=True, blank=True)
    told = models.JSONField(default=list, help_text="keys of people")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=now)

    objects = MergedTicketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="no_ticket_is_merged_into_itself", condition=~Q(ticket=F("into")) & ~Q(ticket=F("kept"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} → {self.kept_id}"
