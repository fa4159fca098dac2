"""What happened to a ticket since the writer last looked. Sending into a changed ticket asks for a word about it.

A page carries a mark of what it showed (`mark_of`); sending compares it with what stands, under a lock,
so that of two answers sent in the same second the second writer sees the first one before theirs leaves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core import signing
from django.utils.translation import gettext as _

from foundation.directory.models import Person
from helpdesk.models import Message, Ticket
from helpdesk.refusals import ChangedMeanwhile

SALT = "nobet.seen"


@dataclass(frozen=True)
class SeenTicket:
    """What a page showed: its newest message, and where the ticket stood."""

    message: int
    status: str
    severity: str
    assignee: int | None


@dataclass(frozen=True)
class NewWord:
    """A message that the writer has not seen; `body` whole."""

    name: str
    kind: str
    side: str
    body: str
    at: datetime


@dataclass(frozen=True)
class Changes:
    """Sentences about the ticket itself, and what was said. False when nothing changed."""

    sentences: Sequence[str] = ()
    words: Sequence[NewWord] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.sentences or self.words)


def mark_of(ticket: Ticket, newest: int) -> str:
    """What the page carries, `newest` being the last message it shows; signed, so that it is what a page showed."""
    return signing.dumps([ticket.pk, newest, ticket.status, ticket.severity, ticket.assignee_id], salt=SALT)


def read_mark(mark: str, ticket: Ticket) -> SeenTicket | None:
    """None for a mark that is missing, broken or another ticket's."""
    try:
        pk, *seen = signing.loads(mark, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return SeenTicket(*seen) if pk == ticket.pk and len(seen) == 4 else None


def require_unchanged(ticket: Ticket, seen: SeenTicket | None, *, by: Person) -> None:
    """In the transaction of the act: nobody else changes the ticket between this look and the commit.

    Raises `ChangedMeanwhile` with what changed. What the writer did themselves is no news to them.
    """
    standing = Ticket.objects.select_for_update(of=("self",)).select_related("assignee").get(pk=ticket.pk)
    changes = since(standing, seen, by) if seen else Changes()
    if changes:
        raise ChangedMeanwhile(changes)


def since(ticket: Ticket, seen: SeenTicket, by: Person) -> Changes:
    new = Message.objects.visible_to(by).told_in(ticket).filter(pk__gt=seen.message).exclude(author=by)
    rows = new.order_by("pk").values_list("author__name", "author_name", "kind", "side", "body", "created_at")
    words = [NewWord(author or name, kind, side, body, at) for author, name, kind, side, body, at in rows]
    return Changes(list(sentences(ticket, seen, by)), words)


def sentences(ticket: Ticket, seen: SeenTicket, by: Person) -> Iterator[str]:
    if ticket.status != seen.status:
        yield _("It stood at “%(before)s” and stands at “%(after)s” now.") % {
            "before": Ticket.Status(seen.status).label,
            "after": ticket.get_status_display(),
        }
    if ticket.severity != seen.severity:
        yield _("Its severity was %(before)s and is %(after)s now.") % {
            "before": seen.severity,
            "after": ticket.severity,
        }
    if ticket.assignee_id != seen.assignee and ticket.assignee_id != by.pk:
        if ticket.assignee is None:
            yield _("Nobody has it any more.")
        else:
            yield _("It is with %(name)s now.") % {"name": ticket.assignee.name}
