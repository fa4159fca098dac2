"""What we know and how we say it: articles for the municipalities, macros for the desk."""

from typing import TypeAlias

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation import now
from foundation.directory.models import Component
from foundation.language import collation
from helpdesk.models.snoozes import SnoozeMoment


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self) -> "ArticleQuerySet":
        return self.filter(published_at__isnull=False)

    def visible_to(self, person) -> "ArticleQuerySet":
        """The desk sees drafts, too."""
        return self if person.works_at_the_desk else self.published()

    def matching(self, words: str) -> "ArticleQuerySet":
        """Those that hold every word, in any spelling."""
        articles = self
        for word in collation.fold(words).split():
            articles = articles.filter(search_text__contains=word)
        return articles


class Article(models.Model):
    """An answer that need not be given again. Turkish is written always, English if at all; both in Markdown."""

    slug = models.SlugField(
        unique=True,
        max_length=60,
        help_text=_("Its place in the address: small letters, digits and hyphens."),
        validators=[RegexValidator(r"^(?!new$)", _("This word is taken. Please choose another one."))],
    )
    title_tr = models.CharField(_("Title"), max_length=160)
    title_en = models.CharField(_("Title in English"), max_length=160, blank=True)
    body_tr = models.TextField(_("Text"), max_length=20_000)
    body_en = models.TextField(_("Text in English"), max_length=20_000, blank=True)
    component = models.ForeignKey(
        Component, null=True, blank=True, on_delete=models.SET_NULL, related_name="articles", verbose_name=_("Module")
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="articles")
    search_text = models.TextField(editable=False)
    helped = models.PositiveIntegerField(default=0, help_text="how often a reader said that it helped")
    changed_at = models.DateTimeField(default=now)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-helped", "pk"]
        indexes = [
            models.Index(fields=["-helped", "id"], condition=Q(published_at__isnull=False), name="article_published"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the reader's language, Turkish where there is no other."""
        return self._in_readers_language("title")

    @property
    def body(self) -> str:
        return self._in_readers_language("body")

    def _in_readers_language(self, name: str) -> str:
        english = (get_language() or "tr").startswith("en") and getattr(self, f"{name}_en")
        return english or getattr(self, f"{name}_tr")

    def derive(self) -> None:
        """Fill what search looks in."""
        texts = (self.title_tr, self.title_en, self.body_tr, self.body_en)
        self.search_text = collation.fold(" ".join(texts))


class MacroThen(models.TextChoices):
    REPLY = "reply", _("Reply, our turn")
    WAIT = "wait", _("Reply, their turn")
    THIRD_PARTY = "third_party", _("Reply, a third party has to act")
    RESOLVE = "resolve", _("Resolve with this text")


class HelpedReader(models.Model):
    """Somebody said that an article helped them; once each."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="helped_readers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    said_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(name="a_reader_is_helped_once", fields=["article", "person"])]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.person_id}"


class Macro(models.Model):
    """A reply that the desk writes often; its tokens are filled in for the ticket at hand.

    It may also act: take the ticket over or give it to somebody, put its module right, leave a note, and say
    what follows from the text. Words in `{?…}` are blanks that it asks for first.
    """

    Then: TypeAlias = MacroThen

    name = models.CharField(_("Name"), max_length=80, unique=True)
    text = models.TextField(_("Text"), max_length=4_000)
    then = models.CharField(
        _("What follows from the text"), max_length=11, choices=Then.choices, blank=True, db_default=""
    )
    note = models.TextField(_("Internal note"), max_length=4_000, blank=True, db_default="")
    takes_over = models.BooleanField(_("Take the ticket over"), default=False, db_default=False)
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("Assign to"),
    )
    component = models.ForeignKey(
        Component,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("Change the module"),
    )
    snooze = models.CharField(
        _("Put the ticket aside"), max_length=8, choices=SnoozeMoment.choices, blank=True, db_default=""
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def acts(self) -> bool:
        """Whether it does more than to be put where one is writing."""
        return bool(self.then or self.note or self.takes_over or self.to_id or self.component_id or self.snooze)
