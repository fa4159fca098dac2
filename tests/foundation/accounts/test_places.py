"""Registers: places renamed, merged by law, closed; components retired; what points at them stays."""

import json
from datetime import timedelta

from django.test import TestCase

from foundation.accounts import invitations
from foundation.accounts.places import components, municipalities, provinces
from foundation.accounts.places.rules import AlreadyClosed, AlreadyInTheRegister, NotYourRegister
from foundation.directory import registers
from foundation.directory.models import Component, Membership, Municipality, Person, Province
from foundation.journal.models import Entry
from foundation.wire.api import tokens
from helpdesk import tickets
from helpdesk.models import Ticket
from helpdesk.search import finding
from monitoring.models import Node
from runbooks.broadcasts.compose.audience import AudienceRule
from tests.cast import Cast, a_contact, a_person
from tests.helpdesk.builders import a_ticket
from tests.wall.walking import signed_in

Role = Membership.Role


def facts_of(place: Municipality, **changed) -> municipalities.Facts:
    fields = {name: getattr(place, name) for name in municipalities.Facts.__dataclass_fields__}
    return municipalities.Facts(**(fields | changed))


class Renaming(Cast, TestCase):
    def test_the_old_name_is_kept_and_still_found(self):
        facts = facts_of(self.merzifon, full_name="Yeni Merzifon Belediyesi", name="Yeni Merzifon")
        municipalities.describe(self.merzifon, facts, by=self.yonca)
        (day, name), *_rest = Municipality.objects.get(code="05004").formerly
        assert name == "Merzifon Belediyesi"
        page = signed_in(self.yonca).get("/register/municipalities/05004/")
        assert f"{day:%d.%m.%Y}" in page.text and "Merzifon Belediyesi" in page.text
        municipalities.describe(self.merzifon, facts_of(self.merzifon, full_name="Çınar Belediyesi"), by=self.yonca)
        assert list(Municipality.objects.matching("yeni merzifon")) == [self.merzifon]
        assert len(Municipality.objects.get(code="05004").formerly) == 2

    def test_a_province_keeps_its_old_name_too(self):
        fields = {name: getattr(self.amasya_province, name) for name in provinces.ProvinceFacts.__dataclass_fields__}
        provinces.describe(self.amasya_province, provinces.ProvinceFacts(**fields | {"name": "Elma"}), by=self.yonca)
        assert [name for _day, name in Province.objects.get(pk="05").formerly] == ["Amasya"]


class Merging(Cast, TestCase):
    def merge(self):
        reason = "5747 sayılı Kanun m. 1"
        municipalities.close(self.merzifon, reason=reason, successor=self.amasya, by=self.yonca)

    def test_people_hold_the_same_role_with_the_successor(self):
        here_too = a_person(Role.STAFF, municipality=self.merzifon)
        Membership.objects.create(person=here_too, role=Role.STAFF, municipality=self.amasya)
        self.merge()
        for person in (self.hatice, here_too):
            held = Membership.objects.current().filter(person=person)
            assert [(m.role, m.municipality) for m in held] == [(Role.STAFF, self.amasya)]

    def test_open_tickets_go_on_with_it_and_ended_ones_stay(self):
        open_one = a_ticket(municipality=self.merzifon, component=self.ebys, by=self.hatice)
        ended = a_ticket(municipality=self.merzifon, component=self.ebys, by=self.hatice)
        tickets.withdraw(ended, by=self.hatice, reason="")
        self.merge()
        open_one.refresh_from_db()
        ended.refresh_from_db()
        assert (open_one.municipality, ended.municipality) == (self.amasya, self.merzifon)
        assert open_one in Ticket.objects.visible_to(Person.objects.get(pk=self.hatice.pk))
        assert finding.narrowed(Ticket.objects.all(), "amasya", self.yonca).get() == open_one

    def test_nodes_are_no_longer_watched_and_contacts_no_longer_written_to(self):
        node = Node.objects.create(code="05004", name="Merzifon", municipality=self.merzifon)
        a_contact(self.merzifon)
        invitation = invitations.invite("yeni@example.test", Role.STAFF, self.merzifon, by=self.yonca)
        self.merge()
        node.refresh_from_db()
        invitation.refresh_from_db()
        assert (node.is_watched, self.merzifon.contacts.count()) == (False, 0)
        assert invitation.withdrawn_at
        assert self.merzifon not in AudienceRule().find_municipalities()

    def test_it_happens_once_into_one_that_exists_and_never_with_districts(self):
        self.merge()
        with self.assertRaises(AlreadyClosed):
            self.merge()
        with self.assertRaises(municipalities.NoSuccessor):
            municipalities.close(self.odunpazari, reason="?", successor=self.merzifon, by=self.yonca)
        with self.assertRaises(municipalities.HasDistricts):
            municipalities.close(self.eskisehir, reason="?", by=self.yonca)
        assert Entry.objects.filter(kind="municipality.closed").count() == 1

    def test_a_mistake_is_taken_back(self):
        self.merge()
        municipalities.reopen(self.merzifon, by=self.yonca)
        assert (self.merzifon.closed_at, self.merzifon.successor) == (None, None)


class Components(Cast, TestCase):
    def test_a_retired_one_is_chosen_by_nobody_and_history_keeps_it(self):
        ticket = a_ticket(municipality=self.merzifon, component=self.rapor)
        node = Node.objects.create(code="RAPOR", name="Raporlama", component=self.rapor)
        components.retire(self.rapor, reason="Kapandı", by=self.yonca)
        node.refresh_from_db()
        assert (Ticket.objects.get().component, node.is_watched) == (ticket.component, False)
        assert "RAPOR" not in signed_in(self.selim).get("/tickets/new/").text
        assert "Raporlama" not in self.client.get("/status/").text
        components.bring_back(self.rapor, by=self.yonca)
        assert "RAPOR" in signed_in(self.selim).get("/tickets/new/").text

    def test_a_new_one_comes_last_and_no_code_comes_twice(self):
        facts = components.ComponentFacts(name_tr="Yeni", name_en="New", tier="C")
        made = components.add("YENI", facts, by=self.yonca)
        assert Component.objects.last() == made
        with self.assertRaises(AlreadyInTheRegister):
            components.add("YENI", facts, by=self.yonca)

    def test_registers_are_kept_by_administrators_alone(self):
        facts = components.ComponentFacts(name_tr="Yeni", name_en="New", tier="C")
        with self.assertRaises(NotYourRegister):
            components.add("YENI", facts, by=self.leyla)


class WhatShips(Cast, TestCase):
    def test_is_taken_in_on_a_page_and_changes_stay(self):
        facts = facts_of(self.merzifon, full_name="Bizim Merzifon")
        municipalities.describe(self.merzifon, facts, by=self.yonca)
        client = signed_in(self.yonca)
        client.post("/register/shipped/")
        assert Municipality.objects.count() == 1407
        assert Municipality.objects.get(code="05004").full_name == "Bizim Merzifon"

    def test_a_name_that_a_file_changes_is_kept_too(self):
        registers.carry_out(registers.compare(registers.SHIPPED))
        assert "Merzifon Belediyesi" in Municipality.objects.get(code="05004").former_names


class WhatIsWrong(Cast, TestCase):
    def test_is_said_in_turkish_beside_its_field(self):
        client = signed_in(self.yonca)
        form = {"code": "2601", "full_name": "", "name": "Yeni", "type": "ilce", "province": "26", "population": "-1"}
        page = client.post("/register/municipalities/new/", form)
        assert page.status_code == 422
        for sentence in ("Lütfen beş rakam yazın", "Bu alan zorunludur"):
            assert sentence in page.text, sentence
        page = client.post("/register/components/new/", {"code": "çöp", "name_tr": "x", "name_en": "x", "tier": "A"})
        assert "Yalnızca büyük harf" in page.text

    def test_the_api_says_it_too(self):
        _token, secret = tokens.issue(
            self.yonca, name="t", scopes=["people:write", "municipalities:write"], lasting=timedelta(days=2)
        )
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "k"}
        body = json.dumps({"role": "approver"})
        answer = self.client.post(
            f"/api/v1/people/{self.stranger.pk}/roles/", body, content_type="application/json", headers=headers
        )
        assert answer.status_code == 403
        assert "ikinci adımını" in answer.json()["detail"]
        assert not self.stranger.memberships.exists()
