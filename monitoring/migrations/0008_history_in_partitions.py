"""Samples and counts of an hour get tables of their own; on PostgreSQL in partitions that are dropped whole."""

from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models

from monitoring.history import partitions

BEFORE = "monitoring_hour_before"
KEY = ["check_of_id", "at"]
COLUMNS = {
    "RawHour": [*KEY, "samples"],
    "Hour": [*KEY, "asked", "answered", "failed", "latency_p50", "latency_p95", "latency_max"],
}


def make_tables(apps, schema_editor):
    before = apps.get_model("monitoring", "HourBefore")
    hours = list(before.objects.order_by("at").values_list("at", flat=True).distinct())
    for name, columns in COLUMNS.items():
        model = apps.get_model("monitoring", name)
        sql, parameters = schema_editor.table_sql(model)
        partitioned = schema_editor.connection.vendor == "postgresql"
        schema_editor.execute(sql + " PARTITION BY RANGE (at)" if partitioned else sql, parameters or None)
        for at in hours:
            ensure(schema_editor, model._meta.db_table, at)
        names = ", ".join(columns)
        filled = "WHERE samples IS NOT NULL" if "samples" in columns else ""
        copy = f"INSERT INTO {model._meta.db_table} ({names}) SELECT {names} FROM {BEFORE} {filled}"  # noqa: S608
        schema_editor.execute(copy)


def ensure(schema_editor, table, at):
    """The partition that holds `at`, as the owner that migrates makes it."""
    if schema_editor.connection.vendor != "postgresql":
        return
    start = partitions.first_day(table, at)
    end = start + timedelta(days=partitions.DAYS[table])
    schema_editor.execute(
        f"CREATE TABLE IF NOT EXISTS {partitions.name_of(table, start)} PARTITION OF {table} "
        f"FOR VALUES FROM ('{partitions.midnight(start)}') TO ('{partitions.midnight(end)}')"
    )


def check_of(related_name):
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name=related_name,
        to="monitoring.check",
    )


def key():
    return models.CompositePrimaryKey(
        "check_of_id", "at", blank=True, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0007_every_round_is_silenced")]

    operations = [
        migrations.RemoveConstraint("hour", "one_row_a_check_and_hour"),
        migrations.RemoveIndex("hour", "hour_by_age"),
        migrations.RenameModel("Hour", "HourBefore"),
        migrations.AlterModelTable("HourBefore", BEFORE),
        migrations.AlterField("hourbefore", "check_of", check_of("+")),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="RawHour",
                    fields=[
                        ("pk", key()),
                        ("at", models.DateTimeField(help_text="start of the hour, UTC")),
                        ("samples", models.BinaryField()),
                        ("check_of", check_of("raw_hours")),
                    ],
                ),
                migrations.CreateModel(
                    name="Hour",
                    fields=[
                        ("pk", key()),
                        ("at", models.DateTimeField(help_text="start of the hour, UTC")),
                        ("asked", models.PositiveIntegerField()),
                        ("answered", models.PositiveIntegerField()),
                        ("failed", models.PositiveIntegerField()),
                        ("latency_p50", models.PositiveIntegerField(help_text="milliseconds", null=True)),
                        ("latency_p95", models.PositiveIntegerField(help_text="milliseconds", null=True)),
                        ("latency_max", models.PositiveIntegerField(help_text="milliseconds", null=True)),
                        ("check_of", check_of("hours")),
                    ],
                ),
            ]
        ),
        migrations.RunPython(make_tables, elidable=False),
        migrations.DeleteModel("HourBefore"),
    ]
