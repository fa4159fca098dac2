"""Search among people and municipalities by fragments: trigram indexes where the database offers them."""

from django.db import migrations

CREATE = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX person_search ON directory_person USING gin (search_text gin_trgm_ops)",
    "CREATE INDEX municipality_search ON directory_municipality USING gin (search_text gin_trgm_ops)",
)
DROP = ("DROP INDEX IF EXISTS person_search", "DROP INDEX IF EXISTS municipality_search")


def on_postgresql(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("directory", "0007_people_sort_as_in_a_register")]

    operations = [migrations.RunPython(on_postgresql(CREATE), on_postgresql(DROP))]
