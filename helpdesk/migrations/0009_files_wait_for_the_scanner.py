import foundation.wire.files.scanning
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0008_answers_are_written_down_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="asked_at",
            field=models.DateTimeField(blank=True, help_text="when the scanner was asked last", null=True),
        ),
        migrations.AddField(
            model_name="attachment",
            name="verdict",
            field=models.CharField(
                choices=[
                    ("not_asked", "not_asked"),
                    ("waiting", "waiting"),
                    ("clean", "clean"),
                    ("infected", "infected"),
                ],
                db_default="not_asked",
                default=foundation.wire.files.scanning.first_verdict,
                max_length=9,
            ),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("verdict", "waiting")), fields=["asked_at", "id"], name="attachment_to_be_scanned"
            ),
        ),
    ]
