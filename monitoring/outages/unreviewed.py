"""Words that one person alone put before very many readers: the rest of the watch is written to.

Whatever way they came: a first word, an update published alone. Nothing is held back
by it; whoever reads the letter can put right or withdraw.
"""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from foundation.directory.models import Membership, Person
from foundation.outbox import outbox, successors
from foundation.outbox.lanes import Lane
from foundation.outbox.models.message import Channel
from monitoring.models import Outage, Scope, StatusUpdate

WIDE = (Scope.REGIONAL, Scope.CENTRAL)


def needs_second_look(outage: Outage) -> bool:
    """Whether later words about it need two people; nobody outside reads a drill or a hidden outage."""
    return outage.scope in WIDE and outage.is_public and not outage.is_drill


def tell_the_others(update: StatusUpdate) -> None:
    """A letter to everybody else on the watch, if a person said this and nobody looked first."""
    outage, writer = update.outage, update.by
    if writer is None or update.seen_by_id or not needs_second_look(outage):
        return
    if others := successors.first_to_hear(Person.objects.holding(Membership.WATCH_ROLES).exclude(pk=writer.pk)):
        batch = outbox.open_batch(f"alone:{update.pk}", lane=Lane.OPERATIONAL)
        outbox.add(batch, Channel.EMAIL, (letter(update, writer, reader) for reader in others))
        outbox.release(batch, by=writer)


@successors.register("alone:")
def after_one_of_the_watch(key: str, reference: str) -> list[Person]:
    """Where one of the others cannot be reached, whoever keeps the platform is."""
    return list(Person.objects.holding([Membership.Role.PLATFORM_ADMIN]).order_by("pk"))


def letter(update: StatusUpdate, writer: Person, reader: Person) -> outbox.Addressee:
    """In the reader's language: who said what, why alone, and where to withdraw it."""
    with translation.override(reader.language):
        context = {"update": update, "outage": update.outage, "writer": writer, "base": settings.PUBLIC_BASE_URL}
        subject = gettext("Published by one person: %(title)s") % {"title": update.outage.title}
        text = render_to_string("monitoring/notices/alone.txt", context).strip()
        return outbox.Addressee(reader.email, text, subject=f"[Nöbet] {subject}"[:200])
