"""The editor of terms: for whom, what, who is told; exact about which tickets would match."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from django_sla import policies
from django_sla.models import Clock, Policy, PolicyVersion
from foundation.directory.models import Membership
from foundation.journal.models import Entry
from helpdesk.service_levels import ticket_clocks
from tests.cast import a_municipality, a_person
from tests.helpdesk.builders import a_ticket
from tests.helpdesk.test_reports import words_of

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 6, 8, 9, tzinfo=ZoneInfo("Europe/Istanbul"))
S2 = "/standards/policies/s2/"


@pytest.fixture(autouse=True)
def keeper(client):
    with time_machine.travel(MONDAY, tick=False):
        person = a_person(Membership.Role.PLATFORM_ADMIN)
        client.force_login(person)
        yield person


def words(client, url=S2) -> dict:
    return words_of(client.get(url).context["form"])


def newest(code: str) -> PolicyVersion:
    return PolicyVersion.objects.filter(policy__code=code).latest("number")


def test_an_untouched_form_publishes_the_same_terms_again(client):
    before = policies.choose(MONDAY, severity="S2")
    client.post(S2, words(client) | {"publish": "1"})
    after = newest("s2")
    assert after.number == 2
    for name in ("severity", "conditions", "rests", "levels", "on_change", "on_reopen"):
        assert getattr(after, name) == getattr(before, name), name
    kept = ("metric", "seconds", "working_days", "calendar_id", "starts", "rhythm", "goal_percent")
    assert [[getattr(t, n) for n in kept] for t in after.targets_in_order] == [
        [getattr(t, n) for n in kept] for t in before.targets_in_order
    ]


def test_every_rule_can_be_changed(client):
    changes = {
        "tier": ["A", "B"],
        "province": "26",
        "rest-requester-cap": "40",
        "rest-requester-metrics": ["resolution"],
        "level-0-amount": "50",
        "level-0-action": "reassign",
        "level-0-to": "shift_lead",
        "level-5-amount": "20",
        "level-5-unit": "minutes",
        "level-5-action": "page",
        "level-5-to": "next_on_call",
        "level-5-metric": "first_response",
        "on_change": "restart",
        "on_reopen": "new_cycle",
        "automatic_replies_count": "on",
        "resolution-starts": "assigned",
        "publish": "1",
    }
    a_municipality()
    client.post(S2, words(client) | changes)
    made = newest("s2")
    assert made.conditions == {"severity": ["S2"], "tier": ["A", "B"], "province": ["26"]}
    assert made.rests["requester"] == {"cap": 40 * 3600, "metrics": ["resolution"]}
    assert made.levels[0] == {"seconds": 1200, "metric": "first_response", "action": "page", "to": "next_on_call"}
    assert made.levels[1] == {"percent": 50, "action": "reassign", "to": "shift_lead"}
    assert (made.on_change, made.on_reopen, made.automatic_replies_count) == ("restart", "new_cycle", True)
    assert made.target("resolution").starts == "assigned"


@pytest.mark.parametrize(
    "wrong",
    [
        {"severity": []},
        {"severity": ["S1", "S2"]},
        {"municipality": "26010 99999"},
        {"province": "99"},
        {"position": "0"},
        {"first_response-amount": "-1"},
        {"first_response-calendar": "yok"},
        {"level-0-to": "herkes"},
        {"effective_from": "dün"},
        {"rest-requester-cap": "x"},
        {f"{metric}-amount": "" for metric in ("first_response", "next_update", "workaround", "resolution")},
        {"severity": ["S1"]},  # S1 does not rest for the requester
    ],
)
def test_what_cannot_be_is_sent_back_with_a_sentence_and_nothing_is_lost(client, wrong):
    answer = client.post(S2, words(client) | {"workaround-amount": "77", "publish": "1"} | wrong)
    assert answer.status_code == 422
    assert "nb-error" in answer.text
    assert 'value="77"' in answer.text or "workaround-amount" in wrong
    assert PolicyVersion.objects.filter(policy__code="s2").count() == 1


def test_the_preview_counts_every_open_ticket_and_says_from_where(client):
    merzifon = a_municipality("05004", "Merzifon", plate_code="05")
    for number in range(3):
        a_ticket(subject=f"s{number}")
    a_ticket(municipality=merzifon)
    client.post(
        "/standards/policies/new/",
        {"name_tr": "Amasya sözleşmesi", "name_en": "Amasya contract", "kind": "sla", "like": "s2"},
    )
    url = "/standards/policies/amasya-contract/"
    seen = client.post(url, words(client, url) | {"municipality": "05004", "position": "5", "is_active": "on"})
    assert (seen.context["matching"], seen.context["matched"]) == (1, 0)
    assert [(was, will, count) for was, will, count in seen.context["moves"]] == [
        ("Majör – Yüksek", "Amasya sözleşmesi", 1)
    ]


def test_a_policy_of_a_contract_takes_its_municipalities_once_it_is_published(client):
    merzifon = a_municipality("05004", "Merzifon", plate_code="05")
    client.post("/standards/policies/new/", {"name_tr": "x", "name_en": "Premium", "kind": "sla", "like": "s2"})
    assert a_ticket(municipality=merzifon).next_due_at == MONDAY + timedelta(minutes=30)
    url = "/standards/policies/premium/"
    terms = {"municipality": "05004", "position": "5", "is_active": "on", "first_response-amount": "15", "publish": "1"}
    client.post(url, words(client, url) | terms)
    assert a_ticket(municipality=merzifon).next_due_at == MONDAY + timedelta(minutes=15)
    assert a_ticket().next_due_at == MONDAY + timedelta(minutes=30)
    assert Entry.objects.filter(kind="policy.published").count() == 1


def test_taking_a_policy_out_of_use_withdraws_its_promises(client):
    ticket = a_ticket()
    kept = words(client)
    kept.pop("is_active")
    client.post(S2, kept | {"publish": "1"})
    assert not Policy.objects.get(code="s2").is_active
    assert not Clock.objects.of(ticket).open().exists()
    ticket.refresh_from_db()
    assert ticket.is_resting


def test_the_list_counts_by_the_database_in_the_same_few_queries(client, django_assert_max_num_queries):
    for number in range(12):
        a_ticket(subject=f"s{number}")
    with django_assert_max_num_queries(14):
        page = client.get("/standards/policies/")
    assert [count for _v, _c, _t, count in page.context["kinds"][0]["rows"]] == [0, 12, 0, 0]


def test_open_tickets_are_grouped_by_what_is_asked_for_alone(django_assert_num_queries):
    for number in range(5):
        a_ticket(subject=f"s{number}")
    order = policies.in_force(MONDAY)
    with django_assert_num_queries(1):
        assert ticket_clocks.groups_of_open_tickets(order) == [({"severity": "S2"}, 5)]


def test_a_new_policy_of_another_kind_or_with_a_taken_name_is_refused(client):
    facts = {"name_tr": "x", "name_en": "S2", "kind": "sla", "like": "s2"}
    assert client.post("/standards/policies/new/", facts).status_code == 422
    assert client.post("/standards/policies/new/", facts | {"name_en": "y", "kind": "ola"}).status_code == 422


def test_an_agreement_between_teams_starts_from_nothing(client):
    client.post("/standards/policies/new/", {"name_tr": "Ekip", "name_en": "Team", "kind": "ola"})
    url = "/standards/policies/team/"
    blank = words(client, url)
    assert "ownership-amount" in str(client.get(url).content)
    assert client.post(url, blank | {"publish": "1"}).status_code == 422
    client.post(url, blank | {"ownership-amount": "10", "is_active": "on", "publish": "1"})
    assert Clock.objects.of(a_ticket()).filter(metric="ownership").exists()
