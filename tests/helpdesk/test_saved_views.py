"""Views that agents keep: what they ask, who has them, how they are paged and counted, and what is gone since."""

import itertools
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation import now
from foundation.directory.models import Component, Municipality
from foundation.wire.api import tokens
from helpdesk import tickets
from helpdesk.bulk import selection
from helpdesk.models import Queue, SavedView, Team, Ticket
from helpdesk.models.saved_views import Sorting
from helpdesk.saved_views import conditions, keeping, pinned
from helpdesk.search import finding
from helpdesk.tickets import queue
from helpdesk.tickets.queue import QueueFilter
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue

pytestmark = pytest.mark.both("the operators ask for times, and the counts are bounded")

EVERY_FIELD = {
    "queue": "genel", "team": "ben", "module": ["TAHSILAT", "EBYS"], "severity": ["S1", "S2"], "status": ["bizde"],
    "assignee": "kimse", "municipality": "Aydın, 26010", "province": "26", "type": ["ilce"], "due": "yakın",
    "waiting": "2g", "opened": ">=7g", "updated": "2026-11-01..2026-11-08",
}  # fmt: skip


class Views(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue().team.members.add(self.ayse, self.leyla)
        self.here = [self.file(self.odunpazari, self.tahsilat, f"Makbuz {n}") for n in range(3)]
        self.there = self.file(self.merzifon, self.ebys, "Belge açılmıyor")
        self.client.force_login(self.ayse)

    def file(self, municipality, component, subject):
        return a_ticket(municipality=municipality, component=component, subject=subject, body=subject)

    def a_view(self, question="belediye:26010", *, by=None, **words) -> SavedView:
        by = by or self.ayse
        return keeping.write(SavedView(owner=by, question=question, **({"name": "Odunpazarı"} | words)), by=by)

    def found(self, question, person=None):
        person = person or self.ayse
        asked = QueueFilter(view="0", saved=SavedView(question=question))
        return set(queue.selected(asked, person).values_list("subject", flat=True))


class WhatAViewAsks(Views):
    def test_its_form_and_its_question_are_one_thing(self):
        question = conditions.question_of(EVERY_FIELD, "makbuz kanal:portal")
        self.assertEqual(conditions.fields_of(question), (EVERY_FIELD, "makbuz kanal:portal"))
        assert finding.narrowing(question.replace("Aydın, ", ""), self.ayse).problems == []

    def test_each_condition_narrows(self):
        first = self.here[0]
        tickets.claim(first, by=self.ayse)
        long_ago = now() - timedelta(days=3)
        Ticket.objects.filter(pk=first.pk).update(created_at=long_ago, waiting_since=long_ago, next_due_at=long_ago)
        first.messages.update(created_at=long_ago)
        all_here = {ticket.subject for ticket in self.here}
        for question in (
            "sorumlu:ben",
            "süre:geçti",
            "bekleyen:2g",
            "hareket:<2g",
            "açılış:<=2g",
            "modül:tahsilat belediye:odunpazarı sorumlu:ayşe",
        ):
            assert self.found(question) == {first.subject}, question
        for question in ("il:26", "il:eskişehir", "modül:TAHSILAT,RAPOR", "kuyruk:genel makbuz", "ekip:ben makbuz"):
            assert self.found(question) == all_here, question
        assert self.found("belediye:26010,05004") == all_here | {self.there.subject}
        assert self.found("hareket:>=bugün sorumlu:kimse önem:S1,S2,S3,S4") == (all_here | {self.there.subject}) - {
            first.subject
        }

    def test_only_open_ones_unless_a_status_is_named(self):
        tickets.claim(self.there, by=self.ayse)
        tickets.resolve(self.there, by=self.ayse, note="Oldu")
        assert self.there.subject not in self.found("")
        assert self.found("durum:çözüldü") == {self.there.subject}
        assert len(self.found("durum:hepsi")) == 4

    def test_the_form_keeps_says_and_loses_nothing(self):
        sent = {
            "name": "Acil",
            "severity": ["S1", "S2"],
            "municipality": "26010",
            "sorting": "severity",
            "pinned": "on",
        }
        page = self.client.post("/desk/views/new/", sent, follow=True)
        view = SavedView.objects.get()
        assert view.question == "önem:S1,S2 belediye:26010"
        self.assertContains(page, "Acil 3")
        again = self.client.get(f"/desk/views/{view.pk}/")
        self.assertContains(again, 'value="26010"')
        wrong = self.client.post("/desk/views/new/", sent | {"municipality": "atlantis", "words": "vezne"})
        self.assertContains(wrong, "atlantis", status_code=422)
        self.assertContains(wrong, 'value="vezne"', status_code=422)
        self.assertContains(self.client.post("/desk/views/new/", sent), "has-error", status_code=422)
        assert SavedView.objects.count() == 1

    def test_the_queue_hands_over_what_it_shows(self):
        page = self.client.get(
            "/desk/views/new/?view=unclaimed&severity=S2&component=EBYS&status=waiting_on_us&q=belge"
        )
        assert page.context["form"].view.question == "modül:EBYS önem:S2 durum:bizde sorumlu:kimse belge"


class WhoHasIt(Views):
    def test_a_team_shares_it_and_each_reader_is_asked_as_themselves(self):
        view = self.a_view("sorumlu:ben", team=the_queue().team)
        tickets.claim(self.here[0], by=self.ayse)
        self.client.force_login(self.leyla)
        page = self.client.get(f"/desk/?view={view.pk}")
        assert page.context["wanted"].saved == view and page.context["page"].rows == []
        self.client.force_login(self.burak)
        self.assertContains(self.client.get(f"/desk/?view={view.pk}"), "artık sizinle paylaşılmıyor")
        for path in ("", "copying/", "removal/", "pinning/"):
            assert self.client.post(f"/desk/views/{view.pk}/{path}").status_code == 404, path

    def test_a_reader_copies_it_and_its_owner_and_the_lead_change_it(self):
        view = self.a_view(team=the_queue().team)
        the_queue().team.members.add(self.burak)
        with self.assertRaises(keeping.NotYourView):
            keeping.write(view, by=self.burak)
        with self.assertRaises(keeping.NotYourView):
            keeping.remove(view, by=self.burak)
        copies = [keeping.copy(view, by=self.burak) for _ in range(2)]
        assert [(copy.owner, copy.team, copy.question) for copy in copies] == [(self.burak, None, view.question)] * 2
        keeping.write(view, by=self.leyla)
        keeping.remove(view, by=self.leyla)

    def test_nobody_shares_with_a_team_that_they_are_not_in(self):
        with self.assertRaises(keeping.NotATeamOfYours):
            self.a_view(team=Team.objects.create(code="gece", name_tr="Gece", name_en="Night"))

    def test_pins_are_ones_own_and_have_an_order(self):
        views = [self.a_view(name=f"Görünüm {n}", team=the_queue().team) for n in range(3)]
        for view in (*views, views[0]):
            keeping.pin(view, by=self.ayse)
        keeping.raise_pin(views[2], by=self.ayse)
        assert [one.view for one in pinned.of(self.ayse)] == [views[0], views[2], views[1]]
        assert pinned.of(self.leyla) == []
        keeping.unpin(views[0], by=self.ayse)
        assert len(pinned.of(self.ayse)) == 2


class ItsList(Views):
    def test_every_order_is_paged_by_key(self):
        for number in range(5):
            self.file(self.odunpazari, self.tahsilat, f"Makbuz {number}")
        for sorting in Sorting:
            view, seen, cursor = self.a_view(name=sorting.value, sorting=sorting), [], ""
            queue_page, queue.PAGE = queue.PAGE, 3
            try:
                while cursor is not None:
                    shown = queue.page(QueueFilter(view=str(view.pk), saved=view, cursor=cursor), self.ayse)
                    seen, cursor = seen + [row.number for row in shown.rows], shown.next
            finally:
                queue.PAGE = queue_page
            assert len(seen) == len(set(seen)) == 8, sorting

    def test_its_columns_stand_there_and_the_list_beside_a_ticket_is_it(self):
        view = self.a_view(columns=["province", "opened", "queue"])
        page = self.client.get(f"/desk/?view={view.pk}")
        self.assertContains(page, "Eskişehir", 3)
        self.assertContains(page, f"/tickets/{self.here[0].number}/?view={view.pk}")
        beside = self.client.get(f"/tickets/{self.here[0].number}/beside/?view={view.pk}")
        assert len(beside.context["beside"].rows) == 3

    def test_a_bulk_act_takes_all_of_it(self):
        view = self.a_view()
        chosen = selection.of_view(QueueFilter(view=str(view.pk), saved=view), self.ayse)
        assert {pk for pk, _number in chosen.tickets} == {ticket.pk for ticket in self.here}
        sent = {"kind": "claim", "of": f"view={view.pk}", "all": "yes", "confirmed": "yes"}
        self.assertContains(self.client.post("/desk/acts/new/", sent, follow=True), "3 talepten 3 tanesinde")

    def test_its_counter_is_bounded_and_remembered(self):
        view = self.a_view()
        keeping.pin(view, by=self.ayse)
        assert [one.counter for one in pinned.of(self.ayse)] == ["3"]
        self.file(self.odunpazari, self.tahsilat, "Makbuz")
        with CaptureQueriesContext(connection) as asked:
            assert [one.counter for one in pinned.of(self.ayse)] == ["3"]
        assert len(asked) == 1
        assert pinned.PinnedCount(view, pinned.COUNTED_TO + 1).counter.endswith("+")
        assert pinned.counted([view], self.burak, 2)[view.pk] == 3

    def test_the_page_asks_the_same_however_many_tickets_there_are(self):
        view = self.a_view()
        keeping.pin(view, by=self.ayse)
        url = f"/desk/?view={view.pk}"
        self.client.get(url)
        with CaptureQueriesContext(connection) as few:
            self.client.get(url)
        for number in range(6):
            self.file(self.odunpazari, self.tahsilat, f"Makbuz {number}")
        with CaptureQueriesContext(connection) as many:
            self.client.get(url)
        assert len(many) == len(few)


class WhatIsGoneSince(Views):
    def test_the_view_says_so_and_shows_nothing(self):
        Component.objects.create(code="GIDEN", name_tr="Giden", name_en="Gone", tier="C", position=99)
        other = Queue.objects.create(code="gece", name_tr="Gece", name_en="Night", team=the_queue().team)
        views = [self.a_view(question, name=question) for question in ("modül:GIDEN", "kuyruk:gece")]
        Component.objects.get(pk="GIDEN").delete()
        Queue.objects.filter(pk=other.pk).update(ended_at=now())
        for view in views:
            keeping.pin(view, by=self.ayse)
            page = self.client.get(f"/desk/?view={view.pk}")
            self.assertContains(page, "Görünüm değiştirilene dek hiçbir şey göstermez")
            assert page.context["page"].rows == []
            assert self.client.get(f"/desk/views/{view.pk}/").status_code == 200
            with self.assertRaises(selection.NoTicketChosen):
                selection.of_view(QueueFilter(view=str(view.pk), saved=view), self.ayse)
        assert [one.counter for one in pinned.of(self.ayse)] == ["", ""]

    def test_a_deleted_view_is_a_sentence(self):
        for key in ("4711", "999999999"):
            self.assertContains(self.client.get(f"/desk/?view={key}"), "Bu görünüm silinmiş")


class OverTheApi(Views):
    def setUp(self):
        super().setUp()
        self.keys = itertools.count()
        _token, self.secret = tokens.issue(
            self.ayse, name="betik", scopes=["views:read", "views:write"], lasting=timedelta(days=2)
        )

    def call(self, method, path="", body=None):
        headers = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": f"k-{next(self.keys)}"}
        data = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
        return getattr(self.client, method)(f"/api/v1/views/{path}", headers=headers, **data)

    def test_a_program_keeps_changes_reads_and_deletes_one(self):
        wanted = {"name": "Odunpazarı", "q": "belediye:26010", "sorting": "newest", "team": "genel"}
        made = self.call("post", body=wanted)
        assert (made.status_code, made.json()["team"]) == (201, "genel"), made.json()
        key = made.json()["id"]
        assert self.call("put", f"{key}/", wanted | {"q": "belediye:atlantis"}).status_code == 422
        assert self.call("put", f"{key}/", wanted | {"sorting": "oldest"}).json()["sorting"] == "oldest"
        numbers, cursor = [], ""
        while cursor is not None:
            page = self.call("get", f"{key}/tickets/?limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
            numbers, cursor = numbers + [ticket["number"] for ticket in page["items"]], page["next"]
        assert numbers == [ticket.number for ticket in self.here]
        Municipality.objects.filter(pk=self.odunpazari.pk).update(code="26999", search_text="başka")
        assert len(self.call("get", f"{key}/tickets/").json()["problems"]) == 1
        assert [view["id"] for view in self.call("get").json()["items"]] == [key]
        assert self.call("delete", f"{key}/").status_code == 204
        assert self.call("get", f"{key}/").status_code == 404
