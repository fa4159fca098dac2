"""The text: tokens, spelling, what it costs, what may not leave; and the drafts that hold it."""

import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Contact, Municipality, Person
from foundation.journal import journal
from foundation.language import collation
from foundation.outbox import outbox, segments
from foundation.outbox.delivery import routes
from foundation.outbox.models import Route
from monitoring.models import Outage
from runbooks.broadcasts.compose import audience, templates
from runbooks.models import Broadcast

Spelling = Broadcast.Spelling
LONGEST_TEXT = 1600  # characters, the gateways' own limit
DRILL_PREFIX = "TATBİKAT: "
_TOKEN = re.compile(r"\{([^{}]*)\}")
_BLANKS = re.compile(r"(\s+)")


class TextMayNotLeave(Refusal):
    status = 422


class NotADraft(Refusal):
    sentence = _("Only a draft can be changed. Withdraw the broadcast first.")


@dataclass(frozen=True)
class PlaceTokens:
    """What the tokens of a recipient's municipality say."""

    name: str
    province: str
    code: str


@dataclass(frozen=True)
class Cost:
    """One spelling of a message to one audience.

    `each` are the segments of its longest text as the gateway bills it, `on_handset`
    with the operator's code; `total` over all recipients; `price` in TL.
    """

    spelling: str
    encoding: str
    each: int
    on_handset: int
    total: int
    until_last: timedelta
    price: Decimal


@dataclass(frozen=True)
class BroadcastPreview:
    """What will leave, before anyone commits to it."""

    recipients: int
    plain: Cost
    full: Cost
    longest: str
    sample: str
    folded: list[tuple[str, bool]]
    spoiled: list[segments.Spoiled]
    problems: list[str]

    @property
    def spellings(self) -> list[Cost]:
        return [self.plain, self.full]


class Revision(TypedDict, total=False):
    """What may change about a draft."""

    subject: str
    text: str
    correction: str
    rule: audience.AudienceRule
    lane: str
    spelling: str
    chases: bool
    is_public: bool


@transaction.atomic
def draft(
    *,
    by: Person | None,
    subject: str,
    text: str,
    rule: audience.AudienceRule,
    correction: str = "",
    lane: str = Broadcast.Lane.OPERATIONAL,
    spelling: str = Broadcast.Spelling.PLAIN,
    chases: bool = False,
    is_public: bool = False,
    is_drill: bool = False,
    sender: str = "",
    outage: Outage | None = None,
    corrects: Broadcast | None = None,
) -> Broadcast:
    """A new broadcast on the desk.

    A drill is born a drill and stays one; its lane follows from it.
    """
    broadcast = Broadcast.objects.create(
        subject=subject,
        text=segments.normal(text),
        correction=segments.normal(correction),
        rule=rule.to_json(),
        sender=sender or settings.SMS_SENDER,
        code=f"{secrets.randbelow(9000) + 1000}",
        prepared_by=by,
        lane=Broadcast.Lane.DRILL if is_drill else lane,
        spelling=spelling,
        chases=chases and not is_drill,  # deputies and mailboxes are not on the drill list
        is_drill=is_drill,
        is_public=is_public,
        outage=outage,
        corrects=corrects,
    )
    journal.record("broadcast.drafted", broadcast, by=by, drill=broadcast.is_drill)
    return broadcast


@transaction.atomic
def revise(broadcast: Broadcast, *, by: Person, **changes: Unpack[Revision]) -> None:
    """Change a draft; refuses once it was submitted."""
    editable = [Broadcast.Status.DRAFT, Broadcast.Status.LAPSED]
    columns: dict[str, Any] = {**changes}
    if "rule" in changes:
        columns["rule"] = changes["rule"].to_json()
    if broadcast.is_drill:
        columns["chases"] = False
    columns |= {name: segments.normal(columns[name]) for name in ("text", "correction") if name in columns}
    if not Broadcast.objects.filter(pk=broadcast.pk, status__in=editable).update(**columns, prepared_by=by):
        raise NotADraft
    broadcast.refresh_from_db()
    journal.record("broadcast.revised", broadcast, by=by, fields=sorted(changes))


@transaction.atomic
def correct(broadcast: Broadcast, *, by: Person) -> Broadcast:
    """The correction that stood ready, for whoever was or may have been reached; it needs two people like any other.

    The list is found anew on every look and frozen on submission, so that numbers which
    end meanwhile, or are stopped, are heeded.
    """
    existing = broadcast.corrections.first()
    if existing:
        return existing
    return draft(
        by=by,
        subject=str(_("Correction: %(subject)s") % {"subject": broadcast.subject})[:120],
        text=broadcast.correction,
        correction=str(_("Please look at the status page.")),
        rule=audience.AudienceRule(reached_by=broadcast.pk),
        lane=broadcast.lane,
        spelling=broadcast.spelling,
        is_drill=broadcast.is_drill,
        is_public=broadcast.is_public,
        outage=broadcast.outage,
        corrects=broadcast,
    )


def fill(text: str, values: dict[str, str]) -> str:
    """Put values in the place of tokens; a token without a value stays as it is."""
    return _TOKEN.sub(lambda token: values.get(token[1], "") or token[0], text)


def tokens_in(text: str) -> list[str]:
    return list(dict.fromkeys(_TOKEN.findall(text)))


def problems_of(text: str, *, correction: str = "", is_drill: bool = False) -> list[str]:
    """Why this text may not leave, each reason a sentence; empty when it may."""
    problems: list[object] = []
    for part in filter(None, (text, correction)):
        problems += [_("Links are not delivered: remove “%s”.") % link for link in segments.links_in(part)]
        unknown = [token for token in tokens_in(part) if token not in templates.TOKENS]
        problems += [_("“{%s}” is not a token.") % token for token in unknown]
        unfilled = [token for token in tokens_in(part) if token in templates.ASKED]
        problems += [_("Fill in “{%s}”.") % token for token in unfilled]
        if any(brace in _TOKEN.sub("", part) for brace in "{}"):
            problems.append(_("A brace stands alone."))
        if len(part) > LONGEST_TEXT:
            problems.append(_("The text is longer than %d characters.") % LONGEST_TEXT)
    if not text.strip():
        problems.append(_("Write the text."))
    if not is_drill and collation.fold(text).startswith("tatbikat"):
        problems.append(_("A live broadcast does not begin like a drill. Open a drill instead."))
    if not is_drill and not correction.strip():
        problems.append(_("Write the correction that stands ready before anything is sent."))
    return [str(problem) for problem in problems]


def check(broadcast: Broadcast) -> None:
    """Refuse a text that may not leave, with all reasons at once."""
    problems = problems_of(broadcast.text, correction=broadcast.correction, is_drill=broadcast.is_drill)
    if problems:
        raise TextMayNotLeave("\n".join(problems))


def preview(
    text: str,
    recipients: audience.Audience,
    *,
    spelling: str,
    is_drill: bool = False,
    correction: str = "",
    sender: str = "",
    code: str = "0000",
) -> BroadcastPreview:
    """Cost and look of `text` for everyone in `found`, in both spellings.

    Each different text is measured once: fourteen thousand recipients take well
    under a second.
    """
    texts = Counter(_texts(text, recipients.included, is_drill=is_drill, code=code))
    longest = max(texts, key=len, default=prefixed(text, is_drill))
    costs = {choice: _cost(texts, choice, sender) for choice in Spelling.values}
    return BroadcastPreview(
        recipients=len(recipients.included),
        plain=costs[Spelling.PLAIN],
        full=costs[Spelling.FULL],
        longest=spelled(longest, spelling),
        sample=spelled(next(iter(texts), longest), spelling),
        folded=fold_words(longest),
        spoiled=segments.spoiled_by_folding(longest),
        problems=problems_of(text, correction=correction, is_drill=is_drill),
    )


def spelled(text: str, spelling: str) -> str:
    """The text as it leaves in this spelling."""
    return segments.fold(text) if spelling == Spelling.PLAIN else segments.normal(text)


def fold_words(text: str) -> list[tuple[str, bool]]:
    """The folded text cut at blanks, each part with whether folding changed it."""
    parts = _BLANKS.split(segments.normal(text))
    return [(segments.fold(part), segments.fold(part) != part) for part in parts]


def messages_of(broadcast: Broadcast, *, first: int | None = None) -> Iterator[outbox.Addressee]:
    """Every included recipient, or the `first` so many, with the words they get, in the order of leaving."""
    included = audience.frozen(broadcast, first=first).included
    texts = _texts(broadcast.text, included, is_drill=broadcast.is_drill, code=broadcast.code)
    places = _places()
    for one, text in zip(included, texts, strict=True):
        yield outbox.Addressee(
            address=one.address,
            text=spelled(text, broadcast.spelling),
            reference=places[one.municipality_id].code if one.municipality_id in places else "",
            priority=audience.ORDER[one.duty],
        )


def text_for(broadcast: Broadcast, contact: Contact) -> str:
    """What one contact would be told, in full Turkish."""
    place = contact.municipality
    values = {
        templates.CODE: broadcast.code,
        "belediye": place.full_name,
        "il": place.province.name,
        "gorev": str(contact.get_duty_display()),
    }
    return prefixed(fill(broadcast.text, values), broadcast.is_drill)


def pace(sender: str) -> float:
    """Segments a second that this sender's route carries at present."""
    route = Route.objects.filter(gateway=routes.first_choice(), sender=sender).first()
    return route.rate if route else settings.SMS_SEGMENTS_PER_SECOND


def _texts(text: str, included: Iterable[audience.Listed], *, is_drill: bool, code: str) -> Iterator[str]:
    common = prefixed(fill(text, {templates.CODE: code}), is_drill)
    if not set(tokens_in(common)) & set(templates.OF_RECIPIENT):
        yield from (common for _one in included)
        return
    places, duties = _places(), dict(Contact.Duty.choices)
    for one in included:
        place = places.get(one.municipality_id or 0)
        values = {"belediye": place.name, "il": place.province} if place else {}
        yield fill(common, values | {"gorev": str(duties[one.duty])})


def prefixed(text: str, is_drill: bool) -> str:
    return f"{DRILL_PREFIX}{text}" if is_drill else text


def _places() -> dict[int, PlaceTokens]:
    rows = Municipality.objects.values_list("pk", "full_name", "province__name", "code").order_by()
    return {key: PlaceTokens(name, province, code) for key, name, province, code in rows}


def _cost(texts: Counter, spelling: str, sender: str) -> Cost:
    turkish = routes.speak_turkish()
    measured = [(segments.measure(spelled(text, spelling), turkish=turkish), count) for text, count in texts.items()]
    total = sum(measure.segments * count for measure, count in measured)
    longest = spelled(max(texts, key=len, default=""), spelling)
    return Cost(
        spelling=spelling,
        encoding=segments.measure(longest, turkish=turkish).encoding,
        each=max((measure.segments for measure, _count in measured), default=0),
        on_handset=segments.measure_on_handset(longest, turkish=turkish).segments,
        total=total,
        until_last=segments.time_to_last(total, pace(sender)),
        price=segments.cost(total, settings.SMS_SEGMENT_PRICE),
    )
