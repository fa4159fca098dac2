"""Articles: writing, publishing, finding, and offering them before somebody has to file a ticket."""

from collections.abc import Sequence

import nh3
from django.db import transaction
from django.db.models import F, Q
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from foundation import now
from foundation.directory.models import Component, Person
from foundation.journal import journal
from foundation.language import collation
from helpdesk.incidents.vocabulary import FILLERS
from helpdesk.models import Article, HelpedReader

MOST_OFFERED = 3
MOST_WORDS = 12
STEM = 5  # letters; Turkish words change behind them
SHORTEST = 4
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@transaction.atomic
def write(article: Article, *, publish: bool, by: Person) -> Article:
    """Keep an article as it stands now; readers see it while it is published."""
    article.derive()
    article.changed_at = now()
    article.author = article.author or by
    article.published_at = (article.published_at or now()) if publish else None
    article.save()
    journal.record("article.written", article, by=by, published=publish)
    return article


@transaction.atomic
def helped(article: Article, *, by: Person) -> None:
    """A reader needed no ticket; each is counted once, however often they press."""
    _reader, is_first = HelpedReader.objects.get_or_create(article=article, person=by)
    if is_first:
        Article.objects.filter(pk=article.pk).update(helped=F("helped") + 1)


def offered(text: str, component: Component | None = None) -> Sequence[Article]:
    """The published articles that fit best to what is being typed; three at most, the best first.

    Any shared word counts, by its first letters, and the module counts as one word more.
    """
    stems = sorted({word[:STEM] for word in collation.fold(text).split() if len(word) >= SHORTEST} - FILLERS)[
        :MOST_WORDS
    ]
    if not stems and component is None:
        return []
    fits = Q(component=component) if component else Q(pk=None)
    for stem in stems:
        fits |= Q(search_text__contains=stem)

    def score(article: Article) -> tuple[int, int]:
        shared = sum(stem in article.search_text for stem in stems)
        return shared + (component is not None and article.component_id == component.pk), article.helped

    articles = Article.objects.published().filter(fits).defer("body_tr", "body_en")[:100]
    return sorted(articles, key=score, reverse=True)[:MOST_OFFERED]


def drawn(markdown: str) -> SafeString:
    """Markdown as safe HTML: no scripts, no styles, no pictures from elsewhere."""
    allowed = {"p", "h2", "h3", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "a", "hr", "br"}
    tables = {"table", "thead", "tbody", "tr", "th", "td"}
    # nh3 has just taken out whatever could act.
    return mark_safe(nh3.clean(_markdown.render(markdown), tags=allowed | tables))  # noqa: S308
