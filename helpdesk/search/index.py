"""The index: one row a ticket, which the verbs write in the transaction that changes what was said.

PostgreSQL keeps a `tsvector` under a GIN index, SQLite an FTS5 table. Both hold the same marked words
of `documents`, so they give the same answers; neither's own language rules are used. The table has no
model: each database makes its own in migration 0013.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connection
from django.db.models import QuerySet

from helpdesk.models import Attachment, Message, Ticket
from helpdesk.search import documents

WRITE = {
    "postgresql": "INSERT INTO helpdesk_ticketwords (ticket_id, words) VALUES (%s, %s::tsvector)"
    " ON CONFLICT (ticket_id) DO UPDATE SET words = EXCLUDED.words",
    "sqlite": "INSERT OR REPLACE INTO helpdesk_ticketwords (rowid, words) VALUES (%s, %s)",
}
BATCH = 500
NAMED = ("number", "subject", "municipality__full_name", "requester__name")


def keep(ticket_ids: Collection[int]) -> None:
    """Read anew what stands in these tickets and put it into the index; whoever changes a ticket's words calls it."""
    texts: dict[int, list[str]] = {pk: [] for pk in ticket_ids}
    notes: dict[int, list[str]] = {pk: [] for pk in ticket_ids}
    for pk, kind, text in _said_in(ticket_ids):
        (notes if kind == Message.Kind.NOTE else texts)[pk].append(text)
    tickets = Ticket.objects.filter(pk__in=ticket_ids).values_list("pk", *NAMED)
    write(
        {
            pk: documents.words_in(
                head=f"{number} {subject}", texts=[municipality, requester or "", *texts[pk]], notes=notes[pk]
            )
            for pk, number, subject, municipality, requester in tickets
        }
    )


def keep_all(tickets: QuerySet[Ticket]) -> int:
    """As `keep`, batch by batch, for however many there are; returns how many."""
    keys = list(tickets.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        keep(keys[start : start + BATCH])
    return len(keys)


def _said_in(ticket_ids: Collection[int]) -> Iterable[tuple[int, str, str]]:
    """(ticket, kind, text) of each message and of each file's name, in their order."""
    yield from Message.objects.filter(ticket__in=ticket_ids).order_by("pk").values_list("ticket", "kind", "body")
    files = Attachment.objects.filter(message__ticket__in=ticket_ids).order_by("pk")
    yield from files.values_list("message__ticket", "message__kind", "name")


def write(words: Mapping[int, Sequence[str]]) -> None:
    """Ticket → its marked words."""
    rows = [(pk, documents.spelt(each, connection.vendor)) for pk, each in words.items()]
    with connection.cursor() as cursor:
        cursor.executemany(WRITE[connection.vendor], rows)
