"""What somebody at the desk has to be told of a promise, until it is told."""

from django.conf import settings
from django.db import models

from foundation import now
from helpdesk.models.ticket import Ticket


class OwedWord(models.Model):
    """One promise of one ticket that is close to breaking, or broken; told together with the reader's others."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200, unique=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.subject
