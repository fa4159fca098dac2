"""The record: entries that are only ever added, and the erasable text beside them."""

import secrets

from django.db import models
from django.db.models import Q

from foundation import now


def new_salt() -> str:
    return secrets.token_hex(16)


class Entry(models.Model):
    """One thing that happened. Holds no personal text: that sits in `PersonalText`.

    `position` and `digest` are written once, when the entry is sealed into the chain
    (`sealing`); `text_digest` is the salted digest of what a person wrote, and stays
    when the text is erased.
    """

    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    person_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    text_digest = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=now)
    position = models.BigIntegerField(null=True, unique=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="entry_by_subject"),
            models.Index(fields=["id"], condition=Q(position=None), name="entry_unsealed"),
        ]
        constraints = [
            models.CheckConstraint(
                name="sealed_entries_have_a_digest",
                condition=Q(position=None, digest="") | (Q(position__isnull=False) & ~Q(digest="")),
            ),
        ]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type} {self.subject_id}"


class PersonalText(models.Model):
    """What a person wrote or is called; erased, salt and all, without breaking the chain."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="personal")
    text = models.TextField()
    salt = models.CharField(max_length=32, default=new_salt)

    def __str__(self) -> str:
        return f"text of {self.entry_id}"


class Head(models.Model):
    """The end of the chain: one row, which is also what sealers take turns at."""

    position = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"
