"""On PostgreSQL no role moves a sealed entry to another place in the chain; only the table's owner can lift this."""

from django.db import migrations

CREATE = (
    """
    CREATE OR REPLACE FUNCTION journal_entry_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'entry % is sealed', OLD.id USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    """
    CREATE TRIGGER entry_is_sealed BEFORE UPDATE OF position, digest ON journal_entry
    FOR EACH ROW WHEN (OLD.position IS NOT NULL) EXECUTE FUNCTION journal_entry_is_sealed()
    """,
)
DROP = (
    "DROP TRIGGER IF EXISTS entry_is_sealed ON journal_entry",
    "DROP FUNCTION IF EXISTS journal_entry_is_sealed()",
)


def on_postgresql(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_entries_are_sealed_into_a_chain")]

    operations = [migrations.RunPython(on_postgresql(CREATE), on_postgresql(DROP))]
