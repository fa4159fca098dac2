"""The pages and the API of rotas, as those who use them find them."""

from datetime import timedelta

from django.test import TestCase

from foundation.wire.api import tokens
from runbooks.models import CalendarKey, HandoverNote, Leave, Rota, RotaLayer, Shift, Swap
from runbooks.rotas import fairness
from runbooks.rotas.rotation import Stretch
from tests.runbooks.rotas.builders import MONDAY, a_layer, a_rota, at
from tests.runbooks.rotas.test_shifts import AtNine

LAYER = {
    "rank": "1",
    "starts_on": "2026-11-30",
    "every": "1",
    "unit": "week",
    "days": list("1234567"),
    "opens": "09:00",
    "closes": "09:00",
    "holidays": "as_usual",
}


class FromNothingToACarriedRota(AtNine, TestCase):
    def test_a_lead_makes_a_rota_and_says_whose_turn_it_is(self):
        self.client.force_login(self.leyla)
        made = self.client.post(
            "/on-call/new/",
            {"key": "gece", "name_tr": "Gece nöbeti", "days": list("1234567"), "opens": "00:00", "closes": "00:00"},
        )
        self.assertRedirects(made, "/on-call/gece/layers/new/")
        people = [self.nermin.pk, self.kemal.pk]
        facts = {**LAYER, "people": people, "order": "Nermin Kaya\nKemal Öztürk"}
        self.assertRedirects(self.client.post("/on-call/gece/layers/new/", facts), "/on-call/gece/")
        page = self.client.get("/on-call/gece/?month=2026-12")
        self.assertContains(page, "Nermin Kaya")
        self.assertEqual(RotaLayer.objects.get().people, [self.nermin, self.kemal])

    def test_a_mistake_comes_back_as_a_sentence(self):
        self.client.force_login(self.leyla)
        for facts, word in (
            ({**LAYER, "people": [self.nermin.pk], "order": "Kimse"}, "Kimse"),
            ({**LAYER, "people": [self.selim.pk]}, "nb-error"),
            ({**LAYER, "every": "0", "people": [self.nermin.pk]}, "nb-error"),
            ({}, "nb-error"),
        ):
            answer = self.client.post("/on-call/nobet/layers/new/", facts)
            self.assertContains(answer, word, status_code=422)

    def test_the_signature_is_asked_for_when_it_is_needed(self):
        self.nermin.contact_ways.filter(kind="sms").update(verified_at=None)
        self.client.force_login(self.leyla)
        facts = {**LAYER, "people": [self.nermin.pk]}
        self.assertNotContains(self.client.get("/on-call/nobet/layers/new/"), 'type="checkbox" name="signed"')
        answer = self.client.post("/on-call/nobet/layers/new/", facts)
        self.assertContains(answer, 'type="checkbox" name="signed"', status_code=422)
        self.client.post("/on-call/nobet/layers/new/", facts | {"signed": "on"})
        self.assertTrue(Shift.objects.exists())

    def test_a_hole_is_filled_by_the_button_beside_it(self):
        a_layer(self.rota, self.nermin, by=self.leyla, days="123456")
        self.client.force_login(self.leyla)
        self.assertContains(self.client.get("/on-call/"), "starts_at=2026-12-06T09:00&amp;ends_at=2026-12-07T09:00")
        form = self.client.get("/on-call/nobet/shifts/new/?rank=1&starts_at=2026-12-06T09:00&ends_at=2026-12-07T09:00")
        self.assertContains(form, 'value="2026-12-06T09:00"')
        facts = {"person": self.kemal.pk, "rank": "1", "starts_at": "2026-12-06T09:00", "ends_at": "2026-12-07T09:00"}
        self.client.post("/on-call/nobet/shifts/new/", facts)
        self.assertEqual(Shift.objects.get(person=self.kemal).starts_at, at(6, 9))

    def test_a_rule_is_changed_and_ended_and_the_rota_too(self):
        layer = a_layer(self.rota, self.nermin, by=self.leyla)
        self.client.force_login(self.leyla)
        self.client.post(f"/on-call/nobet/layers/{layer.pk}/", {**LAYER, "people": [self.kemal.pk]})
        standing = RotaLayer.objects.get(ends_at=None)
        self.assertEqual(standing.people, [self.kemal])
        self.client.post(f"/on-call/nobet/layers/{standing.pk}/end/")
        self.assertFalse(Shift.objects.filter(ends_at__gt=at(0, 10)).exists())
        self.client.post("/on-call/nobet/end/")
        self.assertIsNotNone(Rota.objects.get().ended_at)
        self.assertEqual(self.client.get("/on-call/nobet/").status_code, 200)

    def test_pages_ask_a_number_of_questions_that_does_not_grow(self):
        a_layer(self.rota, self.nermin, by=self.leyla)
        self.client.force_login(self.leyla)
        self.client.get("/on-call/nobet/")
        with self.assertNumQueries(self.queries("/on-call/nobet/")):
            a = self.client.get("/on-call/nobet/")
        self.assertEqual(a.status_code, 200)
        few = self.queries("/on-call/nobet/?month=2026-12")
        RotaLayer.objects.all().delete()
        Shift.objects.all().delete()
        for number in range(40):
            Shift.objects.create(
                rota=self.rota, person=self.kemal, starts_at=at(number), ends_at=at(number, 20), instead_of=self.nermin
            )
        self.assertLessEqual(self.queries("/on-call/nobet/?month=2026-12"), few + 1)

    def queries(self, path):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as asked:
            self.client.get(path)
        return len(asked)

    def test_months_that_do_not_exist_are_this_month(self):
        self.client.force_login(self.ayse)
        for month in ("2026-13", "x", "0000-01", "9999-12", "2026-1'"):
            self.assertEqual(self.client.get("/on-call/nobet/", {"month": month}).status_code, 200, month)


class OnesOwn(AtNine, TestCase):
    def setUp(self):
        super().setUp()
        a_layer(self.rota, self.nermin, self.kemal, by=self.leyla)

    def test_leave_is_taken_and_withdrawn(self):
        self.client.force_login(self.nermin)
        self.client.post("/on-call/me/", {"first_day": "2026-12-02", "last_day": "2026-12-04"})
        leave = Leave.objects.get()
        self.assertContains(self.client.get("/on-call/nobet/?month=2026-12"), "Nermin Kaya: izinli")
        self.client.post(f"/on-call/leave/{leave.pk}/withdrawal/")
        self.assertFalse(Leave.objects.standing().exists())

    def test_a_swap_is_asked_for_and_accepted(self):
        given, wanted = Shift.objects.get(starts_at=at(2, 9)), Shift.objects.get(starts_at=at(3, 9))
        self.client.force_login(self.nermin)
        self.client.post(f"/on-call/shifts/{given.pk}/", {"wanted": wanted.pk, "note": "Düğün"})
        swap = Swap.objects.get()
        self.client.force_login(self.kemal)
        self.assertContains(self.client.get("/on-call/me/"), "Düğün")
        self.client.post(f"/on-call/swaps/{swap.pk}/acceptance/")
        self.assertEqual(Shift.objects.get(starts_at=at(2, 9)).person, self.kemal)

    def test_the_address_of_the_feed_is_shown_once(self):
        self.client.force_login(self.nermin)
        page = self.client.post("/on-call/me/key/")
        self.assertContains(page, "/on-call/me.ics?key=", status_code=201)
        self.assertNotContains(self.client.get("/on-call/me/"), "me.ics?key=")
        self.client.post("/on-call/me/key/end/")
        self.assertFalse(CalendarKey.objects.exists())

    def test_the_hand_over_note_is_prefilled_and_kept(self):
        shift = Shift.objects.get(starts_at=at(0, 9))
        self.client.force_login(self.nermin)
        self.assertContains(self.client.get(f"/on-call/shifts/{shift.pk}/note/"), "Açık bir şey yok.")
        self.client.post(f"/on-call/shifts/{shift.pk}/note/", {"text": "Yedek hat denenmeli."})
        self.assertEqual(HandoverNote.objects.get().person, self.nermin)
        self.client.force_login(self.kemal)
        self.assertContains(self.client.get("/on-call/"), "Yedek hat denenmeli.")


class Shares(AtNine, TestCase):
    def test_nights_weekends_and_holidays_are_counted_by_the_clock(self):
        new_year = MONDAY + timedelta(days=32)
        hours = fairness.counted(Stretch(at(32, 18), at(33, 8)), frozenset({new_year}))
        self.assertEqual((hours.all, hours.night, hours.weekend, hours.holiday), (14, 10, 8, 6))

    def test_the_page_says_who_carried_most(self):
        rota = a_rota("gece")
        for day, person in enumerate((self.nermin, self.nermin, self.kemal), start=-20):
            Shift.objects.create(rota=rota, person=person, starts_at=at(day), ends_at=at(day + 1))
        self.client.force_login(self.ayse)
        page = self.client.get("/on-call/gece/shares/")
        self.assertContains(page, "Nermin Kaya")
        self.assertContains(page, "%67")


class ByProgram(AtNine, TestCase):
    def call(self, method, path, body=None, person=None):
        scopes = ["rotas:read", "rotas:write", "leaves:read", "leaves:write"]
        _token, secret = tokens.issue(person or self.leyla, name="x", scopes=scopes, lasting=timedelta(days=1))
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": f"{method}{path}"}
        send = getattr(self.client, method)
        return send(
            f"/api/v1{path}", *([body] if body is not None else []), content_type="application/json", headers=headers
        )

    def test_a_rota_is_made_carried_overridden_and_ended(self):
        self.assertEqual(self.call("post", "/rotas/", {"key": "gece", "name_tr": "Gece"}).status_code, 201)
        rule = {"people": [self.nermin.email, self.kemal.email], "starts_on": "2026-11-30", "unit": "day"}
        self.assertEqual(self.call("post", "/rotas/gece/layers/", rule).status_code, 201)
        self.assertEqual(self.call("get", "/rotas/gece/on-call/").json()["first"], self.nermin.email)
        times = {"starts_at": "2026-12-01T09:00:00+03:00", "ends_at": "2026-12-02T09:00:00+03:00"}
        put = self.call("post", "/rotas/gece/shifts/", {"person": self.yonca.email, **times})
        self.assertEqual((put.status_code, put.json()["instead_of"]), (201, self.kemal.email))
        listed = self.call("get", "/rotas/gece/shifts/").json()["items"]
        self.assertEqual([row["person"] for row in listed[:2]], [self.nermin.email, self.yonca.email])
        self.assertEqual(self.call("get", "/rotas/gece/gaps/").json(), [])
        self.assertEqual(self.call("post", "/rotas/gece/end/").status_code, 200)

    def test_what_is_wrong_is_a_problem_with_a_sentence(self):
        for path, body in (
            ("/rotas/", {"key": "x y", "name_tr": "x"}),
            ("/rotas/nobet/layers/", {"people": ["nobody@example.test"], "starts_on": "2026-11-30"}),
            ("/rotas/nobet/layers/", {"people": [self.nermin.email], "starts_on": "2000-01-01"}),
            (
                "/rotas/nobet/shifts/",
                {"person": self.nermin.email, "starts_at": "9999-12-31T23:59:59Z", "ends_at": "9999-12-31T23:59:59Z"},
            ),
        ):
            answer = self.call("post", path, body)
            self.assertEqual(answer.status_code, 422, (path, answer.content))
            self.assertEqual(answer["Content-Type"], "application/problem+json")
        self.assertEqual(self.call("post", "/rotas/nobet/end/", person=self.nermin).status_code, 403)
