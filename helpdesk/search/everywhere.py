"""What the command palette and the search page find beside tickets: places, people, articles, outages, commands.

Each kind asks for a few rows through what this person may see. Whoever stands above the desk registers
its pages with `helpdesk.providers.commands`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.directory.models import Municipality, Person
from foundation.language import collation
from foundation.language.stems import stem
from helpdesk import providers
from helpdesk.models import Article
from helpdesk.search.questions import LONGEST
from monitoring.models import Outage

A_FEW = 4
MOST_LOOKED_AT = 200
SHORTEST = 2  # letters


@dataclass(frozen=True)
class Hit:
    """A line that leads somewhere; `note` says what tells it from others of its name."""

    name: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class HitGroup:
    name: str
    hits: Sequence[Hit]


def groups(text: str, person: Person, *, each: int = A_FEW) -> list[HitGroup]:
    """The kinds that have something for these words; one query a kind."""
    known = collation.fold(text[:LONGEST].replace("\x00", ""))
    found = [HitGroup(_("Commands"), list(_commands(known, person))[:each])]
    if len(known) >= SHORTEST:
        words = known.split()
        found += [
            HitGroup(_("Municipalities"), list(_municipalities(words, person, each))),
            HitGroup(_("People"), list(_people(words, person, each))),
            HitGroup(_("Articles"), list(_articles(words, person, each))),
            HitGroup(_("Outages"), list(_outages(words, person, each))),
        ]
    return [group for group in found if group.hits]


def search_url(text: str) -> str:
    """The search page with these words in its box."""
    return reverse("helpdesk:search", query={"q": text})


def _commands(known: str, person: Person) -> Iterator[Hit]:
    """Those whose name holds the words; all of them while nothing is typed."""
    for provider in providers.commands:
        for name, url in provider(person):
            if known in collation.fold(name):
                yield Hit(name, url)


def _all(column: str, words: Sequence[str]) -> Q:
    """The column holds each word, as typed or without its ending."""
    forms = [(word, stem(word)) for word in words]
    return Q(*(Q(**{f"{column}__contains": word}) | Q(**{f"{column}__contains": short}) for word, short in forms))


def _municipalities(words: Sequence[str], person: Person, each: int) -> Iterator[Hit]:
    fits = _all("search_text", words) | _all("former_search", words)
    for place in Municipality.objects.visible_to(person).filter(fits).select_related("province")[:each]:
        yield Hit(place.full_name, search_url(f"belediye:{place.code}"), place.province.name)


def _people(words: Sequence[str], person: Person, each: int) -> Iterator[Hit]:
    for one in Person.objects.visible_to(person).filter(_all("search_text", words)).order_by("sort_key", "pk")[:each]:
        keeps = person.has_role("platform_admin")
        url = reverse("accounts:one_person", args=[one.pk]) if keeps else search_url(f'yazan:"{one.name}"')
        yield Hit(one.name, url, one.email)


def _articles(words: Sequence[str], person: Person, each: int) -> Iterator[Hit]:
    fitting = Article.objects.visible_to(person).filter(_all("search_text", words))
    for article in fitting.defer("body_tr", "body_en")[:each]:
        note = "" if article.published_at else _("draft")
        yield Hit(article.title, reverse("helpdesk:article", args=[article.slug]), note)


def _outages(words: Sequence[str], person: Person, each: int) -> Iterator[Hit]:
    """The newest `MOST_LOOKED_AT` by their titles; open ones first."""
    newest = Outage.objects.visible_to(person).announced().order_by("-pk")[:MOST_LOOKED_AT]
    fitting = [outage for outage in newest if _holds(f"{outage.title_tr} {outage.title_en}", words)]
    for outage in sorted(fitting, key=lambda outage: outage.ended_at is not None)[:each]:
        note = _("over") if outage.ended_at else _("open")
        yield Hit(outage.title, reverse("monitoring:status_outage", args=[outage.pk]), note)


def _holds(title: str, words: Sequence[str]) -> bool:
    known = collation.fold(title)
    return all(word in known or stem(word) in known for word in words)
