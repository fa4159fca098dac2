"""How each wants to be told. Whoever has said nothing is told as is usual."""

from collections.abc import Iterable, Mapping
from datetime import time

from django.db import transaction

from foundation.directory.models import Person
from foundation.journal import journal
from helpdesk.models import NoticeMatter, NoticePreference
from helpdesk.models.notices import USUAL_WAYS


def of_each(people: Iterable[Person]) -> dict[int, NoticePreference]:
    """By person; one query."""
    keys = [person.pk for person in people]
    said = {each.pk: each for each in NoticePreference.objects.filter(pk__in=keys)}
    return {key: said.get(key) or NoticePreference(person_id=key) for key in keys}


def of(person: Person) -> NoticePreference:
    return of_each([person])[person.pk]


@transaction.atomic
def choose(
    *, by: Person, mail: Mapping[str, str], push: Iterable[str], quiet_from: time, quiet_until: time
) -> NoticePreference:
    """Say how one wants to be told. `mail`: matter to way; a matter that is left out is told as usual.

    What is owed already leaves as it was planned.
    """
    unusual = {matter: way for matter, way in mail.items() if USUAL_WAYS[NoticeMatter(matter)] != way}
    pushed = sorted(set(push), key=NoticeMatter.values.index)
    preference, _ = NoticePreference.objects.update_or_create(
        pk=by.pk,
        defaults={"mail": unusual, "push": pushed, "quiet_from": quiet_from, "quiet_until": quiet_until},
    )
    journal.record("person.notices_chosen", by, by=by, mail=unusual, push=pushed)
    return preference
