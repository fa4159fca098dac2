"""A name of its own for the message on its way out; the table stays, so yesterday's code goes on serving."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_secrets_are_sealed_and_erased")]

    operations = [
        migrations.AlterModelTable(name="message", table="outbox_message"),
        migrations.RenameModel(old_name="Message", new_name="OutboxMessage"),
    ]
