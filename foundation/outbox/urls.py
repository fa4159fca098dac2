"""The addresses of outbox."""

from django.urls import path

from foundation.outbox import views

app_name = "outbox"
urlpatterns = [
    path("sms/twilio/status", views.twilio_status, name="twilio_status"),
    path("sms/twilio/inbound", views.twilio_inbound, name="twilio_inbound"),
    path("sms/operator/status", views.operator_status, name="operator_status"),
    path("sms/operator/inbound", views.operator_inbound, name="operator_inbound"),
]
