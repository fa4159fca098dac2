"""Who is there: places, people with two signatures between them, contacts that were proved."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import readiness
from foundation.accounts.preparedness.overview import WEAK
from foundation.directory import registers
from foundation.directory.models import Component, Membership, Municipality, Person, Preparedness, Province
from foundation.journal import journal
from foundation.readiness import Finding, Part

Role = Membership.Role
SUBMITS = (Role.OPERATOR, Role.SHIFT_LEAD, Role.PLATFORM_ADMIN, Role.APPROVER)
APPROVES = (Role.APPROVER, Role.PLATFORM_ADMIN)
NAMED = 5  # provinces that a sentence names


@readiness.parts.register
def parts() -> Iterable[Part]:
    yield Part(
        "places", 20, gettext_lazy("Provinces, municipalities and modules"), places, door="accounts:every_municipality",
        test=take_shipped_registers, tests_as=gettext_lazy("Take the shipped registers"),
    )  # fmt: skip
    yield Part(
        "preparedness", 95, gettext_lazy("How ready municipalities are"), weak_municipalities,
        door="accounts:preparedness",
    )  # fmt: skip
    yield Part(
        "second-person", 30, gettext_lazy("A second person who approves"), second_person,
        door="accounts:national_invitations",
    )  # fmt: skip
    yield Part(
        "contacts", 90, gettext_lazy("Verified contacts in every province"), contacts, door="accounts:municipalities"
    )


def places() -> Finding:
    counts = Province.objects.count(), Municipality.objects.count(), Component.objects.count()
    values = dict(zip(("provinces", "municipalities", "modules"), counts, strict=True))
    sentence = _("%(provinces)d provinces, %(municipalities)d municipalities, %(modules)d modules.") % values
    return readiness.ready(sentence) if all(counts) else readiness.missing(sentence)


def take_shipped_registers(person: Person) -> None:
    """The provinces, municipalities and modules that ship; what is there already is brought up to date."""
    with transaction.atomic():
        registers.carry_out(registers.compare(registers.SHIPPED))
        journal.record("registers.taken", person, by=person, municipalities=Municipality.objects.count())


def second_person() -> Finding:
    """Two active people, so that whoever submits is never the one who approves."""
    current = Membership.objects.current().filter(person__is_active=True)
    approvers = set(current.filter(role__in=APPROVES).values_list("person", flat=True))
    watch = set(current.filter(role__in=SUBMITS).values_list("person", flat=True))
    if approvers and len(approvers | watch) > 1:
        return readiness.ready(_("%(n)d people may approve.") % {"n": len(approvers)})
    if not approvers:
        return readiness.missing(_("Nobody may approve a broadcast or a plan. Invite an approver."))
    return readiness.missing(_("One person cannot both submit and approve. Invite a second one."))


def contacts() -> Finding:
    """Every province with municipalities has one verified contact that did not opt out."""
    proved = Q(municipalities__contacts__verified_at__isnull=False, municipalities__contacts__opted_out_at__isnull=True)
    provinces = Province.objects.filter(municipalities__isnull=False).annotate(
        proved=Count("municipalities__contacts", filter=proved, distinct=True)
    )
    rows = list(provinces.values_list("name", "proved"))
    return by_province(rows, _("No contact is verified in %(n)d of %(all)d provinces: %(names)s."))


def weak_municipalities() -> Finding:
    """As the sweep counted last: nobody is weak, or how many are."""
    counted = Preparedness.objects.aggregate(all=Count("pk"), weak=Count("pk", filter=Q(score__lt=WEAK)))
    if not counted["all"]:
        return readiness.worth_a_look(_("Nothing has been counted yet; it is within ten minutes."))
    if not counted["weak"]:
        return readiness.ready(_("No municipality is weakly prepared."))
    return readiness.worth_a_look(_("%(weak)d of %(all)d municipalities are weakly prepared.") % counted)


def by_province(rows: list[tuple[str, int]], sentence: str) -> Finding:
    """Ready when every row has something; the sentence takes n, all and names of those that have nothing."""
    if not rows:
        return readiness.missing(_("There are no municipalities yet."))
    without = [name for name, count in rows if not count]
    if not without:
        return readiness.ready(_("All %(n)d provinces.") % {"n": len(rows)})
    names = ", ".join(without[:NAMED]) + (" …" if len(without) > NAMED else "")
    return readiness.missing(sentence % {"n": len(without), "all": len(rows), "names": names})
