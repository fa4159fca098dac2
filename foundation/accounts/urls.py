"""The addresses of accounts."""

from django.urls import URLPattern, path

from foundation.accounts.views import colleagues, contacts, myself, notices, places, register

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("profile/", myself.profile, name="profile"),
    path("profile/data/", myself.data, name="my_data"),
    path("language/", myself.language, name="language"),
    path("municipalities/", places.municipalities, name="municipalities"),
    path("municipalities/<str:code>/people/", colleagues.staff, name="staff"),
    path("municipalities/<str:code>/contacts/", contacts.of_municipality, name="contacts"),
    path("contacts/<int:pk>/verification/", contacts.verification, name="contact_verification"),
    path("contacts/<int:pk>/code/", contacts.code, name="contact_code"),
    path("contacts/<int:pk>/removal/", contacts.removal, name="contact_removal"),
    path("people/<int:pk>/revocation/", colleagues.revocation, name="revocation"),
    path("invitations/<int:pk>/withdrawal/", colleagues.withdrawal, name="withdrawal"),
    path("invitations/<str:secret>/", myself.acceptance, name="acceptance"),
    path("register/people/", register.everyone, name="everyone"),
    path("register/people/<int:pk>/", register.one_person, name="one_person"),
    path("register/people/<int:pk>/data/", register.data, name="person_data"),
    path("register/people/<int:pk>/erasure/", register.erasure, name="erasure"),
    path("register/memberships/<int:pk>/ending/", register.ending, name="ending"),
    path("register/municipalities/", register.every_municipality, name="every_municipality"),
    path("register/components/", register.every_component, name="every_component"),
    path("register/invitations/", register.national_invitations, name="national_invitations"),
    path("privacy/", notices.privacy, name="privacy"),
    path("accessibility/", notices.accessibility, name="accessibility"),
]
