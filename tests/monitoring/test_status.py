"""What the public is told, on every surface."""

import json
import re
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock
from xml.etree import ElementTree

import icalendar
import time_machine
from dateutil.rrule import rrulestr
from django.core.cache import cache
from django.db import connection
from django.test import SimpleTestCase, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation import now
from foundation.directory.models import Component
from foundation.language import formatting
from foundation.language.formatting import ISTANBUL
from monitoring import outages
from monitoring.history import partitions
from monitoring.maintenance import windows
from monitoring.models import Affected, Check, Hour, Maintenance, Node, Outage, Prober, State
from monitoring.status import bars, feeds, latency, report, static_site
from monitoring.status.page_cache import PageCache, cached_pages
from tests.cast import Cast

NOON = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
COUNTED = {"asked": 60, "answered": 60, "failed": 0}


class StatusCase(Cast, TestCase):
    def setUp(self):
        super().setUp()
        cached_pages.forget()
        cache.clear()
        self.tahsilat = Component.objects.get(pk="TAHSILAT")

    def an_outage(self, **facts) -> Outage:
        return outages.declare(
            components=[self.tahsilat],
            scope="central",
            title_tr="Tahsilat çalışmıyor",
            title_en="Collections are down",
            text_tr="Ekip çalışıyor.",
            text_en="We are on it.",
            **facts,
        )

    def page(self, path: str, **headers) -> str:
        cached_pages.forget()
        answer = self.client.get(path, **headers)
        self.assertEqual(answer.status_code, 200, path)
        return answer.content.decode()


class TheNationalPage(StatusCase):
    def test_on_a_good_day_it_says_that_nothing_is_known(self):
        self.assertIn("Bilinen bir kesinti yok", self.page("/status/"))

    def test_an_outage_leads_with_its_numbers_and_words(self):
        self.an_outage()
        page = self.page("/status/")
        self.assertIn("1 açık kesinti", page)
        self.assertIn("Tahsilat çalışmıyor", page)
        self.assertIn("Ekip çalışıyor.", page)

    def test_it_speaks_english_when_asked(self):
        self.an_outage()
        page = self.page("/status/?lang=en")
        self.assertIn('lang="en"', page)
        self.assertIn("Collections are down", page)
        self.assertIn("We are on it.", page)

    def test_a_drill_and_a_hidden_outage_are_not_public(self):
        self.an_outage(is_drill=True)
        self.an_outage(is_public=False)
        self.assertNotIn("Tahsilat çalışmıyor", self.page("/status/"))
        self.assertEqual(json.loads(self.page("/api/v2/summary.json"))["incidents"], [])

    def test_it_reads_neither_session_nor_person(self):
        self.client.force_login(self.selim)
        self.assertNotIn("Selim", self.page("/status/"))

    def test_its_queries_do_not_grow_with_outages(self):
        few = self.queries_of_a_report()
        for _ in range(12):
            self.an_outage()
        self.assertEqual(self.queries_of_a_report() - few, 4)  # updates, corrections (twice) and components, read ahead

    def queries_of_a_report(self) -> int:
        with CaptureQueriesContext(connection) as seen:
            page = report.national(now())
            list(page.legend)
        return len(seen)


class WhatItMeans(StatusCase):
    """The country and a municipality read the same outage differently, and figures never round up."""

    def test_trouble_of_some_is_partial_for_the_country_and_whole_for_them(self):
        place = self.odunpazari
        outage = outages.declare(components=[self.tahsilat], province=place.province, text_tr="Bölgede sorun var.")
        country, here = report.national(now()), report.municipal(place, now())
        row = {one.component.pk: one.state for one in country.components}
        self.assertEqual((outage.scope, country.state, row["TAHSILAT"]), ("regional", "partial", "partial"))
        self.assertEqual(here.state, "outage")

    def test_what_works_at_the_centre_is_no_green_row_for_whoever_is_cut_off(self):
        node = Node.objects.create(code="26010", name="Odunpazarı", municipality=self.odunpazari)
        outage = outages.declare(nodes=[node], province=self.odunpazari.province, municipalities=(), text_tr="Hat yok.")
        self.assert_cut_off(self.odunpazari, True)
        self.assert_cut_off(self.merzifon, False)
        page = self.page("/status/26010/")
        self.assertIn("bu belediye şu anda onlara ulaşamıyor", page)
        self.assertIn("cannot get to it", self.page("/status/26010/?lang=en"))
        self.assertNotIn("hepsi çalışıyor", page)
        self.assertIn("major_outage", self.page("/status/26010/api/v2/components.json"))
        outages.end(outage, text_tr="Düzeldi.", by=self.nermin)
        self.assert_cut_off(self.odunpazari, False)

    def test_one_connection_of_two_is_still_a_way_in(self):
        one, two = (
            Node.objects.create(code=f"26010-{number}", name="Odunpazarı", municipality=self.odunpazari, state=State.OK)
            for number in (1, 2)
        )
        outages.declare(nodes=[one], scope="local")
        self.assert_cut_off(self.odunpazari, False)
        Node.objects.filter(pk=two.pk).update(state=State.OUTAGE)
        self.assert_cut_off(self.odunpazari, True)

    def test_a_fault_of_the_centre_and_a_slow_region_cut_nobody_off(self):
        outages.declare(scope="central", text_tr="Altyapı.")
        outages.declare(province=self.odunpazari.province, state="degraded", text_tr="Yavaş.")
        self.assert_cut_off(self.odunpazari, False)

    def test_who_is_cut_off_reads_what_is_broken_at_the_centre_and_at_others_as_it_is(self):
        Component.objects.create(code="BANKA", name_tr="Banka", name_en="Bank", tier="X")
        self.an_outage(state="degraded")
        outages.declare(province=self.odunpazari.province, text_tr="Hat yok.")
        row = {
            one.component.pk: (one.state, one.is_cut_off) for one in report.municipal(self.odunpazari, now()).components
        }
        self.assertEqual(row["TAHSILAT"], ("degraded", False))
        self.assertEqual(row["BANKA"], ("nodata", False))
        self.assertEqual(row["RAPOR"], ("outage", True))

    def test_many_outages_cost_whoever_is_cut_off_no_more_queries_than_one(self):
        counts = []
        for more in (1, 4):
            for _each in range(more):
                outages.declare(province=self.odunpazari.province, text_tr="Hat yok.")
            with CaptureQueriesContext(connection) as seen:
                self.assertTrue(report.municipal(self.odunpazari, now()).is_cut_off)
            counts.append(len(seen))
        self.assertEqual(*counts)

    def assert_cut_off(self, place, expected: bool):
        here = report.municipal(place, now())
        self.assertEqual((here.is_cut_off, here.components[0].state == State.OUTAGE), (expected, expected))

    def test_a_municipality_counts_its_own_hours_whole_until_it_was_back(self):
        place, at = self.odunpazari, now()
        outage = self.an_outage(started_at=at - timedelta(hours=6))
        Affected.objects.filter(outage=outage, municipality=place).update(
            since=at - timedelta(hours=6), until=at - timedelta(hours=5)
        )
        worked = {one.component.pk: one.history.worked for one in report.municipal(place, at).components}
        expected = (at - report.watched_since()) / HOUR
        self.assertAlmostEqual(worked["TAHSILAT"], 1 - 1 / expected, places=6)

    def test_a_red_day_is_never_called_a_hundred(self):
        self.assertEqual(
            [formatting.share_kept(ratio) for ratio in (1, 0.999999, 0.9995, 0.5)],
            ["%100", "%99,99", "%99,95", "%50,00"],
        )


class ResponseTimes(StatusCase):
    def setUp(self):
        super().setUp()
        self.at = now().replace(minute=30)
        hour = self.at.replace(minute=0, second=0, microsecond=0)
        for back in (1, 7):
            partitions.ensure(Hour._meta.db_table, hour - HOUR * back)
        node = Node.objects.create(code="TAHSILAT-1", name="Tahsilat", component=self.tahsilat)
        own = Node.objects.create(code="26010-1", name="Odunpazarı", municipality=self.odunpazari)
        for each, ms in ((node, 120), (own, 45)):
            check = Check.objects.create(node=each, kind=Check.Kind.HTTP, target=f"http://127.0.0.1:9/{each.code}")
            for back in (1, 2, 3, 7):
                Hour.objects.create(
                    check_of=check, at=hour - HOUR * back, **COUNTED, latency_p50=ms + back, latency_p95=ms * 3
                )

    def test_gaps_interrupt_the_line_and_the_scale_is_tidy(self):
        chart = latency.of_components([self.tahsilat], self.at)[0]
        self.assertEqual((chart.latest, chart.usual, chart.slowest.slow, chart.top), (121, 122, 360, 500))
        self.assertEqual(chart.line.count("M"), 2)
        self.assertEqual([usual for _at, usual in chart.blocks], [None, None, None, None, 127, 122])

    def test_both_pages_draw_and_tell_it(self):
        self.assertIn("360 ms", self.page("/status/"))
        place = self.page("/status/26010/")
        self.assertIn("Bağlantı 1", place)
        self.assertIn("135 ms", place)

    def test_a_chart_costs_two_queries_however_many(self):
        with self.assertNumQueries(2):
            latency.of_components(Component.objects.none(), self.at)
        parts = list(Component.objects.all())
        with self.assertNumQueries(2):
            latency.of_components(parts, self.at)


class Readers(StatusCase):
    def test_a_second_reader_costs_no_query(self):
        self.client.get("/status/")
        with self.assertNumQueries(0):
            self.client.get("/status/")

    def test_who_has_the_page_is_told_so(self):
        tag = self.client.get("/api/v2/summary.json")["ETag"]
        again = self.client.get("/api/v2/summary.json", headers={"If-None-Match": tag})
        self.assertEqual(again.status_code, 304)
        self.assertEqual(again["Access-Control-Allow-Origin"], "*")

    def test_nobody_gets_the_old_answer_while_one_renews(self):
        kept, has_begun, may_end = (
            PageCache(fresh=0.0, last_word=count().__next__),
            threading.Event(),
            threading.Event(),
        )
        kept.get("page", lambda: (b"old", "text/plain"))

        def renew():
            has_begun.set()
            may_end.wait(30)
            return b"new", "text/plain"

        with ThreadPoolExecutor(2) as readers:
            first = readers.submit(kept.get, "page", renew)
            has_begun.wait(30)
            second = readers.submit(kept.get, "page", self.fail)
            time.sleep(0.1)
            self.assertFalse(second.done())
            may_end.set()
            self.assertEqual((first.result(30).body, second.result(30).body), (b"new", b"new"))

    def test_many_first_readers_cost_one_answer(self):
        kept, made, together = PageCache(last_word=lambda: 0), [], threading.Barrier(8)

        def make():
            time.sleep(0.05)
            made.append(1)
            return b"page", "text/plain"

        def read(_):
            together.wait()
            return kept.get("page", make).body

        with ThreadPoolExecutor(8) as readers:
            self.assertEqual(set(readers.map(read, range(8))), {b"page"})
        self.assertEqual(len(made), 1)

    def test_an_answer_stands_while_nobody_was_told_anything_new(self):
        said, made = [0], count()
        kept = PageCache(fresh=0.0, longest=600.0, last_word=lambda: said[0])
        bodies = [kept.get("page", lambda: (b"%d" % next(made), "text/plain")).body for _ in range(3)]
        said[0] = 1
        bodies.append(kept.get("page", lambda: (b"%d" % next(made), "text/plain")).body)
        self.assertEqual(bodies, [b"0", b"0", b"0", b"1"])

    def test_an_answer_is_made_anew_in_time_though_nothing_was_said(self):
        kept, made = PageCache(fresh=0.0, longest=0.0, last_word=lambda: 0), count()
        bodies = [kept.get("page", lambda: (b"%d" % next(made), "text/plain")).body for _ in range(2)]
        self.assertEqual(bodies, [b"0", b"1"])

    def test_a_word_of_an_outage_is_on_the_page_at_the_next_look(self):
        self.page("/status/")
        for answer in cached_pages.answers.values():
            answer.looked -= 1.0
        self.an_outage()
        self.assertIn("Tahsilat çalışmıyor", self.client.get("/status/").content.decode())

    def test_an_answer_that_cannot_be_made_does_not_block_the_next_reader(self):
        kept = PageCache(last_word=lambda: 0)
        with self.assertRaises(ZeroDivisionError):
            kept.get("page", lambda: 1 / 0)
        self.assertEqual(kept.get("page", lambda: (b"page", "text/plain")).body, b"page")


class OneMunicipality(StatusCase):
    def test_it_inherits_the_outage_of_the_country(self):
        self.an_outage()
        self.assertIn("Tahsilat çalışmıyor", self.page("/status/26010/"))

    def test_a_local_outage_stays_where_it_is(self):
        node = Node.objects.create(code="05004", name="Merzifon", municipality=self.merzifon)
        outages.declare(nodes=[node], scope="local", title_tr="Merzifon: hat", title_en="Merzifon: line")
        self.assertIn("Merzifon: hat", self.page("/status/05004/"))
        self.assertNotIn("Merzifon: hat", self.page("/status/26010/"))

    def test_one_that_does_not_exist_is_not_found(self):
        self.assertEqual(self.client.get("/status/99999/").status_code, 404)

    def test_anyone_finds_theirs_without_turkish_letters(self):
        self.assertIn("/status/26010/", self.page("/status/find/?q=odunpazari"))


class OtherPeoplesPrograms(StatusCase):
    def test_the_summary_has_the_shape_that_clients_read(self):
        outage = self.an_outage()
        summary = json.loads(self.page("/api/v2/summary.json"))
        self.assertEqual(set(summary), {"page", "components", "incidents", "scheduled_maintenances", "status"})
        self.assertEqual(summary["status"], {"indicator": "critical", "description": "Major System Outage"})
        incident = summary["incidents"][0]
        self.assertEqual((incident["id"], incident["status"]), (str(outage.pk), "investigating"))
        self.assertEqual(incident["components"][0]["status"], "major_outage")
        self.assertEqual(incident["incident_updates"][0]["body"], "Ekip çalışıyor.")
        component = next(row for row in summary["components"] if row["id"] == "tahsilat")
        self.assertEqual(component["status"], "major_outage")

    def test_every_document_answers_nationally_and_for_a_municipality(self):
        self.an_outage()
        for name in (
            "summary",
            "status",
            "components",
            "incidents",
            "incidents/unresolved",
            "scheduled-maintenances",
            "scheduled-maintenances/upcoming",
            "scheduled-maintenances/active",
        ):
            for path in (f"/api/v2/{name}.json", f"/status/26010/api/v2/{name}.json"):
                self.assertIn("page", json.loads(self.page(path)))

    def test_feeds_carry_every_update_and_are_well_formed(self):
        outage = self.an_outage()
        outages.publish(outage, stage="identified", text_tr="Neden <bulundu> & giderilecek.", by=self.nermin)
        for path in ("/status/history.rss", "/status/history.atom"):
            text = self.page(path)
            ElementTree.fromstring(text)
            self.assertIn("Neden &lt;bulundu&gt; &amp; giderilecek.", text)

    def test_the_telephone_announcement_says_what_happened_and_what_to_do(self):
        self.an_outage()
        text = self.page("/status/announcement.txt")
        self.assertIn("Tahsilat çalışmıyor. Ekip çalışıyor.", text)
        self.assertIn("Biz de etkilendik", text)

    def test_the_badge_says_the_word(self):
        self.an_outage()
        self.assertIn("kesinti", self.page("/status/badge.svg"))


class Pages(StatusCase):
    def test_an_outage_keeps_its_address_when_it_ended(self):
        outage = self.an_outage()
        outages.end(outage, text_tr="Düzeldi.", by=self.nermin)
        self.assertIn("Düzeldi.", self.page(f"/status/outages/{outage.pk}/"))
        self.assertIn("Tahsilat çalışmıyor", self.page("/status/history/"))
        self.assertNotIn("Tahsilat çalışmıyor", self.page("/status/").split("<footer")[0].split("components")[0])

    def test_a_province_lists_its_municipalities_in_turkish_order(self):
        page = self.page("/status/province/26/")
        self.assertLess(page.index("Eskişehir"), page.index("Odunpazarı"))

    def test_junk_in_the_query_is_no_error(self):
        for path in ("/status/history/?before=x", "/status/history/?before=2026-13-99", "/status/?lang=xx"):
            self.page(path)


class OtherPeoplesPages(StatusCase):
    def test_the_widget_may_be_framed_and_needs_no_script(self):
        self.an_outage()
        answer = self.client.get("/status/26010/widget/?lang=en")
        self.assertNotIn("X-Frame-Options", answer)
        self.assertIn("frame-ancestors *", answer["Content-Security-Policy"])
        self.assertContains(answer, "Collections are down")
        self.assertNotContains(answer, "<script")
        self.assertEqual(self.client.get("/status/")["X-Frame-Options"], "DENY")


class UsToo(StatusCase):
    def setUp(self):
        super().setUp()
        self.outage = self.an_outage()
        self.path = f"/status/outages/{self.outage.pk}/us-too/"

    def taps(self, **headers) -> int:
        self.client.post(self.path, headers=headers)
        self.outage.refresh_from_db()
        return self.outage.report_count

    def test_a_clerk_who_is_signed_in_taps_once(self):
        self.client.force_login(self.selim)
        self.assertEqual(self.taps(**{"Sec-Fetch-Site": "same-origin"}), 1)
        self.assertEqual(self.taps(**{"Sec-Fetch-Site": "same-origin"}), 1)

    def test_other_sites_and_silent_clients_are_asked_once_more(self):
        self.client.force_login(self.selim)
        self.assertEqual(self.taps(**{"Sec-Fetch-Site": "cross-site"}), 0)
        self.assertEqual(self.taps(Origin="https://evil.example"), 0)
        self.assertEqual(self.taps(), 0)
        self.client.post(f"{self.path}confirmation/")
        self.outage.refresh_from_db()
        self.assertEqual(self.outage.report_count, 1)

    def test_a_stranger_signs_in_and_comes_back(self):
        answer = self.client.post(self.path, headers={"Sec-Fetch-Site": "same-origin"}, follow=True)
        self.assertIn(f"next={self.path}confirmation/", answer.redirect_chain[-1][0])


class Months(StatusCase):
    def test_past_outages_are_found_by_month(self):
        for day in ("2026-05-31T22:00+00:00", "2026-04-10T09:00+00:00"):  # 1 June in Istanbul
            at = datetime.fromisoformat(day)
            outage = outages.declare(components=[self.tahsilat], title_tr=day, title_en=day, started_at=at)
            outages.end(outage, at=at + timedelta(hours=1))
        june = self.page("/status/history/?month=2026-06")
        self.assertIn("2026-05-31T22", june)
        self.assertNotIn("2026-04-10T09", june)
        self.assertIn("Nisan 2026 (1)", june)
        self.page("/status/history/?month=2026-13")


# Fields and types that clients of the public API rely on (developer documentation of Statuspage, v2).
PAGE = {"id": str, "name": str, "url": str, "time_zone": str, "updated_at": str}
COMPONENT = {
    "id": str, "name": str, "status": str, "created_at": str, "updated_at": str, "position": int,
    "showcase": bool, "group": bool, "page_id": str, "only_show_if_degraded": bool,
}  # fmt: skip
UPDATE = {
    "id": str, "status": str, "body": str, "incident_id": str,
    "created_at": str, "updated_at": str, "display_at": str, "deliver_notifications": bool,
}  # fmt: skip
INCIDENT = {
    "id": str, "name": str, "status": str, "created_at": str, "updated_at": str, "impact": str,
    "shortlink": str, "started_at": str, "page_id": str, "incident_updates": list, "components": list,
}  # fmt: skip
LISTS = {
    "summary": {"components": COMPONENT, "incidents": INCIDENT, "scheduled_maintenances": INCIDENT},
    "status": {},
    "components": {"components": COMPONENT},
    "incidents": {"incidents": INCIDENT},
    "incidents/unresolved": {"incidents": INCIDENT},
    "scheduled-maintenances": {"scheduled_maintenances": INCIDENT},
    "scheduled-maintenances/upcoming": {"scheduled_maintenances": INCIDENT},
    "scheduled-maintenances/active": {"scheduled_maintenances": INCIDENT},
}
WORDS = {
    "operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance",
    "investigating", "identified", "monitoring", "resolved", "scheduled", "in_progress", "verifying", "completed",
    "unknown",  # ours: what nobody measures is not called operational (docs/decisions/0179)
}  # fmt: skip


class WorkThatRepeats(StatusCase):
    def a_window(self, *, weeks_ago: int, rule: str) -> Maintenance:
        start = now().replace(microsecond=0) - timedelta(weeks=weeks_ago) + timedelta(days=1)
        window = Maintenance(
            title_tr="Haftalık bakım", title_en="Weekly work", starts_at=start, ends_at=start + HOUR, rule=rule
        )
        return windows.plan(window, by=self.nermin, components=[self.tahsilat])

    def test_the_next_round_is_announced_everywhere(self):
        window = self.a_window(weeks_ago=3, rule="FREQ=WEEKLY")
        upcoming = json.loads(self.page("/api/v2/scheduled-maintenances/upcoming.json"))["scheduled_maintenances"]
        following = window.starts_at + timedelta(weeks=3)
        self.assertEqual([datetime.fromisoformat(row["scheduled_for"]) for row in upcoming], [following])
        self.assertIn(f"{following.astimezone(ISTANBUL):%H.%M}", self.page("/status/"))
        self.assertIn("Haftalık bakım", self.page("/status/26010/"))

    def events(self) -> list[icalendar.Event]:
        """The calendar as another program reads it: CRLF, no line over 75 octets, no letter cut in two."""
        cached_pages.forget()
        body = self.client.get("/status/maintenance.ics").content
        for line in body.split(b"\r\n"):
            self.assertLessEqual(len(line), 75)
            line.decode()
        self.assertNotIn(b"\n", body.replace(b"\r\n", b""))
        whole = icalendar.Calendar.from_ical(body)
        self.assertEqual((whole["method"], whole["version"]), ("PUBLISH", "2.0"))
        self.assertEqual([str(zone["tzid"]) for zone in whole.timezones], ["Europe/Istanbul"])
        return list(whole.events)

    def test_the_calendar_keeps_the_first_round_and_the_rule(self):
        window = self.a_window(weeks_ago=3, rule="FREQ=WEEKLY;COUNT=5")
        [event] = self.events()
        self.assertEqual(event["dtstart"].dt, window.starts_at)
        self.assertEqual(event["dtstart"].params["tzid"], "Europe/Istanbul")
        self.assertEqual(event["rrule"].to_ical(), b"FREQ=WEEKLY;COUNT=5")

    def test_the_first_saturday_stays_a_saturday_for_subscribers(self):
        saturday = datetime(2026, 12, 5, 2, 0, tzinfo=ISTANBUL)  # still Friday in UTC
        window = Maintenance(
            title_tr="Aylık bakım",
            title_en="Monthly",
            starts_at=saturday,
            ends_at=saturday + HOUR,
            rule="RRULE:FREQ=MONTHLY;BYDAY=1SA;UNTIL=20270401T000000",
        )
        with time_machine.travel(saturday - timedelta(days=1), tick=False):
            windows.plan(window, by=self.nermin, components=[self.tahsilat])
            [event] = self.events()
        self.assertEqual(event["rrule"]["until"], [datetime(2027, 3, 31, 21, tzinfo=UTC)])
        rounds = rrulestr(event["rrule"].to_ical().decode(), dtstart=event["dtstart"].dt)
        self.assertEqual([f"{at:%d.%m %a %H.%M}" for at in rounds][:2], ["05.12 Sat 02.00", "02.01 Sat 02.00"])
        self.assertEqual(len(list(rounds)), 4)

    def test_words_come_back_as_they_were_written(self):
        window = self.a_window(weeks_ago=0, rule="")
        words = "Şube; ödeme, \\ters\nikinci satır " + "ğüşiöçİ" * 30
        Maintenance.objects.filter(pk=window.pk).update(title_tr="Ğ" * 160, text_tr=words)
        [event] = self.events()
        self.assertEqual((event["summary"], event["description"]), ("Ğ" * 160, words))

    def test_what_was_called_off_says_so_and_keeps_its_name(self):
        window = self.a_window(weeks_ago=0, rule="")
        [before] = self.events()
        [again] = self.events()
        self.assertEqual(before.to_ical(), again.to_ical())
        windows.call_off(window, by=self.nermin)
        [after] = self.events()
        self.assertEqual(before["uid"], after["uid"])
        self.assertEqual([event["status"] for event in (before, after)], ["CONFIRMED", "CANCELLED"])
        self.assertEqual([event["sequence"] for event in (before, after)], [0, 1])
        self.assertGreaterEqual(after["dtstamp"].dt, before["dtstamp"].dt)
        Maintenance.objects.update(cancelled_at=now() - timedelta(days=31))
        self.assertEqual(report.maintenance_for_calendars(now()), [])

    def test_a_rule_that_calendars_cannot_read_is_told_as_its_next_round(self):
        window = self.a_window(weeks_ago=3, rule="FREQ=WEEKLY")
        window.rule, window.coming = "FREQ=WEEKLY;BYDAY=XX", (window.starts_at + 3 * HOUR, window.starts_at + 4 * HOUR)
        event = feeds.event(window)
        self.assertNotIn("rrule", event)
        self.assertEqual(event["dtstart"].dt, (window.starts_at + 3 * HOUR))

    def test_a_rule_without_another_round_is_over(self):
        self.a_window(weeks_ago=3, rule="FREQ=WEEKLY;COUNT=2")
        self.assertNotIn("Haftalık bakım", self.page("/status/"))

    def test_past_rounds_are_drawn_as_maintenance(self):
        self.a_window(weeks_ago=3, rule="FREQ=WEEKLY")
        spans: dict = defaultdict(list)
        report.add_maintenance(spans, now())
        self.assertEqual([span.state for span in spans["TAHSILAT"]], [State.MAINTENANCE] * 3)


class WhatNobodyMeasures(StatusCase):
    """Is no data, everywhere; it is well only once somebody looked."""

    def setUp(self):
        super().setUp()
        Node.objects.all().delete()
        Prober.objects.update_or_create(name="test", defaults={"cycle_ended_at": now()})

    def said(self) -> dict[str, str]:
        cached_pages.forget()
        return {name: self.page(name) for name in ("/status/", "/status/badge.svg", "/status/history.rss")}

    def measured(self, *components) -> None:
        for number, component in enumerate(components):
            Node.objects.create(code=f"M-{number}", name=f"M-{number}", component=component, state=State.OK)

    def test_is_no_data_on_page_badge_feed_and_json(self):
        said = self.said()
        self.assertNotIn("bütün bileşenleri çalışıyor", said["/status/"])
        for name, text in said.items():
            self.assertIn("veri yok", text, name)
        document = json.loads(self.page("/api/v2/summary.json"))
        self.assertEqual(document["status"], {"indicator": "unknown", "description": "No Data"})
        self.assertEqual({row["status"] for row in document["components"]}, {"unknown"})
        self.assertEqual(json.loads(self.page("/api/v2/status.json"))["status"]["indicator"], "unknown")

    def test_what_one_knows_is_not_what_all_are(self):
        self.measured(self.tahsilat)
        said = self.said()
        self.assertNotIn("bütün bileşenleri çalışıyor", said["/status/"])
        self.assertIn("Ölçülenler çalışıyor", said["/status/"])
        self.assertNotIn("veri yok", said["/status/badge.svg"])
        rows = {row["id"]: row["status"] for row in json.loads(self.page("/api/v2/components.json"))["components"]}
        self.assertEqual((rows["tahsilat"], rows["rapor"]), ("operational", "unknown"))

    def test_all_measured_is_all_well(self):
        self.measured(*Component.objects.exclude(tier=Component.Tier.OUTSIDE))
        self.assertIn("bütün bileşenleri çalışıyor", self.said()["/status/"])

    def test_an_outage_is_known_without_a_measurement(self):
        self.an_outage()
        rows = {row["id"]: row["status"] for row in json.loads(self.page("/api/v2/components.json"))["components"]}
        self.assertEqual(rows["tahsilat"], "major_outage")

    def test_the_copy_on_disk_says_the_same(self):
        with TemporaryDirectory() as folder, override_settings(STATUS_SNAPSHOT_DIR=folder):
            static_site.keep()
            written = Path(folder)
            self.assertIn("veri yok", (written / "status" / "badge.svg").read_text())
            self.assertNotIn("bütün bileşenleri çalışıyor", (written / "status" / "index.html").read_text())


class AClientOfStatuspage(StatusCase):
    """Reads every document as strictly as a typed client does, nationally and for a municipality."""

    def setUp(self):
        super().setUp()
        outage = self.an_outage()
        outages.publish(outage, stage="identified", text_tr="Neden bulundu.", by=self.nermin)
        for hours in (-1, 5):
            start = now() + timedelta(hours=hours)
            window = Maintenance(title_tr="Bakım", title_en="Work", starts_at=start, ends_at=start + timedelta(hours=2))
            windows.plan(window, by=self.nermin, components=[self.tahsilat])

    def check(self, row: dict, fields: dict, where: str) -> None:
        for name, kind in fields.items():
            self.assertIsInstance(row.get(name), kind, f"{where}.{name}")
            if name.endswith("_at"):
                self.assertIsNotNone(datetime.fromisoformat(row[name]).tzinfo, f"{where}.{name}")
        if "status" in fields:
            self.assertIn(row["status"], WORDS, where)

    def test_finds_what_it_expects(self):
        for place in ("", "/status/26010"):
            for name, lists in LISTS.items():
                document = json.loads(self.page(f"{place}/api/v2/{name}.json"))
                self.check(document["page"], PAGE, f"{place}{name}.page")
                for key, fields in lists.items():
                    self.assertTrue(document[key], f"{place}{name}.{key} is empty")
                    for row in document[key]:
                        self.check(row, fields, f"{place}{name}.{key}")
                        for update in row.get("incident_updates", ()):
                            self.check(update, UPDATE, f"{place}{name}.{key}.update")
                        for component in row.get("components", ()):
                            self.check(component, COMPONENT, f"{place}{name}.{key}.component")
                if "status" in document:
                    words = {"none", "minor", "major", "critical", "maintenance", "unknown"}
                    self.assertIn(document["status"]["indicator"], words)


class NinetyDays(SimpleTestCase):
    def span(self, start_hours_ago: float, hours: float, state: str = State.OUTAGE, share: float = 1.0) -> bars.Span:
        start = NOON - timedelta(hours=start_hours_ago)
        return bars.Span(start, start + timedelta(hours=hours), state, share)

    def test_a_quiet_quarter_is_whole(self):
        quiet = bars.history([], at=NOON)
        self.assertEqual((len(quiet.days), quiet.bad_days, quiet.worked), (90, 0, 1.0))

    def test_one_hour_of_ninety_days(self):
        self.assertAlmostEqual(bars.history([self.span(30, 1)], at=NOON).worked, 1 - 1 / (89 * 24 + 12), places=9)

    def test_half_the_country_counts_half(self):
        whole = 1 - bars.history([self.span(30, 4)], at=NOON).worked
        half = 1 - bars.history([self.span(30, 4, share=0.5)], at=NOON).worked
        self.assertAlmostEqual(half * 2, whole)

    def test_maintenance_is_drawn_and_leaves_the_share(self):
        planned = bars.history([self.span(30, 4, State.MAINTENANCE)], at=NOON)
        self.assertEqual((planned.worked, planned.bad_days), (1.0, 0))
        self.assertIn(State.MAINTENANCE, [state for _, state in planned.days])

    def test_days_are_local_days(self):
        # 22.30 UTC on 31 May is 01.30 on 1 June in İstanbul.
        late = bars.Span(datetime(2026, 5, 31, 22, 30, tzinfo=UTC), datetime(2026, 5, 31, 23, 0, tzinfo=UTC), "outage")
        days = dict(bars.history([late], at=NOON).days)
        self.assertEqual([day.isoformat() for day, state in days.items() if state == "outage"], ["2026-06-01"])

    def test_days_before_anybody_watched_are_not_called_good(self):
        drawn = bars.history([], at=NOON, since=NOON - timedelta(days=9))
        self.assertEqual((drawn.unwatched_days, drawn.bad_days, drawn.worked), (80, 0, 1.0))
        self.assertIsNone(bars.history([], at=NOON, since=NOON).worked)

    def test_a_strip_is_one_stroke_for_neighbours_alike(self):
        drawn = dict(bars.history([self.span(30, 1)], at=NOON).paths)
        self.assertEqual(drawn, {"ok": "M0 18.5h351M356 18.5h3", "outage": "M352 14h3"})

    @settings(suppress_health_check=[HealthCheck.too_slow])  # a slow machine is no fault of the share
    @given(st.lists(st.tuples(st.floats(0, 2000), st.floats(0, 500), st.sampled_from(sorted(bars.RANK)))))
    def test_the_share_stays_between_none_and_all(self, spans):
        drawn = bars.history([self.span(*span) for span in spans], at=NOON)
        self.assertTrue(drawn.worked is None or 0 <= drawn.worked <= 1)
        self.assertEqual(len(drawn.days), 90)

    def test_ninety_days_of_nothing_but_maintenance_have_no_share(self):
        drawn = bars.history([self.span(24 * 100, 24 * 110, State.MAINTENANCE)], at=NOON)
        self.assertIsNone(drawn.worked)


class OnDisk(StatusCase):
    def setUp(self):
        super().setUp()
        self.folder = TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)

    def keep(self) -> bool:
        with override_settings(STATUS_SNAPSHOT_DIR=self.folder.name):
            return static_site.keep()

    def test_pages_documents_shells_and_assets_lie_at_their_addresses(self):
        self.an_outage()
        self.assertTrue(self.keep())
        self.assertIn("Tahsilat çalışmıyor", (self.root / "status/index.html").read_text(encoding="utf-8"))
        self.assertIn("Collections are down", (self.root / "index.en.html").read_text(encoding="utf-8"))
        summary = json.loads((self.root / "api/v2/summary.json").read_text(encoding="utf-8"))
        self.assertEqual(len(summary["incidents"]), 1)
        places = json.loads((self.root / "status/municipalities.json").read_text(encoding="utf-8"))
        self.assertEqual(places["states"]["26010"], "outage")
        self.assertTrue((self.root / "status/26010/index.html").exists())
        page = (self.root / "index.html").read_text(encoding="utf-8")
        for address in static_site.STATIC.findall(page):
            self.assertTrue((self.root / address.lstrip("/")).exists(), address)

    def test_a_page_on_disk_offers_nothing_that_needs_the_server(self):
        outages.end(self.an_outage())
        self.keep()
        for name in ("index.html", "status/history/index.en.html", "status/26010/index.html"):
            for address in set(re.findall(r'href="(/[^"#?]*)"', (self.root / name).read_text(encoding="utf-8"))):
                lies = self.root / address.lstrip("/")
                self.assertTrue(lies.is_file() or (lies / "index.html").is_file(), f"{name}: {address}")

    def test_it_is_written_on_change_and_otherwise_every_fifteen_seconds(self):
        self.assertTrue(self.keep())
        self.assertFalse(self.keep())
        self.an_outage()
        self.assertTrue(self.keep())

    def test_below_the_national_page_only_what_changed_is_written(self):
        self.keep()
        there = self.root / "status/05004/index.html"
        here = self.root / "status/26010/index.html"
        before = there.stat().st_mtime_ns, here.stat().st_mtime_ns
        node = Node.objects.create(code="26010", name="Odunpazarı", municipality=self.odunpazari)
        outages.declare(nodes=[node], scope="local", title_tr="Hat kopuk", title_en="Line cut")
        self.keep()
        self.assertEqual(there.stat().st_mtime_ns, before[0])
        self.assertIn("Hat kopuk", here.read_text(encoding="utf-8"))
        self.assertIn("Line cut", here.with_name("index.en.html").read_text(encoding="utf-8"))
        summary = json.loads((self.root / "status/26010/api/v2/summary.json").read_text(encoding="utf-8"))
        self.assertEqual(summary["incidents"][0]["name"], "Hat kopuk")
        self.assertIn("made", json.loads((self.root / "status/made.json").read_text(encoding="utf-8")))

    def test_pages_on_disk_say_exact_times(self):
        outage = self.an_outage()
        self.keep()
        for path in ("index.html", "status/26010/index.html"):
            page = (self.root / path).read_text(encoding="utf-8")
            self.assertIn(f">{formatting.exact(outage.started_at)}</time>", page)
            self.assertNotIn("az önce", page)

    def test_a_flood_of_changes_is_written_in_rounds(self):
        with mock.patch.object(static_site.static_pages, "BATCH_SIZE", 5):
            rounds = 0
            while self.keep():
                rounds += 1
        self.assertGreater(rounds, 3)
        self.assertTrue((self.root / "status/province/26/index.en.html").exists())

    def test_marks_that_cannot_be_read_cost_only_writing(self):
        self.keep()
        (self.root / ".marks.json").write_text("[", encoding="utf-8")
        self.an_outage()
        self.assertTrue(self.keep())

    def test_a_second_writer_waits_for_the_lease(self):
        self.keep()
        static_site.SnapshotLease.objects.update(owner="another", until=now() + timedelta(seconds=20))
        self.an_outage()
        self.assertFalse(self.keep())
        static_site.SnapshotLease.objects.update(until=now() - timedelta(seconds=1))
        self.assertTrue(self.keep())
