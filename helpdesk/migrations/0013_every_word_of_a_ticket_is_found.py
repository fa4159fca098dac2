"""One index of words on both databases instead of a trigram index on one and a scan on the other.

`search_text` stays, empty from now on, for the release that still reads it; the next one drops it.
"""

from collections import defaultdict

from django.db import migrations, models

from helpdesk.search import documents

BATCH = 500
MAKE = {
    "postgresql": (
        "CREATE TABLE helpdesk_ticketwords (ticket_id bigint PRIMARY KEY, words tsvector NOT NULL)",
        "CREATE INDEX ticket_words ON helpdesk_ticketwords USING gin (words)",
        "DROP INDEX IF EXISTS ticket_search",
    ),
    "sqlite": (
        "CREATE VIRTUAL TABLE helpdesk_ticketwords USING fts5(words, tokenize = \"unicode61 tokenchars '=^~'\")",
    ),
}
UNMAKE = {
    "postgresql": (
        "DROP TABLE helpdesk_ticketwords",
        "CREATE INDEX ticket_search ON helpdesk_ticket USING gin (search_text gin_trgm_ops)",
    ),
    "sqlite": ("DROP TABLE helpdesk_ticketwords",),
}


def carry_out(statements):
    def run(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return run


def fill(apps, schema_editor):
    ticket = apps.get_model("helpdesk", "Ticket")
    last = 0
    while keys := list(ticket.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = keys[-1]
        write(schema_editor.connection, words_of(apps, keys))


def words_of(apps, keys):
    said = defaultdict(lambda: ([], []))
    messages = apps.get_model("helpdesk", "Message").objects.filter(ticket__in=keys)
    files = apps.get_model("helpdesk", "Attachment").objects.filter(message__ticket__in=keys)
    for pk, kind, text in [
        *messages.order_by("pk").values_list("ticket", "kind", "body"),
        *files.order_by("pk").values_list("message__ticket", "message__kind", "name"),
    ]:
        said[pk][kind == "note"].append(text)
    tickets = apps.get_model("helpdesk", "Ticket").objects.filter(pk__in=keys)
    named = tickets.values_list("pk", "number", "subject", "municipality__full_name", "requester__name")
    for pk, number, subject, place, requester in named:
        texts, notes = said[pk]
        yield (
            pk,
            documents.words_in(head=f"{number} {subject}", texts=[place, requester or "", *texts], notes=notes),
        )


def write(connection, words):
    place = "ticket_id" if connection.vendor == "postgresql" else "rowid"
    value = "%s::tsvector" if connection.vendor == "postgresql" else "%s"
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO helpdesk_ticketwords ({place}, words) VALUES (%s, {value})",  # noqa: S608
            [(pk, documents.spelt(each, connection.vendor)) for pk, each in words],
        )


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0012_answers_are_owed_until_all_have_them")]

    operations = [
        migrations.RunPython(carry_out(MAKE), carry_out(UNMAKE)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="ticket",
            name="search_text",
            field=models.TextField(db_default="", default="", editable=False),
        ),
    ]
