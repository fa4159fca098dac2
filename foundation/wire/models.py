"""What our edge remembers: API tokens, and the answers already given to a key."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models

from foundation import now
from foundation.wire.files import uploads


class TokenQuerySet(models.QuerySet):
    def usable(self, at: datetime) -> Self:
        """Neither expired nor revoked, and held by a person who still has access."""
        return self.filter(revoked_at=None, expires_at__gt=at, person__is_active=True)


class Token(models.Model):
    """A program's key to the API. Acts as its person, within its scopes, until it expires.

    Only a digest is stored: a copy of the database opens nothing. `prefix` is the
    readable start of the secret, by which people tell their tokens apart.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list, help_text='such as ["tickets:read", "tickets:write"]')
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="predecessors", help_text="if rotated"
    )

    objects = TokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tokens_end_after_they_start", condition=models.Q(expires_at__gt=models.F("created_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    def allows(self, scope: str) -> bool:
        """`scope` is "noun:read" or "noun:write"; writing includes reading."""
        noun, _, _verb = scope.partition(":")
        return scope in self.scopes or f"{noun}:write" in self.scopes


class KeptFile(models.Model):
    """A file of a form that was not accepted yet (`files.draft_uploads`); gone within a day."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_files")
    file = models.FileField(upload_to=uploads.random_place)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=now, db_index=True)

    def __str__(self) -> str:
        return self.name


class GivenAnswerQuerySet(models.QuerySet["GivenAnswer"]):
    def of_form(self, key: str) -> "GivenAnswer | None":
        """Where a form with this key led (`once`)."""
        return self.filter(token=None, key=key).exclude(status=0).first()


class GivenAnswer(models.Model):
    """The answer to a POST with an Idempotency-Key, given again to its repetitions.

    Without a token it is that of a form (`once`), and `body` is the address it led to.
    """

    token = models.ForeignKey(Token, on_delete=models.CASCADE, null=True, blank=True, related_name="given_answers")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path, query and body")
    status = models.PositiveSmallIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now, db_index=True)

    objects = GivenAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_answer_per_token_and_key", fields=["token", "key"]),
            models.UniqueConstraint(name="one_answer_per_form", fields=["key"], condition=models.Q(token=None)),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"
