from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runbooks", "0005_acknowledgements_are_keyed_on_a_call")]

    operations = [
        migrations.AlterField(
            model_name="shift",
            name="rank",
            field=models.PositiveSmallIntegerField(choices=[(1, "on call"), (2, "backup")], default=1),
        ),
    ]
