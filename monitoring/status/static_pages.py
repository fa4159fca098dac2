"""The pages below the national one, on disk: only those that changed, some at a time.

Municipalities, provinces and outages, in both languages, without a script and without
the database. Each has a mark of what it shows; a round writes the pages whose mark is
not the one on disk, at most `AT_ONCE`, and says whether some are left.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from django.template.loader import get_template
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from foundation.directory.models import Municipality, Province
from monitoring.models import Outage, State
from monitoring.status import statuspage
from monitoring.status.report import StatusReport, legend_of, past

BATCH_SIZE = 1000
# Stand for a municipality's code and name in what all in the same situation share; private letters of Unicode.
CODE, NAME = "\ue000", "\ue001"
LANGUAGES = {"tr": "index.html", "en": "index.en.html"}
MARKS = ".marks.json"
Put = Callable[[Path, str], None]


@dataclass(frozen=True)
class StaticPage:
    """One page: where it lies, what it shows (`mark`), and how it is drawn, in the active language."""

    path: str
    mark: str
    draw: Callable[[], str]
    language: str = "tr"


@dataclass
class Country:
    """What the pages of one round are drawn from, read once."""

    report: StatusReport
    states: dict[int, str]
    felt: dict[int, list[int]]  # municipality → open public outages
    template: str = "monitoring/status/static_page.html"

    @cached_property
    def outages(self) -> dict[int, Outage]:
        return {outage.pk: outage for outage in self.report.outages}

    @cached_property
    def marks(self) -> dict[int, str]:
        return {pk: mark_of(outage) for pk, outage in self.outages.items()}

    @cached_property
    def shared(self) -> dict[object, str]:
        """Pages that many municipalities share but for code and name, drawn once."""
        return {}

    @cached_property
    def cards(self) -> dict[tuple[int, str], SafeString]:
        return {}

    def card(self, outage: Outage) -> SafeString:
        """The outage as every page shows it, drawn once a language."""
        key = (outage.pk, translation.get_language() or "tr")
        if key not in self.cards:
            card = get_template("monitoring/status/_outage.html")
            self.cards[key] = mark_safe(card.render({"outage": outage, "loud": outage.is_open}))  # noqa: S308  a template's
        return self.cards[key]

    def page(self, title: str, state: str, outages: list[Outage], of: Municipality | None = None) -> str:
        cards = [self.card(outage) for outage in outages]
        context = {"title": title, "state": state, "cards": cards, "at": self.report.at, "snapshot": True, "of": of}
        return get_template(self.template).render(context)


def write_some(folder: Path, country: Country, put: Put) -> bool:
    """Write up to `AT_ONCE` pages that changed; True when none is left."""
    marks = read_marks(folder)
    changed = [still for still in stills(country) if marks.get(still.path) != still.mark]
    for still in changed[:BATCH_SIZE]:
        with translation.override(still.language):
            put(folder / still.path, still.draw())
        marks[still.path] = still.mark
    if changed:
        put(folder / MARKS, json.dumps(marks))
    return len(changed) <= BATCH_SIZE


def read_marks(folder: Path) -> dict[str, str]:
    """What lies on disk, by path; nothing when that cannot be read: then everything is written."""
    try:
        marks = json.loads((folder / MARKS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return marks if isinstance(marks, dict) else {}


def mark_of(outage: Outage) -> str:
    updates = [(update.pk, update.text_tr, update.text_en) for update in outage.updates.all()]
    facts = (outage.title_tr, outage.state_now, outage.stage, outage.still_affected, outage.started_at, outage.ended_at)
    return digest((*facts, outage.next_update_at, *updates))


def digest(values: object) -> str:
    return hashlib.blake2b(repr(values).encode(), digest_size=8).hexdigest()


def stills(country: Country) -> Iterator[StaticPage]:
    """Every page below the national one: first outages, then those in trouble, then the rest."""
    yield from outage_pages(country)
    places = list(Municipality.objects.current().select_related("province").order_by("code"))
    places.sort(key=lambda place: place.pk not in country.felt)
    for place in places:
        yield from municipality_pages(country, place)
    by_province: dict[str, list[Municipality]] = {}
    for place in sorted(places, key=lambda place: place.sort_key):
        by_province.setdefault(place.province_id, []).append(place)
    for province in Province.objects.current():
        yield from province_pages(country, province, by_province.get(province.pk, []))


def outage_pages(country: Country) -> Iterator[StaticPage]:
    for outage in [*country.outages.values(), *past(None, before=None)]:
        for language, name in LANGUAGES.items():
            draw = partial(country.page, outage.title, outage.state_now, [outage])
            yield StaticPage(f"status/outages/{outage.pk}/{name}", mark_of(outage), draw, language)


def municipality_pages(country: Country, place: Municipality) -> Iterator[StaticPage]:
    felt = country.felt.get(place.pk, [])
    state = country.states.get(place.pk, State.NO_DATA)
    mark = digest((state, place.full_name, [country.marks[pk] for pk in felt]))
    outages = [country.outages[pk] for pk in felt]
    for language, name in LANGUAGES.items():
        draw = partial(drawn, country, place, state, outages)
        yield StaticPage(f"status/{place.code}/{name}", mark, draw, language)
    yield StaticPage(f"status/{place.code}/api/v2/summary.json", mark, partial(summary, country, place, outages))


def drawn(country: Country, place: Municipality, state: str, outages: list[Outage]) -> str:
    key = ("page", translation.get_language(), place.province_id, state, *(outage.pk for outage in outages))
    if key not in country.shared:
        country.shared[key] = country.page(NAME, state, outages, of=place)
    return country.shared[key].replace(NAME, escape(place.full_name))


def summary(country: Country, place: Municipality, outages: list[Outage]) -> str:
    key = ("summary", *(outage.pk for outage in outages))
    if key not in country.shared:
        country.shared[key] = summary_of_anybody(country, outages)
    quoted = json.dumps(place.full_name, ensure_ascii=False)[1:-1]
    return country.shared[key].replace(CODE, place.code).replace(NAME, quoted)


def summary_of_anybody(country: Country, outages: list[Outage]) -> str:
    here = StatusReport(
        at=country.report.at,
        of=Municipality(code=CODE, full_name=NAME),
        outages=outages,
        components=country.report.components,
        upcoming=country.report.upcoming,
        changed_at=country.report.changed_at,
        probed_at=country.report.probed_at,
    )
    return json.dumps(statuspage.summary(here), ensure_ascii=False)


def province_page(country: Country, province: Province, rows: list[tuple[Municipality, str]]) -> str:
    shown = {"province": province, "rows": rows, "legend": legend_of(rows), "at": country.report.at, "snapshot": True}
    return get_template("monitoring/status/province.html").render(shown)


def province_pages(country: Country, province: Province, places: list[Municipality]) -> Iterator[StaticPage]:
    rows = [(place, country.states.get(place.pk, State.NO_DATA)) for place in places]
    mark = digest([(place.pk, state) for place, state in rows])
    draw = partial(province_page, country, province, rows)
    for language, name in LANGUAGES.items():
        yield StaticPage(f"status/province/{province.pk}/{name}", mark, draw, language)
