"""Whoever should be told and cannot be is followed by the next, and the page says it."""

import ast
from pathlib import Path

import pytest
from django.test import TestCase
from django.urls import reverse

from foundation.directory.models import Person
from foundation.outbox import outbox, successors
from foundation.outbox.delivery import ledger
from foundation.outbox.models import OutboxMessage, Suppression
from helpdesk import escalations, tickets
from monitoring import outages
from monitoring.models import Subscriber
from monitoring.outages import impact_reports
from tests.cast import Cast, a_contact
from tests.helpdesk.builders import a_ticket

ROOT = Path(__file__).parents[2]
HANDS_IN = ("outbox.email", "outbox.open_batch")
State = OutboxMessage.State


# --- All places that tell somebody ----------------------------------------------
def keys_of_letters() -> dict[str, str]:
    """The beginning of the key of every letter, and where it is handed in."""
    found = {}
    for context in ("foundation", "monitoring", "helpdesk", "runbooks"):
        for path in sorted((ROOT / context).rglob("*.py")):
            if "paging" in path.parts or path.name in ("outbox.py", "successors.py", "canary.py", "self_test.py"):
                continue  # the front door, our SMS to ourselves; pages have a ladder of their own
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call) and ast.unparse(call.func) in HANDS_IN:
                    found[f"{path.relative_to(ROOT)}:{call.lineno}"] = beginning(call.args[0], path)
    return found


def beginning(key: ast.expr, path: Path) -> str:
    """The literal with which an f-string begins; a name or a call stands for what its file assigns or returns."""
    if isinstance(key, ast.Constant):
        return str(key.value)
    if isinstance(key, ast.BinOp):
        return beginning(key.left, path)
    if isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant):
        return str(key.values[0].value)
    if isinstance(key, ast.JoinedStr):
        return beginning(key.values[0].value, path)
    name = key.func if isinstance(key, ast.Call) else key
    name = getattr(name, "id", None) or getattr(name, "attr", "")
    if name in ("batch_key", "chase_key"):  # properties of a broadcast
        return "broadcast:"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return beginning(node.value, path)
        if isinstance(node, ast.FunctionDef) and node.name == name:
            returned = next(line for line in ast.walk(node) if isinstance(line, ast.Return))
            return beginning(returned.value, path)
    raise AssertionError(f"{path}: {ast.dump(key)}")


@pytest.mark.once("sqlite", "asks no database: reads files of the tree")
def test_every_place_that_tells_somebody_says_who_comes_next_or_why_nobody_does():
    places = keys_of_letters()
    unknown = {where: key for where, key in places.items() if not key.startswith(tuple(successors.known()))}
    assert unknown == {}
    alone = [prefix for prefix, why in successors.known().items() if why]
    print(
        f"{len(places)} places hand in letters of {len(successors.known())} kinds, {len(alone)} of them for one reader"
    )
    assert len(places) > 15


@pytest.mark.once("sqlite", "asks no database: reads files of the tree")
def test_no_kind_is_registered_that_nobody_writes():
    written = keys_of_letters().values()
    assert [prefix for prefix in successors.known() if not any(key.startswith(prefix) for key in written)] == []


# --- Tickets ---------------------------------------------------------------------
def came_back(message: OutboxMessage) -> None:
    """The mail server said that there is no such mailbox."""
    OutboxMessage.objects.filter(pk=message.pk).update(state=State.FAILED, reason="550")
    ledger.tell([(message.batch_id, State.FAILED, message.pk)])


class AReply(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        tickets.claim(self.ticket, by=self.ayse)

    def letters(self):
        return OutboxMessage.objects.filter(batch__key__startswith="message:").order_by("pk")

    def page(self):
        self.client.force_login(self.ayse)
        self.client.cookies["django_language"] = "en"
        return self.client.get(reverse("helpdesk:ticket", args=[self.ticket.number])).content.decode()

    def reply(self):
        return tickets.reply(self.ticket, by=self.ayse, body="Bakıyoruz")

    def test_that_came_back_goes_to_the_administrator_of_the_municipality_and_the_desk_reads_it(self):
        self.reply()
        came_back(self.letters().get())
        first, second = self.letters()
        self.assertEqual((first.address, second.address), (self.selim.email, self.zehra.email))
        self.assertEqual((second.subject, second.text), (first.subject, first.text))
        self.assertIn(f"did not reach {self.selim.email}; it went to {self.zehra.email} instead", self.page())

    def test_that_came_back_from_both_says_that_nobody_hears_it(self):
        self.reply()
        came_back(self.letters().first())
        came_back(self.letters().last())
        self.assertEqual(self.letters().count(), 2)
        self.assertIn(f"did not reach {self.selim.email}, and nobody else hears it", self.page())

    def test_told_twice_that_it_came_back_is_followed_once(self):
        self.reply()
        first = self.letters().get()
        came_back(first)
        came_back(first)
        self.assertEqual(self.letters().count(), 2)

    def test_to_a_closed_address_goes_to_the_next(self):
        Suppression.objects.create(channel="email", address=self.selim.email, reason=Suppression.Reason.INVALID)
        with self.captureOnCommitCallbacks(execute=True):
            self.reply()
        self.assertEqual([letter.address for letter in self.letters()], [self.selim.email, self.zehra.email])

    def test_to_whoever_has_left_goes_to_the_administrator_and_the_desk_reads_it(self):
        Person.objects.filter(pk=self.selim.pk).update(is_active=False)
        self.ticket.refresh_from_db()
        self.reply()
        self.assertEqual(self.letters().get().address, self.zehra.email)
        self.assertIn(f"go to {self.zehra.name}", self.page())

    def test_where_nobody_reads_letters_the_desk_is_told_to_call(self):
        Person.objects.filter(pk__in=[self.selim.pk, self.zehra.pk]).update(is_active=False)
        self.ticket.refresh_from_db()
        self.reply()
        self.assertEqual(self.letters().count(), 0)
        self.assertIn("Nobody of this municipality reads our letters. Please call.", self.page())

    def test_never_goes_to_another_municipality(self):
        self.reply()
        came_back(self.letters().first())
        came_back(self.letters().last())
        self.assertNotIn(self.hatice.email, [letter.address for letter in self.letters()])

    def test_of_a_ticket_just_filed_is_followed_too(self):
        first = OutboxMessage.objects.get(batch__key=f"ticket:{self.ticket.number}:received")
        came_back(first)
        self.assertTrue(OutboxMessage.objects.filter(address=self.zehra.email, text=first.text).exists())


# --- The desk and the watch -------------------------------------------------------
class APromiseThatIsLate(Cast, TestCase):
    def test_of_an_assignee_who_left_is_told_to_the_shift_leads(self):
        ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        tickets.claim(ticket, by=self.ayse)
        Person.objects.filter(pk=self.ayse.pk).update(is_active=False)
        ticket.refresh_from_db()
        self.assertEqual(list(escalations.people_of(ticket, "assignee")), [self.leyla])

    def test_without_shift_leads_is_told_to_whoever_keeps_the_platform(self):
        ticket = a_ticket(municipality=self.odunpazari, by=self.selim)
        Person.objects.filter(pk=self.leyla.pk).update(is_active=False)
        self.assertEqual(list(escalations.people_of(ticket, "shift_lead")), [self.yonca])

    def test_whose_letter_came_back_goes_up(self):
        outbox.email("sla-digest:1:1", self.ayse.email, "Bekleyen talep", "…")
        came_back(OutboxMessage.objects.get(batch__key="sla-digest:1:1"))
        self.assertEqual(OutboxMessage.objects.latest("pk").address, self.leyla.email)


class WhoSaidUsToo(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.outage = outages.declare(municipalities=[self.odunpazari], components=[self.tahsilat])
        impact_reports.report(self.outage, self.odunpazari, self.selim)

    def letters(self):
        return OutboxMessage.objects.filter(batch__key__startswith="us-too:").order_by("pk")

    def test_and_left_is_followed_by_the_administrator(self):
        Person.objects.filter(pk=self.selim.pk).update(is_active=False)
        impact_reports.keep_promise(self.outage, [self.odunpazari.pk])
        self.assertEqual(self.letters().get().address, self.zehra.email)

    def test_and_a_colleague_who_said_it_later_hears_it_as_well(self):
        impact_reports.report(self.outage, self.odunpazari, self.zehra)
        impact_reports.report(self.outage, self.odunpazari, self.zehra)
        impact_reports.keep_promise(self.outage, [self.odunpazari.pk])
        addresses = set(self.letters().values_list("address", flat=True))
        self.assertEqual(addresses, {self.selim.email, self.zehra.email})

    def test_and_whose_letter_came_back_too(self):
        impact_reports.keep_promise(self.outage, [self.odunpazari.pk])
        came_back(self.letters().get())
        self.assertEqual(self.letters().last().address, self.zehra.email)


# --- Letters for one reader: the page says it -------------------------------------
class AnAddressAtWhichNothingArrives(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.client.cookies["django_language"] = "en"

    def lose(self, address: str, channel: str = "email") -> None:
        batch = outbox.open_batch(f"contact:lost:{address}", lane="operational")
        outbox.add(batch, channel, [outbox.Addressee(address=address, text="…")])
        batch.messages.update(state=State.FAILED, posted_at="2026-11-01T00:00:00Z")

    def test_is_said_beside_a_contact(self):
        contact = a_contact(self.odunpazari)
        self.lose(contact.address, contact.channel)
        self.client.force_login(self.zehra)
        page = self.client.get(reverse("accounts:contacts", args=["26010"]))
        self.assertContains(page, "What we sent there last came back.")

    def test_is_said_with_its_reason_where_somebody_answered_stop(self):
        contact = a_contact(self.odunpazari)
        Suppression.objects.create(channel="sms", address=contact.address, reason=Suppression.Reason.OPTED_OUT)
        self.client.force_login(self.zehra)
        self.assertContains(self.client.get(reverse("accounts:contacts", args=["26010"])), "opted out")

    def test_is_said_on_the_page_of_a_subscription(self):
        someone = Subscriber.objects.create(
            channel="email", address="yok@example.test", confirmed_at="2026-01-01T00:00:00Z"
        )
        self.lose(someone.address)
        page = self.client.get(reverse("monitoring:subscription", args=[someone.token]))
        self.assertContains(page, "came back")

    def test_is_said_beside_an_invitation(self):
        self.client.force_login(self.zehra)
        self.client.post(reverse("accounts:staff", args=["26010"]), {"email": "yok@example.test", "role": "staff"})
        self.lose("yok@example.test")
        self.assertContains(self.client.get(reverse("accounts:staff", args=["26010"])), "came back")
