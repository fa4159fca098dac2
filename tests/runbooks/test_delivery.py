"""The table of municipalities: what to look into first, the others page by page, in queries that do not grow."""

import re

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from foundation.directory.models import Contact, Municipality
from foundation.outbox.models import OutboxMessage
from runbooks.broadcasts.report import by_municipality
from tests.cast import Cast
from tests.runbooks.builders import approve, submitted


class MunicipalityByMunicipality(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(self.nermin)

    def places(self, number):
        known = Municipality.objects.filter(code__startswith="9").order_by("sort_key")
        Municipality.objects.bulk_create(
            Municipality(
                code=f"9{at:04d}",
                name=f"Yer {at:04d}",
                full_name=f"Yer {at:04d} Belediyesi",
                sort_key=f"yer {at:04d}",
                province_id=("05", "26")[at % 2],
                type=Municipality.Type.DISTRICT,
                latitude=39.0,
                longitude=30.0,
                population=1000,
            )
            for at in range(known.count(), number)
        )
        return list(known[:number])

    def sent_to(self, number):
        places = self.places(number)
        Contact.objects.all().delete()
        Contact.objects.bulk_create(
            Contact(
                municipality=place,
                duty="it",
                channel="sms",
                address=f"+90532{at:07d}",
                name="Kişi",
                verified_at="2026-01-01T00:00:00Z",
            )
            for at, place in enumerate(places)
        )
        broadcast = submitted(self.leyla)
        approve(broadcast, self.kemal)
        OutboxMessage.objects.filter(batch__key=broadcast.batch_key).update(state="delivered")
        return broadcast

    def message(self, broadcast, municipality):
        return OutboxMessage.objects.filter(batch__key=broadcast.batch_key, reference=municipality.code)

    def page(self, broadcast, query=""):
        return self.client.get(f"{broadcast.get_absolute_url()}municipalities/{query}")

    def codes(self, page):
        return [line.code for line in page.context["table"].lines]

    def test_whoever_has_a_failure_or_was_not_reached_comes_first(self):
        broadcast = self.sent_to(60)
        failed, stopped = self.places(60)[20:22]
        self.message(broadcast, failed).update(state="failed")
        self.message(broadcast, stopped).update(state="aborted")
        page = self.page(broadcast)
        self.assertEqual(self.codes(page), [failed.code, stopped.code])
        self.assertEqual(len(self.codes(self.page(broadcast, "?show=all"))), by_municipality.SIZE)

    def test_the_links_lead_through_everyone_once_and_back(self):
        broadcast = self.sent_to(100)
        page, seen = self.page(broadcast, "?show=silent"), []
        while True:
            seen += self.codes(page)
            link = re.search(r'rel="next" href="([^"]+)"', page.content.decode())
            if not link:
                break
            page = self.page(broadcast, link[1].replace("&amp;", "&"))
        self.assertEqual(seen, [place.code for place in self.places(100)])
        back = re.search(r'rel="prev" href="([^"]+)"', page.content.decode())[1].replace("&amp;", "&")
        self.assertEqual(self.codes(self.page(broadcast, back)), seen[:50])

    def test_a_page_keeps_its_place_while_rows_leave_the_kind(self):
        broadcast = self.sent_to(60)
        OutboxMessage.objects.update(state="submitted")
        following = self.page(broadcast, "?show=waiting").context["table"].following
        for place in self.places(30):
            self.message(broadcast, place).update(state="delivered")
        self.assertEqual(self.codes(self.page(broadcast, f"?show=waiting&start={following}"))[0], following)

    def test_a_province_narrows_and_stays_in_the_address(self):
        broadcast = self.sent_to(100)
        plate = self.places(1)[0].province_id
        page = self.page(broadcast, f"?show=all&province={plate}")
        self.assertEqual({line.plate_code for line in page.context["table"].lines}, {plate})
        self.assertContains(page, f"?show=silent&amp;province={plate}")

    def test_nonsense_in_the_address_is_the_first_page(self):
        broadcast = self.sent_to(5)
        self.assertEqual(len(self.codes(self.page(broadcast, "?show=x&province=zz&start=999"))), 5)

    def test_numbers_that_belong_to_no_municipality_are_counted_too(self):
        broadcast = self.sent_to(5)
        OutboxMessage.objects.filter(pk=OutboxMessage.objects.first().pk).update(reference="")
        self.assertEqual(self.codes(self.page(broadcast))[-1], by_municipality.NO_MUNICIPALITY)

    def test_five_cost_as_many_queries_as_five_hundred(self):
        counts = []
        for number in (5, 500):
            broadcast = self.sent_to(number)
            with CaptureQueriesContext(connection) as queries:
                self.page(broadcast)
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])
