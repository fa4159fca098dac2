"""Signing in, profile, language, notices, finding municipalities: what a reader meets."""

import re

import pytest
from django.test import TestCase, override_settings
from django.urls import reverse

from foundation.directory.models import Membership, Person
from foundation.outbox.models import OutboxMessage
from tests.cast import Cast, a_person
from tests.foundation.accounts.test_people import signed_in

Role = Membership.Role


class SigningIn(Cast, TestCase):
    def test_leads_each_role_to_its_own_page(self):
        doors = {
            self.selim: "/tickets/",
            self.zehra: "/tickets/",
            self.ayse: "/desk/",
            self.leyla: "/desk/",
            self.nermin: "/board/",
            self.kemal: "/board/",
            self.stranger: "/status/",
        }
        for person, door in doors.items():
            assert signed_in(person).get("/start/").headers["Location"] == door

    def test_a_reader_signs_in_first(self):
        assert self.client.get("/start/").headers["Location"] == "/accounts/login/"

    def test_a_wrong_password_says_what_to_do_and_not_who_exists(self):
        answers = [
            self.client.post("/accounts/login/", {"login": email, "password": "yanlış parola"})
            for email in (self.selim.email, "kimse@example.test")
        ]
        errors = [re.findall(r"uyuşmuyor", answer.text) for answer in answers]
        assert errors[0] == errors[1] == ["uyuşmuyor"]

    def test_pages_we_do_not_offer_are_not_there(self):
        for path in ("signup/", "email/", "confirm-email/", "login/code/confirm/", "3rdparty/", "social/signup/"):
            assert self.client.get(f"/accounts/{path}").status_code == 404

    def test_shows_accounts_in_the_demonstration_and_never_elsewhere(self):
        assert "nobet.demo" not in self.client.get("/accounts/login/").text
        with override_settings(DEMO=True):
            assert "ayse@nobet.demo" in self.client.get("/accounts/login/").text

    def test_every_field_has_its_label(self):
        page = self.client.get("/accounts/login/").text
        ids = re.findall(r'<input[^>]+id="(id_[^"]+)"', page)
        assert ids
        assert all(f'for="{id}"' in page for id in ids)

    def test_guessing_is_slowed_down_with_a_sentence(self):
        for _ in range(6):
            answer = self.client.post("/accounts/login/", {"login": self.selim.email, "password": "yanlış parola"})
        assert "Çok fazla deneme yapıldı" in answer.text
        assert signed_in(self.hatice).get("/profile/").status_code == 200

    def test_too_many_from_one_address_are_told_to_wait(self):
        with override_settings(ACCOUNT_RATE_LIMITS={"login": "1/m/ip"}):
            self.client.post("/accounts/login/", {"login": self.selim.email, "password": "x"})
            answer = self.client.post("/accounts/login/", {"login": self.selim.email, "password": "x"})
        assert answer.status_code == 429
        assert "bekle" in answer.text


class ForgettingThePassword(Cast, TestCase):
    def ask(self, email: str):
        return self.client.post("/accounts/password/reset/", {"email": email}, follow=True)

    def test_a_link_by_mail_opens_the_account_again_and_once(self):
        assert "E-posta kutunuza bakın" in self.ask(self.selim.email).text
        letter = OutboxMessage.objects.get(address=self.selim.email)
        link = re.search(r"http://\S+/(accounts/password/reset/key/\S+)", letter.words).group(1)
        form_url = self.client.get(f"/{link}", follow=True).request["PATH_INFO"]
        new = {"password1": "yeni uzun parolam", "password2": "yeni uzun parolam"}
        assert self.client.post(form_url, new, follow=True).status_code == 200
        self.selim.refresh_from_db()
        assert self.selim.check_password("yeni uzun parolam")
        assert "geçerli değil" in self.client.get(f"/{link}", follow=True).text

    def test_an_unknown_address_reads_the_same_and_gets_no_mail(self):
        assert "E-posta kutunuza bakın" in self.ask("kimse@example.test").text
        assert not OutboxMessage.objects.exclude(state=OutboxMessage.State.SUPPRESSED).exists()

    def test_the_letter_is_in_the_readers_language(self):
        Person.objects.filter(pk=self.selim.pk).update(language="en")
        self.ask(self.selim.email)
        assert OutboxMessage.objects.get().subject == "Choose a new password"


class TheProfile(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.client = signed_in(self.selim)

    def save(self, **changed):
        return self.client.post("/profile/", {"name": "Selim Aydın", "phone": "", "language": "tr"} | changed)

    def test_keeps_name_telephone_and_language(self):
        assert self.save(name="Selim A.", phone="0532 123 45 67", language="en").status_code == 302
        self.selim.refresh_from_db()
        assert (self.selim.name, str(self.selim.phone), self.selim.language) == ("Selim A.", "+905321234567", "en")
        assert "My profile" in self.client.get("/profile/").text

    def test_explains_a_telephone_number_it_cannot_read(self):
        assert "0532 123 45 67" in self.save(phone="0532 1").text

    def test_the_language_follows_to_a_new_browser(self):
        self.save(language="en")
        assert "My profile" in signed_in(self.selim).get("/profile/").text


class SwitchingTheLanguage(Cast, TestCase):
    def test_returns_to_the_same_page(self):
        answer = self.client.post("/language/", {"language": "en", "next": "/privacy/?a=1"})
        assert answer.headers["Location"] == "/privacy/?a=1"
        assert '<html lang="en">' in self.client.get("/privacy/").text

    def test_never_leads_elsewhere(self):
        for trap in ("https://evil.test/", "//evil.test/", "javascript:alert(1)", "/\\evil.test"):
            assert self.client.post("/language/", {"language": "en", "next": trap}).headers["Location"] == "/"

    def test_an_unknown_language_is_refused(self):
        assert self.client.post("/language/", {"language": "xx"}).status_code == 400

    def test_the_machines_language_is_not_asked(self):
        assert '<html lang="tr">' in self.client.get("/privacy/", headers={"Accept-Language": "en-US"}).text

    def test_public_pages_need_no_query_and_set_no_cookie(self):
        with self.assertNumQueries(0):
            answer = self.client.get("/privacy/")
        assert not answer.cookies


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/privacy/", "/accessibility/"])
@pytest.mark.parametrize(("language", "word"), [("tr", 'lang="tr"'), ("en", 'lang="en"')])
def test_notices_stand_in_both_languages(client, path, language, word):
    client.cookies["django_language"] = language
    page = client.get(path).text
    assert f"<html {word}>" in page
    assert len(page) > 2000


class FindingAMunicipality(Cast, TestCase):
    def found(self, words, person):
        answer = signed_in(person).get("/municipalities/", {"q": words})
        return [str(place) for place in answer.context["municipalities"]]

    def test_however_it_is_spelt(self):
        for words in ("odunpazari", "ODUNPAZARI", "Odunpazarı", "pazar odun", "26010", "  odun  "):
            assert self.found(words, self.ayse) == [str(self.odunpazari)]
        assert self.found("merzifon odun", self.ayse) == []

    def test_only_among_those_one_may_see(self):
        assert self.found("", self.hatice) == [str(self.merzifon)]

    def test_leads_back_with_the_code_and_works_without_a_script(self):
        page = signed_in(self.ayse).get("/municipalities/", {"q": "odun", "next": "/desk/new/"}).text
        assert 'href="/desk/new/?municipality=26010"' in page

    def test_never_leads_elsewhere(self):
        page = signed_in(self.ayse).get("/municipalities/", {"q": "odun", "next": "//evil.test/"}).text
        assert 'href="//evil.test' not in page
        assert 'name="next" value="//evil.test' not in page

    def test_answers_htmx_with_the_list_alone(self):
        page = signed_in(self.ayse).get("/municipalities/", {"q": "odun"}, headers={"HX-Request": "true"}).text
        assert "<html" not in page
        assert "Odunpazarı" in page


class LookingAfterPeople(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.url = reverse("accounts:staff", args=["26010"])

    def test_is_for_the_administrator_of_that_municipality(self):
        assert signed_in(self.zehra).get(self.url).status_code == 200
        assert signed_in(self.yonca).get(self.url).status_code == 200
        foreign = a_person(Role.MUNICIPAL_ADMIN, municipality=self.merzifon)
        for person in (self.selim, self.hatice, self.ayse, self.nermin, self.stranger, foreign):
            assert signed_in(person).get(self.url).status_code == 404
            assert signed_in(person).post(self.url, {"email": "x@y.test", "role": "staff"}).status_code == 404

    def test_inviting_withdrawing_and_closing(self):
        client = signed_in(self.zehra)
        assert client.post(self.url, {"email": "x@y.test", "role": "staff"}).status_code == 302
        page = client.get(self.url).text
        assert "x@y.test" in page
        withdrawal = re.search(r"/invitations/\d+/withdrawal/", page).group()
        assert client.post(withdrawal).status_code == 302
        assert "x@y.test" not in client.get(self.url).text
        revocation = re.search(r"/people/\d+/revocation/", page).group()
        assert "Selim" in client.get(revocation).text
        client.post(revocation)
        assert "Selim" not in client.get(self.url).text
        assert signed_in(self.selim).get("/profile/").status_code == 302

    def test_a_forged_role_is_refused_with_the_form(self):
        answer = signed_in(self.zehra).post(self.url, {"email": "x@y.test", "role": "operator"})
        assert answer.status_code == 200
        assert not OutboxMessage.objects.exists()

    def test_foreign_hands_find_neither_membership_nor_invitation(self):
        for person in (self.hatice, self.stranger):
            assert signed_in(person).post(f"/people/{self.selim.pk}/revocation/").status_code == 404
            assert signed_in(person).post("/invitations/1/withdrawal/").status_code == 404

    def test_the_list_costs_the_same_for_five_and_for_a_hundred(self):
        client = signed_in(self.zehra)
        client.get(self.url)
        with self.assertNumQueries(6):
            client.get(self.url)
        for _ in range(100):
            a_person(Role.STAFF, municipality=self.odunpazari)
        with self.assertNumQueries(6):
            client.get(self.url)
