"""Where http steps lead: addresses by name, with a secret that nobody reads again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Person


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def current(self) -> "EndpointQuerySet":
        return self.filter(ended_at=None)

    def visible_to(self, person) -> "EndpointQuerySet":
        """Addresses inside the house are for those who keep the watch."""
        return self if person.keeps_the_watch else self.none()


class Endpoint(models.Model):
    """An address that http steps may call by name; plans never hold an address or a secret.

    The secret is kept sealed (`secret`), or lies in an environment variable (`secret_name`).
    """

    key = models.SlugField(max_length=40, unique=True)
    url = models.URLField()
    header = models.CharField(max_length=40, blank=True, help_text="name of the header that carries the secret")
    secret = models.TextField(blank=True, default="", db_default="", help_text="sealed; never shown again")
    secret_name = models.CharField(
        max_length=60, blank=True, help_text="of the environment variable, NOBET_ENDPOINT_…, that holds the secret"
    )
    may_be_private = models.BooleanField(default=False, help_text="an address inside our own network")
    changed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=now)
    rotated_at = models.DateTimeField(null=True, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    test_passed = models.BooleanField(default=False, db_default=False)
    test_said = models.CharField(max_length=200, blank=True, default="", db_default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        verbose_name = _("plan endpoint")

    def __str__(self) -> str:
        return self.key

    @property
    def has_secret(self) -> bool:
        return bool(self.secret or self.secret_name)
