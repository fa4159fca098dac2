"""The sockets of monitoring."""

from django.urls import re_path

from monitoring.status.consumers import MunicipalStatus, NationalStatus

sockets = [
    re_path(r"^ws/status/$", NationalStatus.as_asgi(), name="status"),
    re_path(r"^ws/status/(?P<code>\d{5})/$", MunicipalStatus.as_asgi(), name="status_municipality"),
]
