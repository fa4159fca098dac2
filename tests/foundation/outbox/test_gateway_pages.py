"""How each gateway stands, on its page: credit, speed, last receipt, share confirmed, cost, what to do, a test."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from foundation import now
from foundation.outbox import credit, gateway_state, self_test
from foundation.outbox.delivery import dispatch, routes
from foundation.outbox.gateways import advice, codes
from foundation.outbox.metrics import collector
from foundation.outbox.models import Batch, GatewayAccount, OutboxMessage, Route
from foundation.outbox.reconciliation import receipts, status_polling
from tests.cast import a_contact, assemble
from tests.foundation.outbox.test_batches import a_released_batch

pytestmark = [pytest.mark.django_db(transaction=True)]
State = OutboxMessage.State


@pytest.fixture
def people():
    return assemble()


@pytest.fixture
def watch(people):
    client = Client()
    client.force_login(people.nermin)
    return client


def credits() -> dict[str, float]:
    families = {family.name: family for family in collector.collect()}
    return {sample.labels["gateway"]: sample.value for sample in families["nobet_gateway_credit"].samples}


@pytest.mark.parametrize("name", ["netgsm", "verimor", "iletimerkezi"])
def test_what_is_left_is_asked_for_and_measured(gateways, settings, name):
    settings.SMS_GATEWAY = f"{name},console"
    gateways[name].set(credit=4321)
    assert credit.ask_all() == 1
    assert GatewayAccount.objects.get().credit == Decimal(4321)
    assert credits() == {name: 4321.0}


def test_a_gateway_that_cannot_tell_keeps_its_last_figure_and_says_why(gateways, settings):
    settings.SMS_GATEWAY = "verimor"
    gateways["verimor"].set(credit=10)
    credit.ask_all()
    settings.SMS_ACCOUNTS["verimor"]["base"] = "http://127.0.0.1:9"
    assert credit.ask_all() == 0
    account = GatewayAccount.objects.get()
    assert (account.credit, account.trouble) == (Decimal(10), "ClientConnectorError")


def test_the_page_says_how_it_stands(gateways, settings, watch):
    settings.SMS_GATEWAY = "jetsms,console"
    settings.SMS_ACCOUNTS["jetsms"] |= {"price": Decimal("0.250"), "low_credit": 100}
    gateways["jetsms"].set(fails={"7": "3"})
    a_released_batch(20)
    dispatch.deliver("sms", seconds=5)
    GatewayAccount.objects.update_or_create(gateway="jetsms", defaults={"credit": 40, "credit_at": now()})
    with time_machine.travel(now() + timedelta(minutes=3)):
        status_polling.ask_about_silent()
        receipts.apply()
        state = gateway_state.of_all()[0]
        page = watch.get("/gateways/jetsms/").content.decode()
    assert (state.month, state.last_hour, state.credit_is_low) == (18, 18, True)
    assert state.share == 1.0
    assert state.month_cost == Decimal("4.50")
    assert state.last_receipt is not None
    assert "4,5 TL" in page
    assert "JetSMS" in page
    assert "Az kredi kald" in page


def test_the_pages_ask_as_many_questions_for_five_gateways_as_for_one(
    gateways, settings, watch, django_assert_max_num_queries
):
    settings.SMS_GATEWAY = "netgsm,verimor,iletimerkezi,jetsms,console"
    with django_assert_max_num_queries(14):
        assert watch.get("/gateways/").status_code == 200


@pytest.mark.parametrize(
    "code", [codes.NO_CREDIT, codes.BAD_SENDER, codes.NOT_ALLOWED, codes.NO_ENTRY, codes.IYS, "xyz"]
)
def test_a_shut_route_says_in_one_sentence_what_to_do_and_a_person_opens_it(settings, watch, people, code):
    settings.SMS_GATEWAY = "verimor"
    route = Route.objects.create(gateway="verimor", sender="BELEDIYE", rate=10, ceiling=10)
    routes.trip("verimor", "BELEDIYE", because=f"{code} whatever")
    page = watch.get("/gateways/verimor/").content.decode()
    assert advice.sentence(code).split(";")[0].split("'")[0] in page
    assert watch.post(f"/gateways/verimor/routes/{route.pk}/").status_code == 302
    route.refresh_from_db()
    assert route.opened_at is None


def test_who_was_told_to_slow_down_reads_so(settings, watch):
    settings.SMS_GATEWAY = "verimor"
    Route.objects.create(gateway="verimor", sender="", rate=5, ceiling=10, slowed_at=now(), counted_at=now())
    assert advice.sentence(codes.THROTTLED) in watch.get("/gateways/verimor/").content.decode()


def test_a_test_goes_to_ones_own_verified_number_by_that_gateway_alone(gateways, settings, watch, people):
    settings.SMS_GATEWAY = "netgsm,verimor"
    contact = a_contact(people.odunpazari, person=people.nermin, address="+905329998877", verified_at=now())
    assert watch.post("/gateways/verimor/test/").status_code == 302
    dispatch.deliver("sms", seconds=2)
    assert dict(gateways["verimor"].sent()) == {contact.address: 1}
    assert not gateways["netgsm"].sent()
    assert self_test.last("verimor", people.nermin).state == State.SUBMITTED
    assert watch.post("/gateways/verimor/test/").status_code == 429
    assert Batch.objects.count() == 1


@pytest.mark.parametrize("fields", [{"verified_at": None}, {"person": None}])
def test_nobody_elses_number_and_no_unproved_one_is_sent_a_test(settings, watch, people, fields):
    a_contact(people.odunpazari, **{"person": people.nermin, "address": "+905329998877", "verified_at": now()} | fields)
    assert watch.post("/gateways/console/test/").status_code == 409
    assert not Batch.objects.exists()


def test_a_gateway_that_is_not_in_use_has_no_page(settings, watch):
    settings.SMS_GATEWAY = "console"
    assert watch.get("/gateways/verimor/").status_code == 404
    assert watch.post("/gateways/verimor/test/").status_code == 404
