"""Every door of the house; each context lists its own."""

from django.urls import include, path

from config import doors, metrics
from config.api import api

urlpatterns = [
    path("healthz", doors.healthz, name="healthz"),
    path("readyz", doors.readyz, name="readyz"),
    path("metrics", metrics.door, name="metrics"),
    path("api/v1/", api.urls),
    path("accounts/", include("foundation.accounts.signin_urls")),
    path("", include("foundation.accounts.urls")),
    path("", include("foundation.outbox.urls")),
    path("", include("monitoring.urls")),
    path("", include("helpdesk.urls")),
    path("", include("runbooks.urls")),
    path("start/", doors.home, name="home"),
]

handler403 = "config.doors.forbidden"
handler404 = "config.doors.not_found"
handler500 = "config.doors.broken"
