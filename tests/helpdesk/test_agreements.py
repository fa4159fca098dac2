"""What our teams have agreed among themselves: beside the promises, never in their place."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from django_sla.models import Clock, PolicyVersion
from foundation.directory.models import Membership
from foundation.journal.models import Entry
from foundation.outbox.models import OutboxMessage
from helpdesk import escalations, tickets
from helpdesk.demo import tickets as demo
from helpdesk.models import Ticket
from helpdesk.service_levels import commitments
from tests.cast import a_person
from tests.helpdesk.builders import a_clerk, a_ticket, an_agent

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 6, 8, 9, tzinfo=ZoneInfo("Europe/Istanbul"))


@pytest.fixture(autouse=True)
def clock():
    """It is Monday morning and the teams have agreed."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        demo.agree_between_teams()
        yield traveller


def standing(ticket: Ticket) -> dict[str, str]:
    clocks = commitments.of_clocks(commitments.clocks_of(ticket), commitments.AGREEMENTS)
    return {each.metric: each.outcome or each.state for each in clocks}


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def test_both_kinds_of_terms_start_with_the_ticket_and_only_the_promise_is_due():
    ticket = a_ticket()
    assert standing(ticket) == {"ownership": "running", "handling": "waiting"}
    assert ticket.next_due_at == MONDAY + minutes(30)  # not the team's ten minutes


def test_taking_it_over_keeps_the_one_and_starts_the_other(clock):
    ticket = a_ticket()
    clock.move_to(MONDAY + minutes(5))
    tickets.claim(ticket, by=an_agent())
    assert standing(ticket) == {"ownership": "met", "handling": "running"}


def test_putting_it_back_begins_a_new_round(clock):
    ticket, agent = a_ticket(), an_agent()
    tickets.claim(ticket, by=agent)
    clock.move_to(MONDAY + minutes(60))
    tickets.release(ticket, by=agent)
    again = Clock.objects.of(ticket).get(metric="ownership", cycle=2)
    assert again.due_at == MONDAY + minutes(70)


def test_another_class_moves_each_kind_to_its_own_terms():
    ticket = a_ticket()
    tickets.grade(ticket, severity="S3", by=an_agent(), reason="yolu var")
    assert set(Clock.objects.of(ticket).open().values_list("version__policy__code", flat=True)) == {"s3", "ola-minor"}


def test_the_solution_ends_them_all():
    ticket, agent = a_ticket(), an_agent()
    tickets.claim(ticket, by=agent)
    tickets.resolve(ticket, by=agent, note="Düzeldi")
    assert not Clock.objects.of(ticket).open().exists()


def test_the_team_hears_when_nobody_takes_it(clock):
    ticket = a_ticket()
    member = an_agent()
    ticket.queue.team.members.add(member)
    clock.move_to(MONDAY + minutes(11))
    escalations.look_at_the_clocks()
    clock.move_to(MONDAY + minutes(17))
    escalations.write_digests()
    assert OutboxMessage.objects.filter(address=member.email).count() == 1


def test_the_desk_reads_them_beside_the_ticket_and_the_municipality_does_not(client):
    ticket = a_ticket()
    client.force_login(an_agent())
    assert "Ekiplerimiz arasında" in client.get(reverse("helpdesk:ticket", args=[ticket.number])).text
    assert "Üstlenme" in client.get(reverse("helpdesk:why", args=[ticket.number])).text
    client.force_login(a_clerk())
    for name in ("helpdesk:ticket", "helpdesk:why"):
        page = client.get(reverse(name, args=[ticket.number])).text
        assert "Üstlenme" not in page and "Ekiplerimiz" not in page
    sheet = client.get(reverse("helpdesk:evidence", args=[ticket.number, "csv"])).content.decode()
    assert "üstlenme" not in sheet.lower()


def test_a_level_may_hand_the_ticket_to_whoever_has_least(clock):
    """At 100 % of the first response it goes to the shift lead with fewer open tickets, once."""
    busy, idle = (a_person(Membership.Role.SHIFT_LEAD) for _ in range(2))
    tickets.assign(a_ticket(subject="başka"), to=busy, by=busy)
    terms = PolicyVersion.objects.get(policy__code="s2")
    terms.levels = [{"percent": 100, "action": "reassign", "to": "shift_lead"}]
    terms.save()
    ticket = a_ticket()
    for minute in (31, 32):
        clock.move_to(MONDAY + minutes(minute))
        escalations.look_at_the_clocks()
    ticket.refresh_from_db()
    assert ticket.assignee == idle
    assert Entry.objects.filter(kind="ticket.assigned", facts__to=idle.pk).count() == 1
