"""The addresses of outbox."""

from django.urls import path, re_path

from foundation.outbox.views import callbacks, gateways, webhooks

# A gateway that signs nothing shows a secret of ours; Twilio and the mapped operator have doors of their own.
BY_SECRET = r"^sms/(?P<gateway>[a-z]{3,20})/(?P<secret>[\w.~-]{16,200})/"

app_name = "outbox"
urlpatterns = [
    re_path(r"^sms/twilio/status/?$", callbacks.twilio_status, name="twilio_status"),
    re_path(r"^sms/twilio/inbound/?$", callbacks.twilio_inbound, name="twilio_inbound"),
    re_path(r"^sms/operator/status/?$", callbacks.operator_status, name="operator_status"),
    re_path(r"^sms/operator/inbound/?$", callbacks.operator_inbound, name="operator_inbound"),
    re_path(BY_SECRET + r"status/?$", callbacks.gateway_news, name="gateway_status"),
    re_path(BY_SECRET + r"inbound/?$", callbacks.gateway_news, name="gateway_inbound"),
    path("gateways/", gateways.index, name="gateways"),
    path("gateways/<str:name>/", gateways.show, name="gateway"),
    path("gateways/<str:name>/test/", gateways.test, name="gateway_test"),
    path("gateways/<str:name>/routes/<int:pk>/", gateways.reopen, name="gateway_route"),
    path("webhooks/", webhooks.index, name="webhooks"),
    path("webhooks/<int:pk>/", webhooks.show, name="webhook"),
    path("webhooks/<int:pk>/secret/", webhooks.secret, name="webhook_secret"),
    path("webhooks/<int:pk>/test/", webhooks.test, name="webhook_test"),
    path("webhooks/<int:pk>/standing/", webhooks.standing, name="webhook_standing"),
    path("webhooks/<int:pk>/end/", webhooks.end, name="webhook_end"),
    path("webhooks/<int:pk>/deliveries/<int:delivery>/", webhooks.replay, name="webhook_replay"),
]
