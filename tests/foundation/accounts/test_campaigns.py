"""Many invitations at once: what is wrong with which line, each letter once, who accepted."""

import csv
import io
import re
from datetime import timedelta
from unittest.mock import patch

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation import now
from foundation.accounts import invitations, people
from foundation.accounts.campaigns import progress, running, sheet
from foundation.accounts.campaigns.running import CampaignTerms
from foundation.directory.models import Invitation, InvitationCampaign, InvitationRow, Membership, Person
from foundation.directory.retention import forget_campaigns
from foundation.outbox.models import OutboxMessage, Suppression
from tests.cast import Cast, a_contact, a_municipality, a_person
from tests.foundation.directory.test_spreadsheets import an_xlsx
from tests.wall.walking import signed_in

Role = Membership.Role
HEAD = "belediye;e-posta;ad;görev;telefon\n"
TWO = HEAD + "26010;bir@odunpazari.test;Bir Kişi;;0532 111 22 33\nMerzifon;iki@merzifon.test;İki Kişi;personel;\n"
HOUR = timedelta(hours=1, seconds=1)


def faults(text: str) -> dict[int, str]:
    return {row.line: row.fault for row in sheet.read(text).faulty}


def letters(address: str) -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(address=address).order_by("pk"))


def secret_in(letter: OutboxMessage) -> str:
    found = re.search(r"/invitations/([^/\s]+)/", letter.words)
    assert found
    return found[1]


class Sheets(Cast, TestCase):
    def test_codes_names_and_roles_are_read_as_people_write_them(self):
        read = sheet.read(TWO)
        assert read.faulty == [] and read.problem == ""
        one, two = read.ready
        assert (one.municipality, one.role, one.phone) == (self.odunpazari, Role.MUNICIPAL_ADMIN, "+905321112233")
        assert (two.municipality, two.role, two.name, two.line) == (self.merzifon, Role.STAFF, "İki Kişi", 3)

    def test_each_mistake_is_named_in_its_line_and_the_others_stay_good(self):
        invitations.invite("bekleyen@odunpazari.test", Role.MUNICIPAL_ADMIN, self.odunpazari, by=self.zehra)
        Suppression.objects.create(channel="email", address="donen@odunpazari.test", reason="bounced")
        a_person(email="kapali@odunpazari.test", is_active=False, revoked_at=now())
        lines = [
            "26010;iyi@odunpazari.test;;;",
            "99999;a@odunpazari.test;;;",
            "Yokköy;b@odunpazari.test;;;",
            "26010;adres değil;;;",
            "26010;İYİ@odunpazari.test;;;",
            "26010;iyi@odunpazari.test;;;",
            f"26010;{self.zehra.email};;;",
            "26010;bekleyen@odunpazari.test;;;",
            "26010;donen@odunpazari.test;;;",
            "26010;kapali@odunpazari.test;;;",
            "26010;c@odunpazari.test;;operatör;",
            "26010;d@odunpazari.test;;;doksan",
            ";;;;",
            ";e@odunpazari.test;;;",
            "26010;;;;",
        ]
        wrong = faults(HEAD + "\n".join(lines))
        assert sorted(wrong) == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16]
        assert "99999" in wrong[3] and "Yokköy" in wrong[4] and "adres değil" in wrong[5]
        assert "adres" in wrong[6] and "satır: 2" in wrong[7]
        assert "zaten" in wrong[8] and "Zaten davet edildi" in wrong[9]
        assert "gönder" in wrong[10]
        assert "kapalı" in wrong[11] and "belediye yöneticisi" in wrong[12] and "telefon" in wrong[13]
        assert "Belediye yazılmamış" in wrong[15] and "E-posta adresi yok" in wrong[16]

    def test_a_name_that_several_bear_is_asked_back_and_the_province_settles_it(self):
        a_municipality("05099", "Odunpazarı", plate_code="05", province=self.amasya_province)
        assert "26010" in faults(HEAD + "Odunpazarı;a@b.test;;;\n")[2]
        read = sheet.read("belediye;il;e-posta\nOdunpazarı;Eskişehir;a@b.test\nOdunpazarı;05;c@b.test\n")
        assert [row.municipality.code for row in read.ready if row.municipality] == ["26010", "05099"]

    def test_what_is_no_list_says_so(self):
        for text in ("", "\n\n", "ad;soyad\nA;B\n", "e-posta\na@b.test\n"):
            assert sheet.read(text).problem
        assert sheet.read(HEAD + "26010;a@b.test\n" * (sheet.MOST_LINES + 1)).problem

    def test_questions_grow_with_the_parts_and_not_with_the_lines(self):
        def asked(count: int) -> int:
            text = HEAD + "".join(f"26010;p{n}@b.test;;;\n" for n in range(count))
            with CaptureQueriesContext(connection) as queries:
                sheet.read(text)
            return len(queries)

        assert asked(1) == asked(400) <= 7


class Ordering(Cast, TestCase):
    def order(self, text: str = TWO, **terms) -> InvitationCampaign:
        return running.order(sheet.read(text), CampaignTerms("Eskişehir", **terms), by=self.yonca)

    def carried(self, text: str = TWO, **terms) -> InvitationCampaign:
        campaign = self.order(text, **terms)
        with time_machine.travel(now() + timedelta(seconds=11)):
            running.carry_owed()
        campaign.refresh_from_db()
        return campaign

    def test_nothing_leaves_in_the_first_seconds_and_then_each_gets_one_sealed_letter(self):
        campaign = self.order()
        running.carry_owed()
        assert not Invitation.objects.exists()
        with time_machine.travel(now() + timedelta(seconds=11)):
            running.carry_owed()
            running.carry_owed()
        (letter,) = letters("bir@odunpazari.test")
        assert letter.is_sealed and "Odunpazarı Belediyesi" in letter.words
        assert secret_in(letter) not in letter.text
        campaign.refresh_from_db()
        assert campaign.ended_at and campaign.state == InvitationCampaign.State.KEPT
        assert Invitation.objects.count() == len(OutboxMessage.objects.all()) == 2

    def test_lines_with_mistakes_stay_in_the_list(self):
        campaign = self.carried(TWO + "99999;uc@b.test;;;\n")
        assert campaign.total == 3
        (row,) = campaign.rows.filter(outcome="refused")
        assert "99999" in row.why and row.email == "uc@b.test"
        assert progress.of(campaign).left_out == 1

    def test_a_list_without_a_good_line_is_refused(self):
        with self.assertRaises(running.NobodyToInvite):
            self.order(HEAD + "99999;a@b.test;;;\n")
        assert not InvitationCampaign.objects.exists()

    def test_only_platform_administrators_order(self):
        for person in (self.zehra, self.leyla, self.nermin, self.kemal, self.ayse, self.selim, self.stranger):
            with self.assertRaises(running.ForPlatformAdministrators):
                running.order(sheet.read(TWO), CampaignTerms("x"), by=person)

    def test_whoever_was_invited_meanwhile_by_hand_gets_no_second_letter(self):
        campaign = self.order()
        invitations.invite("bir@odunpazari.test", Role.MUNICIPAL_ADMIN, self.odunpazari, by=self.zehra)
        with time_machine.travel(now() + timedelta(seconds=11)):
            running.carry_owed()
        assert len(letters("bir@odunpazari.test")) == 1
        assert campaign.rows.get(email="bir@odunpazari.test").outcome == "refused"

    def test_an_administrator_who_lost_the_role_invites_nobody_more(self):
        campaign = self.order()
        self.yonca.memberships.all().delete()
        with time_machine.travel(now() + timedelta(seconds=11)):
            running.carry_owed()
        assert set(campaign.rows.values_list("outcome", flat=True)) == {"refused"}

    def test_a_fault_of_ours_in_one_line_is_named_and_the_others_go_on(self):
        real = invitations.send_letter

        def broken(invitation, *rest, **words):
            if invitation.email.startswith("bir"):
                raise RuntimeError("mürekkep bitti")
            real(invitation, *rest, **words)

        with patch.object(invitations, "send_letter", broken):
            campaign = self.carried()
        assert dict(campaign.rows.values_list("email", "outcome")) == {
            "bir@odunpazari.test": "failed",
            "iki@merzifon.test": "sent",
        }
        assert Invitation.objects.count() == 1

    def test_stopped_in_time_nobody_is_written_to(self):
        campaign = self.order()
        assert running.stop(campaign, by=self.yonca) == 2
        with time_machine.travel(now() + timedelta(days=9)):
            running.carry_owed()
        assert not OutboxMessage.objects.exists()
        with self.assertRaises(running.NothingToStop):
            running.stop(campaign, by=self.yonca)

    def test_stopped_later_nobody_is_reminded(self):
        campaign = self.carried()
        running.stop(campaign, by=self.yonca)
        with time_machine.travel(now() + timedelta(days=4)):
            running.carry_owed()
        assert OutboxMessage.objects.count() == 2

    def test_the_silent_are_reminded_once_and_the_earlier_link_says_so(self):
        campaign = self.carried(remind_after_days=3)
        first = secret_in(letters("iki@merzifon.test")[0])
        invitations.accept(secret_in(letters("bir@odunpazari.test")[0]), name="Bir", password="her sabah simit")
        for days in (2, 4, 5, 6):
            with time_machine.travel(now() + timedelta(days=days)):
                running.carry_owed()
                running.carry_owed()
        assert len(letters("bir@odunpazari.test")) == 1
        assert len(letters("iki@merzifon.test")) == 2
        again = letters("iki@merzifon.test")[1]
        assert again.subject == "Hatırlatma: Nöbet davetiniz"
        with self.assertRaises(invitations.InvitationReplaced):
            invitations.find(first)
        with time_machine.travel(now() + timedelta(days=10)):  # seven days from the reminder, not from the first
            assert invitations.find(secret_in(again)).letters == 2
        assert progress.of(campaign).whole.counts == {"accepted": 1, "waiting": 1}

    def test_without_days_nobody_is_reminded(self):
        self.carried(remind_after_days=0)
        with time_machine.travel(now() + timedelta(days=6)):
            running.carry_owed()
        assert OutboxMessage.objects.count() == 2

    def test_writing_again_reaches_only_the_silent_and_cannot_double(self):
        campaign = self.carried(remind_after_days=0)
        with self.assertRaises(running.NobodyToRemind):
            running.write_again(campaign, by=self.yonca)
        invitations.accept(secret_in(letters("bir@odunpazari.test")[0]), name="Bir", password="her sabah simit")
        with time_machine.travel(now() + timedelta(days=9)):  # by then the links are too old
            assert progress.of(campaign).whole.counts == {"accepted": 1, "expired": 1}
            assert running.write_again(campaign, by=self.yonca) == 1
            with self.assertRaises(running.NobodyToRemind):
                running.write_again(campaign, by=self.yonca)
            running.carry_owed()
            with self.assertRaises(running.NobodyToRemind):
                running.write_again(campaign, by=self.yonca)
            running.carry_owed()
            assert progress.of(campaign).whole.counts == {"accepted": 1, "waiting": 1}
        assert len(letters("iki@merzifon.test")) == 2 and len(letters("bir@odunpazari.test")) == 1

    def test_name_and_telephone_of_the_list_open_the_account(self):
        self.carried()
        secret = secret_in(letters("bir@odunpazari.test")[0])
        page = self.client.get(reverse("accounts:acceptance", args=[secret])).content.decode()
        assert 'value="Bir Kişi"' in page
        person = invitations.accept(secret, name="Bir Kişi", password="her sabah simit")
        assert person.phone == "+905321112233"
        assert person.has_role(Role.MUNICIPAL_ADMIN)

    def test_the_database_keeps_an_address_to_one_row_and_a_sent_row_to_its_invitation(self):
        campaign = self.order()
        wrongs = (
            {"email": "bir@odunpazari.test", "outcome": "owed"},
            {"email": "yeni@b.test", "outcome": "sent"},
        )
        for wrong in wrongs:
            with self.assertRaises(IntegrityError), transaction.atomic():
                InvitationRow.objects.create(campaign=campaign, line=9, **wrong)

    def test_what_is_forgotten_goes_whole(self):
        self.carried()
        person = Person.objects.create_user("iki@merzifon.test", name="İki")
        people.erase(person, by=self.yonca)
        assert list(InvitationRow.objects.values_list("email", flat=True)) == ["bir@odunpazari.test"]
        forget_campaigns(now() + timedelta(days=1))
        assert not InvitationRow.objects.exists() and Invitation.objects.exists()


class Pages(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.browser = signed_in(self.yonca)

    def send(self, text: str = "", **words):
        form = {"name": "Eskişehir", "remind_after_days": 3, "text": text} | words
        return self.browser.post(reverse("accounts:new_campaign"), form)

    def test_a_workbook_is_looked_at_first_and_sent_when_it_is_confirmed(self):
        book = an_xlsx([["Belediye", "E-posta"], ["26010", "bir@odunpazari.test"], ["99999", "iki@b.test"]])
        page = self.send(sheet=SimpleUploadedFile("liste.xlsx", book))
        assert page.status_code == 422
        words = page.content.decode()
        assert "1 davet gönderilebilir" in words and "99999" in words and "bir@odunpazari.test" in words
        assert not InvitationCampaign.objects.exists()
        text = page.context["text"]
        answer = self.send(text, confirm="1")
        campaign = InvitationCampaign.objects.get()
        self.assertRedirects(answer, reverse("accounts:campaign", args=[campaign.pk]))
        assert campaign.rows.count() == 2

    def test_a_list_that_changed_since_it_was_looked_at_is_shown_again(self):
        answer = self.send(TWO, confirm="3")
        assert answer.status_code == 200 and "bir kez daha bakın" in answer.content.decode()
        assert not InvitationCampaign.objects.exists()

    def test_nothing_typed_is_lost(self):
        page = self.send(TWO, name="").content.decode()
        assert "iki@merzifon.test" in page
        page = self.send("saçma bir metin").content.decode()
        assert "saçma bir metin" in page and "İlk satır sütunları adlandırır" in page

    def test_the_list_begins_with_known_contacts_of_places_without_an_administrator(self):
        a_contact(self.odunpazari, channel="email", address="bt@odunpazari.test")  # zehra administers it
        a_contact(self.merzifon, channel="email", address="bt@merzifon.test", name="Bilgi İşlem")
        page = self.browser.get(reverse("accounts:new_campaign"), {"province": "", "duty": "it"}).content.decode()
        assert "05004;Amasya;bt@merzifon.test;Bilgi İşlem" in page and "bt@odunpazari.test" not in page
        page = self.browser.get(reverse("accounts:new_campaign"), {"province": "26", "duty": "it"}).content.decode()
        assert "bt@merzifon.test" not in page

    def campaign(self, text: str = TWO) -> InvitationCampaign:
        campaign = running.order(sheet.read(text), CampaignTerms("Eskişehir"), by=self.yonca)
        with time_machine.travel(now() + timedelta(seconds=11)):
            running.carry_owed()
        return campaign

    def test_the_page_says_who_accepted_by_province(self):
        campaign = self.campaign()
        invitations.accept(secret_in(letters("bir@odunpazari.test")[0]), name="Bir", password="her sabah simit")
        page = self.browser.get(reverse("accounts:campaign", args=[campaign.pk])).content.decode()
        assert "davet edilen 2 kişiden 1 kabul etti" in page
        assert page.index("Amasya</a>") < page.index("Eskişehir</a>")
        narrowed = self.browser.get(reverse("accounts:campaign", args=[campaign.pk]), {"state": "accepted"})
        assert [row.email for row in narrowed.context["rows"]] == ["bir@odunpazari.test"]
        narrowed = self.browser.get(reverse("accounts:campaign", args=[campaign.pk]), {"province": "05"})
        assert [row.email for row in narrowed.context["rows"]] == ["iki@merzifon.test"]

    def test_its_questions_do_not_grow_with_the_list(self):
        def asked(count: int) -> int:
            text = HEAD + "".join(f"26010;k{count}-{n}@b.test;;;\n" for n in range(count))
            campaign = running.order(sheet.read(text), CampaignTerms("x"), by=self.yonca)
            with CaptureQueriesContext(connection) as queries:
                self.browser.get(reverse("accounts:campaign", args=[campaign.pk]))
            return len(queries)

        asked(1)
        assert asked(2) == asked(60)

    def test_the_list_is_a_file(self):
        campaign = self.campaign(TWO + "26010;=cmd@b.test;=1+1;;\n")
        answer = self.browser.get(reverse("accounts:campaign_file", args=[campaign.pk]))
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        head, one, two, three = csv.reader(io.StringIO(text), delimiter=";")
        assert head[4] == "E-posta adresi" and one[4] == "bir@odunpazari.test" and two[7] == "yanıt bekleniyor"
        assert three[5] == "'=1+1"
        book = self.browser.get(reverse("accounts:campaign_file", args=[campaign.pk]), {"format": "xlsx"}).content
        assert book.startswith(b"PK")

    def test_one_letter_again_from_the_page_of_the_municipality(self):
        invitation = invitations.invite("yeni@odunpazari.test", Role.STAFF, self.odunpazari, by=self.zehra)
        browser, address = signed_in(self.zehra), reverse("accounts:invitation_letter", args=[invitation.pk])
        assert browser.post(address).status_code == 429
        with time_machine.travel(now() + HOUR):
            assert browser.post(address).status_code == 302
            assert browser.post(address).status_code == 429
        assert len(letters("yeni@odunpazari.test")) == 2
        assert signed_in(self.hatice).post(address).status_code == 404
