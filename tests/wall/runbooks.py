"""Plans, runs, broadcasts, drills, rotas and the situation room: for the watch alone."""

from datetime import time, timedelta

from foundation import now
from monitoring import outages
from runbooks.broadcasts.approval import pre_approvals
from runbooks.broadcasts.compose import drafts
from runbooks.broadcasts.compose.audience import AudienceRule
from runbooks.broadcasts.delivery import sending
from runbooks.models import Endpoint, Matter, MessageTemplate, Page, PagingPolicy, Rota, Shift
from runbooks.rotas import leave, rules, swaps
from runbooks.runs import starting
from tests.runbooks.builders import approve, contacts_in, drill_list_of, submitted
from tests.runbooks.plans import a_plan
from tests.wall import DESK, EVERYONE, NATIONAL, SECRET, WATCH, Call, Door, Public, Socket, nothing

KEEPERS = ("yonca", "leyla", "kemal")
WORDS = {"subject": "Kar", "text": "Kar yağıyor.", "correction": "Yağmıyor."}
RUNNERS = ("nermin", "leyla", "yonca")  # an approver signs, and runs nothing
LEADS = ("leyla", "yonca")  # who keep rotas
NINE = time(9)


def sending_doors(name: str) -> list[Door]:
    """The pages of one broadcast, or of one drill, that waits for its second person."""

    def one(stage):
        return {"pk": getattr(stage, name).pk}

    def someone(stage):
        return one(stage) | {"recipient": getattr(stage, name).recipients.first().pk}

    def act(label, answers=(409,)):
        return Door(f"runbooks:{name}_{label}", WATCH, at=one, get=False, post=nothing, answers=answers)

    return [
        Door(f"runbooks:{name}s", WATCH),
        Door(f"runbooks:new_{name}", WATCH, post=nothing, answers=(422,)),
        Door(f"runbooks:{name}", WATCH, at=one),
        Door(f"runbooks:{name}_draft", WATCH, at=one, answers=(302, 409)),
        Door(f"runbooks:{name}_standing", WATCH, at=one),
        Door(f"runbooks:{name}_recipients", WATCH, at=one),
        Door(f"runbooks:{name}_municipalities", WATCH, at=one),
        Door(f"runbooks:{name}_calls", WATCH, at=one),
        Door(f"runbooks:{name}_called", WATCH, at=someone, get=False, post=nothing, answers=(409,)),
        act("submission"),
        act("approval", answers=(422,)),
        act("glass", answers=(422,)),
        act("review"),
        act("evidence"),
        act("withdrawal"),
        act("pause"),
        act("resumption"),
        act("stop"),
        act("correction"),
    ]


def run(stage):
    return {"pk": stage.run.pk}


def room(stage):
    return {"outage": stage.outage.pk}


def plan(stage):
    return {"code": stage.plan.code}


def endpoint(stage):
    return {"key": stage.endpoint.key}


def template(stage):
    return {"key": stage.template.key}


def allowed(stage):
    return {"pk": stage.pre_approval.pk}


def act(name, at, post=nothing, admits=WATCH):
    return Door(f"runbooks:{name}", admits, at=at, get=False, post=post, answers=(409, 422))


def called(stage):
    return {"pk": stage.page.pk}


def policy(stage):
    return {"pk": stage.paging_policy.pk}


doors = [
    *sending_doors("broadcast"),
    *sending_doors("drill"),
    Door("runbooks:drill_list", WATCH),
    Door("runbooks:acknowledgement", EVERYONE, post=lambda stage: {"code": "0000"}),
    Door("runbooks:shelf", WATCH),
    Door("runbooks:told", DESK),
    Door("runbooks:publish", ("yonca",)),
    Door("runbooks:runbook", WATCH, at=plan),
    Door("runbooks:runbook_text", WATCH, at=plan),
    Door("runbooks:runbook_names", ("yonca",), at=plan, post=nothing, answers=(422,)),
    act("runbook_approval", plan),
    act("runbook_release", plan, admits=("yonca",)),
    Door("runbooks:endpoints", WATCH),
    Door("runbooks:endpoint", WATCH, at=endpoint),
    act("endpoint_secret", endpoint, lambda stage: {"secret": ""}, admits=("yonca",)),
    act("endpoint_test", endpoint, admits=("yonca",)),
    act("endpoint_end", endpoint, admits=("yonca",)),
    Door("runbooks:message_templates", WATCH),
    Door("runbooks:message_template", WATCH, at=template),
    act("message_template_end", template, admits=KEEPERS),
    act("message_template_release", template, admits=KEEPERS),
    act("runbook_start", plan, admits=RUNNERS),
    Door("runbooks:run", WATCH, at=run),
    Door("runbooks:run_standing", WATCH, at=run),
    act("run_start", run, admits=RUNNERS),
    act("run_rejection", run, admits=RUNNERS),
    act("run_end", run, admits=RUNNERS),
    act("step", lambda stage: run(stage) | {"visit": stage.run.steps.first().visit}),
    Door("runbooks:situation", WATCH, at=room),
    Door("runbooks:situation_column", WATCH, at=room),
    Door("runbooks:incident_sheet", WATCH, at=room),
    act("situation_note", room, lambda stage: {"text": "Vali arandı"}),
    Door("runbooks:pre_approvals", WATCH),
    Door("runbooks:pre_approval_request", WATCH, get=False, post=nothing, answers=(422,)),
    Door("runbooks:pre_approval", WATCH, at=allowed, get=False, post=nothing, answers=(422,)),
    Door("runbooks:pre_approval_withdrawal", WATCH, at=allowed, get=False, post=nothing, answers=(409,)),
    Door("runbooks:on_call", NATIONAL),
    act("take_over", lambda stage: {"pk": stage.shift.pk}),
    Door("runbooks:pages", WATCH),
    Door("runbooks:pages_moving", WATCH),
    Door("runbooks:page", WATCH, at=called),
    act("page_acknowledgement", called),
    act("page_hand_over", called),
    Door("runbooks:awake", NATIONAL, get=False, post=nothing),
    Door("runbooks:paging_policies", WATCH),
    Door("runbooks:new_paging_policy", WATCH, post=nothing, answers=(422,)),
    Door("runbooks:paging_policy", WATCH, at=policy, post=nothing, answers=(422,)),
    act("paging_policy_removal", policy, admits=("leyla", "yonca")),
    Door("runbooks:ways", NATIONAL, post=nothing, answers=(422,)),
    Door("runbooks:way", ("nermin",), at=lambda stage: {"pk": stage.way.pk}, get=False, post=nothing, answers=(422,)),
    Public("runbooks:page_answer", at=lambda stage: {"token": "eski"}, answers=(404,)),
]


def rota_of(stage):
    return {"key": stage.rota.key}


def shift_of(stage):
    return {"pk": stage.shift.pk}


def rota_and_shift(stage):
    return rota_of(stage) | shift_of(stage)


def layer_of(stage):
    return rota_of(stage) | {"pk": stage.layer.pk}


def swap_of(stage):
    return {"pk": stage.swap.pk}


doors += [
    Door("runbooks:my_shifts", NATIONAL, post=nothing, answers=(422,)),
    act("calendar_key", nothing, admits=NATIONAL),
    act("calendar_key_end", nothing, admits=NATIONAL),
    act("leave_withdrawal", lambda stage: {"pk": stage.leave.pk}, admits=("nermin", *LEADS)),
    act("swap_acceptance", swap_of, admits=("leyla",)),
    act("swap_refusal", swap_of, admits=("leyla",)),
    act("swap_withdrawal", swap_of, admits=("nermin",)),
    Door("runbooks:shift", NATIONAL, at=shift_of),
    act("shift_withdrawal", shift_of, admits=LEADS),
    Door("runbooks:handover", NATIONAL, at=shift_of),
    Door("runbooks:rota_import", LEADS, post=nothing, answers=(422,)),
    Door("runbooks:new_rota", LEADS, post=nothing, answers=(422,)),
    Door("runbooks:rota", NATIONAL, at=rota_of),
    Door("runbooks:rota_shares", NATIONAL, at=rota_of),
    Door("runbooks:rota_change", LEADS, at=rota_of, post=nothing, answers=(422,)),
    act("rota_end", rota_of, admits=LEADS),
    Door("runbooks:new_shift", LEADS, at=rota_of, post=nothing, answers=(422,)),
    Door("runbooks:new_layer", LEADS, at=rota_of, post=nothing, answers=(422,)),
    Door("runbooks:layer", LEADS, at=layer_of, post=nothing, answers=(422,)),
    act("layer_end", layer_of, admits=LEADS),
    # Opened by a key of one's own, or by being signed in (`tests/runbooks/rotas/test_feeds.py`).
    Public("runbooks:my_feed", answers=(404,)),
    Door("runbooks:rota_feed", NATIONAL, at=rota_of),
]


def outage(stage):
    return {"pk": stage.outage.pk}


doors += [
    Door("runbooks:board", WATCH),
    Door("runbooks:board_moving", WATCH),
    Door("runbooks:board_state", WATCH),
    Door("runbooks:board_stream", WATCH, answers=(501,)),
    Door("runbooks:outage_declaration", WATCH, post=nothing, answers=(422,)),
    act("outage_acknowledgement", outage),
    act("outage_major_incident", outage),
    Door("runbooks:outage_panel", WATCH, at=outage),
    act("outage_join", outage),
    act("outage_run", outage),
    act("outage_maintenance", outage),
    act("outage_override", outage),
    Door("runbooks:board_latency", WATCH),
    Door("runbooks:wall", WATCH),
    Door("runbooks:wall_moving", WATCH),
    Door("runbooks:wall_screens", WATCH, post=nothing),
]
doors += [Public("runbooks:wall_entry", answers=(405,))]
# Opened by the gateway's signature (`tests/runbooks/test_ivr.py`).
doors += [Public("runbooks:line", answers=(405,)), Public("runbooks:line_code", answers=(405,))]
doors += [Public("runbooks:cap"), Public("runbooks:cap_alert", at=lambda stage: {"pk": 4242}, answers=(404,))]

ROTA = {"name_tr": "Gece", "days": "1234567", "opens": "00:00", "closes": "00:00", "has_backup": False}


def a_rule(stage):
    return {"people": [stage.leyla.email], "starts_on": str(now().date() + timedelta(days=60)), "signed": True}


def a_shift(stage):
    start = now() + timedelta(days=10)
    times = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=4)).isoformat()}
    return {"person": stage.leyla.email, "signed": True, **times}


def a_leave(stage):
    day = str(now().date() + timedelta(days=20))
    return {"person": stage.nermin.email, "first_day": day, "last_day": day}


A_SCHEDULE = '{"schedules": [{"name": "Gece", "rotations": []}]}'
A_DRAFT = {"subject": "Kesinti", "text": "Tahsilat çalışmıyor.", "audience": {"provinces": ["26"]}}


def a_draft(stage):
    rule = AudienceRule()
    return {"pk": drafts.draft(by=stage.nermin, subject=SECRET, text="Deneme", correction="Düzeltme", rule=rule).pk}


def a_proposed_run(stage):
    outage = outages.declare(municipalities=[stage.merzifon], title_tr="Hat", title_en="Line")
    return {"pk": starting.propose(stage.plan, outage=outage).pk}


def a_policy(stage):
    last = {"who": "role", "name": "shift_lead", "ways": ["sms"], "minutes": 5, "is_end": True}
    return {"name_tr": "Gece", "steps": [last]}


calls = [
    Call("GET", "/api/v1/broadcasts/", EVERYONE, reads=NATIONAL),
    Call("GET", "/api/v1/broadcasts/{pk}/", NATIONAL, at=lambda stage: {"pk": stage.broadcast.pk}),
    Call("GET", "/api/v1/broadcasts/{pk}/tally/", NATIONAL, at=lambda stage: {"pk": stage.approved.pk}),
    Call("GET", "/api/v1/runs/", EVERYONE, reads=NATIONAL),
    Call("GET", "/api/v1/runs/{pk}/steps/", NATIONAL, at=run),
    Call("POST", "/api/v1/broadcasts/", WATCH, body=lambda stage: A_DRAFT),
    Call("GET", "/api/v1/broadcasts/{pk}/draft/", WATCH, at=a_draft),
    Call("PUT", "/api/v1/broadcasts/{pk}/draft/", WATCH, at=a_draft, body=lambda stage: A_DRAFT),
    Call("POST", "/api/v1/runs/", RUNNERS, body=lambda stage: {"code": stage.plan.code}),
    Call("GET", "/api/v1/runs/{pk}/", NATIONAL, at=run),
    Call("POST", "/api/v1/runs/{pk}/start/", RUNNERS, at=a_proposed_run),
    Call("POST", "/api/v1/runs/{pk}/rejection/", RUNNERS, at=a_proposed_run, body=lambda stage: {"note": "Gerek yok"}),
    Call("POST", "/api/v1/runs/{pk}/end/", RUNNERS, at=run, body=lambda stage: {"note": "Yeter"}),
    Call(
        "POST",
        "/api/v1/runs/{pk}/steps/{visit}/",
        RUNNERS,
        at=lambda stage: run(stage) | {"visit": 1},
        body=lambda stage: {"act": "finish", "note": "Yapıldı"},
    ),
    Call("POST", "/api/v1/shifts/{pk}/take-over/", ("leyla", "kemal", "nermin", "yonca"), at=shift_of),
    Call("POST", "/api/v1/shifts/{pk}/swaps/", ("nermin",), at=shift_of, body=lambda stage: {"to": stage.yonca.email}),
    Call("GET", "/api/v1/swaps/", EVERYONE, reads=("nermin", "leyla")),
    Call("POST", "/api/v1/swaps/{pk}/acceptance/", ("leyla",), at=swap_of),
    Call("POST", "/api/v1/swaps/{pk}/refusal/", ("leyla",), at=swap_of),
    Call("POST", "/api/v1/swaps/{pk}/withdrawal/", ("nermin",), at=swap_of),
    Call("GET", "/api/v1/shifts/{pk}/notes/", NATIONAL, at=shift_of),
    Call("POST", "/api/v1/shifts/{pk}/notes/", ("nermin",), at=shift_of, body=lambda stage: {"text": "Hat izleniyor"}),
    Call("POST", "/api/v1/rota-imports/", LEADS, body=lambda stage: {"text": A_SCHEDULE}),
    Call("GET", "/api/v1/rotas/", EVERYONE, reads=NATIONAL),
    Call("POST", "/api/v1/rotas/", LEADS, body=lambda stage: {"key": "gece", "name_tr": "Gece"}),
    Call("GET", "/api/v1/rotas/{key}/", NATIONAL, at=rota_of),
    Call("PATCH", "/api/v1/rotas/{key}/", LEADS, at=rota_of, body=lambda stage: ROTA),
    Call("POST", "/api/v1/rotas/{key}/end/", LEADS, at=rota_of),
    Call("GET", "/api/v1/rotas/{key}/layers/", NATIONAL, at=rota_of),
    Call("POST", "/api/v1/rotas/{key}/layers/", LEADS, at=rota_of, body=a_rule),
    Call("POST", "/api/v1/rotas/{key}/layers/{pk}/end/", LEADS, at=layer_of),
    Call("GET", "/api/v1/rotas/{key}/shifts/", NATIONAL, at=rota_of),
    Call("POST", "/api/v1/rotas/{key}/shifts/", LEADS, at=rota_of, body=a_shift),
    Call(
        "POST", "/api/v1/rotas/{key}/shifts/{pk}/withdrawal/", LEADS, at=lambda stage: rota_of(stage) | shift_of(stage)
    ),
    Call("GET", "/api/v1/rotas/{key}/on-call/", NATIONAL, at=rota_of),
    Call("GET", "/api/v1/rotas/{key}/gaps/", NATIONAL, at=rota_of),
    Call("GET", "/api/v1/leaves/", EVERYONE, reads=NATIONAL),
    Call("POST", "/api/v1/leaves/", ("nermin", *LEADS), body=a_leave),
    Call("POST", "/api/v1/leaves/{pk}/withdrawal/", ("nermin", *LEADS), at=lambda stage: {"pk": stage.leave.pk}),
    Call("GET", "/api/v1/pages/", EVERYONE, reads=WATCH),
    Call("GET", "/api/v1/pages/{pk}/", WATCH, at=called),
    Call("POST", "/api/v1/pages/{pk}/acknowledgement/", WATCH, at=called),
    Call("GET", "/api/v1/paging-policies/", EVERYONE, reads=WATCH),
    Call("POST", "/api/v1/paging-policies/", ("leyla", "yonca"), body=a_policy),
    Call("PUT", "/api/v1/paging-policies/{pk}/", ("leyla", "yonca"), at=policy, body=a_policy),
    Call("DELETE", "/api/v1/paging-policies/{pk}/", ("leyla", "yonca"), at=policy),
    Call("GET", "/api/v1/runbooks/", EVERYONE, reads=NATIONAL),
    Call("GET", "/api/v1/runbooks/{code}/", NATIONAL, at=plan),
    Call("POST", "/api/v1/runbooks/", ("yonca",), body=lambda stage: {"source": stage.plan.source}),
    Call("GET", "/api/v1/endpoints/", EVERYONE, reads=WATCH),
    Call("GET", "/api/v1/endpoints/{key}/", WATCH, at=endpoint),
    Call("POST", "/api/v1/endpoints/", ("yonca",), body=lambda stage: {"key": "yeni", "url": "https://x.example"}),
    Call("POST", "/api/v1/endpoints/{key}/", ("yonca",), at=endpoint, body=lambda stage: {"url": "https://x.example"}),
    Call("POST", "/api/v1/endpoints/{key}/secret/", ("yonca",), at=endpoint, body=lambda stage: {"secret": ""}),
    Call("PUT", "/api/v1/endpoints/{key}/test/", ("yonca",), at=endpoint),
    Call("POST", "/api/v1/endpoints/{key}/end/", ("yonca",), at=endpoint),
    Call("GET", "/api/v1/message-templates/", EVERYONE, reads=NATIONAL),
    Call("GET", "/api/v1/message-templates/{key}/", NATIONAL, at=template),
    Call("POST", "/api/v1/message-templates/", KEEPERS, body=lambda stage: {"key": "yeni", **WORDS}),
    Call("POST", "/api/v1/message-templates/{key}/", KEEPERS, at=template, body=lambda stage: {"version": 1, **WORDS}),
    Call("POST", "/api/v1/message-templates/{key}/end/", KEEPERS, at=template),
]
sockets = [
    Socket("ws/board/", WATCH, path=lambda stage: "/ws/board/"),
    Socket("ws/broadcasts/<int:pk>/", WATCH, path=lambda stage: f"/ws/broadcasts/{stage.broadcast.pk}/"),
]


def furnish(stage):
    """A broadcast and a drill before their approval, a run with one step, a shift of Nermin's."""
    contacts_in(stage.odunpazari)
    stage.broadcast = submitted(stage.nermin, subject=SECRET)
    drill_list_of(2)
    stage.drill = submitted(stage.nermin, subject=SECRET, is_drill=True)
    # Released: from now on the CAP feed tells everyone.
    stage.approved = submitted(stage.nermin, subject="Tahsilat durdu")
    approve(stage.approved, stage.kemal)
    sending.open_batch(stage.approved)
    stage.endpoint = Endpoint.objects.create(key="duvar", url="http://127.0.0.1:9", may_be_private=True)
    stage.template = MessageTemplate.objects.create(key="duvar", version=1, subject="Duvar", text=SECRET)
    stage.plan = a_plan("manual", start="proposed")
    a_plan("broadcast", code="DR-91", start="proposed")
    stage.pre_approval = pre_approvals.ask("DR-91", "s1", by=stage.nermin)
    stage.run = starting.start(stage.plan, by=stage.nermin)
    rota = Rota.objects.create(key="nobet", name_tr="Nöbet", name_en="Watch")
    stage.rota = rota
    stage.shift = Shift.objects.create(
        rota=rota, person=stage.nermin, starts_at=now(), ends_at=now() + timedelta(hours=8), reason=SECRET
    )
    stage.swap = swaps.propose(stage.shift, to=stage.leyla, by=stage.nermin, note=SECRET)
    today = now().date()
    stage.layer = rules.set_layer(
        rota, rank=2, people=[stage.kemal], starts_on=today, every=1, unit="week", opens=NINE, closes=NINE,
        by=stage.leyla, signed=True,
    )  # fmt: skip
    later = today + timedelta(days=40)
    stage.leave = leave.take(stage.nermin, first_day=later, last_day=later, by=stage.nermin)
    matter = Matter.objects.create(
        kind="outage", key="outage:0", severity="S1", title_tr=SECRET, title_en=SECRET, url="/board/", state="kept"
    )
    stage.page = Page.objects.create(matter=matter)
    stage.paging_policy = PagingPolicy.objects.filter(is_last_resort=False).first()
    stage.way = stage.nermin.contact_ways.create(kind="email", address="nermin@example.test")
