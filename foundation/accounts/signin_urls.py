"""The pages of allauth that are open here; the others do not exist.

No sign-up, no change of e-mail address (administrators do that), no sign-in codes.
The addresses of an outside account are not found where none is set up.
"""

from allauth.account.urls import urlpatterns as account_pages
from django.urls import include, path

OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}

urlpatterns = [
    *(page for page in account_pages if page.name in OPEN),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
