"""From an empty database, with nothing of the demonstration, to a test SMS and a started drill."""

from threading import Thread

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from foundation.directory.models import Membership, Municipality, Person
from foundation.outbox.delivery import dispatch
from runbooks.models import Endpoint, Run, Runbook
from tests.journeys.browser import PHONE, chromium, reader
from tests.servers import free_port
from tests.standins import twilio

pytestmark = [pytest.mark.long(40), pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Role = Membership.Role


@pytest.fixture
def gateway(settings):
    settings.SMS_GATEWAY, settings.TWILIO_ACCOUNT_SID = "twilio", twilio.ACCOUNT
    settings.TWILIO_AUTH_TOKENS, settings.TWILIO_FROM = [twilio.TOKEN], "NOBET"
    settings.OUTBOX_POST_TIMEOUT = 20
    with twilio.running(free_port()) as remote:
        settings.TWILIO_API_BASE = remote.url
        remote.set(callbacks_on=False)
        dispatch._closing.clear()
        yield remote


@pytest.fixture
def cookies(live_server, settings):
    """Ada set the house up, Bora approves: the first two people, made as `create_platform_admin` makes them."""
    settings.PUBLIC_BASE_URL = live_server.url
    return {
        name: cookie_of(a_person(name, role), live_server.url)
        for name, role in (("ada", Role.PLATFORM_ADMIN), ("bora", Role.APPROVER))
    }


def a_person(name, role):
    person = Person.objects.create_user(f"{name}@house.test", name=name.title(), phone="+905320000001")
    Membership.objects.create(person=person, role=role)
    return person


def cookie_of(person, url):
    client = Client()
    client.force_login(person)
    return {"name": django_settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": url}


def elsewhere(work):
    """In a thread of its own: Playwright's may not ask the database."""
    thread = Thread(target=work)
    thread.start()
    thread.join(timeout=60)


def test_a_house_sets_itself_up_and_starts_a_drill(live_server, cookies, gateway):
    with chromium() as browser:
        with reader(browser, live_server.url) as page:
            page.set_default_timeout(15_000)
            page.context.add_cookies([cookies["ada"]])
            take_the_registers(page)
            send_a_test_sms(page)
            write_the_names(page)
            set_the_endpoint_up(page)
        with reader(browser, live_server.url, size=PHONE) as page:
            page.context.add_cookies([cookies["bora"]])
            approve(page)
        with reader(browser, live_server.url) as page:
            page.set_default_timeout(15_000)
            page.context.add_cookies([cookies["ada"]])
            start_a_drill(page)
    assert [row["to"] for row in gateway.ledger()["accepted"]] == ["+905320000001"]
    assert Municipality.objects.count() == 1407
    plan = Runbook.objects.get()
    assert (plan.code, plan.approved_by.name, plan.published_by.name) == ("DR-02", "Bora", "Ada")
    assert Endpoint.objects.get().has_secret
    assert Run.objects.get().is_drill


def take_the_registers(page):
    page.goto("/setup/")
    part = page.locator("#part-places")
    part.get_by_role("button", name="Hazır kayıtları al").click()
    page.wait_for_url("**/setup/")
    assert "1407 belediye" in page.locator("#part-places").inner_text()


def send_a_test_sms(page):
    page.locator("#part-sms").get_by_role("button", name="Bana SMS gönder").click()
    page.wait_for_url("**/setup/")
    assert "yolda" in page.locator("#part-sms").inner_text()
    elsewhere(dispatch.deliver_sms)
    page.reload()
    assert "twilio" in page.locator("#part-sms").inner_text()


def write_the_names(page):
    page.locator("#part-plan").get_by_role("link").click()
    page.wait_for_url("**/runbooks/")
    assert page.locator("tbody tr").count() == 10
    page.get_by_role("link", name="DR-02").click()
    page.get_by_role("link", name="Adları yaz").click()
    page.fill("#id_owner", "Veri tabanı ekibi")
    page.fill("#id_approver", "Genel müdür yardımcısı")
    page.fill("#id_contact-0", "Nuray, 0312 000 00 00, 7/24")
    page.fill("#id_contact-1", "Depo nöbetçisi, 0312 000 00 01")
    page.get_by_role("button", name="Bu adlarla yayımla").click()
    page.wait_for_url("**/runbooks/DR-02/")
    assert "Nuray" in page.locator("main").inner_text()


def set_the_endpoint_up(page):
    page.get_by_role("link", name="Kur", exact=True).click()
    assert page.input_value("#id_key") == "veri-tabani"
    page.fill("#id_url", "https://db.house.test")
    page.fill("#id_header", "Authorization")
    page.fill("#id_secret", "Bearer gizli")
    page.get_by_role("button", name="Uç noktayı kur").click()
    page.wait_for_url("**/runbooks/endpoints/veri-tabani/")
    assert "Bearer gizli" not in page.content()


def approve(page):
    page.goto(reverse("runbooks:runbook", args=["DR-02"]))
    page.get_by_role("button", name="Bu sürümü onayla").click()
    page.wait_for_url("**/runbooks/DR-02/")
    assert "onaylı" in page.locator("main").inner_text()


def start_a_drill(page):
    page.goto("/setup/")
    assert "hazır" in page.locator("#part-plan .nb-vh").first.inner_text()
    page.goto(reverse("runbooks:runbook", args=["DR-02"]))
    page.locator("button[name=drill]").click()
    page.wait_for_url("**/runbooks/runs/*/")
    assert "TATBİKAT" in page.content()
