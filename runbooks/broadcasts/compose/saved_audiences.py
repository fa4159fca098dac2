"""Conditions kept by name: the lists that a watch needs again and again."""

from django.db import transaction

from foundation.directory.models import Person
from foundation.journal import journal
from runbooks.broadcasts.compose.audience import AudienceRule
from runbooks.models import AudienceList


@transaction.atomic
def keep(name: str, rule: AudienceRule, *, by: Person) -> AudienceList:
    """Keep conditions under a name; the same name again replaces them."""
    kept, is_new = AudienceList.objects.update_or_create(
        name=name.strip(), defaults={"rule": rule.to_json(), "kept_by": by}
    )
    journal.record("audience_list.kept", kept, by=by, name=kept.name, new=is_new)
    return kept


def chosen(key: str | None) -> AudienceRule | None:
    """The conditions of the list with this key; None for a key that names none."""
    kept = AudienceList.objects.filter(pk=key).first() if key and key.isdecimal() and len(key) < 10 else None
    return AudienceRule.from_json(kept.rule) if kept else None
