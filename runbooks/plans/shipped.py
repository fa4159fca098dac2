"""What ships with Nöbet: it arrives with `migrate`, waits for this house's names, and is never forced on anybody.

A plan that ships is a draft until somebody of this house writes its names; from then on it is theirs.
A later release is laid beside it: what the release changed, what the house changed, and one button.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from runbooks.models import Runbook, ShippedPiece
from runbooks.plans import catalogue, merging, parsing, source_text

PLAN = ShippedPiece.Kind.PLAN


class NothingNewShipped(Refusal):
    sentence = _("The release brings nothing new for this plan.")


class ReleaseHasNoBeginning(Refusal):
    sentence = _("This plan was not made from a shipped one, so the two cannot be joined. Please edit it by hand.")


@dataclass(frozen=True)
class Offer:
    """What a release would change in a plan of this house."""

    lines: list[merging.DiffLine]
    kept: int
    source: str
    can_be_taken: bool


def plant_after_migrate(sender, using: str = "default", **kwargs) -> None:
    """Lay out what ships once the tables are there (`migrate` to an early point may leave them out)."""
    if using == "default" and ShippedPiece._meta.db_table in connection.introspection.table_names():
        arrive()


@transaction.atomic
def arrive() -> int:
    """Lay out the plans of this release; returns how many are new or changed. One read when nothing is."""
    here = {piece.code: piece for piece in ShippedPiece.objects.filter(kind=PLAN)}
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(catalogue.SHIPPED.glob("*.yaml"))}
    changed = [code for code, text in texts.items() if code not in here or here[code].text != text]
    for code in changed:
        piece = here.get(code) or ShippedPiece(kind=PLAN, code=code)
        piece.text, piece.definition, piece.arrived_at = texts[code], parsing.read(texts[code]), now()
        piece.save()
    return len(changed)


def drafts() -> list[Runbook]:
    """The shipped plans that nobody of this house has published, as unsaved rows of the catalogue."""
    published = Runbook.objects.values("code")
    return [_draft(piece) for piece in ShippedPiece.objects.filter(kind=PLAN).exclude(code__in=published)]


def draft(code: str) -> Runbook | None:
    return next((_draft(piece) for piece in ShippedPiece.objects.filter(kind=PLAN, code=code)), None)


def _draft(piece: ShippedPiece) -> Runbook:
    title = piece.definition["title"]
    return Runbook(
        code=piece.code,
        version=0,
        title_tr=title["tr"],
        title_en=title.get("en", ""),
        source=piece.text,
        definition=piece.definition,
    )


@transaction.atomic
def fill(runbook: Runbook, values: Mapping[source_text.Place, str | int], *, by: Person) -> Runbook:
    """Write this house's names into a plan and publish that as its next version.

    Endpoints may still be missing: they are blanks, too, and stop its start. Other codes that
    nobody knows here are refused (`parsing.PlanIsWrong`).
    """
    source = source_text.with_values(runbook.source, {**values, ("version",): runbook.version + 1})
    known = catalogue.known_codes()
    known.pop("endpoint")
    parsing.refuse_unknown(source, known=known)
    filled = catalogue.publish(source, by=by)
    if runbook.is_draft:
        ShippedPiece.objects.filter(kind=PLAN, code=runbook.code).update(taken=runbook.source)
    return filled


def offer(runbook: Runbook) -> Offer | None:
    """What the release would change in this plan; None when it brings nothing new."""
    piece = ShippedPiece.objects.filter(kind=PLAN, code=runbook.code).first()
    if runbook.is_draft or piece is None or piece.text == piece.taken:
        return None
    base, theirs = (_numbered(text, runbook.version) for text in (piece.taken or runbook.source, piece.text))
    if not piece.taken:
        return Offer(merging.differences(runbook.source, theirs), 0, theirs, can_be_taken=False)
    merged = merging.merge(base, runbook.source, theirs)
    return Offer(merging.differences(runbook.source, merged.text), merged.kept, merged.text, can_be_taken=True)


def _numbered(source: str, version: int) -> str:
    return source_text.with_values(source, {("version",): version})


@transaction.atomic
def take(runbook: Runbook, *, by: Person) -> Runbook:
    """Publish the house's plan with what the release changed; what the house changed stays."""
    piece, offered = _piece_of(runbook), offer(runbook)
    if offered is None:
        raise NothingNewShipped
    if not offered.can_be_taken:
        raise ReleaseHasNoBeginning
    newer = runbook
    if offered.source != runbook.source:
        newer = catalogue.publish(_numbered(offered.source, runbook.version + 1), by=by)
    _reconcile(piece)
    journal.record("runbook.release_taken", newer, by=by, code=newer.code, version=newer.version, kept=offered.kept)
    return newer


@transaction.atomic
def keep_ours(runbook: Runbook, *, by: Person) -> None:
    """Say that the house's own plan is right as it is; the offer goes away until the next release."""
    piece = _piece_of(runbook)
    if piece.text == piece.taken:
        raise NothingNewShipped
    _reconcile(piece)
    journal.record("runbook.release_declined", runbook, by=by, code=runbook.code)


def _piece_of(runbook: Runbook) -> ShippedPiece:
    piece = ShippedPiece.objects.select_for_update().filter(kind=PLAN, code=runbook.code).first()
    if piece is None:
        raise NothingNewShipped
    return piece


def _reconcile(piece: ShippedPiece) -> None:
    piece.taken = piece.text
    piece.save(update_fields=["taken"])
