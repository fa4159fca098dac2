"""Accounts, and places for other programs."""

import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from foundation import now
from foundation.accounts import contacts, invitations
from tests.cast import a_contact, a_person
from tests.wall import EVERYONE, Call, Door, Public, nothing

ADMINISTRATORS = ("zehra", "yonca")
PLATFORM = ("yonca",)


def odunpazari(stage):
    return {"code": "26010"}


def an_invitation(stage):
    return {"email": "yeni@example.test", "role": "staff"}


def a_contacts_form(stage):
    return {"duty": "it", "name": "", "channel": "sms", "address": "0599 123 45 67"}


def the_contact(stage):
    return {"pk": stage.contact.pk}


def the_code(stage):
    return {"code": "123456"}


def an_operators_invitation(stage):
    return {"email": "yeni@example.test", "role": "operator", "municipality": ""}


doors = [
    Public("account_login"),
    Public("account_inactive"),
    Public("openid_connect_login", at=lambda stage: {"provider_id": "kurum"}, answers=(404,)),
    Public("openid_connect_callback", at=lambda stage: {"provider_id": "kurum"}, answers=(404,)),
    Public("account_reset_password"),
    Public("account_reset_password_done"),
    Public("account_reset_password_from_key", at=lambda stage: {"uidb36": "1", "key": "wrong-key"}),
    Public("account_reset_password_from_key_done"),
    Public("account_logout", answers=(302,)),
    Public("account_set_password", answers=(302,)),
    Public("accounts:privacy"),
    Public("accounts:accessibility"),
    Public("accounts:language", answers=(405,)),
    Public("accounts:acceptance", at=lambda stage: {"secret": stage.invitation_secret}),
    Door("account_change_password", EVERYONE),
    Door("account_reauthenticate", EVERYONE),
    Door("usersessions_list", EVERYONE),
    Door("accounts:profile", EVERYONE),
    Door("accounts:my_data", EVERYONE),
    Door("accounts:municipalities", EVERYONE),
    Door("accounts:staff", ADMINISTRATORS, at=odunpazari, post=an_invitation),
    Door("accounts:revocation", ADMINISTRATORS, at=lambda stage: {"pk": stage.colleague.pk}, post=nothing),
    Door("accounts:contacts", ADMINISTRATORS, at=odunpazari, post=a_contacts_form),
    Door("accounts:contact_code", ADMINISTRATORS, at=the_contact, get=False, post=nothing),
    Door("accounts:contact_verification", ADMINISTRATORS, at=the_contact, get=False, post=the_code),
    Door("accounts:contact_removal", ADMINISTRATORS, at=the_contact, get=False, post=nothing),
    Door("accounts:withdrawal", ADMINISTRATORS, at=lambda stage: {"pk": stage.invitation.pk}, get=False, post=nothing),
]
register = [
    Door("accounts:everyone", PLATFORM),
    Door("accounts:one_person", PLATFORM, at=lambda stage: {"pk": stage.colleague.pk}),
    Door("accounts:person_data", PLATFORM, at=lambda stage: {"pk": stage.colleague.pk}),
    Door("accounts:erasure", PLATFORM, at=lambda stage: {"pk": stage.colleague.pk}, post=nothing),
    Door("accounts:ending", PLATFORM, at=lambda stage: {"pk": stage.membership.pk}, get=False, post=nothing),
    Door("accounts:every_municipality", PLATFORM),
    Door("accounts:every_component", PLATFORM),
    Door("accounts:national_invitations", PLATFORM, post=an_operators_invitation),
]
second_factor = [
    # Nobody signed in: to the login page. Signed in but nothing to prove: on to where they were going.
    Public("mfa_authenticate", answers=(302,)),
    Public("mfa_login_webauthn", answers=(200, 302, 404)),
    Public("mfa_reauthenticate", answers=(302,)),
    Public("mfa_reauthenticate_webauthn", answers=(302,)),
    Door("mfa_index", EVERYONE),
    Door("mfa_list_webauthn", EVERYONE),
    Door("mfa_add_webauthn", EVERYONE),
    Door("mfa_activate_totp", EVERYONE),
    Door("mfa_generate_recovery_codes", ("selim", *EVERYONE)),
    Door("mfa_deactivate_totp", ("selim",)),
    Door("mfa_view_recovery_codes", ("selim",)),
    Door("mfa_download_recovery_codes", ("selim",)),
    Door("mfa_edit_webauthn", ("keyholder",), at=lambda stage: {"pk": stage.passkey.pk}),
    Door("mfa_remove_webauthn", ("keyholder",), at=lambda stage: {"pk": stage.passkey.pk}),
]
doors += register + second_factor
calls = [
    Call("GET", "/api/v1/provinces/", EVERYONE),
    Call("GET", "/api/v1/municipalities/", EVERYONE),
    Call("GET", "/api/v1/municipalities/{code}/", EVERYONE, at=lambda stage: {"code": "26010"}),
    Call("GET", "/api/v1/components/", EVERYONE),
    Call("GET", "/api/v1/components/{code}/", EVERYONE, at=lambda stage: {"code": "TAHSILAT"}),
]


def furnish(stage):
    """Selim has a second factor, somebody a passkey; somebody is invited to Odunpazarı."""
    TOTP.activate(stage.selim, generate_totp_secret())
    RecoveryCodes.activate(stage.selim)
    stage.contact = a_contact(stage.odunpazari)
    stage.contact.code_digest = contacts.digest(stage.contact, "123456")
    stage.contact.code_expires_at = now() + timedelta(minutes=10)
    stage.contact.save()
    stage.colleague = a_person("staff", municipality=stage.odunpazari)
    stage.membership = stage.colleague.memberships.get()
    stage.invitation = invitations.invite("davetli@example.test", "staff", stage.odunpazari, by=stage.zehra)
    stage.invitation_secret = secrets.token_urlsafe(32)
    stage.invitation.secret_digest = invitations.digest(stage.invitation_secret)
    stage.invitation.save()
    stage.keyholder = a_person()
    stage.passkey = Authenticator.objects.create(
        user=stage.keyholder, type=Authenticator.Type.WEBAUTHN, data={"name": "anahtar", "credential": {}}
    )
