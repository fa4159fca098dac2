"""The addresses of outbox."""

from django.urls import path, re_path

from foundation.outbox.views import callbacks, gateways

app_name = "outbox"
urlpatterns = [
    re_path(r"^sms/twilio/status/?$", callbacks.twilio_status, name="twilio_status"),
    re_path(r"^sms/twilio/inbound/?$", callbacks.twilio_inbound, name="twilio_inbound"),
    re_path(r"^sms/operator/status/?$", callbacks.operator_status, name="operator_status"),
    re_path(r"^sms/operator/inbound/?$", callbacks.operator_inbound, name="operator_inbound"),
    re_path(
        r"^sms/(?P<gateway>[a-z]{3,20})/(?P<secret>[\w.~-]{16,200})/(?:status|inbound)/?$",
        callbacks.gateway_news,
        name="gateway_news",
    ),
    path("gateways/", gateways.index, name="gateways"),
    path("gateways/<str:name>/", gateways.show, name="gateway"),
    path("gateways/<str:name>/test/", gateways.test, name="gateway_test"),
    path("gateways/<str:name>/routes/<int:pk>/", gateways.reopen, name="gateway_route"),
]
