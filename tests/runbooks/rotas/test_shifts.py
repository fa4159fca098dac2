"""Rules laid out, shifts made by hand, leave, swaps: what every list reads are the rows."""

from datetime import time, timedelta

import pytest
import time_machine
from django.test import TestCase

from foundation.journal.models import Entry
from foundation.outbox.models import OutboxMessage
from runbooks.models import Rota, Shift
from runbooks.rotas import gaps, handover, laying, leave, on_call, overrides, rules, swaps
from runbooks.rotas.permissions import CannotCarry, NotALead, RotaHasEnded, TooFewWays
from tests.cast import Cast
from tests.runbooks.rotas.builders import MONDAY, NINE, a_layer, a_rota, at, carried


class AtNine(Cast):
    """Monday, nine o'clock; everybody has proved two ways to be reached."""

    def setUp(self):
        super().setUp()
        travel = time_machine.travel(at(0, 9), tick=False)
        self.clock = travel.start()
        self.addCleanup(travel.stop)
        for number, person in enumerate((self.ayse, self.burak, self.leyla, self.nermin, self.kemal, self.yonca)):
            for kind, address in (("sms", f"+90532000010{number}"), ("email", person.email)):
                person.contact_ways.create(kind=kind, address=address, verified_at=at(0))
        self.rota = a_rota()

    def now_on_call(self):
        called = on_call.at(self.rota, on_call.now())
        return called.first, called.second

    def letters(self):
        return list(OutboxMessage.objects.order_by("pk").values_list("address", "subject"))


class MakingARota(AtNine, TestCase):
    def test_a_lead_makes_renames_and_ends_it(self):
        rota = rules.make(key="gece", name_tr="Gece", name_en="", by=self.leyla)
        self.assertEqual((rota.name_en, rota.days), ("Gece", "1234567"))
        facts = {"days": "12345", "opens": NINE, "closes": NINE, "has_backup": False}
        rules.change(rota, name_tr="Gece nöbeti", name_en="Night", **facts, by=self.yonca)
        a_layer(rota, self.nermin, by=self.leyla)
        self.clock.shift(timedelta(hours=1))
        rules.end(rota, by=self.leyla)
        self.assertEqual(carried(rota), [(9, 10, "Nermin")])
        self.assertEqual(on_call.carriers("gece"), [])
        with self.assertRaises(RotaHasEnded):
            a_layer(rota, self.nermin, by=self.leyla)

    def test_nobody_else_may(self):
        for person in (self.nermin, self.ayse, self.selim):
            with self.assertRaises(NotALead):
                rules.make(key="gece", name_tr="Gece", name_en="", by=person)

    def test_short_names_are_one_of_a_kind_and_fit_into_addresses(self):
        with self.assertRaises(rules.KeyIsTaken):
            rules.make(key="nobet", name_tr="x", name_en="", by=self.leyla)
        for key in ("me", "new", "Büyük", "1a", "a", "a" * 31, "rota.ics", ""):
            with self.assertRaises(rules.KeyIsWrong):
                rules.make(key=key, name_tr="x", name_en="", by=self.leyla)


class SettingARule(AtNine, TestCase):
    def test_shifts_follow_at_once_as_far_as_the_horizon(self):
        a_layer(self.rota, self.nermin, self.leyla, by=self.leyla)
        self.assertEqual(carried(self.rota)[:3], [(9, 33, "Nermin"), (33, 57, "Leyla"), (57, 81, "Nermin")])
        self.assertGreater(Shift.objects.count(), 90)
        self.assertEqual(self.now_on_call(), (self.nermin, None))

    def test_laying_again_changes_nothing_and_keeps_the_keys(self):
        a_layer(self.rota, self.nermin, self.leyla, by=self.leyla)
        before = set(Shift.objects.values_list("pk", "starts_at", "person")[:90])
        laying.sweep()
        self.clock.shift(timedelta(hours=30))
        laying.sweep()
        self.assertEqual(before - set(Shift.objects.values_list("pk", "starts_at", "person")), set())

    def test_what_changes_next_week_leaves_this_week_alone(self):
        layer = a_layer(self.rota, self.nermin, self.leyla, by=self.leyla)
        a_layer(self.rota, self.kemal, by=self.leyla, starts_on=MONDAY + timedelta(days=2), replaces=layer)
        self.assertEqual(carried(self.rota)[:2], [(9, 33, "Nermin"), (33, 57, "Leyla")])
        self.assertEqual(carried(self.rota)[2][2], "Kemal")

    def test_what_has_passed_is_not_rewritten(self):
        layer = a_layer(self.rota, self.nermin, by=self.leyla)
        self.clock.shift(timedelta(hours=30))
        a_layer(self.rota, self.kemal, by=self.leyla, replaces=layer)
        self.assertEqual([row[2] for row in carried(self.rota)], ["Nermin", "Kemal"])
        self.assertEqual(carried(self.rota)[0][:2], (9, 39))

    def test_two_rules_of_one_rank_do_not_cover_the_same_hours(self):
        a_layer(self.rota, self.nermin, by=self.leyla)
        with self.assertRaises(rules.RulesOverlap):
            a_layer(self.rota, self.kemal, by=self.leyla)
        a_layer(self.rota, self.kemal, by=self.leyla, rank=2)
        self.assertEqual(self.now_on_call(), (self.nermin, self.kemal))

    def test_weekdays_and_weekends_stand_beside_each_other(self):
        a_layer(self.rota, self.nermin, by=self.leyla, days="12345")
        a_layer(self.rota, self.kemal, by=self.leyla, days="67")
        self.assertEqual(gaps.gaps(self.rota), [])

    def test_rules_that_make_no_sense_are_refused(self):
        for wrong in ({"every": 0}, {"days": "8"}, {"starts_on": MONDAY - timedelta(days=900)}):
            with self.assertRaises(rules.RuleIsWrong):
                a_layer(self.rota, self.nermin, by=self.leyla, **wrong)
        with self.assertRaises(rules.RuleIsWrong):
            a_layer(self.rota, by=self.leyla)
        with self.assertRaises(rules.RuleIsWrong):
            a_layer(self.rota, self.nermin, self.nermin, by=self.leyla)
        with self.assertRaises(CannotCarry):
            a_layer(self.rota, self.selim, by=self.leyla)

    def test_whoever_cannot_be_reached_in_two_ways_is_signed_for(self):
        self.nermin.contact_ways.filter(kind="sms").update(verified_at=None)
        with self.assertRaisesMessage(TooFewWays, "Nermin Kaya"):
            a_layer(self.rota, self.nermin, by=self.leyla, signed=False)
        self.assertFalse(Shift.objects.exists())
        a_layer(self.rota, self.nermin, by=self.leyla)
        signed = Entry.objects.get(kind="rota.unreachable_signed")
        self.assertEqual((signed.person_id, signed.facts["people"]), (self.leyla.pk, [self.nermin.pk]))

    def test_the_backup_by_rule_is_never_the_first(self):
        a_layer(self.rota, self.nermin, self.leyla, by=self.leyla)
        a_layer(self.rota, self.nermin, self.leyla, by=self.leyla, rank=2)
        self.assertEqual(carried(self.rota, 2)[:2], [(9, 33, "Leyla"), (33, 57, "Nermin")])

    def test_whoever_leaves_the_house_leaves_the_rota(self):
        a_layer(self.rota, self.nermin, self.leyla, by=self.leyla)
        self.nermin.is_active = False
        self.nermin.save()
        laying.sweep()
        self.assertEqual(carried(self.rota)[-1][2], "Leyla")
        self.assertEqual(self.now_on_call(), (self.leyla, None))


class ByHand(AtNine, TestCase):
    def setUp(self):
        super().setUp()
        a_layer(self.rota, self.nermin, by=self.leyla)
        a_layer(self.rota, self.leyla, by=self.leyla, rank=2)

    def put(self, person, start, end, rank=1, by=None):
        return overrides.put(
            self.rota, person=person, rank=rank, starts_at=start, ends_at=end, by=by or self.leyla, reason="Eğitim"
        )

    def test_the_rule_gives_way_and_comes_back(self):
        shift = self.put(self.kemal, at(1, 12), at(1, 18))
        self.assertEqual(carried(self.rota)[:2], [(9, 36, "Nermin"), (36, 42, "Kemal")])
        self.assertEqual(carried(self.rota)[2][:1], (42,))
        self.assertEqual(shift.instead_of, self.nermin)
        overrides.withdraw(shift, by=self.leyla)
        self.assertEqual({row[2] for row in carried(self.rota)}, {"Nermin"})
        self.assertEqual(gaps.gaps(self.rota), [])

    def test_both_are_told_and_not_whoever_did_it(self):
        self.put(self.kemal, at(1, 12), at(1, 18))
        self.assertEqual({address for address, _subject in self.letters()}, {self.kemal.email, self.nermin.email})

    def test_the_later_word_counts_and_the_rest_of_the_earlier_stays(self):
        self.put(self.kemal, at(1), at(3))
        self.put(self.yonca, at(1, 12), at(2))
        self.assertEqual(
            carried(self.rota)[:4],
            [(9, 24, "Nermin"), (24, 36, "Kemal"), (36, 48, "Yonca"), (48, 72, "Kemal")],
        )

    def test_a_backup_who_is_put_first_is_no_backup_then(self):
        self.put(self.leyla, at(1), at(2))
        self.assertEqual(on_call.at(self.rota, at(1, 12)), on_call.OnCall(self.leyla, None))

    def test_whoever_is_first_is_not_put_as_backup(self):
        with self.assertRaises(overrides.FirstAndBackupAtOnce):
            self.put(self.nermin, at(1), at(2), rank=2)

    def test_what_cannot_be_is_refused(self):
        for start, end in ((at(2), at(1)), (at(-3), at(-2)), (at(1), at(200))):
            with self.assertRaises(overrides.HoursAreWrong):
                self.put(self.kemal, start, end)
        leave.take(self.kemal, first_day=MONDAY, last_day=MONDAY, by=self.kemal)
        with self.assertRaises(overrides.IsAway):
            self.put(self.kemal, at(0, 12), at(0, 13))
        with self.assertRaises(NotALead):
            self.put(self.kemal, at(1), at(2), by=self.nermin)

    def test_the_past_of_a_running_override_stays_when_it_is_withdrawn(self):
        shift = self.put(self.kemal, at(0, 10), at(0, 14))
        self.clock.shift(timedelta(hours=3))
        overrides.withdraw(shift, by=self.leyla)
        self.assertEqual(carried(self.rota)[1:3][0], (10, 12, "Kemal"))
        self.assertEqual(self.now_on_call()[0], self.nermin)


class TakingOver(AtNine, TestCase):
    def setUp(self):
        super().setUp()
        a_layer(self.rota, self.nermin, self.kemal, by=self.leyla)
        a_layer(self.rota, self.leyla, by=self.leyla, rank=2)
        self.clock.shift(timedelta(hours=1))

    def of(self, person):
        return Shift.objects.get(rota=self.rota, person=person, starts_at__lte=on_call.now(), ends_at__gt=on_call.now())

    def test_the_rest_is_carried_and_both_stay_in_the_record(self):
        taken = overrides.take_over(self.of(self.nermin), by=self.yonca)
        self.assertEqual(carried(self.rota)[:3], [(9, 10, "Nermin"), (10, 33, "Yonca"), (33, 57, "Kemal")])
        self.assertEqual((taken.replaces.person, taken.instead_of), (self.nermin, self.nermin))

    def test_a_backup_who_takes_over_changes_places(self):
        overrides.take_over(self.of(self.nermin), by=self.leyla)
        self.assertEqual(self.now_on_call(), (self.leyla, self.nermin))
        self.assertEqual(on_call.at(self.rota, at(1, 12)), on_call.OnCall(self.kemal, self.leyla))

    def test_the_first_cannot_be_the_backup_as_well(self):
        with self.assertRaises(overrides.FirstAndBackupAtOnce):
            overrides.take_over(self.of(self.leyla), by=self.nermin)

    def test_not_ones_own_not_a_passed_one_and_not_from_the_desk(self):
        with self.assertRaises(overrides.AlreadyTheirs):
            overrides.take_over(self.of(self.nermin), by=self.nermin)
        with self.assertRaises(overrides.ShiftIsOver):
            overrides.take_over(Shift.objects.filter(person=self.kemal).first(), by=self.yonca)
        with self.assertRaises(overrides.NotInTheWatch):
            overrides.take_over(self.of(self.nermin), by=self.ayse)


class BeingAway(AtNine, TestCase):
    def test_turns_pass_to_the_next_and_come_back(self):
        a_layer(self.rota, self.nermin, self.leyla, by=self.leyla, opens=time(0), closes=time(0))
        taken = leave.take(
            self.nermin, first_day=MONDAY + timedelta(days=2), last_day=MONDAY + timedelta(days=2), by=self.nermin
        )
        shift = Shift.objects.get(starts_at=at(2))
        self.assertEqual((shift.person, shift.instead_of), (self.leyla, self.nermin))
        leave.withdraw(taken, by=self.nermin)
        self.assertEqual(on_call.at(self.rota, at(2, 12)).first, self.nermin)
        with self.assertRaises(leave.LeaveIsOver):
            leave.withdraw(taken, by=self.nermin)

    def test_where_nobody_is_left_there_is_a_hole(self):
        a_layer(self.rota, self.nermin, by=self.leyla)
        leave.take(
            self.nermin, first_day=MONDAY + timedelta(days=3), last_day=MONDAY + timedelta(days=3), by=self.leyla
        )
        [gap] = gaps.gaps(self.rota)
        self.assertEqual((gap.starts_at, gap.ends_at), (at(3), at(4)))

    def test_a_shift_by_hand_of_somebody_away_is_a_doubt(self):
        overrides.put(self.rota, person=self.nermin, rank=1, starts_at=at(1), ends_at=at(2), by=self.leyla)
        leave.take(self.nermin, first_day=MONDAY, last_day=MONDAY + timedelta(days=1), by=self.nermin)
        self.assertEqual([doubt.reason for doubt in gaps.doubts(self.rota)], ["away"])

    def test_what_cannot_be_is_refused(self):
        take = leave.take
        take(self.nermin, first_day=MONDAY, last_day=MONDAY, by=self.nermin)
        yesterday = MONDAY - timedelta(days=1)
        for first, last in ((MONDAY, MONDAY), (yesterday, yesterday), (MONDAY, MONDAY + timedelta(days=999))):
            with self.assertRaises(leave.LeaveIsWrong):
                take(self.nermin, first_day=first, last_day=last, by=self.nermin)
        with self.assertRaises(NotALead):
            take(self.kemal, first_day=MONDAY, last_day=MONDAY, by=self.nermin)


class Swapping(AtNine, TestCase):
    def setUp(self):
        super().setUp()
        a_layer(self.rota, self.nermin, self.kemal, by=self.leyla)
        self.tuesday = Shift.objects.get(starts_at=at(1, 9))
        self.wednesday = Shift.objects.get(starts_at=at(2, 9))

    def propose(self, **fields):
        facts = {"to": self.nermin, "by": self.kemal, "wanted": self.wednesday, **fields}
        return swaps.propose(self.tuesday, **facts)

    def test_nothing_changes_before_both_have_said_yes(self):
        swap = self.propose()
        self.assertEqual(on_call.at(self.rota, at(1, 12)).first, self.kemal)
        swaps.accept(swap, by=self.nermin)
        self.assertEqual(on_call.at(self.rota, at(1, 12)).first, self.nermin)
        self.assertEqual(on_call.at(self.rota, at(2, 12)).first, self.kemal)
        self.assertEqual([address for address, _subject in self.letters()], [self.nermin.email, self.kemal.email])

    def test_a_shift_is_given_without_a_return(self):
        swaps.accept(self.propose(to=self.yonca, wanted=None), by=self.yonca)
        self.assertEqual(on_call.at(self.rota, at(1, 12)).first, self.yonca)

    def test_only_the_one_who_was_asked_answers_and_only_once(self):
        swap = self.propose()
        with self.assertRaises(swaps.NotAsked):
            swaps.accept(swap, by=self.leyla)
        swaps.decline(swap, by=self.nermin)
        with self.assertRaises(swaps.SwapIsAnswered):
            swaps.accept(swap, by=self.nermin)

    def test_a_shift_that_was_laid_out_anew_is_not_what_was_agreed_on(self):
        swap = self.propose()
        leave.take(self.kemal, first_day=MONDAY + timedelta(days=1), last_day=MONDAY + timedelta(days=1), by=self.kemal)
        swap.refresh_from_db()
        with self.assertRaises(overrides.ShiftHasChanged):
            swaps.accept(swap, by=self.nermin)

    def test_of_two_swaps_of_one_shift_the_first_holds(self):
        """The second was read before the first was accepted, as a page that stood open."""
        first, second = self.propose(to=self.yonca, wanted=None), self.propose()
        swaps.accept(first, by=self.yonca)
        with self.assertRaises(overrides.ShiftHasChanged):
            swaps.accept(second, by=self.nermin)
        self.assertEqual(on_call.at(self.rota, at(1, 12)).first, self.yonca)

    def test_an_exchange_whose_return_is_gone_is_no_gift(self):
        swap = self.propose()
        overrides.put(self.rota, person=self.yonca, rank=1, starts_at=at(2, 9), ends_at=at(3, 9), by=self.leyla)
        with self.assertRaises(overrides.ShiftHasChanged):
            swaps.accept(swap, by=self.nermin)
        self.assertEqual(on_call.at(self.rota, at(1, 12)).first, self.kemal)

    def test_what_cannot_be_is_refused(self):
        with self.assertRaises(swaps.NotYourShift):
            self.propose(by=self.yonca)
        with self.assertRaises(swaps.SwapIsWrong):
            self.propose(to=self.kemal, wanted=None)
        with self.assertRaises(swaps.SwapIsWrong):
            self.propose(to=self.yonca)
        self.propose()
        with self.assertRaises(swaps.SwapIsWrong):
            self.propose()
        swap = self.propose(to=self.yonca, wanted=None)
        with self.assertRaises(swaps.NotYourShift):
            swaps.withdraw(swap, by=self.nermin)
        swaps.withdraw(swap, by=self.kemal)

    def test_nobody_becomes_first_and_backup_by_a_swap(self):
        overrides.put(self.rota, person=self.yonca, rank=2, starts_at=at(1, 9), ends_at=at(2, 9), by=self.leyla)
        with self.assertRaises(overrides.FirstAndBackupAtOnce):
            self.propose(to=self.yonca, wanted=None)


class Holes(AtNine, TestCase):
    def told(self):
        return [address for address, subject in self.letters() if "nobody" in subject or "kimse" in subject]

    def test_a_hole_is_told_once_and_again_when_it_opens_again(self):
        a_layer(self.rota, self.nermin, by=self.leyla, days="123456")
        self.assertEqual(gaps.tell_leads(), 4)
        letters = OutboxMessage.objects.count()
        self.assertEqual(letters, 1)
        self.assertEqual(gaps.tell_leads(), 0)
        filled = overrides.put(
            self.rota, person=self.kemal, rank=1, starts_at=at(6, 9), ends_at=at(7, 9), by=self.leyla
        )
        self.assertEqual(gaps.tell_leads(), 0)
        overrides.withdraw(filled, by=self.leyla)
        self.assertEqual(gaps.tell_leads(), 1)

    def test_a_hole_that_has_begun_stays_the_same_hole(self):
        a_layer(self.rota, self.nermin, by=self.leyla, days="12")
        gaps.tell_leads()
        for _hours in range(8):
            self.clock.shift(timedelta(hours=12))
            told = gaps.tell_leads()
        self.assertEqual(told, 0)
        self.assertEqual(gaps.gaps(self.rota)[0].starts_at, on_call.now())

    def test_a_rota_nobody_ever_carried_is_one_hole_for_ever(self):
        self.assertEqual(gaps.tell_leads(), 1)
        for _days in range(5):
            self.clock.shift(timedelta(days=20))
            self.assertEqual(gaps.tell_leads(), 0)

    def test_outside_its_hours_nobody_is_missing_and_a_missing_backup_is_one_where_wanted(self):
        Rota.objects.update(days="12345", opens=NINE, closes=time(17))
        self.rota.refresh_from_db()
        a_layer(self.rota, self.nermin, by=self.leyla, days="12345", closes=time(17))
        self.assertEqual(gaps.gaps(self.rota), [])
        self.rota.has_backup = True
        self.assertEqual({gap.rank for gap in gaps.gaps(self.rota)}, {2})


class HandingOver(AtNine, TestCase):
    def test_the_note_is_kept_and_found_by_whoever_comes_next(self):
        a_layer(self.rota, self.nermin, by=self.leyla)
        shift = Shift.objects.filter(rota=self.rota).first()
        handover.write(shift, text="Sakin bir gece.", by=self.nermin)
        self.assertEqual([note.text for note in handover.latest()], ["Sakin bir gece."])
        with self.assertRaises(handover.NotYourHandover):
            handover.write(shift, text="x", by=self.leyla)


@pytest.mark.django_db
def test_a_person_is_called_once_and_the_first_first(django_assert_max_num_queries):
    rota = a_rota()
    with django_assert_max_num_queries(1):
        assert on_call.at(rota, at(0)) == on_call.OnCall(None, None)
