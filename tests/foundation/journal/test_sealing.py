"""One chain over what happened; whoever changes it is found at the first changed entry."""

import random
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.utils import translation

from foundation.journal import chain, journal, sealing
from foundation.journal.models import Entry, Head, PersonalText
from foundation.outbox.models import Batch


@pytest.fixture
def subject(db):
    return Batch.objects.create(key="subject", lane="drill")


@pytest.fixture
def forger(db):
    """PostgreSQL moves no sealed entry; who forges here is the superuser, who may switch that off."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")


def a_record(subject, length: int = 20) -> None:
    for number in range(length):
        journal.record("batch.tested", subject, text=f"Ayşe yazdı: {number}" if number % 2 else "", number=number)
    sealing.seal()


def test_a_whole_chain_is_found_whole(subject):
    a_record(subject)
    verdict = sealing.verify()
    assert (verdict.checked, verdict.first_break) == (20, None)
    assert sealing.seal() == 0


def test_what_is_not_sealed_yet_does_not_disturb(subject):
    a_record(subject)
    journal.record("batch.tested", subject)
    assert sealing.verify().checked == 20


def test_erasing_a_person_leaves_the_chain_whole(subject):
    a_record(subject)
    assert journal.erase_text(Entry.objects.filter(subject_id=str(subject.pk))) == 10
    assert not PersonalText.objects.exists()
    assert sealing.verify().first_break is None


def test_equal_texts_have_different_digests(subject):
    first, second = (journal.record("batch.tested", subject, text="Evet") for _ in range(2))
    assert first.text_digest != second.text_digest


def change_facts(entry):
    Entry.objects.filter(pk=entry.pk).update(facts={"number": 99})


def change_person(entry):
    Entry.objects.filter(pk=entry.pk).update(person_id=4711)


def change_time(entry):
    Entry.objects.filter(pk=entry.pk).update(at=entry.at + timedelta(microseconds=1))


def change_text(entry):
    PersonalText.objects.filter(entry=entry).update(text="Burak yazdı")


def remove(entry):
    Entry.objects.filter(pk=entry.pk).delete()


def swap_with_the_next(entry):
    other = Entry.objects.get(position=entry.position + 1)
    Entry.objects.filter(pk=entry.pk).update(position=None, digest="")
    Entry.objects.filter(pk=other.pk).update(position=entry.position, digest=entry.digest)
    Entry.objects.filter(pk=entry.pk).update(position=other.position, digest=other.digest)


@pytest.mark.parametrize("tamper", [change_facts, change_person, change_time, change_text, remove, swap_with_the_next])
def test_the_first_broken_entry_is_named(subject, forger, tamper):
    a_record(subject)
    for place in random.Random(7).sample([2, 4, 6, 8, 12, 14, 18], 3):
        with transaction.atomic():
            tamper(Entry.objects.get(position=place))
            verdict = sealing.verify()
            assert verdict.first_break is not None
            assert verdict.first_break.position == place
            transaction.set_rollback(True)


def test_a_tail_cut_off_is_seen_at_the_head(subject):
    a_record(subject)
    Entry.objects.filter(position__gt=17).delete()
    assert sealing.verify().first_break.position == 18


def test_a_tail_cut_off_with_its_head_is_seen_from_the_anchor(subject):
    a_record(subject)
    anchor = (20, Entry.objects.get(position=20).digest)
    Entry.objects.filter(position__gt=17).delete()
    Head.objects.update(position=17, digest=Entry.objects.get(position=17).digest)
    assert sealing.verify().first_break is None
    assert sealing.verify(anchor=anchor).first_break.position == 18


def test_a_tail_sealed_again_is_seen_from_the_anchor(subject, forger):
    a_record(subject)
    anchor = (20, Entry.objects.get(position=20).digest)
    Entry.objects.filter(position=15).update(facts={"number": 99})
    Entry.objects.filter(position__gte=15).update(position=None, digest="")
    Head.objects.update(position=14, digest=Entry.objects.get(position=14).digest)
    sealing.seal()
    assert sealing.verify().first_break is None
    assert sealing.verify(anchor=anchor).first_break.position == 20


def test_the_command_names_the_entry_and_ends_with_an_error(subject):
    a_record(subject)
    said = StringIO()
    call_command("audit_verify", stdout=said)
    assert said.getvalue().startswith("20 entries, head 20:")
    change_facts(Entry.objects.get(position=3))
    with translation.override("tr"), pytest.raises(CommandError, match="3. kayıt: değiştirilmiş"):
        call_command("audit_verify")
    with pytest.raises(CommandError, match="POSITION:DIGEST"):
        call_command("audit_verify", anchor="nonsense")


def is_anybody_waiting() -> bool:
    """For a lock of the database; SQLite has but one, which whoever asks here is holding."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_sealers_side_by_side_make_one_chain(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH_SIZE", 5)  # many turns at the head of the chain
    subject = Batch.objects.create(key="subject", lane="drill")
    a_record(subject, 1)  # now there is a head
    for number in range(1, 300):
        journal.record("batch.tested", subject, number=number)

    ended = []

    def seal():
        try:
            ended.append(sealing.seal())
        finally:
            connections.close_all()

    sealers = [threading.Thread(target=seal) for _ in range(3)]

    def link(*words):
        """The others begin while the first stands at the head, and wait until it has gone."""
        if threading.current_thread() is sealers[0] and not sealers[1].ident:
            for sealer in sealers[1:]:
                sealer.start()
            while sealers[1].is_alive() and not is_anybody_waiting():
                sealers[1].join(0.05)
        return chained(*words)

    chained = chain.link
    monkeypatch.setattr(chain, "link", link)
    sealers[0].start()
    for sealer in sealers:
        sealer.join()
    assert (len(ended), sum(ended)) == (3, 299)
    journal.record("batch.tested", subject, number=300)  # goes where the head says that the chain ends
    sealing.seal()
    verdict = sealing.verify()
    assert (verdict.checked, verdict.first_break) == (301, None)
