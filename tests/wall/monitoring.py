"""The public status pages, their feeds and sockets."""

from datetime import UTC, datetime, timedelta

from foundation import now
from monitoring import outages
from monitoring.maintenance import windows
from monitoring.models import Maintenance, Node, Subscriber, UpdateTemplate
from tests.wall import EVERYONE, MUNICIPAL, NATIONAL, OWN, SECRET, WATCH, Call, Door, Public, Socket, nothing

PLACE = {"code": "26010"}
FIRST_ROUND = datetime(2030, 1, 4, 2, tzinfo=UTC)

doors = [
    # For machines: METRICS_TOKEN, ALERTMANAGER_TOKEN or the key in the path opens them (tests/monitoring/).
    Public("monitoring:http_sd"),
    Public("monitoring:probe", answers=(400,)),
    Public("monitoring:alertmanager", answers=(405,)),
    Public("monitoring:heartbeat", at=lambda stage: {"key": "nobody"}, answers=(404, 405)),
    Public("monitoring:front"),
    Public("monitoring:status"),
    Public("monitoring:status_find"),
    Public("monitoring:status_history"),
    Public("monitoring:status_feed", at=lambda stage: {"form": "rss"}),
    Public("monitoring:status_municipality_feed", at=lambda stage: PLACE | {"form": "atom"}),
    Public("monitoring:subscribe"),
    Public("monitoring:subscribe_municipality", at=lambda stage: PLACE),
    Public("monitoring:subscription_asked", at=lambda stage: {"channel": "email"}),
    Public("monitoring:subscription_code", at=lambda stage: {"wish": "nobody"}),
    Public("monitoring:subscription", at=lambda stage: {"token": stage.subscriber.token}),
    Public("monitoring:subscription_confirmation", at=lambda stage: {"token": "nobody"}, answers=(405,)),
    Public("monitoring:subscription_ending", at=lambda stage: {"token": "nobody"}, answers=(302,)),
    Public("monitoring:unsubscribe"),
    Public("monitoring:widget"),
    Public("monitoring:widget_municipality", at=lambda stage: PLACE),
    Public("monitoring:us_too", at=lambda stage: {"pk": stage.spoken_of.pk}, answers=(302,)),
    Public("monitoring:status_state"),
    Public("monitoring:status_stream", answers=(501,)),
    Public("monitoring:status_municipality_state", at=lambda stage: PLACE),
    Public("monitoring:status_municipality_stream", at=lambda stage: PLACE, answers=(501,)),
    Public("monitoring:status_calendar"),
    Public("monitoring:status_badge"),
    Public("monitoring:status_announcement"),
    Public("monitoring:status_outage", at=lambda stage: {"pk": stage.spoken_of.pk}),
    Public("monitoring:status_province", at=lambda stage: {"plate": "26"}),
    Public("monitoring:status_municipality", at=lambda stage: PLACE),
    Public("monitoring:status_municipality_history", at=lambda stage: PLACE),
    Public("monitoring:statuspage", at=lambda stage: {"name": "summary"}),
    Public("monitoring:statuspage_municipality", at=lambda stage: PLACE | {"name": "summary"}),
]


def node(stage):
    return {"code": stage.node.code}


doors += [
    Door("monitoring:nodes", EVERYONE, reads=OWN + NATIONAL),
    Door("monitoring:own_state", WATCH),
    Door("monitoring:sheet", WATCH, post=nothing, answers=(422,)),
    Door("monitoring:sheet_export", WATCH),
    Door("monitoring:nodes_many", WATCH, post=nothing, answers=(422,)),
    Door("monitoring:node_past", OWN + NATIONAL, at=node),
    Door("monitoring:node_parents", WATCH, at=node, get=False, post=nothing),
    Door("monitoring:node", OWN + NATIONAL, at=node),
    Door("monitoring:node_override", WATCH, at=node, get=False, post=nothing, answers=(422,)),
    Door("monitoring:outage_split", WATCH, at=lambda stage: {"pk": stage.outage.pk}, post=nothing, answers=(422,)),
    Door("monitoring:maintenance", WATCH, post=nothing, answers=(422,)),
    Door(
        "monitoring:maintenance_early_end",
        WATCH,
        at=lambda stage: {"pk": stage.window.pk},
        get=False,
        post=nothing,
        answers=(409,),
    ),
    Door(
        "monitoring:maintenance_round_cancellation",
        WATCH,
        at=lambda stage: {"pk": stage.window.pk},
        get=False,
        post=nothing,
        answers=(409,),
    ),
    Door(
        "monitoring:maintenance_cancellation", WATCH, at=lambda stage: {"pk": stage.window.pk}, get=False, post=nothing
    ),
]


def the_outage(stage):
    return {"pk": stage.spoken_of.pk}


def an_update(stage):
    return {"stage": "identified", "text_tr": "Neden bulundu", "minutes": "30"}


doors += [
    Door("monitoring:us_too_confirmation", EVERYONE, at=the_outage),
    Door("monitoring:outage_words", WATCH, at=the_outage, post=an_update),
    Door(
        "monitoring:update_proposal",
        WATCH,
        at=lambda stage: {"pk": stage.proposal.pk},
        get=False,
        post=nothing,
        answers=(422,),
    ),
    Door("monitoring:outage_times", WATCH, at=the_outage, post=nothing, answers=(422,)),
    Door("monitoring:outage_withdrawal", WATCH, at=the_outage, get=False, post=nothing, answers=(409,)),
    Door("monitoring:outage_report", WATCH, at=lambda stage: {"pk": stage.reported.pk}, post=nothing, answers=(422,)),
    Door(
        "monitoring:update_correction",
        WATCH,
        at=lambda stage: {"pk": stage.spoken_of.updates.first().pk},
        post=nothing,
        answers=(422,),
    ),
    Door("monitoring:update_templates", WATCH, post=nothing, answers=(422,)),
]


def spoken(stage):
    return {"pk": stage.spoken_of.pk}


def waiting(stage):
    return {"pk": stage.spoken_of.pk, "proposal": stage.proposal.pk}


def an_update_said(stage):
    return {"pk": stage.spoken_of.pk, "update": stage.spoken_of.updates.first().pk}


def the_window(stage):
    return {"pk": stage.window.pk}


def the_sentence(stage):
    return {
        "pk": UpdateTemplate.objects.get_or_create(name="Duvar", stage="identified", text_tr="a", text_en="a")[0].pk
    }


def over(stage):
    return {"pk": stage.reported.pk}


def with_two_lines(stage):
    return {"pk": stage.wide.pk}


def one_line(stage):
    return {"reason": "iki arıza", "lines": [stage.wide.affected.first().pk]}


def withdrawn(stage):
    if stage.wide.is_public:
        outages.withdraw(stage.wide, by=stage.nermin)
    return {"pk": stage.wide.pk}


def running(stage):
    at = now()
    window = Maintenance(
        title_tr="Bakım", title_en="Work", starts_at=at - timedelta(minutes=5), ends_at=at + timedelta(hours=2)
    )
    return {"pk": windows.plan(window, by=stage.nermin, nodes=[stage.node]).pk}


def weekly(stage) -> dict:
    """Work of every week; the round after the first is the one that is spoken of."""
    times = {"starts_at": FIRST_ROUND, "ends_at": FIRST_ROUND + timedelta(hours=2), "rule": "FREQ=WEEKLY"}
    window = windows.plan(Maintenance(title_tr="Bakım", title_en="Work", **times), by=stage.nermin, nodes=[stage.node])
    return {"pk": window.pk}


A_SENTENCE = {"name": "Yeni", "stage": "identified", "text_tr": "Bulundu.", "text_en": "Found."}
A_WINDOW = {
    "title_tr": "Bakım",
    "title_en": "Work",
    "starts_at": "2030-01-01T02:00:00+03:00",
    "ends_at": "2030-01-01T04:00:00+03:00",
    "named": "26010",
}
TIMES = {"started_at": "2026-01-01T02:00:00+03:00", "reason": "Saat yanlıştı"}
WORD = {"stage": "identified", "text_tr": "Bulundu."}

calls = [
    Call("GET", "/api/v1/nodes/", EVERYONE, reads=OWN + NATIONAL),
    Call("GET", "/api/v1/nodes/sheet/", WATCH),
    Call("POST", "/api/v1/nodes/sheet/", WATCH, body=lambda stage: {"text": "kod;ad\n", "dry_run": True}),
    Call("POST", "/api/v1/nodes/change/", WATCH, body=lambda stage: {"codes": ["26010"], "interval": 60}),
    Call("GET", "/api/v1/nodes/{code}/", OWN + NATIONAL, at=node),
    Call("GET", "/api/v1/nodes/{code}/checks/", OWN + NATIONAL, at=node),
    Call("PUT", "/api/v1/nodes/{code}/parents/", WATCH, at=node, body=lambda stage: {"parents": []}),
    Call(
        "POST",
        "/api/v1/nodes/{code}/override/",
        WATCH,
        at=node,
        body=lambda stage: {"state": "degraded", "reason": "Hat", "hours": 4},
    ),
    Call("DELETE", "/api/v1/nodes/{code}/override/", WATCH, at=node),
    Call("GET", "/api/v1/maintenance/", WATCH),
    Call("POST", "/api/v1/maintenance/", WATCH, body=lambda stage: A_WINDOW),
    Call("GET", "/api/v1/maintenance/{pk}/", WATCH, at=the_window),
    Call("POST", "/api/v1/maintenance/{pk}/end/", WATCH, at=running),
    Call(
        "POST",
        "/api/v1/maintenance/{pk}/rounds/cancellation/",
        WATCH,
        at=weekly,
        body=lambda stage: {"starts_at": (FIRST_ROUND + timedelta(days=7)).isoformat()},
    ),
    Call("POST", "/api/v1/maintenance/{pk}/cancellation/", WATCH, at=the_window),
    Call("GET", "/api/v1/outages/", EVERYONE),
    Call("POST", "/api/v1/outages/", WATCH, body=lambda stage: {"components": ["TAHSILAT"]}),
    Call("GET", "/api/v1/outages/{pk}/", ("hatice", *NATIONAL), at=spoken),
    Call("GET", "/api/v1/outages/{pk}/affected/", ("hatice", *NATIONAL), at=spoken),
    Call("POST", "/api/v1/outages/{pk}/acknowledgement/", WATCH, at=spoken),
    Call("GET", "/api/v1/outages/{pk}/updates/", ("hatice", *NATIONAL), at=spoken),
    Call("POST", "/api/v1/outages/{pk}/updates/", WATCH, at=spoken, body=lambda stage: WORD),
    Call(
        "POST",
        "/api/v1/outages/{pk}/updates/{update}/correction/",
        WATCH,
        at=an_update_said,
        body=lambda stage: {"text_tr": "Doğrusu", "reason": "Yanlıştı"},
    ),
    Call("GET", "/api/v1/outages/{pk}/proposals/", WATCH, at=spoken),
    Call(
        "POST",
        "/api/v1/outages/{pk}/proposals/{proposal}/decision/",
        ("nermin", "leyla", "yonca"),  # Kemal wrote it
        at=waiting,
        body=lambda stage: {"decision": "let_out"},
    ),
    Call("POST", "/api/v1/outages/{pk}/times/", WATCH, at=spoken, body=lambda stage: TIMES),
    Call("POST", "/api/v1/outages/{pk}/withdrawal/", WATCH, at=spoken, body=lambda stage: {"reason": "restart"}),
    Call("DELETE", "/api/v1/outages/{pk}/withdrawal/", WATCH, at=withdrawn),
    Call("POST", "/api/v1/outages/{pk}/join/", WATCH, at=spoken, body=lambda stage: {"into": stage.outage.pk}),
    Call("POST", "/api/v1/outages/{pk}/split/", WATCH, at=with_two_lines, body=one_line),
    Call("POST", "/api/v1/outages/{pk}/reports/", MUNICIPAL, at=spoken),
    Call("POST", "/api/v1/outages/{pk}/report/", WATCH, at=over),
    Call("PUT", "/api/v1/outages/{pk}/report/", WATCH, at=over, body=lambda stage: {"text_tr": "Ne oldu"}),
    Call("GET", "/api/v1/update-templates/", WATCH),
    Call("POST", "/api/v1/update-templates/", WATCH, body=lambda stage: A_SENTENCE),
    Call("PUT", "/api/v1/update-templates/{pk}/", WATCH, at=the_sentence, body=lambda stage: A_SENTENCE),
    Call("DELETE", "/api/v1/update-templates/{pk}/", WATCH, at=the_sentence),
]
sockets = [
    Socket(r"^ws/status/$", public=True, path=lambda stage: "/ws/status/"),
    Socket(r"^ws/status/(?P<code>\d{5})/$", public=True, path=lambda stage: "/ws/status/26010/"),
]


def furnish(stage):
    """A node of Odunpazarı that outsiders must not read of, and a window of work on it."""
    stage.node = Node.objects.create(code="26010", name=f"Sunucu {SECRET}", municipality=stage.odunpazari)
    window = Maintenance(
        title_tr="Bakım", title_en="Work", starts_at=now() + timedelta(hours=1), ends_at=now() + timedelta(hours=2)
    )
    stage.spoken_of = outages.declare(municipalities=[stage.merzifon], title_tr="Hat", title_en="Line")
    stage.proposal = outages.propose(
        stage.spoken_of, stage="identified", text_tr="Neden bulundu", text_en="", minutes=30, by=stage.kemal
    )
    stage.reported = outages.declare(municipalities=[stage.merzifon], title_tr="Eski", title_en="Old")
    outages.end(stage.reported)
    stage.wide = outages.declare(municipalities=[stage.merzifon, stage.amasya], title_tr="Geniş", title_en="Wide")
    stage.asked = Subscriber.objects.create(channel="email", address="sorulan@example.test")
    stage.subscriber = Subscriber.objects.create(channel="email", address="biri@example.test", confirmed_at=now())
    stage.window = windows.plan(window, by=stage.nermin, nodes=[stage.node])
