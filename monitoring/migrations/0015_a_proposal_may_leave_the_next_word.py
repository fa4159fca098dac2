from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0014_an_alert_is_missing_since")]

    operations = [
        migrations.AlterField(
            model_name="proposal",
            name="minutes",
            field=models.PositiveSmallIntegerField(
                null=True, default=30, help_text="until the next word, from publication on; none: as announced"
            ),
        ),
    ]
