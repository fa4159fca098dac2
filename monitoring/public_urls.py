"""The public addresses, as `contracts` names them."""

from django.urls import path, re_path

from foundation.live.views import poll_view, stream_view
from monitoring.status.consumers import MunicipalStatus, NationalStatus
from monitoring.views import status, subscriptions, us_too

NAMES = (
    "(?P<name>summary|status|components|incidents|incidents/unresolved"
    "|scheduled-maintenances|scheduled-maintenances/upcoming|scheduled-maintenances/active)"
)

subscribing = [
    path("status/subscribe/", subscriptions.subscribe, name="subscribe"),
    re_path(r"^status/(?P<code>\d{5})/subscribe/$", subscriptions.subscribe, name="subscribe_municipality"),
    re_path(
        r"^status/subscriptions/asked/(?P<channel>email|hook)/$", subscriptions.asked_page, name="subscription_asked"
    ),
    path("status/subscriptions/code/<str:wish>/", subscriptions.code, name="subscription_code"),
    path("status/subscriptions/<str:token>/", subscriptions.subscription, name="subscription"),
    path(
        "status/subscriptions/<str:token>/confirmation/", subscriptions.confirmation, name="subscription_confirmation"
    ),
    path("status/subscriptions/<str:token>/ending/", subscriptions.ending, name="subscription_ending"),
    path("status/unsubscribe/", subscriptions.departure, name="unsubscribe"),
]

public = [
    *subscribing,
    path("", status.national, name="front"),
    path("status/", status.national, name="status"),
    path("status/find/", status.search, name="status_find"),
    path("status/history/", status.history, name="status_history"),
    re_path(r"^status/history\.(?P<form>rss|atom)$", status.feed, name="status_feed"),
    path("status/state.json", poll_view(NationalStatus), name="status_state"),
    path("status/stream/", stream_view(NationalStatus), name="status_stream"),
    re_path(r"^status/(?P<code>\d{5})/state\.json$", poll_view(MunicipalStatus), name="status_municipality_state"),
    re_path(r"^status/(?P<code>\d{5})/stream/$", stream_view(MunicipalStatus), name="status_municipality_stream"),
    re_path(r"^status/(?P<code>\d{5})/history\.(?P<form>rss|atom)$", status.feed, name="status_municipality_feed"),
    path("status/maintenance.ics", status.calendar, name="status_calendar"),
    path("status/badge.svg", status.status_badge, name="status_badge"),
    path("status/announcement.txt", status.announcement, name="status_announcement"),
    path("status/outages/<int:pk>/", status.outage, name="status_outage"),
    path("status/outages/<int:pk>/us-too/", us_too.tap, name="us_too"),
    path("status/outages/<int:pk>/us-too/confirmation/", us_too.ask, name="us_too_confirmation"),
    path("status/widget/", status.widget, name="widget"),
    re_path(r"^status/(?P<code>\d{5})/widget/$", status.widget, name="widget_municipality"),
    re_path(r"^status/province/(?P<plate>\d{2})/$", status.province, name="status_province"),
    re_path(r"^status/(?P<code>\d{5})/$", status.municipal, name="status_municipality"),
    re_path(r"^status/(?P<code>\d{5})/history/$", status.history, name="status_municipality_history"),
    re_path(rf"^api/v2/{NAMES}\.json$", status.document, name="statuspage"),
    re_path(rf"^status/(?P<code>\d{{5}})/api/v2/{NAMES}\.json$", status.document, name="statuspage_municipality"),
]
