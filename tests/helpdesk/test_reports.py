"""The public service times, who may see whose figures, and the keepers' screens."""

import io
import zipfile
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse

from django_sla import calendars, clocks
from django_sla.models import Calendar, Clock, PolicyVersion, SpecialDay
from foundation.directory.models import Membership
from foundation.journal.models import Entry
from foundation.language.formatting import ISTANBUL
from foundation.outbox.models import OutboxMessage
from helpdesk import escalations, metrics, tickets
from helpdesk.models import Ticket
from helpdesk.service_levels import exports, reports
from helpdesk.service_levels.commitments import METRICS
from helpdesk.service_levels.reports import Month
from runbooks.models import Matter, Notice, Page, Rota, Shift
from runbooks.paging import ladders
from tests.cast import a_municipality, a_person
from tests.helpdesk.builders import a_clerk, a_ticket, an_agent

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 6, 8, 9, tzinfo=ISTANBUL)
JUNE = Month(MONDAY.date().replace(day=1))


@pytest.fixture(autouse=True)
def clock():
    """It is Monday morning; `clock.move_to` makes it later."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def keeper(client, clock):
    person = a_person(Membership.Role.PLATFORM_ADMIN)
    client.force_login(person)
    return person


def solved(ticket: Ticket, after: timedelta) -> None:
    at = ticket.created_at + after
    clocks.replied(ticket, at=at)
    clocks.fulfil(ticket, "resolution", at=at)


def test_anybody_reads_the_service_times_in_both_languages(client):
    assert "Bir sorun ne kadar sürede çözülür" in client.get("/standards/").text
    client.cookies["django_language"] = "en"
    page = client.get("/standards/").text
    assert "How long a problem takes to be solved" in page
    assert "15 min" in page and "2 working days" in page


def test_last_month_s_figures_are_counted_not_estimated(client, clock):
    kept, broken = (a_ticket(subject=subject) for subject in ("tutulan", "aşılan"))
    solved(kept, timedelta(minutes=10))
    solved(broken, timedelta(minutes=40))
    clock.move_to(MONDAY + timedelta(days=30))
    figures = {headline.severity: headline for headline in reports.headlines(JUNE, MONDAY)}
    assert (figures["S2"].attained.met, figures["S2"].attained.missed) == (1, 1)
    assert "%50" in client.get("/standards/").text


def test_a_stranger_sees_no_municipality_and_a_clerk_only_the_own(client):
    merzifon = a_municipality("05004", "Merzifon", plate_code="05")
    solved(a_ticket(), timedelta(minutes=10))
    solved(a_ticket(municipality=merzifon), timedelta(minutes=10))
    assert client.get("/standards/attainment/municipality/?month=2026-06").status_code == 404

    client.force_login(a_clerk())
    page = client.get("/standards/attainment/municipality/?month=2026-06").text
    assert "Odunpazarı" in page and "Merzifon" not in page
    assert client.get("/standards/municipalities/26010/?month=2026-06").status_code == 200
    assert client.get("/standards/municipalities/05004/?month=2026-06").status_code == 404


def test_the_year_on_a_sheet_is_the_municipality_s_own(client, clock):
    merzifon = a_municipality("05004", "Merzifon", plate_code="05")
    own = a_ticket()
    solved(own, timedelta(minutes=10))
    solved(a_ticket(municipality=merzifon), timedelta(minutes=40))
    clock.move_to(MONDAY + timedelta(days=30))
    decided = Clock.objects.of(own).exclude(outcome="").filter(metric__in=METRICS).count()
    client.force_login(a_clerk())
    page = " ".join(client.get("/standards/municipalities/26010/").text.split())
    assert f'title="Haziran 2026 · {decided} taahhüt sonuçlandı" aria-current="true"' in page
    assert page.count("0 taahhüt sonuçlandı") == 11


@pytest.mark.parametrize("by", ["class", "module", "province"])
def test_the_tables_come_as_page_csv_and_workbook(client, by):
    solved(a_ticket(), timedelta(minutes=10))
    assert client.get(f"/standards/attainment/{by}/?month=2026-06").status_code == 200
    text = client.get(f"/standards/attainment/{by}.csv?month=2026-06").content.decode()
    assert text.startswith(exports.BOM) and len(text.splitlines()) > 1
    book = client.get(f"/standards/attainment/{by}.xlsx?month=2026-06").content
    assert "xl/worksheets/sheet1.xml" in zipfile.ZipFile(io.BytesIO(book)).namelist()


@pytest.mark.parametrize("asked", ["?month=2026-13", "?month=x", "?month=99999-01"])
def test_a_month_that_is_none_shows_the_last_one(client, asked):
    assert client.get(f"/standards/attainment/{asked}").status_code == 200


def test_the_story_of_a_ticket_is_told_to_its_municipality_alone(client):
    ticket = a_ticket()
    clocks.pause(ticket, at=MONDAY + timedelta(minutes=5), kind="requester", reason="ekran görüntüsü istendi")
    url = reverse("helpdesk:why", args=[ticket.number])
    client.force_login(a_clerk())
    page = client.get(url).text
    assert "Saat durdu, çünkü belediyeden yanıt bekleniyordu." in page
    assert "ekran görüntüsü istendi" in page

    client.force_login(a_clerk(municipality=a_municipality("05004", "Merzifon", plate_code="05")))
    assert client.get(url).status_code == 404


def test_the_evidence_sheet_is_a_pdf_with_turkish_letters_and_a_csv(client):
    ticket = a_ticket(subject="Şüpheli ığdır İĞÜŞÖÇ")
    client.force_login(a_clerk())
    pdf = client.get(reverse("helpdesk:evidence", args=[ticket.number, "pdf"]))
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    csv = client.get(reverse("helpdesk:evidence", args=[ticket.number, "csv"])).content.decode()
    assert "Saat işlemeye başladı" in csv


def test_explain_tells_the_same_story_on_the_terminal():
    ticket = a_ticket()
    out = io.StringIO()
    call_command("sla", "explain", ticket.number, language="tr", stdout=out)
    assert "Söz verildi (Majör – Yüksek, sürüm 1)." in out.getvalue()
    assert "08.06.2026 Pazartesi 09.00" in out.getvalue()


def test_the_forecast_is_for_the_desk(client):
    client.force_login(a_clerk())
    assert client.get("/standards/forecast/").status_code == 403
    client.force_login(an_agent())
    assert a_ticket().number in client.get("/standards/forecast/").text


def test_levels_are_written_to_those_they_name_once(clock):
    lead = a_person(Membership.Role.SHIFT_LEAD)
    ticket = a_ticket()
    for minute in (29, 31, 32):
        clock.move_to(MONDAY + timedelta(minutes=minute))
        escalations.look_at_the_clocks()
        clock.move_to(MONDAY + timedelta(minutes=minute, seconds=301))
        escalations.write_digests()
        clock.move_to(MONDAY + timedelta(minutes=minute))
    letters = OutboxMessage.objects.filter(address=lead.email)
    assert letters.count() == 2  # nobody has taken it: the lead stands in for the assignee at 75 %, then 100 %
    assert all(ticket.number in letter.subject for letter in letters)
    assert Entry.objects.filter(kind="ticket.promise_broken").count() == 1


def test_an_s1_nobody_took_is_one_page_to_whoever_carries_the_watch(clock):
    first, deputy = (a_person(Membership.Role.OPERATOR, phone=f"+90532000000{n}") for n in (1, 2))
    rota = Rota.objects.create(key="nobet", name_tr="Nöbet", name_en="Watch")
    for rank, person in enumerate((first, deputy), start=1):
        Shift.objects.create(rota=rota, person=person, rank=rank, starts_at=MONDAY, ends_at=MONDAY + timedelta(days=1))
    ticket = a_ticket(urgency=Ticket.Urgency.DANGER)
    taken = a_ticket(urgency=Ticket.Urgency.DANGER, subject="üstlenilmiş")
    tickets.claim(taken, by=an_agent())
    for minutes in (9, 11, 12):
        clock.move_to(MONDAY + timedelta(minutes=minutes))
        escalations.look_at_the_clocks()
        ladders.go_on()
    assert [matter.key for matter in Matter.objects.all()] == [f"ticket:{ticket.number}"]
    assert Page.objects.count() == 1
    assert Notice.objects.order_by("pk").first().person == first


def test_only_keepers_open_the_keepers_screens(client):
    client.force_login(an_agent())
    for url in ("/standards/calendars/", "/standards/calendars/tr-mesai/", "/standards/policies/"):
        assert client.get(url).status_code == 403


def test_a_leave_is_looked_at_first_and_then_published(client, keeper):
    ticket = a_ticket()
    words = {
        "first": "2026-06-09",
        "last": "2026-06-09",
        "kind": "leave",
        "start": "00:00",
        "end": "24:00",
        "name_tr": "İdari izin",
        "name_en": "Administrative leave",
    }
    seen = client.post("/standards/calendars/tr-mesai/days/", words)
    assert seen.context["days_effect"]["running"].moved == 1
    assert ticket.number in seen.text
    assert not SpecialDay.objects.filter(kind="leave").exists()

    client.post("/standards/calendars/tr-mesai/days/", words | {"publish": "1"})
    due = Clock.objects.of(ticket).get(metric="resolution").due_at
    assert due == datetime(2026, 6, 11, 17, 30, tzinfo=ISTANBUL)
    assert Entry.objects.filter(kind="calendar.days_declared").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": "x"},
        {"last": "2026-06-01"},
        {"last": "2027-06-01"},
        {"start": "25:99"},
        {"start": "12:00", "end": "11:00"},
    ],
)
def test_a_wrong_day_is_sent_back_with_a_sentence(client, keeper, wrong):
    words = {"first": "2026-06-09", "last": "2026-06-09", "kind": "leave", "start": "00:00", "end": "24:00"}
    answer = client.post("/standards/calendars/tr-mesai/days/", words | {"name_tr": "x", "name_en": "x"} | wrong)
    assert answer.status_code == 422
    assert "nb-error" in answer.text


def test_new_weekly_hours_hold_from_their_date(client, keeper):
    days = {f"day_{number}": "08:00-12:00 13:00-17:00" for number in range(5)}
    client.post("/standards/calendars/tr-mesai/week/", {"effective_from": "2026-07-01", "publish": "1", **days})
    hours = calendars.hours(Calendar.objects.get(code="tr-mesai"))
    assert not hours.is_open(datetime(2026, 6, 30, 8, tzinfo=ISTANBUL))
    assert hours.is_open(datetime(2026, 7, 1, 8, tzinfo=ISTANBUL))
    wrong = client.post("/standards/calendars/tr-mesai/week/", {"effective_from": "2026-07-01", "day_0": "12:00-08:00"})
    assert wrong.status_code == 422


def words_of(form) -> dict:
    """What a browser would send back of an untouched form."""
    return {
        field.html_name: field.value()
        for part in form.parts
        for field in part
        if field.value() not in (False, None, [])
    }


def test_new_terms_are_a_new_version_and_the_old_one_stays(client, keeper):
    ticket = a_ticket()
    words = words_of(client.get("/standards/policies/s2/").context["form"])
    words |= {"first_response-amount": "20", "effective_from": "2026-06-08"}
    assert client.post("/standards/policies/s2/", words).context["matching"] == 1
    client.post("/standards/policies/s2/", words | {"publish": "1", "running": "1"})
    assert PolicyVersion.objects.filter(policy__code="s2").count() == 2
    assert Clock.objects.of(ticket).get(metric="first_response").due_at == MONDAY + timedelta(minutes=20)


def test_the_budget_burns_by_the_goal_of_the_policy_in_force(clock):
    """Of two first responses in S2 one is late: half broken where one in twenty may be."""
    kept, broken = (a_ticket(subject=subject) for subject in ("tutulan", "aşılan"))
    solved(kept, timedelta(minutes=10))
    solved(broken, timedelta(minutes=40))
    clock.move_to(MONDAY + timedelta(minutes=50))
    cache.clear()
    rates = reports.burn_rates(MONDAY + timedelta(minutes=50))
    assert reports.goals(MONDAY)["S2", "first_response"] == 0.95
    assert rates["S2", "first_response", "1h"] == pytest.approx(10)
    families = {family.name: family for family in metrics.collector.collect()}
    goals = {sample.labels["metric"]: sample.value for sample in families["nobet_sla_goal_ratio"].samples}
    assert goals["resolution"] > 0 and families["nobet_sla_burn_rate"].samples
