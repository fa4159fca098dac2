"""What a text costs, how it is spelled, and what may not leave."""

import time

from django.test import TestCase, override_settings

from runbooks.broadcasts.compose import audience, drafts, templates
from runbooks.broadcasts.compose.audience import Audience, Listed
from runbooks.models import Broadcast
from tests.cast import Cast, a_person
from tests.runbooks.builders import CORRECTION, TEXT, a_draft, contacts_in

PLAIN, FULL = Broadcast.Spelling.PLAIN, Broadcast.Spelling.FULL
SAMPLE = (
    "e-Belediye: 10.04 itibarıyla tahsilat platform genelinde çalışmıyor. Ekip çalışıyor, "
    'sonraki bilgi 10.30. Portalda "Biz de etkilendik"i seçin.'
)


def people(number):
    return Audience(included=[Listed(f"+90532{place:07d}", "", "it", None, None, (place,)) for place in range(number)])


class PreviewingAMessage(Cast, TestCase):
    def preview(self, text=SAMPLE, found=None, **fields):
        return drafts.preview(text, found or people(4187), **{"spelling": PLAIN, "correction": CORRECTION, **fields})

    @override_settings(SMS_SEGMENTS_PER_SECOND=10)
    def test_full_turkish_costs_three_times_the_plain_spelling(self):
        seen = self.preview()
        self.assertEqual((seen.plain.each, seen.full.each), (1, 3))
        self.assertEqual((seen.plain.total, seen.full.total), (4187, 12561))
        self.assertEqual(round(seen.plain.until_last.total_seconds()), 419)
        self.assertEqual(round(seen.full.until_last.total_seconds()), 1256)
        self.assertEqual(seen.full.price, seen.plain.price * 3)

    def test_the_folded_words_are_marked(self):
        changed = [words for words, has_changed in self.preview().folded if has_changed]
        self.assertEqual(changed, ["itibariyla", "calismiyor.", "calisiyor,", "secin."])

    def test_the_longest_value_is_what_is_shown(self):
        contacts_in(self.odunpazari, 1)
        contacts_in(self.merzifon, 1, first=500)
        found = audience.find(audience.AudienceRule())
        seen = self.preview("{belediye}: tahsilat durdu", found)
        longest = max(self.odunpazari.full_name, self.merzifon.full_name, key=len)
        self.assertIn(drafts.spelled(longest, PLAIN), seen.longest)

    def test_fourteen_thousand_recipients_take_less_than_a_second(self):
        found = people(14_000)
        began = time.process_time()
        self.preview("{gorev} için: " + SAMPLE, found)
        self.assertLess(time.process_time() - began, 1)

    def test_a_drill_says_so_in_its_first_word(self):
        self.assertTrue(self.preview("deneme", is_drill=True).sample.startswith("TATBIKAT: "))


class RefusingAText(TestCase):
    def problems(self, text, **fields):
        return drafts.problems_of(text, **{"correction": CORRECTION, **fields})

    def test_an_honest_text_may_leave(self):
        self.assertEqual(self.problems(SAMPLE), [])

    def test_links_in_every_disguise_may_not(self):
        for link in ["https://a.bel.tr", "nobet.bel.tr", "www.x.com", "nobet[.]tr", "nobet\u200b.bel.tr", "10.0.0.1"]:
            self.assertTrue(self.problems(f"Bakın: {link} adresine"), link)

    def test_a_link_in_the_correction_is_found_as_well(self):
        self.assertTrue(self.problems(SAMPLE, correction="bkz. nobet.bel.tr"))

    def test_tokens_are_a_fixed_list_and_nothing_is_evaluated(self):
        for text in ["{citizen.tckn}", "{{ settings.SECRET_KEY }}", "{0.__class__}", "{saat}", "{", "}"]:
            self.assertTrue(self.problems(f"Bilgi {text} son"), text)

    def test_a_live_text_does_not_begin_like_a_drill(self):
        self.assertTrue(self.problems("TATBİKAT: sistem kapalı"))

    def test_a_live_text_needs_its_correction_first(self):
        self.assertTrue(self.problems(SAMPLE, correction=""))
        self.assertEqual(self.problems("Deneme", correction="", is_drill=True), [])

    def test_every_ready_text_may_leave_once_it_is_filled_in(self):
        values = dict.fromkeys(templates.ASKED, "10.30")
        for ready in templates.READY:
            filled = drafts.fill(ready.text, values)
            correction = drafts.fill(ready.correction, values)
            self.assertEqual(self.problems(filled, correction=correction, is_drill=ready.is_drill), [], ready.key)


class KeepingDrafts(Cast, TestCase):
    def test_a_drill_leaves_in_the_drill_lane_whatever_was_asked(self):
        drill = a_draft(self.nermin, is_drill=True, lane=Broadcast.Lane.LIFE_SAFETY)
        self.assertEqual(drill.lane, Broadcast.Lane.DRILL)

    def test_each_recipient_gets_their_own_words(self):
        contacts_in(self.odunpazari, 1)
        broadcast = a_draft(self.nermin, text="{belediye} {kod}")
        audience.freeze(broadcast, audience.find(audience.AudienceRule()))
        [message] = drafts.messages_of(broadcast)
        self.assertEqual(message.text, drafts.spelled(f"{self.odunpazari.full_name} {broadcast.code}", PLAIN))
        self.assertEqual(message.reference, "26010")

    def test_what_was_submitted_is_not_revised(self):
        broadcast = a_draft(a_person("operator"))
        Broadcast.objects.filter(pk=broadcast.pk).update(
            status="submitted", binding="x", submitted_at=broadcast.prepared_at
        )
        with self.assertRaises(drafts.NotADraft):
            drafts.revise(broadcast, by=self.nermin, text=TEXT + "!")
