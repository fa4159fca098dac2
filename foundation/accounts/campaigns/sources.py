"""A list made from the contacts that are known: whoever has a duty there and can be written to."""

import csv
import io
from collections.abc import Iterable

from django.db.models import QuerySet

from foundation.accounts.campaigns.sheet import SHOWN_COLUMNS
from foundation.directory.models import Contact, Membership
from foundation.language.documents import harmless


def contacts(provinces: Iterable[str], duty: str) -> QuerySet[Contact]:
    """E-mail contacts of this duty at municipalities of these provinces that have no administrator yet."""
    served = Membership.objects.current().filter(
        role=Membership.Role.MUNICIPAL_ADMIN, person__is_active=True, municipality__isnull=False
    )
    listed = Contact.objects.filter(channel=Contact.Channel.EMAIL, duty=duty, opted_out_at=None)
    here = listed.filter(municipality__province__in=provinces, municipality__closed_at=None)
    free = here.exclude(municipality__in=served.values("municipality"))
    return free.select_related("municipality__province").order_by("municipality__sort_key", "pk")


def as_text(found: Iterable[Contact]) -> str:
    """The same as a sheet that can be corrected before it is looked at."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(SHOWN_COLUMNS)
    for contact in found:
        place = contact.municipality
        writer.writerow(map(harmless, [place.code, place.province.name, contact.address, contact.name, "", ""]))
    return out.getvalue()
