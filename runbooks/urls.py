"""The addresses of runbooks."""

from django.conf import settings
from django.urls import URLPattern, path, re_path

from foundation.live.views import poll_view, stream_view
from runbooks.board.consumers import BoardSocket
from runbooks.views import (
    board,
    broadcasts,
    cap,
    drill_list,
    ivr,
    on_call,
    outage_panel,
    preapprovals,
    runs,
    scenario,
    situation,
    told,
    wall,
)
from runbooks.views.plans import drafts, endpoints, message_templates, shelf


def sending_doors(prefix: str, name: str, *, is_drill: bool) -> list[URLPattern]:
    """The pages of broadcasts, once for live ones and once for drills."""
    views = (
        (f"{prefix}/", broadcasts.index, f"{name}s"),
        (f"{prefix}/new/", broadcasts.compose, f"new_{name}"),
        (f"{prefix}/<int:pk>/", broadcasts.show, name),
        (f"{prefix}/<int:pk>/draft/", broadcasts.compose, f"{name}_draft"),
        (f"{prefix}/<int:pk>/standing/", broadcasts.standing, f"{name}_standing"),
        (f"{prefix}/<int:pk>/submission/", broadcasts.submission, f"{name}_submission"),
        (f"{prefix}/<int:pk>/approval/", broadcasts.approve, f"{name}_approval"),
        (f"{prefix}/<int:pk>/glass/", broadcasts.glass, f"{name}_glass"),
        (f"{prefix}/<int:pk>/review/", broadcasts.review, f"{name}_review"),
        (f"{prefix}/<int:pk>/evidence/", broadcasts.take_evidence, f"{name}_evidence"),
        (f"{prefix}/<int:pk>/withdrawal/", broadcasts.withdrawal, f"{name}_withdrawal"),
        (f"{prefix}/<int:pk>/pause/", broadcasts.pause, f"{name}_pause"),
        (f"{prefix}/<int:pk>/resumption/", broadcasts.resumption, f"{name}_resumption"),
        (f"{prefix}/<int:pk>/stop/", broadcasts.stop, f"{name}_stop"),
        (f"{prefix}/<int:pk>/correction/", broadcasts.correct, f"{name}_correction"),
        (f"{prefix}/<int:pk>/recipients/", broadcasts.recipients, f"{name}_recipients"),
        (f"{prefix}/<int:pk>/municipalities/", broadcasts.municipalities, f"{name}_municipalities"),
        (f"{prefix}/<int:pk>/calls/", broadcasts.call_sheet, f"{name}_calls"),
        (f"{prefix}/<int:pk>/calls/<int:recipient>/", broadcasts.called, f"{name}_called"),
    )
    return [path(route, view, {"is_drill": is_drill}, name=label) for route, view, label in views]


app_name = "runbooks"
urlpatterns = [
    path("broadcasts/cap/", cap.feed, name="cap"),
    path("broadcasts/cap/<int:pk>.xml", cap.alert, name="cap_alert"),
    path("broadcasts/pre-approvals/", preapprovals.index, name="pre_approvals"),
    path("broadcasts/pre-approvals/new/", preapprovals.ask, name="pre_approval_request"),
    path("broadcasts/pre-approvals/<int:pk>/approval/", preapprovals.approve, name="pre_approval"),
    path("broadcasts/pre-approvals/<int:pk>/withdrawal/", preapprovals.withdraw, name="pre_approval_withdrawal"),
    *sending_doors("broadcasts", "broadcast", is_drill=False),
    path("drills/list/", drill_list.show, name="drill_list"),
    *sending_doors("drills", "drill", is_drill=True),
    path("desk/broadcasts/", told.index, name="told"),
    path("board/", board.board, name="board"),
    path("board/moving/", board.moving, name="board_moving"),
    path("board/state.json", poll_view(BoardSocket), name="board_state"),
    path("board/stream/", stream_view(BoardSocket), name="board_stream"),
    path("board/outages/new/", board.declaration, name="outage_declaration"),
    path("board/outages/<int:pk>/acknowledgement/", board.acknowledgement, name="outage_acknowledgement"),
    path("board/outages/<int:pk>/major-incident/", board.major_incident, name="outage_major_incident"),
    path("board/outages/<int:pk>/", outage_panel.panel, name="outage_panel"),
    path("board/outages/<int:pk>/join/", outage_panel.join, name="outage_join"),
    path("board/outages/<int:pk>/run/", outage_panel.run, name="outage_run"),
    path("board/outages/<int:pk>/maintenance/", outage_panel.maintenance, name="outage_maintenance"),
    path("board/outages/<int:pk>/override/", outage_panel.override, name="outage_override"),
    path("board/latency/", board.answer_times, name="board_latency"),
    path("board/wall/", wall.wall, name="wall"),
    path("board/wall/moving/", wall.moving, name="wall_moving"),
    path("board/wall/screens/", wall.screens, name="wall_screens"),
    path("board/wall/entry/", wall.entry, name="wall_entry"),
    path("acknowledgement/", broadcasts.acknowledgement, name="acknowledgement"),
    re_path(r"^acknowledgement/call/twilio/?$", ivr.answer, name="line"),
    re_path(r"^acknowledgement/call/twilio/code/?$", ivr.keyed, name="line_code"),
    path("runbooks/", shelf.shelf, name="shelf"),
    path("runbooks/new/", shelf.publish, name="publish"),
    path("runbooks/runs/<int:pk>/", runs.show, name="run"),
    path("runbooks/runs/<int:pk>/standing/", runs.standing, name="run_standing"),
    path("runbooks/runs/<int:pk>/start/", runs.begin, name="run_start"),
    path("runbooks/runs/<int:pk>/rejection/", runs.decline, name="run_rejection"),
    path("runbooks/runs/<int:pk>/end/", runs.abandon, name="run_end"),
    path("runbooks/runs/<int:pk>/steps/<int:visit>/", runs.step, name="step"),
    path("runbooks/situation/<int:outage>/", situation.room, name="situation"),
    path("runbooks/situation/<int:outage>/column/", situation.column, name="situation_column"),
    path("runbooks/situation/<int:outage>/notes/", situation.note, name="situation_note"),
    path("runbooks/situation/<int:outage>/sheet/", situation.sheet, name="incident_sheet"),
    path("runbooks/endpoints/", endpoints.index, name="endpoints"),
    path("runbooks/endpoints/<slug:key>/", endpoints.show, name="endpoint"),
    path("runbooks/endpoints/<slug:key>/secret/", endpoints.secret, name="endpoint_secret"),
    path("runbooks/endpoints/<slug:key>/test/", endpoints.test, name="endpoint_test"),
    path("runbooks/endpoints/<slug:key>/end/", endpoints.end, name="endpoint_end"),
    path("broadcasts/templates/", message_templates.index, name="message_templates"),
    path("broadcasts/templates/<slug:key>/", message_templates.show, name="message_template"),
    path("broadcasts/templates/<slug:key>/end/", message_templates.end, name="message_template_end"),
    path("broadcasts/templates/<slug:key>/release/", message_templates.release, name="message_template_release"),
    path("runbooks/<str:code>/", shelf.plan, name="runbook"),
    path("runbooks/<str:code>/runs/", shelf.start, name="runbook_start"),
    path("runbooks/<str:code>/names/", drafts.names, name="runbook_names"),
    path("runbooks/<str:code>/approval/", drafts.approve, name="runbook_approval"),
    path("runbooks/<str:code>/release/", drafts.release, name="runbook_release"),
    path("runbooks/<str:code>/text/", drafts.text, name="runbook_text"),
    path("on-call/", on_call.index, name="on_call"),
    path("on-call/<int:pk>/", on_call.take_over, name="take_over"),
]

# The rehearsal exists only where the demonstration runs.
if settings.DEMO:
    urlpatterns += [
        path("scenario/", scenario.scenario, name="scenario"),
        path("scenario/progress/", scenario.progress, name="scenario_progress"),
        path("scenario/fault/", scenario.fault, name="scenario_fault"),
        path("scenario/recovery/", scenario.recovery, name="scenario_recovery"),
        path("scenario/ending/", scenario.ending, name="scenario_ending"),
    ]
