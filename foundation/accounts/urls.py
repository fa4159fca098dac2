"""The addresses of accounts."""

from django.urls import URLPattern, path

from foundation.accounts.views import colleagues, contacts, myself, notices, places, register, roles, tokens
from foundation.accounts.views import places_register as kept

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
    path("register/people/<int:pk>/roles/new/", roles.giving, name="giving"),
    path("register/people/<int:pk>/restoration/", roles.restoration, name="restoration"),
    path("register/people/<int:pk>/sessions/ending/", roles.sessions_ending, name="sessions_ending"),
    path("register/people/<int:pk>/sessions/<int:session>/ending/", roles.session_ending, name="session_ending"),
    path("register/people/<int:pk>/second-factor/", roles.second_factor_reset, name="second_factor_reset"),
    path("register/memberships/<int:pk>/ending/", roles.ending, name="ending"),
    path("register/tokens/", tokens.token_list, name="tokens"),
    path("register/tokens/new/", tokens.new_token, name="new_token"),
    path("register/tokens/<int:pk>/rotation/", tokens.rotation, name="token_rotation"),
    path("register/tokens/<int:pk>/revocation/", tokens.revocation, name="token_revocation"),
    path("register/municipalities/", register.every_municipality, name="every_municipality"),
    path("register/municipalities/new/", kept.new_municipality, name="new_municipality"),
    path("register/municipalities/<str:code>/", kept.municipality, name="municipality"),
    path("register/municipalities/<str:code>/components/", kept.municipality_components, name="runs_components"),
    path("register/municipalities/<str:code>/closing/", kept.municipality_closing, name="municipality_closing"),
    path("register/municipalities/<str:code>/reopening/", kept.municipality_reopening, name="municipality_reopening"),
    path("register/provinces/", kept.every_province, name="every_province"),
    path("register/provinces/new/", kept.new_province, name="new_province"),
    path("register/provinces/<str:code>/", kept.province, name="province"),
    path("register/provinces/<str:code>/closing/", kept.province_closing, name="province_closing"),
    path("register/components/", register.every_component, name="every_component"),
    path("register/components/new/", kept.new_component, name="new_component"),
    path("register/components/<str:code>/", kept.component, name="component"),
    path("register/components/<str:code>/retirement/", kept.component_retirement, name="component_retirement"),
    path("register/components/<str:code>/return/", kept.component_return, name="component_return"),
    path("register/invitations/", register.national_invitations, name="national_invitations"),
    path("privacy/", notices.privacy, name="privacy"),
    path("accessibility/", notices.accessibility, name="accessibility"),
]
