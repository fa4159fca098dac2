"""Crisis contacts: listed, proved by a code that was sent there, removed."""

import re
from datetime import timedelta

import pytest
import time_machine
from django import forms
from django.test import TestCase
from django.urls import reverse

from foundation import now
from foundation.accounts import contacts
from foundation.accounts.forms import mobile
from foundation.directory.models import Contact
from foundation.outbox.models import OutboxMessage
from tests.cast import Cast
from tests.foundation.accounts.test_people import signed_in

NUMBER = "+905991234567"


def code_for(address: str) -> str:
    return re.search(r"\d{6}", OutboxMessage.objects.filter(address=address).latest("pk").text).group()


class ACrisisContact(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.contact = contacts.add(
            self.odunpazari, duty="it", name="Bilgi İşlem", channel="sms", address=NUMBER, by=self.zehra
        )

    def is_verified(self) -> bool:
        return Contact.objects.get(pk=self.contact.pk).verified_at is not None

    def test_counts_once_its_code_came_back(self):
        assert not self.is_verified()
        contacts.verify(self.contact, code_for(NUMBER), by=self.zehra)
        assert self.is_verified()

    def test_the_code_is_in_the_message_and_only_its_digest_in_the_register(self):
        assert code_for(NUMBER) not in str(Contact.objects.values().get(pk=self.contact.pk))

    def test_a_wrong_code_counts_and_the_sixth_try_is_refused_even_when_right(self):
        right = code_for(NUMBER)
        wrong = f"{(int(right) + 1) % 1_000_000:06}"
        for _ in range(contacts.MOST_TRIES):
            with self.assertRaises(contacts.WrongCode):
                contacts.verify(self.contact, wrong, by=self.zehra)
        with self.assertRaises(contacts.WrongCode):
            contacts.verify(self.contact, right, by=self.zehra)
        assert not self.is_verified()

    def test_a_code_is_too_old_after_fifteen_minutes(self):
        code = code_for(NUMBER)
        later = now() + timedelta(minutes=15, seconds=1)
        with time_machine.travel(later), self.assertRaises(contacts.WrongCode):
            contacts.verify(self.contact, code, by=self.zehra)

    def test_a_new_code_comes_after_a_minute_and_replaces_the_old(self):
        with self.assertRaises(contacts.CodeJustSent):
            contacts.send_code(self.contact, by=self.zehra)
        old = code_for(NUMBER)
        with time_machine.travel(now() + timedelta(seconds=61)):
            contacts.send_code(self.contact, by=self.zehra)
            if old != code_for(NUMBER):
                with self.assertRaises(contacts.WrongCode):
                    contacts.verify(self.contact, old, by=self.zehra)
            contacts.verify(self.contact, code_for(NUMBER), by=self.zehra)

    def test_is_listed_once_for_a_duty(self):
        with self.assertRaises(contacts.AlreadyListed):
            contacts.add(self.odunpazari, duty="it", name="", channel="sms", address=NUMBER, by=self.zehra)

    def test_is_kept_by_the_municipalitys_own_administrator(self):
        for person in (self.selim, self.hatice, self.ayse, self.nermin, self.stranger):
            for act in (contacts.send_code, contacts.remove):
                with self.assertRaises(contacts.NotYourMunicipality):
                    act(self.contact, by=person)
            with self.assertRaises(contacts.NotYourMunicipality):
                contacts.verify(self.contact, code_for(NUMBER), by=person)

    def test_the_page_lists_verifies_and_removes(self):
        client, url = signed_in(self.zehra), reverse("accounts:contacts", args=["26010"])
        assert "doğrulanmadı" in client.get(url).text
        client.post(reverse("accounts:contact_verification", args=[self.contact.pk]), {"code": code_for(NUMBER)})
        assert self.is_verified()
        assert (
            client.post(url, {"duty": "mayor", "name": "", "channel": "sms", "address": "0222"}).context["form"].errors
        )
        assert client.post(url, {"duty": "mayor", "channel": "email", "address": "Baskan@Od.test"}).status_code == 302
        assert OutboxMessage.objects.filter(channel="email", address="baskan@od.test").exists()
        client.post(reverse("accounts:contact_removal", args=[self.contact.pk]))
        assert not Contact.objects.filter(pk=self.contact.pk).exists()


@pytest.mark.parametrize(
    "written", ["0532 123 45 67", "532 1234567", "+90 532 123 45 67", "0090 532 123 45 67", "(0532) 123 45 67"]
)
def test_mobile_numbers_are_read_however_they_are_written(written):
    assert mobile(written) == "+905321234567"


@pytest.mark.parametrize(
    "written", ["153", "444 12 34", "0850 123 45 67", "0222 211 12 34", "0532 123 45 6", "abc", ""]
)
def test_what_gets_no_sms_is_refused(written):
    with pytest.raises(forms.ValidationError):
        mobile(written)
