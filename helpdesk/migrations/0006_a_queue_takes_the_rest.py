"""A house without any queue could take no ticket: the first one is there from the start."""

from django.db import migrations


def open_the_general_queue(apps, schema_editor):
    queues = apps.get_model("helpdesk", "Queue")
    if queues.objects.filter(takes_the_rest=True).exists():
        return
    names = {"name_tr": "Genel destek", "name_en": "General support"}
    team, _ = apps.get_model("helpdesk", "Team").objects.get_or_create(code="genel", defaults=names)
    queues.objects.get_or_create(code="genel", defaults={**names, "team": team, "takes_the_rest": True})


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0005_attachments_lie_under_random_names")]

    operations = [migrations.RunPython(open_the_general_queue, migrations.RunPython.noop)]
