"""1,407 invitations by workers that are killed: each once, each with a letter whose link works.

`bin/prove invitations` does all of them, `bin/test` a tenth.
"""

import re
from collections import Counter
from datetime import timedelta

import pytest

from foundation import now
from foundation.accounts import invitations
from foundation.accounts.campaigns import running, sheet
from foundation.accounts.campaigns.running import CampaignTerms
from foundation.directory.models import Invitation, InvitationCampaign, InvitationRow
from foundation.outbox.models import OutboxMessage
from tests import proofs
from tests.cast import assemble
from tests.standins.workers import Workers

COUNT = proofs.sized(1_407)
KILLS = 2
pytestmark = [
    pytest.mark.long(60),
    pytest.mark.processes,
    pytest.mark.timeout(900),
    pytest.mark.django_db(transaction=True),
    pytest.mark.both("workers are killed between two lines of one transaction"),
]


def a_list() -> str:
    lines = [f"26010;p{number}@odunpazari.test;Kişi {number}" for number in range(COUNT)]
    return "\n".join(["belediye;e-posta;ad", *lines])


def done() -> int:
    return InvitationRow.objects.exclude(outcome="owed").count()


def written() -> int:
    return OutboxMessage.objects.count()


def secret_in(letter: OutboxMessage) -> str:
    found = re.search(r"/invitations/([^/\s]+)/", letter.words)
    assert found
    return found[1]


def killed_at_work(seed: int, finished, progress) -> int:
    """Two workers; one is killed each time a fourth of the list is done, and the lease is not waited for in vain."""
    with Workers(["accounts.campaigns"], 2, seed) as workers:
        workers.work_until(finished, progress=progress, kill_each=COUNT // 4, within=600)
    return workers.kills


def test_each_is_invited_once_and_reminded_once_however_often_workers_are_killed():
    seed, stage = proofs.seed(), assemble()
    campaign = running.order(sheet.read(a_list()), CampaignTerms("Bütün ülke"), by=stage.yonca)
    InvitationCampaign.objects.update(due_at=now())
    kills = killed_at_work(seed, lambda: InvitationCampaign.objects.filter(ended_at__isnull=False).exists(), done)
    print(f"kills {kills}")
    assert kills >= KILLS
    expected = {f"p{number}@odunpazari.test" for number in range(COUNT)}
    assert Counter(Invitation.objects.values_list("email", flat=True)) == Counter(expected)
    assert Counter(OutboxMessage.objects.values_list("address", flat=True)) == Counter(expected)
    assert set(campaign.rows.values_list("outcome", flat=True)) == {"sent"}
    assert campaign.rows.exclude(invitation=None).count() == COUNT
    for letter in OutboxMessage.objects.order_by("?")[:20]:
        assert invitations.find(secret_in(letter)).email == letter.address

    Invitation.objects.update(last_sent_at=now() - timedelta(days=3))
    InvitationRow.objects.update(letter_due_at=now())
    kills = killed_at_work(seed + 1, lambda: not InvitationRow.objects.exclude(letter_due_at=None).exists(), written)
    print(f"kills among reminders {kills}")
    assert kills >= KILLS
    assert Counter(OutboxMessage.objects.values_list("address", flat=True)) == Counter(dict.fromkeys(expected, 2))
    assert set(Invitation.objects.values_list("letters", flat=True)) == {2}
    for letter in OutboxMessage.objects.order_by("-pk")[:20]:
        assert invitations.find(secret_in(letter)).email == letter.address
