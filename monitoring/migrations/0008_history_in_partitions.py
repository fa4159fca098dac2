"""Samples and counts of an hour get tables of their own; on PostgreSQL in partitions that are dropped whole."""

import django.db.models.deletion
from django.db import migrations, models

from monitoring import partitions

BEFORE = "monitoring_hour_before"
COPIES = {
    "RawHour": "INSERT INTO monitoring_rawhour (check_of_id, at, samples) "
    f"SELECT check_of_id, at, samples FROM {BEFORE} WHERE samples IS NOT NULL",
    "Hour": "INSERT INTO monitoring_hour "
    "(check_of_id, at, asked, answered, failed, latency_p50, latency_p95, latency_max) "
    f"SELECT check_of_id, at, asked, answered, failed, latency_p50, latency_p95, latency_max FROM {BEFORE}",
}


def make_tables(apps, schema_editor):
    before = apps.get_model("monitoring", "HourBefore")
    hours = list(before.objects.order_by("at").values_list("at", flat=True).distinct())
    for name, copy in COPIES.items():
        model = apps.get_model("monitoring", name)
        sql, parameters = schema_editor.table_sql(model)
        partitioned = schema_editor.connection.vendor == "postgresql"
        schema_editor.execute(sql + " PARTITION BY RANGE (at)" if partitioned else sql, parameters or None)
        for at in hours:
            partitions.ensure(model._meta.db_table, at)
        schema_editor.execute(copy)


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
