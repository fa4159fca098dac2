"""Can we be heard: an SMS that really left, a letter that really left."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from foundation import Refusal, now, readiness
from foundation.directory.models import Person
from foundation.outbox import outbox, successors
from foundation.outbox.gateways import registry
from foundation.outbox.lanes import Lane
from foundation.outbox.models import OutboxMessage
from foundation.outbox.models.message import Channel
from foundation.readiness import Finding, Part

successors.nobody_else("setup-", "a trial to oneself; the set-up page shows how it went")

State = OutboxMessage.State
HEARD = (State.SUBMITTED, State.DELIVERED)
PROOF_LASTS = timedelta(days=90)


class NoTelephone(Refusal):
    sentence = gettext_lazy("Your profile has no telephone number. Write it there first.")


@readiness.parts.register
def parts() -> Iterable[Part]:
    yield Part(
        "sms", 60, gettext_lazy("An SMS that really left"), sms, door="accounts:profile",
        test=send_sms, tests_as=gettext_lazy("Send me an SMS"),
    )  # fmt: skip
    yield Part(
        "mail-out", 70, gettext_lazy("A letter that really left"), mail, door="accounts:profile",
        test=send_mail, tests_as=gettext_lazy("Send me an e-mail"),
    )  # fmt: skip


def sms() -> Finding:
    if registry.chain(Channel.SMS)[0] == "console":
        return readiness.missing(_("SMS goes to the console only: name a gateway in SMS_GATEWAY."))
    return _became_of("sms", _("Send yourself an SMS: the gateway is set, and nothing has left by it yet."))


def mail() -> Finding:
    if settings.EMAIL_BACKEND.rpartition(".")[0].endswith(("console", "dummy", "locmem")):
        return readiness.missing(_("Letters go to the console only: name the mail server in EMAIL_URL."))
    return _became_of("mail-out", _("Send yourself a letter: the mail server is set, and nothing has left by it yet."))


def _became_of(part: str, untried: str) -> Finding:
    """What became of the last test message."""
    proof = readiness.proof_of(part, within=PROOF_LASTS)
    message = OutboxMessage.objects.filter(batch__key=proof.said).first() if proof else None
    if proof is None or message is None:
        return readiness.missing(untried)
    when = proof.at.strftime("%d.%m.%Y")
    if message.state in HEARD:
        return readiness.ready(
            _("The test of %(day)s left by %(gateway)s.") % {"day": when, "gateway": message.gateway}
        )
    if message.state in OutboxMessage.IN_FLIGHT:
        return readiness.worth_a_look(_("The test message is on its way. Please look again in a minute."))
    state = message.get_state_display()
    return readiness.missing(_("The test of %(day)s did not leave: %(state)s.") % {"day": when, "state": state})


def send_sms(person: Person) -> None:
    """To the person's own telephone; without a number there is nothing to try, and the page says so."""
    if not person.phone:
        raise NoTelephone
    text = "Nöbet: deneme mesajı. Bu mesajı okuyorsanız SMS yolu çalışıyor."
    with transaction.atomic():
        batch = outbox.open_batch(_key("sms", person), lane=Lane.OPERATIONAL, sender=settings.SMS_SENDER, urgent=True)
        outbox.add(batch, Channel.SMS, [outbox.Addressee(address=str(person.phone), text=text)])
        outbox.release(batch, by=person)
        readiness.keep_proof("sms", passed=True, said=batch.key, by=person)


def send_mail(person: Person) -> None:
    with transaction.atomic(), override(person.language):
        key = _key("mail-out", person)
        outbox.email(key, person.email, _("Nöbet: test letter"), _("If you read this, letters leave this house."))
        readiness.keep_proof("mail-out", passed=True, said=key, by=person)


def _key(part: str, person: Person) -> str:
    return f"setup-{part}:{person.pk}:{now():%Y%m%d%H%M%S}"
