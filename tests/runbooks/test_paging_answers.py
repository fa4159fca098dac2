"""Answering a call: by code, key, link and button; one owner; handing over; being awake."""

import time_machine
from django.test import TestCase
from django.urls import reverse

from foundation.outbox.models import OutboxMessage
from runbooks.models import Awake, Notice, Page
from runbooks.paging import answering, summonses
from tests.cast import Cast
from tests.runbooks.nights import NIGHT, an_outage, code_of, on_call, pass_time, replies, telephones, told


class ARingingPage(Cast, TestCase):
    """Nermin has been called, and Leyla after her; nobody has answered."""

    def setUp(self):
        travel = time_machine.travel(NIGHT, tick=False)
        self.clock = travel.start()
        self.addCleanup(travel.stop)
        super().setUp()
        telephones(self)
        on_call(self.nermin, self.leyla)
        an_outage(self.tahsilat)
        pass_time(self.clock, 190)

    def page(self) -> Page:
        return Page.objects.select_related("matter").get()


class ByCode(ARingingPage):
    def test_the_first_has_it_and_the_second_learns_who(self):
        replies(self.nermin, code_of(self.nermin), sid="SM1")
        replies(self.leyla, code_of(self.leyla), sid="SM2")
        self.assertEqual(self.page().taken_by, self.nermin)
        self.assertIn("Nermin Kaya", told(self.leyla)[-1])
        self.assertIn("sizde", told(self.nermin)[-1])

    def test_the_same_reply_twice_is_one_answer(self):
        replies(self.nermin, code_of(self.nermin))
        before = OutboxMessage.objects.count()
        replies(self.nermin, code_of(self.nermin))
        self.assertEqual(OutboxMessage.objects.count(), before)

    def test_a_code_from_another_number_opens_nothing_and_is_not_answered(self):
        before = OutboxMessage.objects.count()
        replies(self.kemal, code_of(self.nermin))
        self.assertEqual(self.page().status, Page.Status.RINGING)
        self.assertEqual(OutboxMessage.objects.count(), before)

    def test_a_wrong_code_opens_nothing(self):
        wrong = f"{(int(code_of(self.nermin)) + 1) % 10_000:04}"
        replies(self.nermin, wrong)
        self.assertEqual(self.page().status, Page.Status.RINGING)

    def test_an_answer_to_what_is_over_says_so(self):
        from_the_ladder = self.page()
        from_the_ladder.matter.outage.ended_at = None
        code = code_of(self.nermin)
        Page.objects.update(status="over", ended_at=NIGHT, state="kept")
        replies(self.nermin, code)
        self.assertIn("bitti", told(self.nermin)[-1])


class ByKeys(ARingingPage):
    def test_the_code_keyed_on_the_telephone_takes_it(self):
        said = answering.hear_keys("0532 000 01 01", code_of(self.nermin))
        self.assertIn("sizde", said)
        self.assertEqual(self.page().taken_by, self.nermin)

    def test_keys_of_another_telephone_are_nothing(self):
        self.assertEqual(answering.hear_keys("+905320000199", code_of(self.nermin)), "")


class ByLink(ARingingPage):
    def address(self) -> str:
        return summonses.link(self.nermin.summonses.get()).partition("//")[2].partition("/")[2]

    def test_reading_it_takes_nothing_and_the_button_takes_it(self):
        address = f"/{self.address()}"
        self.assertContains(self.client.get(address), "Tahsilat kesintisi")
        self.assertEqual(self.page().status, Page.Status.RINGING)
        self.assertContains(self.client.post(address), "sizde")
        self.assertEqual(self.page().taken_by, self.nermin)

    def test_a_forged_or_old_link_opens_nothing(self):
        self.assertEqual(self.client.post(reverse("runbooks:page_answer", args=["abc"])).status_code, 404)
        address = f"/{self.address()}"
        self.clock.shift(summonses.CODE_LIVES)
        self.clock.shift(1)
        self.assertEqual(self.client.post(address).status_code, 404)


class ByButton(ARingingPage):
    def test_whoever_was_not_called_and_keeps_no_watch_is_refused(self):
        with self.assertRaises(answering.NotCalled):
            answering.acknowledge(self.page(), by=self.ayse)

    def test_the_second_learns_who_has_it(self):
        answering.acknowledge(self.page(), by=self.nermin)
        answering.acknowledge(self.page(), by=self.nermin)
        with self.assertRaisesMessage(answering.TakenByAnother, "Nermin Kaya"):
            answering.acknowledge(self.page(), by=self.leyla)

    def test_words_that_have_not_left_are_stopped(self):
        state = OutboxMessage.State
        OutboxMessage.objects.filter(address=str(self.leyla.phone)).update(state=state.QUEUED)
        answering.acknowledge(self.page(), by=self.nermin)
        self.assertEqual(OutboxMessage.objects.get(address=str(self.leyla.phone)).state, state.ABORTED)


class HandingOver(ARingingPage):
    def test_it_is_theirs_and_they_are_told(self):
        answering.acknowledge(self.page(), by=self.nermin)
        answering.hand_over(self.page(), to=self.yonca, by=self.nermin)
        self.assertEqual(self.page().taken_by, self.yonca)
        self.assertIn("devretti", told(self.yonca)[-1])

    def test_nobody_gives_away_what_another_has(self):
        answering.acknowledge(self.page(), by=self.nermin)
        with self.assertRaises(answering.NotYours):
            answering.hand_over(self.page(), to=self.yonca, by=self.kemal)

    def test_nobody_is_handed_a_call_who_does_not_keep_the_watch(self):
        answering.acknowledge(self.page(), by=self.nermin)
        with self.assertRaises(answering.CannotTakeOver):
            answering.hand_over(self.page(), to=self.selim, by=self.nermin)


class BeingAwake(ARingingPage):
    def test_the_word_from_a_known_telephone_is_obeyed_and_from_another_not(self):
        replies(self.leyla, "AYAKTAYIM!")
        self.assertEqual(Awake.objects.get().person, self.leyla)
        answering.sleep(self.leyla)
        self.assertFalse(Awake.objects.exists())

    def test_calls_of_the_telephone_are_left_out(self):
        answering.wake(self.nermin)
        Notice.objects.create(
            page=self.page(), round=9, step=0, person=self.nermin, way="voice", address=str(self.nermin.phone)
        )
        self.clock.shift(summonses.AWAKE_HOLD)
        summonses.send_waiting()
        self.assertEqual(Notice.objects.get(round=9).reason, "awake")
