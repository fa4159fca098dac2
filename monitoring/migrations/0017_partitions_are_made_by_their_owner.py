"""Two functions through which a role that owns no table has partitions of the history made and dropped."""

from django.db import migrations

GUARD = """
    IF parent NOT IN ('monitoring_rawhour', 'monitoring_hour') OR name !~ ('^' || parent || '_[0-9]{8}$') THEN
        RAISE EXCEPTION '% is no partition of the history', name;
    END IF;"""
MAKE = """
    CREATE OR REPLACE FUNCTION monitoring_make_partition(parent text, name text, begins timestamptz, ends timestamptz)
    RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN GUARD
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, parent, begins, ends
        );
    END $$
"""
DROP_ONE = """
    CREATE OR REPLACE FUNCTION monitoring_drop_partition(parent text, name text)
    RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN GUARD
        EXECUTE format('DROP TABLE %I', name);
    END $$
"""
CREATE = (MAKE.replace("GUARD", GUARD), DROP_ONE.replace("GUARD", GUARD))
DROP = (
    "DROP FUNCTION IF EXISTS monitoring_make_partition(text, text, timestamptz, timestamptz)",
    "DROP FUNCTION IF EXISTS monitoring_drop_partition(text, text)",
)


def on_postgresql(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0016_work_may_end_early")]

    operations = [migrations.RunPython(on_postgresql(CREATE), on_postgresql(DROP))]
