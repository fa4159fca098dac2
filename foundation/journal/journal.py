"""The front door of `journal`."""

from collections.abc import Mapping, Sequence

from django.db import models

from foundation import rows
from foundation.directory.models import Person
from foundation.journal import chain
from foundation.journal.models import Entry, PersonalText, new_salt

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


def record(kind: str, subject: models.Model, *, by: Person | None = None, text: str = "", **facts: Json) -> Entry:
    """Add what happened to the record, in the caller's transaction.

    `kind` is "noun.participle" ("ticket.resolved"); `facts` are JSON values without
    personal data; `text` is what a person wrote and may later be erased.
    """
    salt = new_salt() if text else ""
    entry = Entry(
        kind=kind,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        person_id=by.pk if by else None,
        facts=facts,
        text_digest=chain.text_digest(salt, text) if text else "",
    )
    if not text:
        return rows.add(entry)
    PersonalText.objects.create(entry=rows.insert(entry), text=text, salt=salt)
    return entry


def erase_text(entries: "models.QuerySet[Entry]") -> int:
    """Forget what people wrote in these entries; the chain stays whole. Returns how many."""
    erased, _ = PersonalText.objects.filter(entry__in=entries).delete()
    return erased
