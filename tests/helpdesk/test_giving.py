"""New tickets find their queue by rules, and their agent in turn or by load, with the reason beside them."""

from dataclasses import replace
from datetime import timedelta

from django.core.cache import cache
from django.test import TestCase, TransactionTestCase
from django.utils import timezone

from foundation import as_code, now
from foundation.journal.models import Entry
from helpdesk import tickets
from helpdesk.distribution import choosing, giving, presence
from helpdesk.distribution.choosing import Candidate
from helpdesk.distribution.giving import DistributionTerms
from helpdesk.models import GivenTicket, Queue, RoutingRule, Skill, Ticket, WorkLimit
from helpdesk.placing import rules
from helpdesk.placing.rules import NotARuleKeeper, RuleCodeTaken, RuleSaysNothing
from helpdesk.refusals import TicketTaken
from runbooks.models import Leave, Rota, Shift
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue
from tests.helpdesk.test_races import at_once

BY_LOAD = DistributionTerms("load", skilled_first=True, only_present=False, only_on_shift=False, is_active=True)


class Fresh(Cast):
    def setUp(self):
        super().setUp()
        cache.clear()
        self.addCleanup(cache.clear)
        self.queue = the_queue()
        self.queue.team.members.set([self.ayse, self.burak, self.leyla])


class Routing(Fresh, TestCase):
    def setUp(self):
        super().setUp()
        self.night = Queue.objects.create(code="gece", name_tr="Gece", name_en="Night", team=self.queue.team)
        self.bank = Queue.objects.create(code="banka", name_tr="Banka", name_en="Bank", team=self.queue.team)

    def a_rule(self, code, queue, **conditions):
        return rules.write(RoutingRule(code=code, name=code, queue=queue, **conditions), by=self.yonca)

    def queue_of(self, **words):
        return a_ticket(**({"by": self.selim} | words)).queue

    def test_the_first_rule_that_fits_decides_and_the_order_can_be_changed(self):
        self.a_rule("kart", self.bank, words=["kredi kartı"])
        last = self.a_rule("tahsilat", self.night, components=["TAHSILAT"])
        assert self.queue_of(subject="KREDİ KARTI geçmiyor") == self.bank
        assert self.queue_of(subject="Makbuz çıkmıyor") == self.night
        rules.put_before(last, 1, by=self.yonca)
        assert self.queue_of(subject="Kredi kartı geçmiyor") == self.night
        rules.remove(last, by=self.yonca)
        assert self.queue_of(subject="Makbuz çıkmıyor") == self.queue

    def test_each_condition_is_asked(self):
        conditions = {
            "senders": [f"@{self.selim.email.split('@')[1]}"],
            "languages": [self.selim.language],
            "channels": ["portal"],
            "municipality_types": [self.odunpazari.type],
            "components": ["TAHSILAT"],
            "words": ["makbuz"],
        }
        rule = self.a_rule("hepsi", self.night, **conditions)
        assert self.queue_of() == self.night
        others = {"senders": ["x@y.z"], "languages": ["de"], "channels": ["phone"], "municipality_types": ["il"]}
        for name, values in (others | {"components": ["EBYS"], "words": ["bordro"]}).items():
            setattr(rule, name, values)
            rules.write(rule, by=self.yonca)
            assert self.queue_of() == self.queue, name
            setattr(rule, name, conditions[name])

    def test_a_corrected_ticket_is_asked_again_and_the_page_names_the_rule(self):
        self.a_rule("belge", self.night, components=["EBYS"])
        ticket = a_ticket(by=self.selim)
        tickets.change_module(ticket, component=self.ebys, by=self.ayse)
        assert Ticket.objects.get(pk=ticket.pk).queue == self.night
        self.client.force_login(self.ayse)
        self.assertContains(self.client.get(f"/tickets/{ticket.number}/"), "kuralıyla: belge")

    def test_what_cannot_be_kept_is_said(self):
        with self.assertRaises(RuleSaysNothing):
            self.a_rule("bos", self.night)
        self.a_rule("bir", self.night, words=["gece"])
        with self.assertRaises(RuleCodeTaken):
            self.a_rule("bir", self.night, words=["gece"])
        with self.assertRaises(NotARuleKeeper):
            rules.write(RoutingRule(code="x", name="x", queue=self.night, words=["a"]), by=self.leyla)
        self.client.force_login(self.yonca)
        sent = {
            "name": "Yeni",
            "code": "yeni",
            "queue": self.night.pk,
            "words": "gece\n\ngece\nnöbet",
            "is_active": "on",
        }
        assert self.client.post("/desk/routing/new/", sent).status_code == 302
        assert RoutingRule.objects.get(code="yeni").words == ["gece", "nöbet"]
        self.assertContains(self.client.get("/desk/routing/"), "nöbet")
        assert self.client.post("/desk/routing/new/", sent | {"code": "new"}).status_code == 422

    def test_they_are_files_too(self):
        self.a_rule("gece", self.night, words=["gece"])
        giving.set_up(self.queue, BY_LOAD, by=self.yonca)
        nouns = {noun.name: noun for ask in as_code.nouns for noun in ask()}
        read = nouns["routing-rules"].read()
        read["gece"]["words"] = ["gece yarısı"]
        nouns["routing-rules"].write(read, self.yonca)
        assert RoutingRule.objects.get(code="gece").words == ["gece yarısı"]
        nouns["queue-distribution"].write({"genel": {"method": "turn"}}, self.yonca)
        assert nouns["queue-distribution"].read()["genel"]["method"] == "turn"


class Choosing(TestCase):
    """Pure: no database."""

    FREE = {"by_turn": False, "skilled_first": True, "only_present": True, "only_on_shift": True}

    def test_who_cannot_is_passed_over_with_the_reason(self):
        able = Candidate(1, open=9)
        others = [
            Candidate(2, open=0, is_away=True),
            Candidate(3, open=0, is_full=True),
            Candidate(4, open=0, is_here=False),
            Candidate(5, open=0, is_on_shift=False),
        ]
        choice = choosing.choose([able, *others], **self.FREE)
        assert choice.to == able
        assert choice.passed == {"away": 1, "full": 1, "elsewhere": 1, "off_shift": 1}
        assert choosing.choose(others, **self.FREE).to is None

    def test_skill_then_load_or_turn(self):
        early, late = now() - timedelta(hours=2), now()
        idle, busy = Candidate(1, open=1, given_last=late), Candidate(2, open=5, given_last=early)
        skilled = Candidate(3, open=7, knows_it_well=True, given_last=late)
        assert choosing.choose([idle, busy, skilled], **self.FREE).to == skilled
        assert choosing.choose([idle, busy, skilled], **self.FREE | {"skilled_first": False}).to == idle
        assert choosing.choose([idle, busy], **self.FREE | {"by_turn": True}).to == busy


class GivingOut(Fresh, TestCase):
    def given_to(self):
        return [given.to for given in GivenTicket.objects.order_by("pk")]

    def test_by_load_it_is_fair_and_the_ticket_says_why(self):
        giving.set_up(self.queue, BY_LOAD, by=self.yonca)
        Skill.objects.create(person=self.leyla, component=self.tahsilat)
        WorkLimit.objects.create(person=self.leyla, most_open=1)
        today = timezone.localdate()
        Leave.objects.create(person=self.ayse, first_day=today, last_day=today)
        waiting = [a_ticket(by=self.selim) for _n in range(3)]
        assert giving.give_waiting() == 3
        assert self.given_to() == [self.leyla, self.burak, self.burak]
        assert giving.give_waiting() == 0
        self.client.force_login(self.burak)
        page = self.client.get(f"/tickets/{waiting[1].number}/")
        self.assertContains(page, "Neden bu kişi?")
        self.assertContains(page, "izinli")
        tickets.assign(Ticket.objects.get(pk=waiting[1].pk), to=self.ayse, by=self.leyla)
        assert giving.why(Ticket.objects.get(pk=waiting[1].pk)) is None

    def test_in_turn_everybody_has_one_before_anybody_has_two(self):
        giving.set_up(self.queue, replace(BY_LOAD, method="turn"), by=self.yonca)
        for _n in range(6):
            a_ticket(by=self.selim)
        giving.give_waiting()
        assert sorted(person.name for person in self.given_to()[:3]) == sorted(
            [self.ayse.name, self.burak.name, self.leyla.name]
        )
        assert self.given_to()[:3] == self.given_to()[3:]

    def test_only_to_who_is_here_and_on_a_shift(self):
        giving.set_up(self.queue, replace(BY_LOAD, only_present=True, only_on_shift=True), by=self.yonca)
        a_ticket(by=self.selim)
        presence.seen(self.ayse)
        presence.seen(self.burak)
        assert giving.give_waiting() == 0
        rota, at = Rota.objects.create(key="masa", name_tr="Masa", name_en="Desk"), now()
        hour = timedelta(hours=1)
        for person in (self.burak, self.leyla):
            Shift.objects.create(rota=rota, person=person, starts_at=at - hour, ends_at=at + hour)
        assert giving.give_waiting() == 1
        assert self.given_to() == [self.burak]

    def test_a_queue_that_nobody_set_up_or_that_waits_for_others_is_left(self):
        a_ticket(by=self.selim)
        assert giving.give_waiting() == 0
        giving.set_up(self.queue, replace(BY_LOAD, is_active=False), by=self.yonca)
        assert giving.give_waiting() == 0


class AllAtOnce(Fresh, TransactionTestCase):
    def test_fifty_claims_and_two_givers_leave_one_owner_each_and_a_fair_share(self):
        giving.set_up(self.queue, BY_LOAD, by=self.yonca)
        waiting = [a_ticket(by=self.selim) for _n in range(6)]

        def act(number):
            if number % 2:
                return giving.give_waiting()
            return tickets.claim(
                Ticket.objects.get(pk=waiting[number % 6].pk), by=self.leyla if number % 4 else self.ayse
            )

        answers = at_once(act, range(50))
        assert {type(each) for each in answers} <= {int, type(None), TicketTaken}, answers
        assert not Ticket.objects.unclaimed().exists()
        got = Entry.objects.filter(kind__in=("ticket.claimed", "ticket.assigned")).values_list("subject_id", flat=True)
        assert sorted(got) == sorted(str(ticket.pk) for ticket in waiting), "each once, by hand or by the house"
        assert GivenTicket.objects.count() == sum(each for each in answers if isinstance(each, int))
