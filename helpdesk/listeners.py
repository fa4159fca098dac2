"""What the desk does on hearing facts from below, and what it answers when asked."""

from collections.abc import Iterator

from django.db.models import Q
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from django_sla import signals as sla
from django_sla import subjects
from foundation.accounts import exports
from foundation.directory import events as people
from foundation.directory.models import Person
from foundation.leases import doorbell
from foundation.outbox import push
from foundation.outbox.events import message_received
from helpdesk import escalations, events, providers, sms, succession
from helpdesk.distribution import giving
from helpdesk.incidents import major_incidents
from helpdesk.models import (
    Attachment,
    Extension,
    Follower,
    MajorIncident,
    Message,
    NamedReader,
    PhoneCall,
    PlaceNote,
    Ticket,
)
from helpdesk.models.ticket import unrestricted_for
from helpdesk.places import notes
from helpdesk.reports import reading
from helpdesk.restricted import naming
from helpdesk.search import index
from helpdesk.service_levels import ticket_clocks
from helpdesk.teams import members
from helpdesk.tickets import agents
from helpdesk.writing import drafts
from monitoring import events as watch

LABEL = Ticket._meta.label_lower


@providers.commands.register
def work_at_the_desk(person: Person) -> Iterator[tuple[str, str]]:
    """What agents do many times a day, for the command palette."""
    if person.works_at_the_desk:
        yield _("Show what nobody has"), reverse("helpdesk:desk", query={"view": "unclaimed"})
        yield _("Show mine"), reverse("helpdesk:desk", query={"view": "mine"})
        yield _("Log a call"), reverse("helpdesk:new_ticket")
        yield _("Restricted tickets"), reverse("helpdesk:restricted")
    if person.has_role(*reading.LEADS):
        yield _("The shift now"), reverse("helpdesk:shift")
        yield _("Reports"), reverse("helpdesk:report")


@receiver(sla.dues_moved)
def keep_dues(sender, subject_type, dues, **kwargs) -> None:
    """Deadlines moved without a verb of ours: an administrative leave, a capped rest."""
    if subject_type == LABEL:
        ticket_clocks.keep_many(dues)


@receiver(watch.outage_ended)
def end_incident(sender, outage, **kwargs) -> None:
    """The incident ends with its outage; its tickets are looked after by `recovery`."""
    incident = MajorIncident.objects.live().filter(outage=outage).first()
    if incident:
        major_incidents.end(incident)


@receiver(watch.outage_split)
def follow_the_part(sender, outage, part, municipality_ids, **kwargs) -> None:
    """Tickets of municipalities that went along are about the new outage now."""
    incident = MajorIncident.objects.live().filter(outage=outage).first()
    if incident:
        major_incidents.follow(incident, part, municipality_ids)


@subjects.register
def find_by_number(reference: str) -> tuple[str, int] | None:
    """`sla explain DST-2026-000123`."""
    pk = Ticket.objects.filter(number=reference.strip().upper()).values_list("pk", flat=True).first()
    return (LABEL, pk) if pk else None


@exports.personal_data.register
def say_what_we_hold(person: Person) -> dict[str, list[dict]]:
    """For the file a person may ask of us (KVKK art. 11); of restricted tickets where they are still named."""
    seen = unrestricted_for(person, "ticket__")
    asked = Ticket.objects.filter(unrestricted_for(person), requester=person)
    said = Message.objects.filter(seen, author=person)
    called = PhoneCall.objects.filter(Q(ticket=None) | seen, caller=person)
    return {
        "tickets": exports.rows(asked, "number", "subject", "phone", "status", "created_at", "ended_at"),
        "municipality_notes": exports.rows(PlaceNote.objects.filter(written_by=person), "text", "written_at"),
        "messages": exports.rows(said, "ticket__number", "kind", "body", "created_at"),
        "unsent": [{"ticket": number, **words} for number, words in drafts.all_of(person)],
        "named": exports.rows(NamedReader.objects.filter(person=person), "ticket__number", "since"),
        "followed": exports.rows(Follower.objects.filter(person=person), "ticket__number", "since"),
        "calls": exports.rows(called, "number", "words", "began_at", "answered_at", "ended_at"),
        "files": exports.rows(Attachment.objects.filter(message__in=said), "message__ticket__number", "name", "size"),
    }


@receiver(sla.clock_breached)
def show_breach(sender, clock, **kwargs) -> None:
    escalations.breached(clock)


@receiver(sla.clock_escalated)
def tell_level(sender, clock, level, **kwargs) -> None:
    escalations.escalated(clock, level)


@receiver([people.person_revoked, people.role_ended])
def leave_the_desk(sender, person, **kwargs) -> None:
    """What somebody who is gone had claimed waits for the others again; nothing is pushed or kept for them."""
    members.followed_role(person)
    naming.followed_role(person)
    if not person.is_active:
        push.forget(person)
        drafts.forget(person)
        Follower.objects.filter(person=person).delete()
    Extension.objects.filter(person=person).exclude(person__in=agents.at_the_desk()).delete()


@receiver(people.person_renamed)
def find_by_the_new_name(sender, person, **kwargs) -> None:
    """Their tickets are found by the name they have now; of the erased by none, and their calls are nobody's."""
    index.keep_all(Ticket.objects.filter(requester=person))
    if person.is_erased:
        PhoneCall.objects.filter(caller=person).update(number="", caller=None, caller_name="", words="")


@receiver(people.municipality_closed)
def follow_the_law(sender, municipality, successor, by, **kwargs) -> None:
    """Open tickets and notes of a municipality that merged are its successor's from now on."""
    if successor:
        succession.hand_over(municipality, successor, by=by)
    notes.hand_on(municipality, successor, by=by)


@receiver([events.ticket_submitted, events.ticket_reopened])
def give_it_out(sender, ticket, **kwargs) -> None:
    """Its queue may be given out; the sweep finds it too, the doorbell saves its seconds."""
    doorbell.ring(giving.BELL)


@receiver(message_received)
def hear_an_sms(sender, inbound, **kwargs) -> None:
    sms.hear(inbound)
