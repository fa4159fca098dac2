"""A fresh house calls somebody: four policies, of which the last resort fits everything."""

from django.db import migrations

EVERY_WAY = ["sms", "voice", "email"]
QUIETLY = ["sms", "email"]
ROTA = "nobet"


def rung(who, minutes, ways, **names):
    return {"who": who, "minutes": minutes, "ways": ways, **names}


def on_rota(who, minutes, ways):
    return rung(who, minutes, ways, rota=ROTA)


def at_the_end(minutes, ways):
    return [
        rung("role", minutes, ways, role="shift_lead", is_end=True),
        rung("role", minutes, ways, role="platform_admin", is_end=True),
    ]


POLICIES = (
    (
        {"name_tr": "İkinci onay bekleyen mesajlar", "name_en": "Messages waiting for their second person"},
        {"position": 10, "kinds": ["approval"], "taken_minutes": 15},
        [rung("role", 5, QUIETLY, role="approver"), *at_the_end(5, EVERY_WAY)],
    ),
    (
        {"name_tr": "Majör – S2", "name_en": "Major – S2"},
        {"position": 20, "severities": ["S2"], "taken_minutes": 60},
        [
            on_rota("first", 5, QUIETLY),
            on_rota("second", 5, QUIETLY),
            on_rota("crew", 5, QUIETLY),
            *at_the_end(10, EVERY_WAY),
        ],
    ),
    (
        {"name_tr": "Minör – S3 ve S4, mesai saatlerinde", "name_en": "Minor – S3 and S4, in office hours"},
        {"position": 30, "severities": ["S3", "S4"], "calendar": "tr-mesai", "waits": True},
        [on_rota("first", 30, ["email"]), on_rota("second", 30, QUIETLY), *at_the_end(30, ["email"])],
    ),
    (
        {"name_tr": "S1 ve geri kalan her şey, hemen", "name_en": "S1 and everything else, at once"},
        {"position": 90, "is_last_resort": True, "taken_minutes": 30},
        [
            on_rota("first", 3, EVERY_WAY),
            on_rota("second", 3, EVERY_WAY),
            on_rota("crew", 4, EVERY_WAY),
            *at_the_end(5, EVERY_WAY),
        ],
    ),
)


def ship(apps, schema_editor):
    Policy, Step = apps.get_model("runbooks", "PagingPolicy"), apps.get_model("runbooks", "PolicyStep")
    for names, choice, steps in POLICIES:
        policy = Policy.objects.create(**names, **choice)
        Step.objects.bulk_create(Step(policy=policy, place=place, **step) for place, step in enumerate(steps))


class Migration(migrations.Migration):
    dependencies = [("runbooks", "0010_somebody_is_called")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
