"""The look for letters and pushes that are owed: everything due of one reader is one letter, a ticket once."""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation import now
from foundation.directory.models import Person
from foundation.outbox import outbox, push, successors
from helpdesk.models import DeskNotice, Ticket
from helpdesk.notices import words

READERS = 200  # in one look
successors.nobody_else("notices:", "the same stands in the pages of whoever it is for")


def write_due() -> int:
    """Letters and pushes whose time has come; returns to how many people."""
    owed = DeskNotice.objects.owed(now()).order_by()
    readers = Person.objects.filter(pk__in=owed.values("person"))[:READERS]
    return sum(write_to(person) for person in readers)


@transaction.atomic
def write_to(person: Person) -> bool:
    """Claim what is owed to this reader, write it, and owe it no longer."""
    at = now()
    waiting = DeskNotice.objects.select_for_update(of=("self",)).filter(person=person).owed(at)
    notices = list(waiting.select_related("ticket__municipality", "by").order_by("pk"))
    readable = set(
        Ticket.objects.visible_to(person)
        .filter(pk__in=[notice.ticket_id for notice in notices])
        .values_list("pk", flat=True)
    )
    told = [each for each in notices if person.is_active and each.read_at is None and each.ticket_id in readable]
    with translation.override(person.language):
        write_letter(person, [each for each in told if each.mail_at and each.mail_at <= at])
        for each in (each for each in told if each.push_at and each.push_at <= at):
            push_one(person, each)
    keys = [notice.pk for notice in notices]
    DeskNotice.objects.filter(pk__in=keys, mail_at__lte=at).update(mail_at=None)
    DeskNotice.objects.filter(pk__in=keys, push_at__lte=at).update(push_at=None)
    return bool(told)


def write_letter(person: Person, notices: list[DeskNotice]) -> None:
    """One letter; of each ticket the latest word."""
    latest = {notice.ticket_id: notice for notice in notices}
    if not latest:
        return
    (*_others, newest) = latest.values()
    subject = f"[{newest.ticket.number}] {words.heading(newest)}"
    if len(latest) > 1:
        subject = ngettext("%(n)d ticket concerns you", "%(n)d tickets concern you", len(latest)) % {"n": len(latest)}
    parts = ["\n".join([words.heading(each), words.about(each), words.address(each)]) for each in latest.values()]
    outbox.email(f"notices:{person.pk}:{notices[-1].pk}", person.email, subject, "\n\n".join(parts))


def push_one(person: Person, notice: DeskNotice) -> None:
    """A lock screen is read by others: number, class and matter, never the municipality's words."""
    severity = notice.ticket.get_severity_display()
    payload = {
        "title": words.heading(notice),
        "body": _("%(number)s · %(severity)s") % {"number": notice.ticket.number, "severity": severity},
        "url": words.address(notice),
        "tag": notice.ticket.number,
    }
    push.send(f"notice:{notice.pk}", person, payload)
