from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runbooks", "0007_drills_reach_a_list")]

    operations = [
        migrations.AddField(
            model_name="broadcast",
            name="is_public",
            field=models.BooleanField(
                default=False, db_default=False, help_text="anyone may read it in the CAP feed; a person said so"
            ),
        ),
    ]
