"""What has to be posted where, so that a form really acts: the tenant wall's own bodies often meet a polite no.

A form that the wall's body already makes act does not stand here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from foundation import now
from helpdesk import tickets
from helpdesk.models import DeskNotice, NoticeMatter, SnoozeEvent
from helpdesk.tickets import corrections
from monitoring import outages
from monitoring.maintenance import windows
from monitoring.models import Maintenance, Node
from runbooks.broadcasts.approval import approval, break_glass
from runbooks.broadcasts.approval.approval import Confirmation
from runbooks.broadcasts.delivery import sending
from runbooks.models import Broadcast
from runbooks.runs import starting
from tests.cases import acts_of_duty as duty
from tests.cast import a_contact
from tests.runbooks.builders import CORRECTION, approve
from tests.runbooks.plans import a_plan
from tests.wall import Stage

Form = Callable[[Stage], dict]


def nothing(stage: Stage) -> dict:
    return {}


@dataclass(frozen=True)
class Act:
    """`before` puts the house in the state in which it can be done; `by` presses, if not the owner of the door."""

    form: Form = nothing
    before: Callable[[Stage], object] = nothing
    by: str = ""
    at: Callable[[Stage], dict] | None = None
    client: Callable[[Stage, Client, str], dict] | None = None  # what the page itself has to give
    after_commit: bool = False  # it acts when its transaction has ended, because it speaks to the network


def told(stage: Stage) -> None:
    words = {"matter": NoticeMatter.ASSIGNED, "by": stage.leyla, "key": "assigned:here"}
    DeskNotice.objects.create(person=stage.ayse, ticket=stage.ticket, **words)


TOMORROW = {"title_tr": "Sunucu bakımı", "title_en": "Server work", "named": "26010"}


def a_window(stage: Stage) -> dict:
    start = timezone.localtime(now() + timedelta(days=1))
    times = {"starts_at": start, "ends_at": start + timedelta(hours=2)}
    return TOMORROW | {name: time.strftime("%Y-%m-%dT%H:%M") for name, time in times.items()}


def put_right(stage: Stage) -> None:
    corrections.change_module(stage.ticket, component=stage.rapor, by=stage.ayse)


def put_aside(stage: Stage) -> None:
    tickets.snooze(stage.ticket, event=SnoozeEvent.ANSWER, by=stage.ayse)


def the_entry(stage: Stage) -> dict:
    return {"entry": str(corrections.last_of(stage.ticket, stage.ayse))}


def a_leave(stage: Stage) -> dict:
    day = (now() + timedelta(days=30)).strftime("%Y-%m-%d")
    words = {"name_tr": "İdari izin", "name_en": "Leave", "kind": "leave", "start": "00:00", "end": "24:00"}
    return words | {"first": day, "last": day, "publish": "1"}


def a_week(stage: Stage) -> dict:
    working = {f"day_{number}": "08:30-12:30 13:30-17:30" for number in range(5)}
    return working | {"effective_from": (now() + timedelta(days=60)).strftime("%Y-%m-%d"), "publish": "1"}


def the_words(stage: Stage) -> dict:
    return {"stage": "identified", "text_tr": "Neden bulundu.", "text_en": "Cause found.", "minutes": "30"}


def looked_at(stage: Stage, client: Client, path: str) -> dict:
    seal = re.search(r'name="seal" value="(\w+)"', client.post(path, the_words(stage)).content.decode())
    assert seal, "the preview comes first"
    return the_words(stage) | {"seal": seal[1], "publish": "1", "confirmed": "1"}


def a_message(stage: Stage) -> dict:
    words = {"subject": "Kesinti", "text": "Tahsilat çalışmıyor.", "correction": CORRECTION, "spelling": "plain"}
    return words | {"lane": "operational", "action": "save"}


def of(name: str) -> dict[str, Act]:
    """The life of a broadcast, or of a drill."""

    def one(stage: Stage) -> Broadcast:
        return getattr(stage, name)

    def back_to_draft(stage: Stage) -> None:
        approval.withdraw(one(stage), by=stage.nermin, note="Bir daha bakalım")

    def counted(stage: Stage) -> dict:
        return {"binding": one(stage).binding, "typed_count": str(one(stage).recipients.included().count())}

    def released(stage: Stage) -> None:
        approve(one(stage), stage.kemal)
        sending.open_batch(one(stage))

    def held(stage: Stage) -> None:
        released(stage)
        sending.dispatch_due()
        sending.pause(Broadcast.objects.get(pk=one(stage).pk), by=stage.nermin)

    def sent(stage: Stage) -> None:
        released(stage)
        sending.dispatch_due()

    def alone(stage: Stage) -> None:
        confirmation = Confirmation("totp", now())
        given = {"binding": one(stage).binding, "typed_count": one(stage).recipients.included().count()}
        break_glass.break_glass(
            one(stage), by=stage.leyla, reason="Kimse telefona çıkmıyor, gece", confirmation=confirmation, **given
        )

    return {
        f"runbooks:new_{name}": Act(a_message),
        f"runbooks:{name}_submission": Act(before=back_to_draft),
        f"runbooks:{name}_approval": Act(counted, by="kemal"),
        f"runbooks:{name}_glass": Act(lambda s: counted(s) | {"reason": "Kimse telefona çıkmıyor, gece"}, by="leyla"),
        f"runbooks:{name}_review": Act(lambda s: {"note": "Doğru karar, metin yerinde"}, before=alone, by="kemal"),
        f"runbooks:{name}_pause": Act(before=sent),
        f"runbooks:{name}_resumption": Act(before=held),
        f"runbooks:{name}_stop": Act(before=sent),
    }


def proposed(stage: Stage) -> None:
    stage.proposed = starting.propose(a_plan("manual", code="DR-92", start="proposed"), outage=stage.outage)


def the_proposed(stage: Stage) -> dict:
    return {"pk": stage.proposed.pk}


def another_outage(stage: Stage) -> None:
    stage.wider = outages.declare(components=[stage.ebys], by=stage.leyla)


def of_two(stage: Stage) -> None:
    stage.split = outages.declare(municipalities=[stage.merzifon, stage.odunpazari], by=stage.leyla)


def with_a_node(stage: Stage) -> None:
    stage.local = outages.declare(nodes=[Node.objects.get(code="26010")], by=stage.leyla)


def work_under_way(stage: Stage) -> None:
    times = {"starts_at": now() - timedelta(hours=1), "ends_at": now() + timedelta(hours=1)}
    window = Maintenance(title_tr="Hat bakımı", title_en="Line work", **times)
    stage.under_way = windows.plan(window, by=stage.nermin, nodes=[stage.node])


def weekly_work(stage: Stage) -> None:
    times = {"starts_at": now() - timedelta(hours=1), "ends_at": now() + timedelta(hours=1)}
    window = Maintenance(title_tr="Hat bakımı", title_en="Line work", rule="FREQ=WEEKLY", **times)
    stage.weekly = windows.plan(window, by=stage.nermin, nodes=[stage.node])


def a_round(stage: Stage) -> dict:
    [_this, coming] = windows.starts(stage.weekly, now() - timedelta(days=1), now() + timedelta(days=7))
    return {"starts_at": coming.isoformat()}


def a_telephone(stage: Stage) -> None:
    a_contact(stage.odunpazari, person=stage.nermin)


ACTS: dict[str, Act] = {
    **of("broadcast"),
    **of("drill"),
    "helpdesk:restriction": Act(lambda s: {"kind": "security"}, at=lambda s: {"number": s.ticket.number}),
    "helpdesk:undoing": Act(the_entry, before=put_right),
    "helpdesk:waking": Act(before=put_aside),
    "helpdesk:answer": Act(lambda s: {"token": "t", "text": "Düzeldi", "confirmed": "1"}),
    "helpdesk:handover_reading": Act(by="burak"),
    "helpdesk:notices_reading": Act(lambda s: {"newest": str(DeskNotice.objects.latest("pk").pk)}, before=told),
    "helpdesk:calendar_overlay": Act(lambda s: {"base": "tr-mesai", "place": "26010", "name_tr": "Y", "name_en": "L"}),
    "helpdesk:calendar_days": Act(a_leave),
    "helpdesk:calendar_week": Act(a_week),
    "helpdesk:calendar_day": Act(lambda s: {"publish": "1"}),
    "helpdesk:new_policy": Act(lambda s: {"name_tr": "Ekip", "name_en": "Team", "kind": "ola"}),
    "monitoring:sheet": Act(lambda s: {"text": "kod;ad;bileşen\nN77;Sunucu;EBYS\n", "confirm": "1"}),
    "monitoring:nodes_many": Act(lambda s: {"code": ["26010"], "watched": "no"}),
    "monitoring:node_override": Act(lambda s: {"state": "degraded", "reason": "Hat zayıf", "hours": "4"}),
    "monitoring:outage_split": Act(
        lambda s: {"reason": "İki hat", "lines": [s.split.affected.order_by("pk").first().pk]},
        before=of_two,
        at=lambda s: {"pk": s.split.pk},
    ),
    "monitoring:maintenance": Act(a_window),
    "monitoring:outage_words": Act(client=looked_at),
    "monitoring:update_proposal": Act(lambda s: {"decision": "let_out"}),
    "monitoring:outage_times": Act(
        lambda s: {
            "started_at": timezone.localtime(s.spoken_of.started_at - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S"),
            "reason": "Kayıtlardan",
        }
    ),
    "monitoring:update_correction": Act(lambda s: {"text_tr": "Doğrusu bu.", "text_en": "", "reason": "Saat yanlıştı"}),
    "monitoring:update_templates": Act(
        lambda s: {
            "name": "Yeni",
            "position": "9",
            "stage": "identified",
            "text_tr": "Neden bulundu.",
            "text_en": "Cause found.",
        }
    ),
    "monitoring:maintenance_early_end": Act(before=work_under_way, at=lambda s: {"pk": s.under_way.pk}),
    "monitoring:maintenance_round_cancellation": Act(a_round, before=weekly_work, at=lambda s: {"pk": s.weekly.pk}),
    "accounts:component_return": Act(at=lambda s: {"code": "ESKI"}),
    "accounts:municipality_reopening": Act(at=lambda s: {"code": "98001"}),
    "accounts:province_closing": Act(lambda s: {"reason": "5747 sayılı Kanun"}, at=lambda s: {"code": "98"}),
    "outbox:gateway_test": Act(before=a_telephone),
    "setup_test": Act(after_commit=True),
    "runbooks:endpoint_test": Act(after_commit=True),
    "runbooks:my_shifts": Act(duty.a_leave_of_my_own),
    "runbooks:calendar_key_end": Act(before=duty.a_key),
    "runbooks:new_rota": Act(duty.a_rota),
    "runbooks:rota_change": Act(duty.another_name),
    "runbooks:rota_import": Act(duty.a_file),
    "runbooks:new_layer": Act(duty.a_rule),
    "runbooks:layer": Act(duty.another_rule),
    "runbooks:new_shift": Act(duty.a_shift),
    "runbooks:take_over": Act(by="leyla"),
    "runbooks:ways": Act(lambda s: {"kind": "email", "address": "gece@example.test"}),
    "runbooks:way": Act(lambda s: {"act": "try"}),
    "runbooks:page_hand_over": Act(lambda s: {"to": s.leyla.pk}, before=duty.a_page_in_hand),
    "runbooks:new_paging_policy": Act(duty.a_policy, by="leyla"),
    "runbooks:paging_policy": Act(duty.a_policy, by="leyla", at=duty.the_first_policy),
    "runbooks:runbook_approval": Act(lambda s: {"version": s.plan.version}, by="kemal"),
    "runbooks:runbook_names": Act(duty.the_names),
    "runbooks:runbook_release": Act(
        lambda s: {"keep": "1"}, before=duty.a_plan_of_ours, at=lambda s: {"code": "DR-01"}
    ),
    "runbooks:message_template_release": Act(before=duty.a_text_of_ours, at=lambda s: {"key": s.offered.key}),
    "runbooks:runbook_start": Act(before=lambda s: a_plan("manual", code="DR-95"), at=lambda s: {"code": "DR-95"}),
    "runbooks:run_start": Act(before=proposed, at=the_proposed),
    "runbooks:run_rejection": Act(before=proposed, at=the_proposed),
    "runbooks:step": Act(lambda s: {"act": "finish", "note": "Tamam"}),
    "runbooks:pre_approval_request": Act(
        lambda s: {"plan_code": "DR-93", "step_key": "s1"}, before=lambda s: a_plan("broadcast", code="DR-93")
    ),
    "runbooks:pre_approval": Act(lambda s: {"most": "10", "days": "30", "binding": s.pre_approval.binding}, by="kemal"),
    "runbooks:outage_declaration": Act(
        lambda s: {"severity": "S2", "components": ["EBYS"], "text_tr": "Ekip çalışıyor."}
    ),
    "runbooks:outage_major_incident": Act(before=another_outage, at=lambda s: {"pk": s.wider.pk}),
    "runbooks:outage_join": Act(lambda s: {"into": s.wider.pk}, before=another_outage),
    "runbooks:outage_run": Act(lambda s: {"code": "DR-94"}, before=lambda s: a_plan("manual", code="DR-94")),
    "runbooks:outage_maintenance": Act(lambda s: {"text_tr": "Planlı iş", "hours": "4"}),
    "runbooks:outage_override": Act(
        lambda s: {"node": "26010", "state": "degraded", "reason": "Hat", "hours": "4"},
        before=with_a_node,
        at=lambda s: {"pk": s.local.pk},
    ),
}


# Forms that change nothing in the house, however often they are sent.
NO_ROW: dict[str, str] = {
    "runbooks:acknowledgement": "who has signed in has acknowledged it already",
    "runbooks:wall_screens": "the browser gets a token of its own; nothing is kept here",
}
EACH_TIME = dict.fromkeys(
    ("runbooks:broadcast_evidence", "runbooks:drill_evidence"),
    "a file that is taken; each taking is written down, and taken again it is the same file",
)
