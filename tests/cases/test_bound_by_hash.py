"""Every word and number of a broadcast that matters is in the hash that two people agree to."""

import pytest

from monitoring import outages
from runbooks.broadcasts.compose import bindings
from runbooks.models import Broadcast

# What moves after the submission, or says who did what when: those have constraints, rows and a journal of their own.
MOVES = {
    *("status", "chase_stage", "told", "ended_at", "binding"),
    *("prepared_by", "prepared_at", "submitted_by", "submitted_at", "approved_by", "approved_at"),
    *("authority", "pre_approval"),
}
FORGED = {
    "subject": "Başka konu",
    "is_drill": True,
    "lane": "life_safety",
    "sender": "SAHTE",
    "spelling": "full",
    "text": "Başka söz.",
    "correction": "Başka düzeltme.",
    "rule": {"provinces": ["26"]},
    "code": "999999",
    "chases": True,
    "is_public": True,
    "audience_digest": "0" * 64,
}


@pytest.mark.django_db
def test_a_database_edit_of_anything_that_matters_is_noticed(stage):
    broadcast = stage.broadcast
    assert bindings.is_as_submitted(broadcast)
    forged = FORGED | {
        "outage": outages.declare(components=[stage.ebys], by=stage.leyla),
        "corrects": stage.approved,
    }
    fields = {field.name for field in Broadcast._meta.concrete_fields} - {"id"}
    assert fields - MOVES == set(forged), "a field of which nobody said whether it is bound"
    for name, value in forged.items():
        seen = Broadcast.objects.get(pk=broadcast.pk)
        assert getattr(seen, name) != value
        setattr(seen, name, value)
        assert not bindings.is_as_submitted(seen), name
