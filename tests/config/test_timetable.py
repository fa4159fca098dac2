"""The timetable: on one page, rung by beat, walked without Celery."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config import jobs
from config.celery import app
from config.management.commands.sweep import chosen
from config.timetable import SWEEPS
from foundation.leases.models import SweepMark
from foundation.outbox import outbox
from foundation.outbox.models import ConsoleMessage, OutboxMessage
from foundation.outbox.outbox import Addressee


def test_every_sweep_has_a_name_of_its_own():
    assert len({sweep.name for sweep in SWEEPS}) == len(SWEEPS)


def test_beat_rings_by_the_table():
    rung = {name: (entry["schedule"], entry["options"]["queue"]) for name, entry in app.conf.beat_schedule.items()}
    assert rung == {sweep.name: (sweep.every, sweep.queue) for sweep in SWEEPS}
    assert all(entry["task"] in app.tasks for entry in app.conf.beat_schedule.values())


def test_delivery_has_a_queue_of_its_own_so_that_its_pace_holds_up_nobody():
    queues = {sweep.name: sweep.queue for sweep in SWEEPS}
    assert queues["outbox.sms"] == queues["outbox.email"] == "outbox"
    assert app.amqp.router.route({}, "foundation.outbox.jobs.deliver")["queue"].name == "outbox"


@pytest.mark.django_db
def test_a_ring_goes_one_round_and_leaves_a_mark():
    jobs.sweep("journal.seal")
    assert SweepMark.objects.get().name == "journal.seal"


@pytest.mark.django_db
def test_without_celery_the_sweep_finds_what_nobody_rang_for():
    batch = outbox.open_batch("b", lane="drill", urgent=True)
    outbox.add(batch, "sms", [Addressee("+905320000001", "TATBİKAT")])
    outbox.release(batch)
    call_command("sweep", once=True, only=["outbox.sms"], stdout=StringIO())
    assert OutboxMessage.objects.get().state == "delivered"
    assert ConsoleMessage.objects.get().text == "TATBİKAT"


@pytest.mark.django_db
def test_a_failed_sweep_is_named(monkeypatch):
    monkeypatch.setattr("config.management.commands.sweep.leases.run_sweep", lambda name, work: name != "journal.seal")
    with pytest.raises(CommandError, match="journal.seal"):
        call_command("sweep", once=True, only=["journal.seal", "outbox.expire"])


def test_an_unknown_sweep_is_refused():
    with pytest.raises(CommandError, match="pigeons"):
        chosen(["pigeons"])
