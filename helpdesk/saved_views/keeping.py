"""Saved views: kept, copied, removed, and pinned beside the fixed ones."""

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from helpdesk.models import PinnedView, SavedView, Team
from helpdesk.search import finding
from helpdesk.tickets.assignment import require_desk

MOST, MOST_PINNED = 100, 8


class NotYourView(Refusal):
    sentence = gettext_lazy("This view belongs to a colleague. Copy it, and change the copy.")
    status = 403


class NotATeamOfYours(Refusal):
    sentence = gettext_lazy("A view is shared with a team that you are in or lead.")
    status = 422


class ViewNameTaken(Refusal):
    sentence = gettext_lazy("You have a view with this name already.")


class TooManyViews(Refusal):
    sentence = gettext_lazy("You have 100 views already. Please delete one first.")


class TooManyPinned(Refusal):
    sentence = gettext_lazy("Eight views are pinned already. Please unpin one first.")


class MeansNothing(Refusal):
    """A condition that nobody understands; the sentence says which."""

    status = 422


def teams_of(person: Person) -> QuerySet[Team]:
    """Those with which this person may share: their own; all for who keeps the house."""
    standing = Team.objects.standing()
    return standing if person.has_role(Membership.Role.PLATFORM_ADMIN) else standing.filter(members=person)


def teams_led_by(person: Person) -> QuerySet[Team]:
    """Those whose shared views this person may change."""
    leads = person.has_role(Membership.Role.SHIFT_LEAD) or person.has_role(Membership.Role.PLATFORM_ADMIN)
    return teams_of(person) if leads else Team.objects.none()


@transaction.atomic
def write(view: SavedView, *, by: Person) -> SavedView:
    """Keep a new view, or a changed one. Raises `MeansNothing` for conditions that find nothing by their wording."""
    require_desk(by)
    standing = SavedView.objects.select_related("team").filter(pk=view.pk).first() if view.pk else None
    if standing and not standing.may_be_changed_by(by):
        raise NotYourView
    if view.team and view.team != (standing and standing.team) and not teams_of(by).filter(pk=view.team.pk).exists():
        raise NotATeamOfYours
    if view.question and (problems := finding.narrowing(view.question, by).problems):
        raise MeansNothing(problems[0])
    if SavedView.objects.filter(owner=view.owner, name=view.name).exclude(pk=view.pk).exists():
        raise ViewNameTaken
    if standing is None and SavedView.objects.filter(owner=view.owner).count() >= MOST:
        raise TooManyViews
    view.changed_at = now()
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as taken:  # somebody pressed twice, in two windows
        raise ViewNameTaken from taken
    team = view.team.code if view.team else None
    journal.record("saved_view.written", view, by=by, text=f"{view.name}: {view.question}", team=team)
    return view


@transaction.atomic
def copy(view: SavedView, *, by: Person) -> SavedView:
    """One's own, shared with nobody, under a name that is free."""
    taken = set(SavedView.objects.filter(owner=by).values_list("name", flat=True))
    names = (_("%(name)s (copy)") % {"name": view.name[:45]} + (f" {n}" if n > 1 else "") for n in range(1, MOST + 2))
    name = next(name for name in names if name not in taken)
    fields = {"question": view.question, "columns": view.columns, "sorting": view.sorting}
    return write(SavedView(owner=by, name=name, **fields), by=by)


@transaction.atomic
def remove(view: SavedView, *, by: Person) -> None:
    """Nobody has it any more, pins included; tickets are not touched."""
    require_desk(by)
    if not view.may_be_changed_by(by):
        raise NotYourView
    journal.record("saved_view.removed", view, by=by, text=view.name)
    view.delete()


@transaction.atomic
def pin(view: SavedView, *, by: Person) -> None:
    """Beside one's fixed views, as the last; once, however often it is pressed."""
    pins = PinnedView.objects.filter(person=by)
    if pins.filter(view=view).exists():
        return
    if pins.count() >= MOST_PINNED:
        raise TooManyPinned
    last = pins.aggregate(last=Max("position"))["last"] or 0
    PinnedView.objects.get_or_create(person=by, view=view, defaults={"position": last + 1})


def unpin(view: SavedView, *, by: Person) -> None:
    PinnedView.objects.filter(person=by, view=view).delete()


@transaction.atomic
def raise_pin(view: SavedView, *, by: Person) -> None:
    """One place further to the front of one's own pins."""
    pins = list(PinnedView.objects.select_for_update().filter(person=by))
    at = next((place for place, pin in enumerate(pins) if pin.view_id == view.pk), 0)
    if at:
        pins[at - 1], pins[at] = pins[at], pins[at - 1]
    for position, each in enumerate(pins, start=1):
        if each.position != position:
            PinnedView.objects.filter(pk=each.pk).update(position=position)
