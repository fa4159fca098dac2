"""The drill list: who has agreed to be written to in drills. A drill reaches it and nothing else."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Contact, Membership, Person
from foundation.journal import journal
from foundation.language import phone_numbers
from runbooks.models import DrillNumber

Role = Membership.Role
MAY_KEEP = (Role.SHIFT_LEAD, Role.APPROVER, Role.PLATFORM_ADMIN)
LARGEST = 2000  # lines


class MayNotKeepDrillList(Refusal):
    sentence = _("Only a shift lead, an approver or a platform administrator keeps the drill list.")
    status = 403


class DrillListIsWrong(Refusal):
    status = 422


def lines() -> list[tuple[str, str, str, str]]:
    """The list as an uploaded one would be: number, name, duty, municipality code."""
    rows = DrillNumber.objects.values_list("address", "name")
    return [(address, name, Contact.Duty.OTHER.value, "") for address, name in rows]


def addresses() -> set[str]:
    return set(DrillNumber.objects.values_list("address", flat=True))


def as_text() -> str:
    """The list as people type it, a line each."""
    rows = DrillNumber.objects.values_list("address", "name")
    return "\n".join(f"{address}; {name}" if name else address for address, name in rows)


@transaction.atomic
def keep(text: str, *, by: Person) -> int:
    """Put the typed list in the place of the old one; returns how many numbers it has.

    A line is "number; name". Refuses the whole text with the line that holds no mobile number.
    """
    if not by.has_role(*MAY_KEEP):
        raise MayNotKeepDrillList
    named = _read(text)
    DrillNumber.objects.all().delete()
    DrillNumber.objects.bulk_create(DrillNumber(address=each, name=name, kept_by=by) for each, name in named.items())
    journal.record("drill_list.kept", by, by=by, numbers=len(named))
    return len(named)


def _read(text: str) -> dict[str, str]:
    rows = text.splitlines()
    if len(rows) > LARGEST:
        raise DrillListIsWrong(_("The list has more than %(most)d lines.") % {"most": LARGEST})
    named: dict[str, str] = {}
    for place, row in enumerate(rows, start=1):
        typed, _separator, name = row.partition(";")
        if not typed.strip():
            continue
        number = phone_numbers.read(typed.strip())
        if number.kind != "mobile":
            problem = _("Line %(line)d: “%(number)s” is not a mobile number.")
            raise DrillListIsWrong(problem % {"line": place, "number": typed.strip()[:40]})
        named.setdefault(number.address, name.strip()[:120])
    return named
