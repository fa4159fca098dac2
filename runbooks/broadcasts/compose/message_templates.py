"""The texts that stand ready for a broadcast: made, changed and ended by people, arriving with each release.

A text nobody changed follows the release by itself; one that somebody changed stays, and the release is
offered beside it (`offer`, `take`, `keep_ours`).
"""

from dataclasses import asdict, dataclass

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from runbooks.broadcasts.compose import drafts, templates
from runbooks.models import MessageTemplate, ShippedPiece

KIND = ShippedPiece.Kind.TEMPLATE
MAY_KEEP = (Membership.Role.PLATFORM_ADMIN, Membership.Role.SHIFT_LEAD, Membership.Role.APPROVER)
FIELDS = ("language", "subject", "text", "correction", "is_drill")


class MayNotKeepTemplates(Refusal):
    sentence = gettext_lazy("A shift lead, an approver or a platform administrator keeps the message templates.")
    status = 403


class TemplateKeyIsTaken(Refusal):
    sentence = gettext_lazy("A template of this name exists already.")


class TemplateMovedOn(Refusal):
    sentence = gettext_lazy("Somebody changed this template meanwhile. Please look at it again.")


class TemplateIsWrong(Refusal):
    status = 422


@dataclass(frozen=True)
class TemplateWords:
    """What a template says; `values` of a version that is to be."""

    subject: str
    text: str
    correction: str = ""
    language: str = "tr"
    is_drill: bool = False


@dataclass(frozen=True)
class TemplateOffer:
    """A field that the release words otherwise: ours, and what it would become."""

    field: str
    ours: str
    theirs: str


def plant_after_migrate(sender, using: str = "default", **kwargs) -> None:
    if using == "default" and MessageTemplate._meta.db_table in connection.introspection.table_names():
        arrive()


@transaction.atomic
def arrive() -> int:
    """Lay out the texts of this release; returns how many are new or follow it. Two reads when nothing is."""
    pieces = {piece.code: piece for piece in ShippedPiece.objects.filter(kind=KIND)}
    ours = {template.key: template for template in MessageTemplate.objects.newest()}
    moved = 0
    for ready in templates.READY:
        piece = pieces.get(ready.key) or ShippedPiece(kind=KIND, code=ready.key, definition={})
        if piece.definition == asdict(ready):
            continue
        moved += _follow(ours.get(ready.key), piece, ready)
    return moved


def _follow(ours: MessageTemplate | None, piece: ShippedPiece, ready: templates.Template) -> bool:
    """Whether our text follows the release: it is new, or says what the last release said."""
    was = piece.definition
    piece.text, piece.definition, piece.arrived_at = ready.text, asdict(ready), now()
    follows = ours is None or (ours.ended_at is None and all(getattr(ours, name) == was.get(name) for name in FIELDS))
    if follows:
        version = ours.version + 1 if ours else 1
        MessageTemplate.objects.create(version=version, **asdict(ready))
        piece.taken = _mark(piece.definition)
    piece.save()
    return follows


def _mark(definition: dict) -> str:
    """What the house took of a release, to compare with later."""
    return "\n".join(str(definition[name]) for name in FIELDS)


def make(key: str, words: TemplateWords, *, by: Person) -> MessageTemplate:
    """A new template, or one that had ended, with its next version."""
    require_keeper(by)
    last = MessageTemplate.objects.newest().filter(key=key).first()
    if last is not None and last.ended_at is None:
        raise TemplateKeyIsTaken
    return _write(key, last.version + 1 if last else 1, words, by)


def change(template: MessageTemplate, words: TemplateWords, *, by: Person, was: int = 0) -> MessageTemplate:
    """Its next version; whoever read an older one (`was`) than the current learns that it moved on."""
    require_keeper(by)
    current = MessageTemplate.objects.current().filter(pk=template.pk)
    if not current.filter(version=was or template.version).exists():
        raise TemplateMovedOn
    return _write(template.key, template.version + 1, words, by)


def _write(key: str, version: int, words: TemplateWords, by: Person) -> MessageTemplate:
    _judge(words)
    try:
        with transaction.atomic():
            made = MessageTemplate.objects.create(key=key, version=version, made_by=by, **asdict(words))
            journal.record("message_template.published", made, by=by, key=key, version=version)
    except IntegrityError:
        raise TemplateMovedOn from None
    return made


def _judge(words: TemplateWords) -> None:
    """What a broadcast with this text would be refused for is refused here already."""
    values = dict.fromkeys(templates.ASKED, "10.30")
    text, correction = drafts.fill(words.text, values), drafts.fill(words.correction, values)
    if problems := drafts.problems_of(text, correction=correction, is_drill=words.is_drill):
        raise TemplateIsWrong(_("This text could not be sent: %s") % " ".join(str(one) for one in problems))


@transaction.atomic
def end(template: MessageTemplate, *, by: Person) -> None:
    """No composer begins with it any more; broadcasts that did keep their own text."""
    require_keeper(by)
    newest = list(MessageTemplate.objects.current().filter(pk=template.pk).values_list("pk", flat=True))
    if not MessageTemplate.objects.filter(pk__in=newest, ended_at=None).update(ended_at=now()):
        raise TemplateMovedOn
    template.refresh_from_db()
    journal.record("message_template.ended", template, by=by, key=template.key, version=template.version)


def offers() -> dict[str, list[TemplateOffer]]:
    """By key: the fields that a release words otherwise than a text of ours that somebody changed."""
    pieces = ShippedPiece.objects.filter(kind=KIND)
    pending = {piece.code: piece for piece in pieces if piece.taken != _mark(piece.definition)}
    result = {}
    for ours in MessageTemplate.objects.current().filter(key__in=pending):
        theirs = pending[ours.key].definition
        result[ours.key] = [
            TemplateOffer(name, getattr(ours, name), theirs[name])
            for name in ("subject", "text", "correction")
            if getattr(ours, name) != theirs[name]
        ]
    return result


@transaction.atomic
def take(template: MessageTemplate, *, by: Person) -> MessageTemplate:
    """The release's words from now on."""
    require_keeper(by)
    piece = ShippedPiece.objects.select_for_update().filter(kind=KIND, code=template.key).first()
    if piece is None:
        raise TemplateMovedOn
    words = TemplateWords(**{name: piece.definition[name] for name in FIELDS})
    newer = change(template, words, by=by)
    ShippedPiece.objects.filter(pk=piece.pk).update(taken=_mark(piece.definition))
    return newer


@transaction.atomic
def keep_ours(template: MessageTemplate, *, by: Person) -> None:
    """Our own words are right; the offer goes away until the next release."""
    require_keeper(by)
    piece = ShippedPiece.objects.select_for_update().filter(kind=KIND, code=template.key).first()
    if piece is None:
        raise TemplateMovedOn
    ShippedPiece.objects.filter(pk=piece.pk).update(taken=_mark(piece.definition))
    journal.record("message_template.release_declined", template, by=by, key=template.key)


def require_keeper(person: Person) -> None:
    if not person.has_role(*MAY_KEEP):
        raise MayNotKeepTemplates
