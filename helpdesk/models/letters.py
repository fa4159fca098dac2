"""Letters as they came: kept whole, wherever their words went."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Municipality
from foundation.wire.files import uploads
from helpdesk.models.conversation import Message
from helpdesk.models.ticket import Ticket, unrestricted_for


class LetterState(models.TextChoices):
    FILED = "filed", _("in its ticket")
    WAITING = "waiting", _("waiting: who is this?")
    ASIDE = "aside", _("put aside")
    BROKEN = "broken", _("could not be read")


class LetterReason(models.TextChoices):
    """Why a letter did not simply become words of a ticket."""

    NONE = "", "—"
    UNKNOWN = "unknown", _("We do not know this address.")
    NO_PLACE = "no_place", _("Whoever writes has an account, but no municipality and no ticket is named.")
    UNPROVEN = "unproven", _("The receiving server found no proof that this address wrote it.")
    FORGED = "forged", _("The receiving server says that this address did not write it.")
    CAP = "cap", _("Too many letters of this address in an hour.")
    OURSELVES = "ourselves", _("Our own letter came back to us.")
    ABSENCE = "absence", _("An automatic answer.")
    LIST = "list", _("Sent to a mailing list.")
    BOUNCE = "bounce", _("A delivery report.")
    THANKS = "thanks", _("Nothing but thanks after the end.")
    TOO_LATE = "too_late", _("Its ticket has ended.")
    POISON = "poison", _("It breaks what reads it.")
    NOT_FOR_US = "not_for_us", _("Somebody at the desk put it aside.")


class SenderProof(models.TextChoices):
    """What our own receiving server found out about the sender (SPF, DKIM, DMARC)."""

    PROVEN = "proven", _("sender verified")
    FORGED = "forged", _("sender not who it says")
    UNKNOWN = "unknown", _("sender not verified")


class ReceivedLetterQuerySet(models.QuerySet["ReceivedLetter"]):
    def visible_to(self, person) -> "ReceivedLetterQuerySet":
        """All for the desk, but for restricted tickets'; for others those that are words of a ticket they may read."""
        if person.works_at_the_desk:
            return self.filter(Q(ticket=None) | unrestricted_for(person, "ticket__"))
        return self.filter(message__in=Message.objects.visible_to(person))

    def waiting(self) -> "ReceivedLetterQuerySet":
        return self.filter(state=LetterState.WAITING)

    def unfiled(self) -> "ReceivedLetterQuerySet":
        return self.exclude(state=LetterState.FILED)


class ReceivedLetter(models.Model):
    """One letter that reached our mailbox, and where its words went.

    `text` is all that it said, quotations included; `original` the bytes, for whoever has to prove something.
    `page` is what it looked like, cleaned of everything that acts or asks the network, its pictures inside.
    """

    State, Reason, Proof = LetterState, LetterReason, SenderProof

    mail_id = models.CharField(max_length=255, unique=True, help_text="Message-ID, or a digest of the bytes")
    sender = models.CharField(max_length=254, blank=True)
    sender_name = models.CharField(max_length=120, blank=True)
    copies = models.TextField(blank=True, help_text="addresses in copy, one a line")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    page = models.TextField(blank=True)
    original = models.FileField(upload_to=uploads.random_place)
    size = models.PositiveIntegerField(help_text="bytes of the original that are kept")
    proof = models.CharField(max_length=7, choices=SenderProof.choices, default=SenderProof.UNKNOWN)
    proof_words = models.CharField(max_length=200, blank=True, help_text="as the receiving server said it")
    state = models.CharField(max_length=7, choices=LetterState.choices)
    reason = models.CharField(max_length=10, choices=LetterReason.choices, blank=True)
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="letters")
    message = models.OneToOneField(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="letter")
    received_at = models.DateTimeField(default=now)

    objects = ReceivedLetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="letters_aside_say_why", condition=Q(state="filed") | ~Q(reason="")),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], condition=~Q(state="filed"), name="letter_in_the_tray"),
            models.Index(fields=["sender", "state"], condition=~Q(state="filed"), name="letter_of_sender"),
            models.Index(fields=["received_at"], name="letter_by_time"),
        ]

    def __str__(self) -> str:
        return self.mail_id


class KnownAddress(models.Model):
    """An address without an account of its own that somebody at the desk tied to a municipality or a person."""

    address = models.CharField(max_length=254, unique=True)
    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="known_addresses")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="known_addresses"
    )
    name = models.CharField(max_length=120, blank=True)
    tied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    tied_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name_plural = "known addresses"

    def __str__(self) -> str:
        return self.address
