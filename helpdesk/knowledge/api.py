"""Macros and articles for other programs."""

from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation import Refusal
from foundation.directory.models import Component
from foundation.language.schema_types import Line, Paragraphs
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk.knowledge import acting, articles, macros
from helpdesk.models import Article, Macro, Ticket
from helpdesk.models.knowledge import MacroThen
from helpdesk.models.snoozes import SnoozeMoment
from helpdesk.tickets import agents

router = Router(tags=["knowledge"])


class SlugTaken(Refusal):
    sentence = _("Another article has this address already.")


class MacroOut(Schema):
    id: int
    name: str
    text: str
    then: str
    note: str
    takes_over: bool
    to: int | None = Field(alias="to_id")
    component: str | None = Field(alias="component_id")
    snooze: str = Field(description="until when it puts the ticket aside; empty: it does not")
    blanks: list[str] = Field(description="what it asks for, written {?…} in its words")

    @staticmethod
    def resolve_blanks(macro: Macro) -> list[str]:
        return list(acting.blanks_of(macro))


class MacroIn(Body):
    name: Line = Field(min_length=1, max_length=80)
    text: Paragraphs = Field(min_length=1, max_length=4_000)
    then: MacroThen | None = Field(None, description="what follows from the text; null: nothing")
    note: Paragraphs = Field("", max_length=4_000)
    takes_over: bool = False
    to: int | None = Field(None, description="key of a colleague")
    component: str = Field("", max_length=20, description="code of the module that is right")
    snooze: SnoozeMoment | None = Field(None, description="put the ticket aside until then; null: no")


class BlanksIn(Body):
    blanks: dict[str, str] = Field({}, max_length=50, description="by the name of the blank")


class ArticleOut(Schema):
    slug: str
    title_tr: str
    title_en: str
    body_tr: str
    body_en: str
    component: str | None = Field(alias="component_id")
    published_at: datetime | None


class ArticleTermsIn(Body):
    title_tr: Line = Field(min_length=1, max_length=160)
    body_tr: Paragraphs = Field(min_length=1, max_length=20_000)
    title_en: Line = Field("", max_length=160)
    body_en: Paragraphs = Field("", max_length=20_000)
    component: str = Field("", max_length=20, description="code of the module")
    publish: bool = Field(description="false keeps a draft, or takes it back to one")


class ArticleIn(ArticleTermsIn):
    slug: str = Field(max_length=60, pattern=r"^[a-z0-9-]+$")


@router.get("/macros/", response=list[MacroOut])
@paginate(Keyset, order=("name",))
def list_macros(request) -> QuerySet[Macro]:
    """Replies that the desk writes often, with their tokens; for the desk."""
    macros.require_desk(request.user)
    return Macro.objects.all()


@router.post("/macros/", response={201: MacroOut})
def write_macro(request, macro: MacroIn) -> Status:
    """A new macro."""
    macros.require_desk(request.user)
    return Status(201, written(request, Macro(), macro))


@router.put("/macros/{pk}/", response=MacroOut)
def rewrite_macro(request, pk: int, wanted: MacroIn) -> Macro:
    """Another name or text."""
    macros.require_desk(request.user)
    macro = get_object_or_404(Macro, pk=pk)
    return written(request, macro, wanted)


def written(request, macro: Macro, wanted: MacroIn) -> Macro:
    macro.name, macro.text, macro.note = wanted.name, wanted.text, wanted.note
    macro.then, macro.takes_over = wanted.then or "", wanted.takes_over
    macro.snooze = wanted.snooze or ""
    macro.to = get_object_or_404(agents.at_the_desk(), pk=wanted.to) if wanted.to else None
    modules = Component.objects.current()
    macro.component = get_object_or_404(modules, pk=wanted.component) if wanted.component else None
    return macros.write(macro, by=request.user)


@router.post("/tickets/{number}/macros/{pk}/", response={204: None})
def carry_out(request, number: str, pk: int, wanted: BlanksIn) -> Status:
    """Do all that a macro does to this ticket, or nothing of it."""
    macros.require_desk(request.user)
    visible = Ticket.objects.visible_to(request.user).select_related("municipality", "component", "queue", "requester")
    ticket = get_object_or_404(visible, number=number)
    acting.carry_out(get_object_or_404(Macro, pk=pk), ticket, by=request.user, blanks=wanted.blanks)
    return Status(204, None)


@router.delete("/macros/{pk}/", response={204: None})
def remove_macro(request, pk: int) -> Status:
    """Nobody is offered it any more; what was written with it stays in the tickets."""
    macros.require_desk(request.user)
    macros.remove(get_object_or_404(Macro, pk=pk), by=request.user)
    return Status(204, None)


@router.get("/articles/", response=list[ArticleOut])
@paginate(Keyset, order=("slug",))
def list_articles(request) -> QuerySet[Article]:
    """What is known; the desk sees drafts, too."""
    return Article.objects.visible_to(request.user)


@router.post("/articles/", response={201: ArticleOut})
def write_article(request, article: ArticleIn) -> Status:
    """A new article, as a draft or published."""
    macros.require_desk(request.user)
    if article.slug == "new" or Article.objects.filter(slug=article.slug).exists():
        raise SlugTaken
    return Status(201, kept(request, Article(slug=article.slug), article))


@router.put("/articles/{slug}/", response=ArticleOut)
def rewrite_article(request, slug: str, wanted: ArticleTermsIn) -> Article:
    """Other words; `publish: false` takes it back to a draft."""
    macros.require_desk(request.user)
    return kept(request, get_object_or_404(Article, slug=slug), wanted)


def kept(request, article: Article, wanted: ArticleTermsIn) -> Article:
    for name in ("title_tr", "body_tr", "title_en", "body_en"):
        setattr(article, name, getattr(wanted, name))
    modules = Component.objects.all()
    article.component = get_object_or_404(modules, pk=wanted.component) if wanted.component else None
    return articles.write(article, publish=wanted.publish, by=request.user)
