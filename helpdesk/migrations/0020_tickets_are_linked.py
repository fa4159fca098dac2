"""Two tickets are linked once; parts have one level, which both databases refuse to break in words of their own."""

import django.db.models.deletion
import django.db.models.functions.comparison
import foundation
from django.conf import settings
from django.db import migrations, models

PARTS_OF = (
    "SELECT 1 FROM helpdesk_linkedticket WHERE kind = 'part' AND (other_id = NEW.ticket_id OR ticket_id = NEW.other_id)"
)
CREATE = {
    "postgresql": (
        f"""
        CREATE OR REPLACE FUNCTION helpdesk_parts_have_one_level() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM 1 FROM helpdesk_ticket WHERE id IN (NEW.ticket_id, NEW.other_id) ORDER BY id FOR UPDATE;
            IF EXISTS ({PARTS_OF}) THEN
                RAISE EXCEPTION 'parts have one level' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER parts_have_one_level BEFORE INSERT OR UPDATE ON helpdesk_linkedticket
        FOR EACH ROW WHEN (NEW.kind = 'part') EXECUTE FUNCTION helpdesk_parts_have_one_level()
        """,
    ),
    "sqlite": (
        f"""
        CREATE TRIGGER helpdesk_parts_have_one_level BEFORE INSERT ON helpdesk_linkedticket
        WHEN NEW.kind = 'part' AND EXISTS ({PARTS_OF})
        BEGIN SELECT RAISE(ABORT, 'parts have one level'); END
        """,
    ),
}
DROP = {
    "postgresql": (
        "DROP TRIGGER IF EXISTS parts_have_one_level ON helpdesk_linkedticket",
        "DROP FUNCTION IF EXISTS helpdesk_parts_have_one_level()",
    ),
    "sqlite": ("DROP TRIGGER IF EXISTS helpdesk_parts_have_one_level",),
}


def run(statements):
    def each(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return each


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0019_a_reader_is_helped_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LinkedTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("duplicate", "repeats it"), ("part", "part of it"), ("related", "related")],
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField(default=foundation.now)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="linked_back", to="helpdesk.ticket"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="linked", to="helpdesk.ticket"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Least("ticket", "other"),
                        django.db.models.functions.comparison.Greatest("ticket", "other"),
                        name="two_are_linked_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "part")), fields=("ticket",), name="a_part_has_one_whole"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ticket", models.F("other")), _negated=True),
                        name="no_ticket_is_linked_to_itself",
                    ),
                ],
            },
        ),
        migrations.RunPython(run(CREATE), run(DROP)),
    ]
