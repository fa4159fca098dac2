"""The addresses of outbox."""

from django.urls import re_path

from foundation.outbox import views

app_name = "outbox"
urlpatterns = [
    re_path(r"^sms/twilio/status/?$", views.twilio_status, name="twilio_status"),
    re_path(r"^sms/twilio/inbound/?$", views.twilio_inbound, name="twilio_inbound"),
    re_path(r"^sms/operator/status/?$", views.operator_status, name="operator_status"),
    re_path(r"^sms/operator/inbound/?$", views.operator_inbound, name="operator_inbound"),
    re_path(
        r"^sms/(?P<gateway>[a-z]{3,20})/(?P<secret>[\w.~-]{16,200})/(?:status|inbound)/?$",
        views.gateway_news,
        name="gateway_news",
    ),
]
