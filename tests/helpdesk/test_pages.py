"""The pages: who may enter, what they show, how many queries they cost, that nothing typed is lost."""

import gzip
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation.outbox.models import OutboxMessage
from helpdesk import tickets
from helpdesk.models import Ticket
from helpdesk.tickets import counters
from monitoring import outages
from monitoring.models import ImpactReport
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue

MOST_QUERIES, MOST_OF_A_TICKET = 12, 18
ANSWERS = {"token": "t-1", "subject": "Makbuz çıkmıyor", "module": "TAHSILAT", "impact": "unit", "urgency": "stopped"}


class Desk(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()

    def enter(self, person):
        self.client.force_login(person)


class FilingOnThePortal(Desk):
    def setUp(self):
        super().setUp()
        self.enter(self.selim)

    def post(self, **changes):
        return self.client.post("/tickets/new/", ANSWERS | changes)

    def test_a_clerk_files_a_ticket_without_javascript(self):
        response = self.post()
        ticket = Ticket.objects.get()
        self.assertRedirects(response, f"/tickets/{ticket.number}/")
        self.assertEqual((ticket.municipality, ticket.severity), (self.odunpazari, "S2"))

    def test_sending_twice_files_once(self):
        self.post()
        self.post()
        self.assertEqual(Ticket.objects.count(), 1)

    def test_nothing_typed_is_lost_when_something_is_missing(self):
        response = self.post(impact="", body="Uzun bir açıklama", phone="0532")
        self.assertEqual(Ticket.objects.count(), 0)
        for kept in ("Makbuz çıkmıyor", "Uzun bir açıklama", 'value="0532"', 'value="t-1"'):
            self.assertContains(response, kept)

    def test_the_promised_times_stand_on_the_form(self):
        before = self.client.get("/tickets/new/")
        self.assertContains(before, 'id="promise"')
        chosen = self.client.get("/tickets/new/promise/", ANSWERS)
        self.assertEqual(chosen.context["chosen"], "S2")
        self.assertEqual({p.metric for p in chosen.context["promises"]} >= {"first_response", "resolution"}, True)

    def test_a_stranger_has_nobody_to_file_for(self):
        self.enter(self.stranger)
        self.assertEqual(self.client.get("/tickets/new/").status_code, 403)

    def test_the_desk_logs_a_call_for_a_municipality(self):
        self.enter(self.ayse)
        self.post(municipality="merzifon")
        ticket = Ticket.objects.get()
        self.assertEqual((ticket.municipality, ticket.channel, ticket.requester), (self.merzifon, "phone", None))

    def test_the_desk_names_who_calls_and_they_are_written_to(self):
        self.enter(self.ayse)
        self.assertContains(self.post(municipality="merzifon", requester="selim"), "id_requester-error")
        self.assertEqual(Ticket.objects.count(), 0)
        self.post(municipality="merzifon", requester="hatice")
        ticket = Ticket.objects.get()
        self.assertEqual((ticket.requester, ticket.messages.get().author), (self.hatice, None))
        self.assertEqual(self.client.get(f"/tickets/{ticket.number}/").status_code, 200)
        letter = OutboxMessage.objects.get(batch__key=f"ticket:{ticket.number}:received")
        self.assertEqual(letter.address, self.hatice.email)

    def test_an_unclear_municipality_is_asked_for_again(self):
        self.enter(self.ayse)
        self.assertEqual(self.post(municipality="nerede").status_code, 200)
        self.assertEqual(Ticket.objects.count(), 0)


class AnOutageMeetsTheClerkFirst(Desk):
    def setUp(self):
        super().setUp()
        self.outage = outages.declare(components=[self.tahsilat])
        self.enter(self.selim)

    def test_it_stands_before_the_form(self):
        page = self.client.get("/tickets/new/").content.decode()
        self.assertLess(page.index(self.outage.title_tr), page.index('name="subject"'))

    def test_one_tap_counts_once_a_municipality(self):
        for _ in range(2):
            self.client.post(f"/tickets/outages/{self.outage.pk}/report/")
        self.enter(self.zehra)
        self.client.post(f"/tickets/outages/{self.outage.pk}/report/")
        self.assertEqual(ImpactReport.objects.filter(municipality=self.odunpazari).count(), 1)

    def test_a_ticket_about_the_same_module_is_asked_about_once_and_then_filed(self):
        again = self.client.post("/tickets/new/", ANSWERS)
        self.assertContains(again, f'name="outage_seen" value="{self.outage.pk}"')
        self.assertContains(again, "Makbuz çıkmıyor")
        self.assertEqual(Ticket.objects.count(), 0)
        self.client.post("/tickets/new/", ANSWERS | {"outage_seen": self.outage.pk})
        self.assertEqual(Ticket.objects.count(), 1)

    def test_another_module_is_filed_at_once(self):
        self.client.post("/tickets/new/", ANSWERS | {"module": "EBYS"})
        self.assertEqual(Ticket.objects.count(), 1)

    def test_nobody_is_affected_by_a_drill(self):
        drill = outages.declare(municipalities=[self.odunpazari], by=self.leyla, is_drill=True)
        self.assertEqual(self.client.post(f"/tickets/outages/{drill.pk}/report/").status_code, 404)
        self.assertFalse(ImpactReport.objects.exists())


class ReadingATicket(Desk):
    def setUp(self):
        super().setUp()
        self.ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)
        tickets.note(self.ticket, by=self.ayse, body="Gizli iç not")
        self.url = f"/tickets/{self.ticket.number}/"

    def test_the_owner_reads_it_without_internal_notes(self):
        self.enter(self.selim)
        page = self.client.get(self.url)
        self.assertContains(page, "Para çekiliyor")
        self.assertNotContains(page, "Gizli iç not")
        self.assertNotContains(self.client.get(f"{self.url}conversation/"), "Gizli iç not")

    def test_markup_in_a_message_stays_words(self):
        tickets.reply(self.ticket, by=self.selim, body="<img src=x onerror=alert(1)>\nVezne & kasa")
        for person in (self.selim, self.ayse):
            self.enter(person)
            page = self.client.get(self.url)
            self.assertContains(page, "&lt;img src=x onerror=alert(1)&gt;<br>Vezne &amp; kasa")
            self.assertNotContains(page, "<img src=x")

    def test_the_desk_reads_everything(self):
        self.enter(self.ayse)
        self.assertContains(self.client.get(self.url), "Gizli iç not")

    def test_others_find_nothing(self):
        for person in (self.hatice, self.stranger):
            self.enter(person)
            for action in ("", "conversation/"):
                self.assertEqual(self.client.get(self.url + action).status_code, 404)
            for action in ("messages/", "withdrawal/", "reopening/", "link/undo/", "satisfaction/", "claim/"):
                self.assertEqual(self.client.post(self.url + action).status_code, 404)

    def test_a_reply_that_cannot_be_said_stays_on_the_page(self):
        tickets.resolve(self.ticket, by=self.ayse, note="Düzeldi")
        self.enter(self.burak)
        response = self.client.post(f"{self.url}messages/", {"body": "Yarım kalan yanıt", "move": "resolve"})
        self.assertEqual(response.status_code, 409)

    def test_it_costs_the_desk_eighteen_queries_however_much_was_said(self):
        self.enter(self.ayse)
        costs = []
        for _ in range(2):
            self.client.get(self.url)  # whatever is remembered for seconds is fresh
            with CaptureQueriesContext(connection) as counted:
                self.client.get(self.url)
            costs.append(len(counted))
            for number in range(12):
                tickets.reply(self.ticket, by=self.burak, body=f"Yanıt {number}")
                a_ticket(municipality=self.odunpazari, component=self.tahsilat)
        self.assertLessEqual(max(costs), MOST_OF_A_TICKET)
        self.assertEqual(costs[0], costs[1])

    def test_the_desk_does_everything_with_one_form(self):
        self.enter(self.ayse)
        for move, status in (("reply", "waiting_on_us"), ("wait", "waiting_on_them"), ("resolve", "resolved")):
            self.client.post(f"{self.url}messages/", {"body": "Merhaba", "move": move})
            self.assertEqual(Ticket.objects.get().status, status)

    def test_still_broken_here_is_one_button(self):
        tickets.resolve(self.ticket, by=self.ayse, note="Düzeldi")
        self.enter(self.selim)
        self.client.post(f"{self.url}reopening/")
        self.assertEqual(Ticket.objects.get().status, "waiting_on_us")


class TheQueue(Desk):
    def fill(self, count):
        for number in range(count):
            ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, subject=f"Talep {number}")
            if number % 2:
                tickets.claim(ticket, by=self.burak)
        counters.recount()

    def queries(self, url):
        self.client.get(url)
        with CaptureQueriesContext(connection) as counted:
            self.assertEqual(self.client.get(url).status_code, 200)
        self.assertLessEqual(len(counted), MOST_QUERIES)
        return len(counted)

    def test_only_the_desk_enters(self):
        for person in (self.selim, self.stranger, self.nermin):
            self.enter(person)
            for url in ("/desk/", "/desk/rows/"):
                self.assertEqual(self.client.get(url).status_code, 403)

    def test_five_and_fifty_rows_cost_the_same_few_queries(self):
        self.enter(self.ayse)
        self.fill(5)
        with_five = self.queries("/desk/?view=all")
        self.fill(60)
        self.assertEqual(self.queries("/desk/?view=all"), with_five)

    def test_what_is_due_next_comes_first(self):
        self.fill(1)
        urgent = a_ticket(municipality=self.merzifon, component=self.tahsilat, urgency="danger", subject="Sızıntı")
        self.enter(self.ayse)
        rows = self.client.get("/desk/?view=all").context["page"].rows
        self.assertEqual(rows[0].number, urgent.number)

    def test_pages_follow_each_other_without_gap(self):
        self.fill(60)
        self.enter(self.ayse)
        first = self.client.get("/desk/?view=all").context["page"]
        second = self.client.get("/desk/", {"view": "all", "cursor": first.next}).context["page"]
        seen = [row.number for row in (*first.rows, *second.rows)]
        self.assertEqual(len(seen), 60)
        self.assertEqual(len(set(seen)), 60)

    def test_it_is_searched_in_any_spelling(self):
        self.fill(3)
        self.enter(self.ayse)
        self.assertEqual(len(self.client.get("/desk/", {"q": "ODUNPAZARI TALEP"}).context["page"].rows), 3)

    def test_several_are_taken_at_once_and_the_rest_is_said(self):
        self.fill(4)
        self.enter(self.ayse)
        numbers = list(Ticket.objects.values_list("number", flat=True))
        self.client.post("/desk/claims/", {"number": numbers})
        self.assertEqual(Ticket.objects.filter(assignee=self.ayse).count(), 2)

    def test_strange_queries_are_no_failure(self):
        self.enter(self.ayse)
        for query in ("view=nonsense", "severity=S9", "status=x&component=y"):
            self.assertEqual(self.client.get(f"/desk/?{query}").status_code, 200)
        self.assertLess(self.client.get("/desk/?q=%00").status_code, 500)


class SmallAndCareful(Desk):
    """What a clerk on a slow line and a data protection officer ask for."""

    LIMIT = 100_000  # bytes, compressed, everything the page loads

    def test_the_form_is_under_100_kb_with_all_it_loads(self):
        self.enter(self.selim)
        page = self.client.get("/tickets/new/").content
        addresses = set(re.findall(rb'(?:href|src)="/static/([^"#]+)', page))
        sizes = {address: compressed(static_file(address)) for address in addresses}
        self.assertGreaterEqual(len(sizes), 4)
        self.assertLess(len(gzip.compress(page)) + sum(sizes.values()), self.LIMIT)

    def test_an_identity_number_is_masked_and_its_author_told(self):
        self.enter(self.selim)
        words = ANSWERS | {"subject": "Vatandaş 10000000146 ödeyemiyor", "body": "Kimlik 10000000146"}
        page = self.client.post("/tickets/new/", words, follow=True)
        ticket = Ticket.objects.get()
        self.assertNotIn("10000000146", ticket.subject + ticket.messages.get().body)
        self.assertContains(page, "100******46")
        self.assertEqual(len(page.context["messages"]), 1)

    def test_a_refused_file_loses_nothing_typed(self):
        self.enter(self.selim)
        program = SimpleUploadedFile("virus.exe", b"MZ" + b"\x00" * 200, content_type="image/png")
        page = self.client.post("/tickets/new/", ANSWERS | {"attachments": program})
        self.assertEqual(page.status_code, 200)
        self.assertEqual(Ticket.objects.count(), 0)
        self.assertContains(page, "Makbuz çıkmıyor")
        self.assertIn("attachments", page.context["form"].errors)

    def test_notes_are_not_found_by_the_municipality(self):
        ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat)
        tickets.note(ticket, by=self.ayse, body="zimmetine geçirmiş olabilir")
        tickets.reply(ticket, by=self.ayse, body="Mutabakat sürüyor")
        self.enter(self.selim)
        self.assertEqual(self.client.get("/tickets/", {"q": "zimmetine"}).context["tickets"], [])
        self.assertEqual(self.client.get("/tickets/", {"q": "mutabakat"}).context["tickets"], [ticket])


def static_file(address: bytes) -> bytes:
    """A static file by the address the page names, with or without a hash in its name."""
    name = re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", address.decode())
    return Path(finders.find(name)).read_bytes()


def compressed(content: bytes) -> int:
    return len(gzip.compress(content))
