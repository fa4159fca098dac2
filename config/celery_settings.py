"""Broker and delivery; a lost or doubled message costs seconds, never what is owed."""

from django.conf import settings

broker_url = settings.REDIS_URL or "memory://localhost/"
broker_connection_retry_on_startup = True
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
task_routes = {"foundation.outbox.jobs.*": {"queue": "outbox"}}
task_serializer = "json"
accept_content = ["json"]
timezone = settings.TIME_ZONE
enable_utc = True
if settings.EMBEDDED:
    broker_transport_options = {"polling_interval": 0.05}
else:
    broker_transport_options = {
        "visibility_timeout": 120,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    }
