"""Bodies with which the forms of rotas, paging and plans really act; what a field means stands in their forms."""

import json
from datetime import timedelta

from django.utils import timezone

from foundation import now
from foundation.language.formatting import ISTANBUL
from runbooks.models import MessageTemplate, PagingPolicy, ShippedPiece
from runbooks.paging import answering
from runbooks.rotas import calendar_keys
from tests.runbooks.plans import a_plan
from tests.wall import Stage

HOURS = {"days": list("1234567"), "opens": "09:00", "closes": "09:00"}
SIGNED = {"signed": "on"}


def in_days(number: int) -> str:
    return timezone.localtime(now() + timedelta(days=number), ISTANBUL).strftime("%Y-%m-%d")


def a_leave_of_my_own(stage: Stage) -> dict:
    return {"first_day": in_days(30), "last_day": in_days(31)}


def a_rota(stage: Stage) -> dict:
    return {"key": "gece", "name_tr": "Gece nöbeti", "name_en": "Night watch", **HOURS}


def another_name(stage: Stage) -> dict:
    return {"name_tr": "Gündüz nöbeti", "name_en": "Day watch", **HOURS}


def a_rule(stage: Stage) -> dict:
    turns = {"rank": "1", "people": [stage.ayse.pk], "starts_on": in_days(1), "every": "2", "unit": "week"}
    return turns | {"holidays": "as_usual"} | HOURS | SIGNED


def another_rule(stage: Stage) -> dict:
    return a_rule(stage) | {"rank": str(stage.layer.rank), "people": [stage.burak.pk]}


def a_shift(stage: Stage) -> dict:
    start = timezone.localtime(now() + timedelta(days=3), ISTANBUL)
    times = {"starts_at": start, "ends_at": start + timedelta(hours=8)}
    return (
        {"person": stage.burak.pk, "rank": "1", "reason": "Yerine"}
        | SIGNED
        | {name: time.strftime("%Y-%m-%dT%H:%M") for name, time in times.items()}
    )


def a_file(stage: Stage) -> dict:
    turn = {"type": "weekly", "length": 1, "startDate": f"{in_days(1)}T09:00:00+03:00"}
    participants = [{"type": "user", "username": stage.ayse.email}]
    rotation = {"name": "Birinci", "participants": participants, **turn}
    schedule = {"name": "Platform Nöbeti", "timezone": "Europe/Istanbul", "rotations": [rotation]}
    return {"text": json.dumps({"schedules": [schedule]}), "take": "1"} | SIGNED


def a_key(stage: Stage) -> None:
    calendar_keys.renew(stage.ayse)


def a_policy(stage: Stage) -> dict:
    choice = {"name_tr": "Gece", "position": "40", "is_on": "on", "hours": "any", "rounds": "1", "taken_minutes": "30"}
    end = {"target": "role:shift_lead", "ways": ["sms", "email"], "minutes": "5", "is_end": "on"}
    first = {"target": "role:operator", "ways": ["email"], "minutes": "5"}
    steps = {f"step-{place}-{name}": value for place, step in enumerate((first, end)) for name, value in step.items()}
    return choice | steps


def the_first_policy(stage: Stage) -> dict:
    return {"pk": PagingPolicy.objects.filter(is_last_resort=False)[0].pk}


def a_page_in_hand(stage: Stage) -> None:
    answering.acknowledge(stage.page, by=stage.nermin)


def the_names(stage: Stage) -> dict:
    return {"owner": "Altyapı ekibi", "approver": "Genel müdür", "reviewed_on": in_days(0)}


def a_plan_of_ours(stage: Stage) -> None:
    a_plan("manual", code="DR-01")


def a_text_of_ours(stage: Stage) -> None:
    key = ShippedPiece.objects.filter(kind="template").order_by("code")[0].code
    stage.offered = MessageTemplate.objects.current().get(key=key)
    ShippedPiece.objects.filter(kind="template", code=key).update(taken="Eski söz")
