"""Closed tickets lose their words and names; what was asked of which module stays countable."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet

from helpdesk.models import (
    Attachment,
    BulkAct,
    DayFigure,
    DeskNotice,
    Message,
    NamedReader,
    PhoneCall,
    PlaceNote,
    ReceivedLetter,
    Satisfaction,
    StatutoryClock,
    Ticket,
)
from helpdesk.search import index

BATCH_SIZE = 500
FORGOTTEN = "—"


def forget_texts(older_than: datetime) -> int:
    """Subject, conversation, telephone and requester of tickets that ended before; returns tickets."""
    overdue = Ticket.objects.filter(is_over("", older_than)).exclude(subject=FORGOTTEN).order_by("pk")
    total = 0
    while keys := list(overdue.values_list("pk", flat=True)[:BATCH_SIZE]):
        total += forget(Ticket.objects.filter(pk__in=keys))
    return total


def is_over(path: str, older_than: datetime) -> Q:
    """Ended before; one that was merged is over with the ticket it is read in."""
    alone = Q(**{f"{path}merged": None}) | Q(**{f"{path}merged__kept__ended_at__lt": older_than})
    return Q(**{f"{path}ended_at__lt": older_than}) & alone


@transaction.atomic
def forget(tickets: QuerySet[Ticket]) -> int:
    drop_letters(ReceivedLetter.objects.filter(ticket__in=tickets))
    Message.objects.filter(ticket__in=tickets).update(body="", author=None, author_name="", mail_id=None)
    Satisfaction.objects.filter(ticket__in=tickets).update(comment="")
    NamedReader.objects.filter(ticket__in=tickets).exclude(person=F("ticket__keeper")).delete()
    StatutoryClock.objects.filter(ticket__in=tickets).update(reference="", affected=None, categories=[])
    keys = list(tickets.values_list("pk", flat=True))
    forgotten = tickets.update(subject=FORGOTTEN, phone="", requester=None, search_text="")
    index.keep(keys)
    return forgotten


def forget_bulk_acts(older_than: datetime) -> int:
    """What was done to many tickets at once, its words and its list, and hand-overs; the record keeps that it was."""
    return BulkAct.objects.filter(ended_at__lt=older_than).delete()[0]


def drop_letters(letters: QuerySet[ReceivedLetter]) -> int:
    """The rows first; the originals once it is certain that the rows are gone."""
    gone = list(letters)
    ReceivedLetter.objects.filter(pk__in=[letter.pk for letter in gone]).delete()
    for letter in gone:
        transaction.on_commit(partial(letter.original.delete, save=False))
    return len(gone)


def forget_letters(older_than: datetime) -> int:
    """Letters of the tray that became words of no ticket; returns letters."""
    total = 0
    overdue = ReceivedLetter.objects.filter(message=None, received_at__lt=older_than).order_by("pk")
    while done := drop_letters(overdue[:BATCH_SIZE]):
        total += done
    return total


def forget_notices(older_than: datetime) -> int:
    """What people were told long ago; it stands in the tickets."""
    return DeskNotice.objects.filter(at__lt=older_than).delete()[0]


def forget_calls(older_than: datetime) -> int:
    """Who called from which number, and what they said in one line."""
    return PhoneCall.objects.filter(began_at__lt=older_than).delete()[0]


def drop_files(older_than: datetime) -> int:
    """Attachments of tickets that ended before: the rows first, then the files."""
    overdue = Attachment.objects.filter(is_over("message__ticket__", older_than)).order_by("pk")
    total = 0
    while attachments := list(overdue.select_related("message")[:BATCH_SIZE]):
        Attachment.objects.filter(pk__in=[attachment.pk for attachment in attachments]).delete()
        index.keep({attachment.message.ticket_id for attachment in attachments})
        for attachment in attachments:
            attachment.file.delete(save=False)
        total += len(attachments)
    return total


def forget_place_notes(older_than: datetime) -> int:
    """Notes about municipalities that somebody ended, or the end of the municipality did."""
    return PlaceNote.objects.filter(ended_at__lt=older_than).delete()[0]


def forget_agent_figures(older_than: datetime) -> int:
    """What each agent did on a day; the figures of modules, teams and places stay."""
    return DayFigure.objects.filter(by=DayFigure.Dimension.AGENT, day__lt=older_than.date()).delete()[0]
