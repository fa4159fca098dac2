"""Who may do what with rotas, and the words of a no."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from runbooks.models import Rota
from runbooks.rotas import reach

Role = Membership.Role
LEADS = (Role.SHIFT_LEAD, Role.PLATFORM_ADMIN)


class NotALead(Refusal):
    sentence = _("Only a shift lead or a platform administrator keeps rotas.")
    status = 403


class RotaHasEnded(Refusal):
    sentence = _("This rota has ended.")


class CannotCarry(Refusal):
    status = 422


class TooFewWays(Refusal):
    """Somebody cannot be reached in two ways, and nobody signed for it."""

    status = 422


def may_keep(person: Person) -> bool:
    return person.has_role(*LEADS)


def require_lead(person: Person) -> None:
    if not may_keep(person):
        raise NotALead


def locked(rota: Rota) -> Rota:
    """The rota's row, held until the transaction ends; refused when it has ended."""
    held = Rota.objects.select_for_update().get(pk=rota.pk)
    if held.ended_at:
        raise RotaHasEnded
    return held


def eligible() -> "list[Person]":
    """Who may carry a rota: whoever works for the whole country and can sign in, by name."""
    return list(Person.objects.holding(Membership.NATIONAL_ROLES).order_by("sort_key", "pk"))


def require_able(people: Iterable[Person]) -> None:
    able = {person.pk for person in eligible()}
    if strangers := [person.name for person in people if person.pk not in able]:
        raise CannotCarry(_("Cannot carry a rota: %(names)s.") % {"names": ", ".join(strangers)})


def require_reachable(rota: Rota, people: Iterable[Person], *, signed: bool, by: Person) -> None:
    """Whoever cannot be reached in two ways is on a rota only with the signature of a lead, kept in the journal."""
    lacking = reach.lacking(people)
    if not lacking:
        return
    if not signed:
        sentence = _("Have not proved two ways to be reached: %(names)s. Ask them to, or sign that you know it.")
        raise TooFewWays(sentence % {"names": ", ".join(person.name for person in lacking)})
    journal.record("rota.unreachable_signed", rota, by=by, people=[person.pk for person in lacking])
