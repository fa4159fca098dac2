"""Before an update goes out: sentences at hand, how it will look everywhere, and how many will read it."""

from dataclasses import dataclass
from datetime import timedelta

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac

from foundation import now
from foundation.language import formatting
from foundation.outbox import segments
from monitoring.models import Outage, StatusUpdate, UpdateTemplate
from monitoring.outages import updates
from monitoring.outages.unreviewed import needs_second_look
from monitoring.subscribers import letters, notify
from monitoring.subscribers.letters import Kind, News
from monitoring.templatetags.states import capital
from monitoring.wording import clock, names


@dataclass(frozen=True)
class Surface:
    """One place where the words will stand, in one language."""

    name: str
    language: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class UpdatePreview:
    """What will be read where, by how many. `seal` binds a confirmation to exactly this."""

    surfaces: list[Surface]
    municipalities: int
    subscribers: dict[str, int]
    is_wide: bool
    seal: str


def fill(template: UpdateTemplate, outage: Outage, minutes: int) -> dict[str, str]:
    """The template's two texts with this outage's facts; unknown places stay as they are."""
    texts = {}
    for language in ("tr", "en"):
        with translation.override(language):
            facts = {
                "{components}": names(list(outage.components.all())) or outage.title,
                "{left}": formatting.number(outage.still_affected),
                "{next}": clock(now() + timedelta(minutes=minutes)),
            }
            text = getattr(template, f"text_{language}")
            for place, fact in facts.items():
                text = text.replace(place, fact)
            texts[f"text_{language}"] = text
    return texts


def preview(outage: Outage, *, stage: str, text_tr: str, text_en: str, minutes: int | None) -> UpdatePreview:
    """How this update will look on every surface; nothing is written."""
    next_at = updates.next_word(outage, minutes)
    update = StatusUpdate(outage=outage, stage=stage, text_tr=text_tr, text_en=text_en, next_update_at=next_at)
    outage.next_update_at = next_at
    surfaces = [surface for language in ("tr", "en") for surface in look(outage, update, language)]
    counts = notify.audience(outage)
    texts = (stage, text_tr, text_en, str(minutes))
    return UpdatePreview(
        surfaces, outage.still_affected, counts, needs_second_look(outage), seal(outage, texts, sum(counts.values()))
    )


def look(outage: Outage, update: StatusUpdate, language: str) -> list[Surface]:
    kind = Kind.END if update.stage == Outage.Stage.RESOLVED else Kind.UPDATE
    news = News(kind, outage, update)
    with translation.override(language):
        context = {"outage": outage, "update": update}
        short = f"{news.short()} {letters.way_out('XXXXXXXX')}"
        parts = segments.measure(short).segments
        return [
            Surface("page", language, f"{capital(update.get_stage_display())}. {update.text}"),
            Surface("banner", language, f"{outage.title}: {update.text}"),
            Surface("sms", language, short, note=str(parts)),
            Surface("email", language, news.letter(), note=f"[Nöbet] {news.subject()}"),
            Surface("phone", language, render_to_string("monitoring/status/_announced.txt", context).strip()),
        ]


def seal(outage: Outage, texts: tuple[str, ...], subscribers: int) -> str:
    """Binds the second look to outage, words and how many are reached."""
    text = "\x1f".join([str(outage.pk), *texts, str(outage.still_affected), str(subscribers)])
    return salted_hmac("monitoring.update", text, algorithm="sha256").hexdigest()


def is_sealed(shown: UpdatePreview, given: str) -> bool:
    return constant_time_compare(shown.seal, given)
