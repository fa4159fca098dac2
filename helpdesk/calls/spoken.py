"""What a caller during an outage hears before anybody answers: the exchange reads or plays it."""

from typing import TypedDict

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from foundation.directory.models import Municipality
from helpdesk.incidents import known_outages
from monitoring.models import Outage
from monitoring.models.states import Scope

LONGEST = 600  # characters: what somebody listens to
LANGUAGE = "tr"


class SpokenWord(TypedDict):
    text: str
    language: str
    outage: int
    url: str


def for_caller(municipality: Municipality | None) -> SpokenWord | None:
    """Of the gravest announced outage that reaches this municipality, or the whole country; nothing in quiet times."""
    outage = next(iter(known_outages.touching(municipality)), None) if municipality else None
    outage = outage or national()
    if outage is None:
        return None
    url = settings.PUBLIC_BASE_URL + reverse("monitoring:status_outage", args=[outage.pk])
    return {"text": words_of(outage), "language": LANGUAGE, "outage": outage.pk, "url": url}


def national() -> Outage | None:
    wide = Outage.objects.open().announced().filter(scope=Scope.CENTRAL)
    return wide.order_by("severity", "started_at").prefetch_related("updates").first()


def words_of(outage: Outage) -> str:
    """What we told the public last, after one sentence that says we know; a caller waits for no more."""
    with translation.override(LANGUAGE):
        known = _("We know about this outage and are working on it: %(title)s.") % {"title": outage.title_tr}
        latest = next(iter(outage.updates.all()), None)
        following = ""
        if outage.next_update_at:
            time = date_format(localtime(outage.next_update_at), "H.i")
            following = _("The next word comes at %(time)s.") % {"time": time}
        said = " ".join(latest.text_tr.split()) if latest else ""
        room = LONGEST - len(known) - len(following) - 2
        return " ".join(part for part in (known, said[:room], following) if part)
