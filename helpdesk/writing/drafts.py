"""Every reply and note is kept on the server as it is typed; sending removes it.

A page says what stands in its form, a moment after each stop. Each form has a token of its own:
when it is sent, whatever that form says late is dropped, so that nothing sent stands there again.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from foundation import now
from foundation.directory.models import Person
from foundation.wire import encryption
from helpdesk.models import KeptDraft, Ticket
from helpdesk.refusals import DraftTooLong

LONGEST = 40_000  # characters of all fields together
KEPT_FOR = timedelta(days=30)

Fields = Mapping[str, str]


@dataclass(frozen=True)
class KeptWords:
    """What waits in a form. `at`: when it was kept, or when the one before was sent; None if never anything was."""

    fields: Fields = field(default_factory=dict)
    at: datetime | None = None


@transaction.atomic
def keep(person: Person, ticket: Ticket | None, fields: Fields, *, form: str) -> bool:
    """Keep what stands in the form now; False if that form has been sent. Nothing typed is nothing kept."""
    if not any(text.strip() for name, text in fields.items() if name in ("body", "subject")):
        mine(person, ticket).filter(sent_at=None).delete()
        return True
    told = json.dumps(dict(fields), ensure_ascii=False)
    if len(told) > LONGEST:
        raise DraftTooLong
    standing = mine(person, ticket)
    if standing.filter(form=form[:80], sent_at__isnull=False).exists():
        return False
    if any(unsealed(draft) == dict(fields) for draft in standing.filter(form=form[:80], sent_at=None)):
        return True  # said again, as it stands
    words = {"sealed": encryption.seal(told), "form": form[:80], "at": now(), "sent_at": None}
    if not standing.exclude(form=form[:80], sent_at__isnull=False).update(**words):
        try:
            with transaction.atomic():
                KeptDraft.objects.create(person=person, ticket=ticket, **words)
        except IntegrityError:  # another page of the same person came first: its form, or the one just sent
            return bool(standing.exclude(form=form[:80], sent_at__isnull=False).update(**words))
    return True


def drop(person: Person, ticket: Ticket | None, *, form: str = "") -> None:
    """It was sent, or thrown away; in the caller's transaction. `form`: the token of what was sent."""
    if not form:
        mine(person, ticket).delete()
        return
    sent = {"sealed": "", "form": form[:80], "sent_at": now()}
    if not mine(person, ticket).update(**sent):
        KeptDraft.objects.bulk_create([KeptDraft(person=person, ticket=ticket, **sent)], ignore_conflicts=True)


def of(person: Person, ticket: Ticket | None) -> KeptWords:
    """The fields as they were typed last; empty where nothing waits."""
    draft = mine(person, ticket).first()
    return KeptWords(unsealed(draft), draft.sent_at or draft.at) if draft else KeptWords()


def unsealed(draft: KeptDraft) -> dict[str, str]:
    told = json.loads(encryption.unseal(draft.sealed) or "{}") if draft.sealed else {}
    return {str(name): str(text) for name, text in told.items()}


def all_of(person: Person) -> Iterator[tuple[str, dict[str, str]]]:
    """(number of the ticket, "" for a new one; the fields) of everything that waits, for the file a person may ask."""
    for draft in KeptDraft.objects.filter(person=person, sent_at=None).select_related("ticket"):
        yield (draft.ticket.number if draft.ticket else ""), unsealed(draft)


def forget(person: Person) -> None:
    KeptDraft.objects.filter(person=person).delete()


def mine(person: Person, ticket: Ticket | None) -> QuerySet[KeptDraft]:
    return KeptDraft.objects.filter(person=person, ticket=ticket)


def forget_old(older_than: datetime) -> int:
    """What nobody came back to, and the marks of what was sent; returns how many."""
    return KeptDraft.objects.filter(at__lt=older_than).delete()[0]
