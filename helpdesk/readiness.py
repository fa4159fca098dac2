"""Can people write to us: the mailbox is read."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import now, readiness
from foundation.directory.models import Person
from foundation.leases.models import SweepMark
from foundation.readiness import Finding, Part
from helpdesk.mail import fetching

FRESH = timedelta(minutes=10)


@readiness.parts.register
def parts() -> Iterable[Part]:
    yield Part(
        "mail-in", 75, gettext_lazy("The mailbox is read"), mailbox, door="helpdesk:desk",
        test=open_it, tests_as=gettext_lazy("Open the mailbox"),
    )  # fmt: skip


def mailbox() -> Finding:
    if not settings.IMAP_URL:
        return readiness.missing(_("No mailbox is read: name it in IMAP_URL."))
    mark = SweepMark.objects.filter(name="helpdesk.mail").first()
    if mark and mark.succeeded_at and mark.succeeded_at > now() - FRESH:
        return readiness.ready(_("The mailbox was read within the last ten minutes."))
    proof = readiness.proof_of("mail-in")
    if proof and not proof.passed:
        return readiness.missing(_("The mailbox did not open: %s") % proof.said)
    return readiness.missing(_("The mailbox has not been read in the last ten minutes."))


def open_it(person: Person) -> None:
    passed, said = True, ""
    try:
        with fetching.open_mailbox(settings.IMAP_URL):
            pass
    except Exception as error:  # whatever the mail library raises is the answer of this trial
        passed, said = False, type(error).__name__
    readiness.keep_proof("mail-in", passed=passed, said=said, by=person)
