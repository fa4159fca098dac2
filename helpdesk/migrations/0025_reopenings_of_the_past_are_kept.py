"""What the record says of tickets that came back, so that reports of the past have them."""

from django.db import migrations
from django.db.models.functions import Cast
from django.db.models import BigIntegerField

BATCH = 1_000


def take_over(apps, schema_editor):
    entries = apps.get_model("journal", "Entry").objects.filter(kind="ticket.reopened", subject_type="helpdesk.ticket")
    reopening, tickets = apps.get_model("helpdesk", "Reopening"), apps.get_model("helpdesk", "Ticket").objects
    known = set(reopening.objects.values_list("ticket", "at"))
    rows = entries.order_by("pk").values_list(Cast("subject_id", BigIntegerField()), "at").iterator(BATCH)
    batch = []
    for ticket, at in rows:
        if (ticket, at) not in known:
            batch.append((ticket, at))
        if len(batch) == BATCH:
            keep(reopening, tickets, batch)
            batch = []
    keep(reopening, tickets, batch)


def keep(reopening, tickets, batch):
    there = set(tickets.filter(pk__in=[ticket for ticket, _at in batch]).values_list("pk", flat=True))
    reopening.objects.bulk_create(reopening(ticket_id=ticket, at=at) for ticket, at in batch if ticket in there)


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0024_days_of_the_desk_are_counted"),
        ("journal", "0003_a_sealed_entry_stays_sealed"),
    ]

    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
