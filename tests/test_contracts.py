"""The doors that people and other programs rely on are there: commands, settings, addresses, series, sockets."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import resolve

from config.serving.routing import sockets

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = [
    "serve",
    "import_municipalities",
    "load_demo",
    "create_token",
    "simulate",
    "sweep",
    "sla",
    "backup",
    "restore",
    "audit_verify",
    "match_eval",
    "plan_capacity",
]
SETTINGS = [
    "SECRET_KEY",
    "DEBUG",
    "ALLOWED_HOSTS",
    "PUBLIC_BASE_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "SENTRY_DSN",
    "SMS_GATEWAY",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_FROM",
    "TWILIO_MESSAGING_SERVICE_SID",
    "TWILIO_API_BASE",
    "EMAIL_URL",
    "IMAP_URL",
    "ALERTMANAGER_TOKEN",
    "ALERTMANAGER_URL",
    "PROMETHEUS_URL",
    "METRICS_TOKEN",
    "PROBE_ALLOW_PRIVATE",
    "STATUS_SNAPSHOT_DIR",
]
STATUSPAGE = [
    "summary",
    "status",
    "components",
    "incidents",
    "incidents/unresolved",
    "scheduled-maintenances",
    "scheduled-maintenances/upcoming",
    "scheduled-maintenances/active",
]
ADDRESSES = [
    *("/healthz", "/readyz", "/metrics", "/monitoring/http_sd/", "/probe", "/monitoring/alertmanager/"),
    *("/", "/status/", "/status/26010/", "/status/history.rss", "/status/history.atom", "/status/maintenance.ics"),
    *("/status/badge.svg", "/broadcasts/cap/", "/tickets/", "/tickets/new/", "/tickets/DST-2026-000001/", "/desk/"),
    *("/board/", "/board/wall/", "/runbooks/", "/broadcasts/", "/on-call/", "/standards/"),
    *("/api/v1/openapi.json", "/api/v1/docs", "/sms/twilio/status", "/sms/twilio/inbound"),
    *(f"/api/v2/{name}.json" for name in STATUSPAGE),
    *(f"/status/26010/api/v2/{name}.json" for name in STATUSPAGE),
]
SOCKETS = ["ws/status/", "ws/status/26010/", "ws/board/", "ws/desk/", "ws/tickets/DST-2026-000001/", "ws/broadcasts/1/"]
SERIES = [
    "nobet_tickets_open",
    "nobet_ticket_oldest_unanswered_seconds",
    "nobet_sla_attainment_ratio",
    "nobet_sla_breaches_total",
    "nobet_node_state",
    "nobet_nodes",
    "nobet_outages_open",
    "nobet_outbox_pending",
    "nobet_outbox_lag_seconds",
    "nobet_ws_connections",
    "nobet_sweep_last_success_timestamp_seconds",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_there(command):
    assert command in get_commands()


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_is_read(setting):
    text = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    assert re.search(rf'env\.\w+\("{setting}"', text) or f'env.email_url("{setting}"' in text


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_leads_somewhere(address):
    assert resolve(address)


@pytest.mark.parametrize("path", SOCKETS)
def test_a_socket_is_answered(path):
    assert any(pattern.resolve(path) for pattern in sockets)


def test_every_family_is_exposed(client, db):
    families = set(re.findall(r"^# TYPE (\S+)", client.get("/metrics").content.decode(), re.M))
    assert set(SERIES) - families == set()
