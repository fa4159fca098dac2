"""A ticket that went into another one ends as merged, and how it stood is kept so that it can be taken out."""

import django.db.models.deletion
import foundation
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0011_trials_are_kept"),
        ("helpdesk", "0021_calls_are_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MergedTicket",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="merged",
                        serialize=False,
                        to="helpdesk.ticket",
                    ),
                ),
                (
                    "was_status",
                    models.CharField(
                        choices=[
                            ("waiting_on_us", "our turn"),
                            ("waiting_on_them", "waiting for municipality"),
                            ("waiting_on_others", "waiting for third party"),
                            ("resolved", "resolved"),
                            ("withdrawn", "cancelled"),
                            ("merged", "merged"),
                        ],
                        max_length=17,
                    ),
                ),
                ("was_waiting_since", models.DateTimeField(blank=True, null=True)),
                ("told", models.JSONField(default=list, help_text="keys of people")),
                ("at", models.DateTimeField(default=foundation.now)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="ticket",
            name="ended_tickets_say_when",
        ),
        migrations.AlterField(
            model_name="ticket",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting_on_us", "our turn"),
                    ("waiting_on_them", "waiting for municipality"),
                    ("waiting_on_others", "waiting for third party"),
                    ("resolved", "resolved"),
                    ("withdrawn", "cancelled"),
                    ("merged", "merged"),
                ],
                default="waiting_on_us",
                max_length=17,
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("status__in", ("resolved", "withdrawn", "merged"))),
                    models.Q(
                        ("ended_at", None), ("status__in", ("waiting_on_us", "waiting_on_them", "waiting_on_others"))
                    ),
                    _connector="OR",
                ),
                name="ended_tickets_say_when",
            ),
        ),
        migrations.AddField(
            model_name="mergedticket",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="mergedticket",
            name="into",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="helpdesk.ticket"
            ),
        ),
        migrations.AddField(
            model_name="mergedticket",
            name="kept",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="taken_in", to="helpdesk.ticket"
            ),
        ),
        migrations.AddConstraint(
            model_name="mergedticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ticket", models.F("into")), _negated=True),
                    models.Q(("ticket", models.F("kept")), _negated=True),
                ),
                name="no_ticket_is_merged_into_itself",
            ),
        ),
    ]
