"""The sweeper was away for two days, and is killed again and again as it returns: each breach once, each level once.

Prints its seed, the kills and how long the return took. `bin/prove killed_sweeper` does it with 400 tickets.
"""

import random
import time
from collections import Counter
from datetime import timedelta

import pytest
import time_machine

from django_sla.models import Clock, ClockEvent
from foundation import now
from foundation.directory.models import Membership
from foundation.journal.models import Entry
from foundation.outbox.models import OutboxMessage
from helpdesk import escalations
from helpdesk.models import OwedWord, Ticket
from tests import proofs
from tests.cast import a_person
from tests.helpdesk.builders import a_ticket
from tests.standins.workers import Workers

pytestmark = [pytest.mark.long(20), pytest.mark.processes, pytest.mark.django_db(transaction=True)]
TICKETS = proofs.sized(400)
KILLS = 5
WITHIN = 300  # seconds; a slow machine gets there too
# What an S1 that nobody touched for two days has behind it, promise by promise.
LEVELS = {"first_response": 4, "workaround": 3, "resolution": 3}


def unswept() -> int:
    """Clocks that the sweep has not finished with."""
    return Clock.objects.filter(look_at__lt=now()).count()


def test_a_sweeper_killed_on_its_return_tells_everything_once():
    seed = proofs.seed()
    lead = a_person(Membership.Role.SHIFT_LEAD)
    with time_machine.travel(now() - timedelta(days=2)):
        for number in range(TICKETS):
            a_ticket(urgency=Ticket.Urgency.DANGER, subject=f"Deneme {number}")

    returned, dice = time.monotonic(), random.Random(seed)
    with Workers(["sla.clocks", "sla.calendars"], 3, seed) as workers:
        while workers.kills < KILLS and unswept():
            time.sleep(dice.uniform(0.05, 0.6))
            workers.kill_one()
        while unswept():
            assert time.monotonic() - returned < WITHIN
            time.sleep(0.1)
    print(f"kills {workers.kills}, back after {time.monotonic() - returned:.1f} s")

    breaches = ClockEvent.objects.filter(kind="breach").values_list("clock", flat=True)
    levels = ClockEvent.objects.filter(kind="escalate").values_list("clock__subject_id", "clock__metric", "reason_kind")
    assert len(breaches) == len(set(breaches)) == TICKETS * len(LEVELS)
    assert set(Counter(levels).values()) == {1}
    assert Counter(metric for _ticket, metric, _level in levels) == {
        metric: count * TICKETS for metric, count in LEVELS.items()
    }
    assert Entry.objects.filter(kind="ticket.promise_broken").count() == TICKETS * len(LEVELS)
    assert Entry.objects.filter(kind="ticket.escalated").count() == TICKETS * sum(LEVELS.values())
    # Nobody has taken them: the lead stands in for the assignee at 75 %, and is meant at 100 %.
    # Words wait to be told together: each was left once.
    assert OwedWord.objects.filter(person=lead).count() == TICKETS * len(LEVELS) * 2
    with time_machine.travel(now() + timedelta(minutes=6)):
        assert escalations.write_digests() == 1
    assert OutboxMessage.objects.filter(address=lead.email).count() == 1
