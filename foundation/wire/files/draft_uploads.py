"""Files that came with a form which could not be sent yet: kept here until it is.

A browser forgets chosen files when a page comes back with an error. The page names
them by signed references instead; only the person who chose them can send them on.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.core import signing
from django.core.files.base import File

from foundation import now
from foundation.directory.models import Person
from foundation.wire.files import scanning, uploads
from foundation.wire.models import KeptFile

KEPT_FOR = timedelta(days=1)
MOST_OF_ONE_PERSON = 3 * uploads.MOST
SALT = "nobet.kept-file"


def keep(files: Iterable[File], *, by: Person) -> list[KeptFile]:
    """Keep those that we would take; the others are left out. Their oldest make room for new ones."""
    kept = [KeptFile.objects.create(person=by, file=each.file, name=each.name) for each in acceptable(files)]
    for old in KeptFile.objects.filter(person=by).order_by("-pk")[MOST_OF_ONE_PERSON:]:
        drop(old)
    return kept


def acceptable(files: Iterable[File]) -> Iterable[uploads.AcceptedFile]:
    """Those that we take and the scanner does not warn of. Speaks to the network."""
    for file in files:
        try:
            accepted = uploads.accept(file)
            scanning.refuse_infected([file])
            yield accepted
        except uploads.FileRefused:
            continue


def reference(kept: KeptFile) -> str:
    return signing.dumps(kept.pk, salt=SALT)


def find(references: Iterable[str], *, by: Person) -> list[KeptFile]:
    """Those of this person's files that the references name; forged and outlived ones name nothing."""
    keys = [key for each in list(references)[: uploads.MOST] if (key := _key_of(each))]
    return list(KeptFile.objects.filter(pk__in=keys, person=by).order_by("pk"))


def _key_of(text: str) -> int | None:
    try:
        return signing.loads(text, salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None


def opened(kept: KeptFile) -> File:
    """The file as if it had just been uploaded."""
    return File(kept.file.open("rb"), name=kept.name)


def drop(kept: KeptFile) -> None:
    """It was sent, or nobody wants it any more."""
    kept.delete()
    kept.file.delete(save=False)


def forget_old() -> int:
    """What a sweep calls: files that nobody sent on within `KEPT_FOR`; returns how many."""
    overdue = list(KeptFile.objects.filter(created_at__lt=now() - KEPT_FOR)[:500])
    for kept in overdue:
        drop(kept)
    return len(overdue)
