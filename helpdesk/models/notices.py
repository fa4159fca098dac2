"""What a person is told of: once a matter, in the page, by mail and by push, as they prefer; and what is owed."""

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import now
from helpdesk.models.conversation import Message
from helpdesk.models.ticket import Ticket

if TYPE_CHECKING:
    from foundation.directory.models import Person


class NoticeMatter(models.TextChoices):
    """Why a ticket concerns somebody; the order is that of the preferences page."""

    NEW_S1 = "new_s1", _("New S1 ticket")
    ASSIGNED = "assigned", _("Given to you")
    MENTIONED = "mentioned", _("You were mentioned")
    REOPENED = "reopened", _("Open again")
    DUE = "due", _("Deadline near or passed")
    WOKEN = "woken", _("A ticket you had put aside is back")
    TAKEN = "taken", _("A colleague has taken your ticket")
    ANSWERED = "answered", _("The municipality answered")
    ENDED = "ended", _("The municipality closed it")
    FOLLOWED = "followed", _("News in a ticket you follow")
    NAMED = "named", _("You see a restricted ticket")
    ENTERED = "entered", _("An administrator has named themselves")
    STATUTORY = "statutory", _("Deadline of the law")


class LetterWay(models.TextChoices):
    """When a letter is written; in the page everything stands at once."""

    NOW = "now", _("at once")
    DIGEST = "digest", _("in the hourly digest")
    NEVER = "never", _("no letter")


class NoticeQuerySet(models.QuerySet["DeskNotice"]):
    def visible_to(self, person: "Person") -> "NoticeQuerySet":
        """One's own, about tickets one may still see."""
        return self.filter(person=person, ticket__in=Ticket.objects.visible_to(person))

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def owed(self, at: datetime) -> "NoticeQuerySet":
        """Those of which a letter or a push is due."""
        return self.filter(Q(mail_at__lte=at) | Q(push_at__lte=at))


class DeskNotice(models.Model):
    """One matter, one person. `key` makes it one, however often it is said; the words are made when it is read."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="notices")
    matter = models.CharField(max_length=9, choices=NoticeMatter.choices)
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True, blank=True)
    mail_at = models.DateTimeField(null=True, blank=True, help_text="when a letter is owed; nothing once it is written")
    push_at = models.DateTimeField(null=True, blank=True, help_text="the same for a push")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_of_person"),
            models.Index(fields=["person", "ticket"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["mail_at"], condition=Q(mail_at__isnull=False), name="notice_to_be_mailed"),
            models.Index(fields=["push_at"], condition=Q(push_at__isnull=False), name="notice_to_be_pushed"),
        ]

    def __str__(self) -> str:
        return self.key


# What holds for whoever has said nothing else: at once what asks for a hand, the rest gathered.
USUAL_WAYS = {
    NoticeMatter.NEW_S1: LetterWay.NOW,
    NoticeMatter.ASSIGNED: LetterWay.NOW,
    NoticeMatter.MENTIONED: LetterWay.NOW,
    NoticeMatter.REOPENED: LetterWay.NOW,
    NoticeMatter.DUE: LetterWay.NOW,
    NoticeMatter.WOKEN: LetterWay.NEVER,
    NoticeMatter.TAKEN: LetterWay.DIGEST,
    NoticeMatter.ANSWERED: LetterWay.DIGEST,
    NoticeMatter.ENDED: LetterWay.DIGEST,
    NoticeMatter.FOLLOWED: LetterWay.DIGEST,
    NoticeMatter.NAMED: LetterWay.NOW,
    NoticeMatter.ENTERED: LetterWay.NOW,
    NoticeMatter.STATUTORY: LetterWay.NOW,
}
USUAL_PUSHES = (
    NoticeMatter.NEW_S1,
    NoticeMatter.ASSIGNED,
    NoticeMatter.MENTIONED,
    NoticeMatter.REOPENED,
    NoticeMatter.DUE,
    NoticeMatter.NAMED,
    NoticeMatter.ENTERED,
    NoticeMatter.STATUTORY,
)


def usual_pushes() -> list[str]:
    return [matter.value for matter in USUAL_PUSHES]


class NoticePreference(models.Model):
    """How one person wants to be told. Without a row what is usual holds; quiet hours never hold for S1."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="notice_preference"
    )
    mail = models.JSONField(default=dict, help_text="matter: way, where it is not the usual one")
    push = models.JSONField(default=usual_pushes, help_text="matters that are pushed")
    quiet_from = models.TimeField(default=time(0, 0))
    quiet_until = models.TimeField(default=time(0, 0), help_text="the same time twice: never quiet")

    def __str__(self) -> str:
        return f"{self.person_id}"

    def way(self, matter: str) -> str:
        return self.mail.get(matter) or USUAL_WAYS[NoticeMatter(matter)]

    def is_pushed(self, matter: str) -> bool:
        return matter in self.push


class FollowerQuerySet(models.QuerySet["Follower"]):
    def visible_to(self, person: "Person") -> "FollowerQuerySet":
        """The desk sees all who follow, others themselves."""
        visible = self.filter(ticket__in=Ticket.objects.visible_to(person))
        return visible if person.works_at_the_desk else visible.filter(person=person)


class Follower(models.Model):
    """Who is told of a ticket beside its agent and its requester; who stands outside the desk gets copies."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="followers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="followed_tickets")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    since = models.DateTimeField(default=now)

    objects = FollowerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="a_ticket_is_followed_once", fields=["ticket", "person"])]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.person_id}"


class KeptDraft(models.Model):
    """What somebody types and has not sent: one for each ticket, and one for a new one. Sealed as it lies here."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts")
    sealed = models.TextField(help_text="the form's fields as JSON, sealed")
    form = models.CharField(max_length=80, help_text="once-token of the form in which it was typed last")
    at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="sent since: a late word of that form is dropped")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_draft_per_ticket", fields=["person", "ticket"], condition=Q(ticket__isnull=False)
            ),
            models.UniqueConstraint(name="one_draft_of_a_new_ticket", fields=["person"], condition=Q(ticket=None)),
            models.CheckConstraint(name="sent_drafts_hold_no_words", condition=Q(sent_at=None) | Q(sealed="")),
        ]
        indexes = [models.Index(F("at"), name="draft_by_age")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.ticket_id}"


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
