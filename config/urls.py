"""Every address of the house; each context lists its own."""

from django.urls import include, path, re_path

from config import health, home, metrics
from config.api import api
from config.setup import pages as setup

urlpatterns = [
    re_path(r"^healthz/?$", health.healthz, name="healthz"),
    re_path(r"^readyz/?$", health.readyz, name="readyz"),
    re_path(r"^metrics/?$", metrics.door, name="metrics"),
    path("api/v1/", api.urls),
    path("accounts/", include("foundation.accounts.signin_urls")),
    path("", include("foundation.accounts.urls")),
    path("", include("foundation.outbox.urls")),
    path("", include("monitoring.urls")),
    path("", include("helpdesk.urls")),
    path("", include("runbooks.urls")),
    path("start/", home.home, name="home"),
    path("setup/", setup.setup, name="setup"),
    path("setup/<slug:part>/test/", setup.test, name="setup_test"),
]

handler400 = "config.errors.unreadable"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.broken"
