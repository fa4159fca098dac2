"""Accounts, and places for other programs."""

import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession

from foundation import now
from foundation.accounts import contacts, invitations
from foundation.accounts.campaigns import running, sheet
from foundation.accounts.campaigns.running import CampaignTerms
from foundation.accounts.preparedness import counting
from foundation.accounts.verification import asking
from foundation.accounts.verification.asking import RoundScope
from foundation.directory.models import Component, Contact, Invitation
from foundation.wire.api import tokens
from tests import cast as place
from tests.cast import a_contact, a_person
from tests.wall import EVERYONE, NATIONAL, OWN, SECRET, Call, Door, Public, nothing

ADMINISTRATORS = ("zehra", "yonca")
PLATFORM = ("yonca",)
PLATE_99 = {"plate_code": "99"}


def odunpazari(stage):
    return {"code": "26010"}


def an_invitation(stage):
    return {"email": "yeni@example.test", "role": "staff"}


def a_contacts_form(stage):
    return {"duty": "it", "name": "", "channel": "sms", "address": "0599 123 45 67"}


def the_contact(stage):
    return {"pk": stage.contact.pk}


def the_code(stage):
    """Valid whenever it is typed, however long ago the stage was furnished."""
    Contact.objects.filter(pk=stage.contact.pk).update(code_expires_at=now() + timedelta(minutes=10))
    return {"code": "123456"}


def the_campaign(stage):
    return {"pk": stage.campaign.pk}


def a_list(stage):
    text = "belediye;e-posta\n26010;listede@odunpazari.test\n"
    return {"name": "Eskişehir", "remind_after_days": 3, "text": text, "confirm": "1"}


def people_to_invite(stage):
    return {"people": [{"municipality": "26010", "email": "programdan@odunpazari.test"}]}


def the_round(stage):
    return {"pk": stage.round.pk}


def a_list_of_people(stage):
    return people_to_invite(stage) | {"name": "Eskişehir"}


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
    Public("accounts:contact_answer", at=lambda stage: {"secret": stage.answer_secret}),
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
    Door("accounts:contacts_verification", ADMINISTRATORS, at=odunpazari, get=False, post=nothing, answers=(409,)),
    Door(
        "accounts:contact_deputy",
        ADMINISTRATORS,
        at=the_contact,
        get=False,
        post=lambda stage: {"deputy": str(stage.second_contact.pk)},
    ),
    Door("accounts:preparedness", NATIONAL),
    Door("accounts:preparedness_of", (*OWN, *NATIONAL), at=odunpazari),
    Door("accounts:contact_code", ADMINISTRATORS, at=the_contact, get=False, post=nothing),
    Door("accounts:contact_verification", ADMINISTRATORS, at=the_contact, get=False, post=the_code),
    Door("accounts:contact_removal", ADMINISTRATORS, at=the_contact, get=False, post=nothing),
    Door(
        "accounts:invitation_letter",
        ADMINISTRATORS,
        at=lambda stage: {"pk": stage.silent_invitation.pk},
        get=False,
        post=nothing,
        answers=(429,),
    ),
    Door("accounts:withdrawal", ADMINISTRATORS, at=lambda stage: {"pk": stage.invitation.pk}, get=False, post=nothing),
]


def the_colleague(stage):
    return {"pk": stage.colleague.pk}


def the_session(stage):
    return the_colleague(stage) | {"session": stage.session.pk}


def the_token(stage):
    return {"pk": stage.token.pk}


def a_tokens_form(stage):
    return {"email": stage.colleague.email, "name": "EBYS", "scopes": ["tickets:read"], "days": 90}


def a_reason(stage):
    return {"reason": "5747 sayılı Kanun"}


def merzifon(stage):
    return {"code": "05004"}


def a_place(stage):
    return {"population": 1000, "latitude": 39.5, "longitude": 30.5}


def a_municipality(stage):
    names = {"full_name": "Yeni Belediyesi", "name": "Yeni", "type": "ilce", "province": "26", "district": ""}
    return a_place(stage) | names | {"website": ""}


def a_province(stage):
    return a_place(stage) | {"name": "Yeni", "region": "Ege", "nuts3": "TR999"}


def a_province_over_the_api(stage):
    return a_province(stage) | {"is_metropolitan": False}


def a_component(stage):
    return {"name_tr": "Yeni", "name_en": "New", "tier": "C", "position": 7}


def the_reports(stage):
    return {"code": "RAPOR"}


def a_local_role(stage):
    return {"role": "union_observer", "province": "26"}


def a_new_contact(stage):
    return {"municipality": "26010", "duty": "it", "channel": "email", "address": "bt@odunpazari.test"}


register = [
    Door("accounts:everyone", PLATFORM),
    Door("accounts:one_person", PLATFORM, at=lambda stage: {"pk": stage.colleague.pk}),
    Door("accounts:person_data", PLATFORM, at=lambda stage: {"pk": stage.colleague.pk}),
    Door("accounts:erasure", PLATFORM, at=lambda stage: {"pk": stage.colleague.pk}, post=nothing),
    Door("accounts:ending", PLATFORM, at=lambda stage: {"pk": stage.membership.pk}, get=False, post=nothing),
    Door("accounts:giving", PLATFORM, at=the_colleague, post=lambda stage: {"role": "agent"}),
    Door("accounts:restoration", PLATFORM, at=lambda stage: {"pk": stage.closed_account.pk}, get=False, post=nothing),
    Door("accounts:sessions_ending", PLATFORM, at=the_colleague, get=False, post=nothing),
    Door("accounts:session_ending", PLATFORM, at=the_session, get=False, post=nothing),
    Door("accounts:second_factor_reset", PLATFORM, at=lambda stage: {"pk": stage.selim.pk}, post=a_reason),
    Door("accounts:tokens", PLATFORM),
    Door("accounts:new_token", PLATFORM, post=a_tokens_form),
    Door("accounts:token_rotation", PLATFORM, at=the_token, post=lambda stage: {"days": 30, "overlap": 24}),
    Door("accounts:token_revocation", PLATFORM, at=the_token, post=nothing),
    Door("accounts:every_municipality", PLATFORM),
    Door("accounts:new_municipality", PLATFORM, post=lambda stage: a_municipality(stage) | {"code": "26999"}),
    Door("accounts:municipality", PLATFORM, at=merzifon, post=a_municipality),
    Door("accounts:runs_components", PLATFORM, at=merzifon, post=lambda stage: {"components": ["EBYS"]}),
    Door("accounts:municipality_closing", PLATFORM, at=merzifon, post=a_reason),
    Door("accounts:municipality_reopening", PLATFORM, at=merzifon, get=False, post=nothing, answers=(409,)),
    Door("accounts:every_province", PLATFORM),
    Door("accounts:shipped_registers", PLATFORM, post=nothing),
    Door("accounts:new_province", PLATFORM, post=lambda stage: a_province(stage) | {"plate_code": "99"}),
    Door("accounts:province", PLATFORM, at=lambda stage: {"code": "26"}, post=a_province),
    Door("accounts:province_closing", PLATFORM, at=lambda stage: {"code": "26"}, post=a_reason, answers=(409,)),
    Door("accounts:new_component", PLATFORM, post=lambda stage: a_component(stage) | {"code": "YENI"}),
    Door("accounts:component", PLATFORM, at=the_reports, post=a_component),
    Door("accounts:component_retirement", PLATFORM, at=the_reports, post=a_reason),
    Door("accounts:component_return", PLATFORM, at=the_reports, get=False, post=nothing, answers=(409,)),
    Door("accounts:every_component", PLATFORM),
    Door("accounts:national_invitations", PLATFORM, post=an_operators_invitation),
    Door("accounts:verifications", PLATFORM, post=lambda stage: {"province": "05", "duty": ""}),
    Door("accounts:verification", PLATFORM, at=the_round),
    Door("accounts:verification_stopping", PLATFORM, at=the_round, get=False, post=nothing),
    Door("accounts:campaigns", PLATFORM),
    Door("accounts:new_campaign", PLATFORM, post=a_list),
    Door("accounts:campaign", PLATFORM, at=the_campaign),
    Door("accounts:campaign_progress", PLATFORM, at=the_campaign),
    Door("accounts:campaign_file", PLATFORM, at=the_campaign),
    Door("accounts:campaign_letters", PLATFORM, at=the_campaign, get=False, post=nothing, answers=(409,)),
    Door("accounts:campaign_stopping", PLATFORM, at=the_campaign, get=False, post=nothing, answers=(409,)),
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
    Call("POST", "/api/v1/provinces/", PLATFORM, body=lambda stage: a_province_over_the_api(stage) | PLATE_99),
    Call("PUT", "/api/v1/provinces/{code}/", PLATFORM, at=lambda stage: {"code": "26"}, body=a_province_over_the_api),
    Call("POST", "/api/v1/provinces/{code}/closing/", PLATFORM, at=lambda stage: {"code": "98"}, body=a_reason),
    Call("POST", "/api/v1/municipalities/", PLATFORM, body=lambda stage: a_municipality(stage) | {"code": "26999"}),
    Call("PUT", "/api/v1/municipalities/{code}/", PLATFORM, at=merzifon, body=a_municipality),
    Call(
        "PUT",
        "/api/v1/municipalities/{code}/components/",
        PLATFORM,
        at=merzifon,
        body=lambda stage: {"components": ["EBYS"]},
    ),
    Call("POST", "/api/v1/municipalities/{code}/closing/", PLATFORM, at=merzifon, body=a_reason),
    Call("POST", "/api/v1/municipalities/{code}/reopening/", PLATFORM, at=lambda stage: {"code": "98001"}),
    Call("POST", "/api/v1/components/", PLATFORM, body=lambda stage: a_component(stage) | {"code": "YENI"}),
    Call("PUT", "/api/v1/components/{code}/", PLATFORM, at=the_reports, body=a_component),
    Call("POST", "/api/v1/components/{code}/retirement/", PLATFORM, at=the_reports, body=a_reason),
    Call("POST", "/api/v1/components/{code}/return/", PLATFORM, at=lambda stage: {"code": "ESKI"}),
    Call("GET", "/api/v1/people/", PLATFORM),
    Call("GET", "/api/v1/people/{pk}/", PLATFORM, at=the_colleague),
    Call("GET", "/api/v1/people/{pk}/roles/", PLATFORM, at=the_colleague),
    Call("POST", "/api/v1/people/{pk}/roles/", PLATFORM, at=the_colleague, body=a_local_role),
    Call(
        "DELETE",
        "/api/v1/people/{pk}/roles/{role}/",
        PLATFORM,
        at=lambda stage: the_colleague(stage) | {"role": stage.membership.pk},
    ),
    Call("DELETE", "/api/v1/people/{pk}/sessions/", PLATFORM, at=the_colleague),
    Call("POST", "/api/v1/people/{pk}/revocation/", PLATFORM, at=the_colleague),
    Call("GET", "/api/v1/invitations/", EVERYONE),
    Call(
        "POST",
        "/api/v1/invitations/",
        ADMINISTRATORS,
        body=lambda stage: an_invitation(stage) | {"municipality": "26010"},
    ),
    Call("DELETE", "/api/v1/invitations/{pk}/", ADMINISTRATORS, at=lambda stage: {"pk": stage.invitation.pk}),
    Call(
        "POST",
        "/api/v1/invitations/{pk}/letters/",
        ADMINISTRATORS,
        at=lambda stage: {"pk": stage.silent_invitation.pk},
    ),
    Call("GET", "/api/v1/invitation-campaigns/", PLATFORM),
    Call("POST", "/api/v1/invitation-campaigns/checks/", PLATFORM, body=people_to_invite),
    Call(
        "POST", "/api/v1/invitation-campaigns/", PLATFORM, body=lambda stage: people_to_invite(stage) | {"name": "İl"}
    ),
    Call("GET", "/api/v1/invitation-campaigns/{pk}/", PLATFORM, at=the_campaign),
    Call("GET", "/api/v1/invitation-campaigns/{pk}/rows/", PLATFORM, at=the_campaign),
    Call("POST", "/api/v1/invitation-campaigns/{pk}/letters/", PLATFORM, at=the_campaign),
    Call("POST", "/api/v1/invitation-campaigns/{pk}/stop/", PLATFORM, at=the_campaign),
    Call("GET", "/api/v1/contact-verifications/", EVERYONE),
    Call("POST", "/api/v1/contact-verifications/", PLATFORM, body=lambda stage: {"province": "05"}),
    Call("GET", "/api/v1/contact-verifications/{pk}/", ADMINISTRATORS, at=the_round),
    Call("GET", "/api/v1/contact-verifications/{pk}/requests/", ADMINISTRATORS, at=the_round),
    Call("POST", "/api/v1/contact-verifications/{pk}/stop/", ADMINISTRATORS, at=the_round),
    Call("GET", "/api/v1/preparedness/", EVERYONE),
    Call("GET", "/api/v1/preparedness/provinces/", EVERYONE),
    Call("GET", "/api/v1/preparedness/{code}/", (*OWN, *NATIONAL), at=odunpazari),
    Call(
        "PUT",
        "/api/v1/contacts/{pk}/deputy/",
        ADMINISTRATORS,
        at=the_contact,
        body=lambda stage: {"deputy": stage.second_contact.pk},
    ),
    Call("GET", "/api/v1/contacts/", EVERYONE),
    Call("POST", "/api/v1/contacts/", ADMINISTRATORS, body=a_new_contact),
    Call("POST", "/api/v1/contacts/{pk}/code/", ADMINISTRATORS, at=the_contact),
    Call(
        "PUT",
        "/api/v1/contacts/{pk}/verification/",
        ADMINISTRATORS,
        at=the_contact,
        body=the_code,
    ),
    Call("DELETE", "/api/v1/contacts/{pk}/", ADMINISTRATORS, at=the_contact),
    Call("GET", "/api/v1/tokens/", PLATFORM),
    Call("DELETE", "/api/v1/tokens/{pk}/", PLATFORM, at=the_token),
]


def furnish_campaign(stage):
    """A list of two: one was invited long ago and is silent, one is still to come."""
    text = f"belediye;e-posta;ad\n26010;sessiz@odunpazari.test;{SECRET}\n26010;sirada@odunpazari.test;Sırada\n"
    stage.campaign = running.order(sheet.read(text), CampaignTerms("Eskişehir"), by=stage.yonca)
    running.go_on(stage.campaign, 1)
    stage.silent_invitation = Invitation.objects.get(email="sessiz@odunpazari.test")
    Invitation.objects.filter(pk=stage.silent_invitation.pk).update(last_sent_at=now() - timedelta(days=1))


def furnish_round(stage):
    """A round of Odunpazarı: one address was asked, one is still to come, one came by afterwards."""
    for name in ("sorulan", "siradaki"):
        a_contact(stage.odunpazari, channel="email", address=f"{name}@odunpazari.test", verified_at=None)
    stage.round = asking.order(RoundScope(municipality=stage.odunpazari), by=stage.zehra)
    asking.ask_some(stage.round, 1)
    a_contact(stage.odunpazari, channel="email", address="yeni@odunpazari.test", verified_at=None)
    a_contact(stage.merzifon, channel="email", address="bt@merzifon.test", verified_at=None)
    stage.answer_secret = secrets.token_urlsafe(12)
    digest = asking.digest(stage.answer_secret)
    stage.round.requests.filter(outcome="sent").update(secret_digest=digest)


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
    stage.closed_account = a_person(is_active=False, revoked_at=now())
    stage.session = UserSession.objects.create(
        user=stage.colleague, ip="192.0.2.7", user_agent="Firefox", session_key="of-the-wall"
    )
    stage.token, _secret = tokens.issue(
        stage.colleague, name="EBYS", scopes=["tickets:read"], lasting=timedelta(days=90)
    )
    empty = place.a_province("98", "Boş")
    place.a_municipality("98001", "Kapalı", plate_code="26", closed_at=now(), province=stage.eskisehir_province)
    assert not empty.municipalities.exists()
    place.a_component("ESKI")
    Component.objects.filter(pk="ESKI").update(retired_at=now())
    stage.invitation = invitations.invite("davetli@example.test", "staff", stage.odunpazari, by=stage.zehra)
    stage.invitation_secret = secrets.token_urlsafe(32)
    stage.invitation.secret_digest = invitations.digest(stage.invitation_secret)
    stage.invitation.save()
    furnish_campaign(stage)
    furnish_round(stage)
    stage.second_contact = a_contact(stage.odunpazari, duty="mayor")
    counting.keep()
    stage.keyholder = a_person()
    stage.passkey = Authenticator.objects.create(
        user=stage.keyholder, type=Authenticator.Type.WEBAUTHN, data={"name": "anahtar", "credential": {}}
    )
