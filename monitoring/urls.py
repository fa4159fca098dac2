"""The addresses of monitoring."""

from django.urls import path, re_path

from monitoring.public_urls import public
from monitoring.views import machines, outages, own_state, registering, registry, speaking

app_name = "monitoring"
urlpatterns = [
    *public,
    # Programs' own addresses answer with and without the last slash: curl and cron follow nobody elsewhere.
    re_path(r"^monitoring/http_sd/?$", machines.http_sd, name="http_sd"),
    re_path(r"^probe/?$", machines.probe, name="probe"),
    re_path(r"^monitoring/alertmanager/?$", machines.alertmanager, name="alertmanager"),
    path("monitoring/own-state/", own_state.own_state, name="own_state"),
    path("monitoring/nodes/", registry.node_list, name="nodes"),
    path("monitoring/nodes/sheet/", registering.take_in, name="sheet"),
    path("monitoring/nodes/sheet.csv", registering.export, name="sheet_export"),
    path("monitoring/nodes/many/", registering.change_many, name="nodes_many"),
    path("monitoring/nodes/<str:code>/parents/", registering.parents, name="node_parents"),
    path("monitoring/nodes/<str:code>/", registry.node, name="node"),
    path("monitoring/nodes/<str:code>/past/", registry.node_past, name="node_past"),
    path("monitoring/nodes/<str:code>/override/", registry.override, name="node_override"),
    path("monitoring/outages/<int:pk>/split/", outages.split, name="outage_split"),
    path("monitoring/maintenance/", registry.windows, name="maintenance"),
    path("monitoring/maintenance/<int:pk>/early-end/", registry.end_early, name="maintenance_early_end"),
    path(
        "monitoring/maintenance/<int:pk>/rounds/cancellation/",
        registry.call_off_round,
        name="maintenance_round_cancellation",
    ),
    path("monitoring/maintenance/<int:pk>/cancellation/", registry.call_off, name="maintenance_cancellation"),
    path("monitoring/outages/<int:pk>/words/", speaking.words, name="outage_words"),
    path("monitoring/proposals/<int:pk>/decision/", speaking.proposal, name="update_proposal"),
    path("monitoring/outages/<int:pk>/times/", speaking.times, name="outage_times"),
    path("monitoring/outages/<int:pk>/withdrawal/", speaking.withdrawal, name="outage_withdrawal"),
    path("monitoring/outages/<int:pk>/report/", speaking.report, name="outage_report"),
    path("monitoring/updates/<int:pk>/correction/", speaking.correction, name="update_correction"),
    path("monitoring/templates/", speaking.templates, name="update_templates"),
    re_path(r"^heartbeat/(?P<key>[^/]+)/?$", machines.heartbeat, name="heartbeat"),
]
