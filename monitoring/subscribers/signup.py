"""How an address comes in, proves itself, changes its wishes and goes.

Asking always does the same thing: it keeps an unproved wish and writes to the address.
Whether that address already subscribes shows neither in the answer nor in its time.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from foundation import locks, now
from foundation.directory.models import Component, Municipality
from foundation.journal import journal
from foundation.outbox import outbox, successors
from foundation.outbox.lanes import Lane
from foundation.wire import limits
from monitoring.models import Severity, Subscriber
from monitoring.refusals import SubscriptionIsOver, TooManySubscriptions, WrongSubscriptionCode
from monitoring.subscribers import letters

successors.nobody_else("subscription:", "it asks whether the address is the reader's own")
A_MOMENT = timedelta(seconds=30)
ASKING = 7_318_001  # the turn in which wishes are kept, so that two at once see each other
CODE_HOLDS = timedelta(minutes=15)
MOST_TRIES = 5
MOST_OF_AN_ADDRESS = 20
ASKS_OF_AN_ADDRESS, ASKS_WITHIN = 3, 3600


def ask(
    *,
    channel: str,
    address: str,
    municipality: Municipality | None = None,
    components: Iterable[Component] = (),
    least_severity: str = Severity.S4,
    language: str = "tr",
) -> Subscriber:
    """Keep a wish and ask the address whether it is its own (double opt-in).

    `address` is normalised: lower-case e-mail, E.164, https. The same address is asked
    three times an hour at most, whoever asks. Raises `limits.TooMany`.
    """
    limits.spend("subscription-address", address_digest(address), limit=ASKS_OF_AN_ADDRESS, per=ASKS_WITHIN)
    components = list(components)
    with transaction.atomic():
        locks.hold(ASKING)
        if asked_already := just_asked(channel, address, municipality, components, least_severity):
            return asked_already
        subscriber = Subscriber.objects.create(
            channel=channel,
            address=address,
            municipality=municipality,
            least_severity=least_severity,
            language=language,
        )
        subscriber.components.set(components)
        send_question(subscriber)
    return subscriber


def just_asked(
    channel: str, address: str, municipality: Municipality | None, components: list[Component], least_severity: str
) -> Subscriber | None:
    """The same wish of a moment ago: a double click, or a page sent again after a lost answer."""
    wish = {"channel": channel, "address": address, "municipality": municipality, "least_severity": least_severity}
    fresh = Subscriber.objects.unproved().filter(**wish, created_at__gt=now() - A_MOMENT).order_by("-pk").first()
    return fresh if fresh and set(fresh.components.all()) == set(components) else None


def address_digest(address: str) -> str:
    """What the counting cache may know of an address."""
    return salted_hmac("monitoring.subscriber.address", address, algorithm="sha256").hexdigest()[:32]


def send_question(subscriber: Subscriber) -> None:
    """A link by letter or webhook, a code by SMS; at night too, because somebody is waiting for it."""
    at, code = now(), f"{secrets.randbelow(1_000_000):06}"
    is_sms = subscriber.channel == Subscriber.Channel.SMS
    if is_sms:
        subscriber.code_digest, subscriber.code_expires_at = code_digest(subscriber, code), at + CODE_HOLDS
        subscriber.save(update_fields=["code_digest", "code_expires_at"])
    batch = outbox.open_batch(
        f"subscription:{subscriber.pk}",
        lane=Lane.OPERATIONAL,
        expires_at=at + (CODE_HOLDS if is_sms else Subscriber.PROVES_WITHIN),
        urgent=True,
    )
    outbox.add(batch, subscriber.channel, [letters.question(subscriber, code)])
    outbox.release(batch)


def code_digest(subscriber: Subscriber, code: str) -> str:
    """Keyed, because six digits alone are guessed from a copy of the database."""
    return salted_hmac("monitoring.subscriber", f"{subscriber.pk}:{code}", algorithm="sha256").hexdigest()


@transaction.atomic
def confirm(subscriber: Subscriber) -> None:
    """The address answered: it is told from now on. An earlier wish for the same page gives way.

    Twice changes nothing. Refused with SubscriptionIsOver when the question is too old
    or was taken back, and with TooManySubscriptions.
    """
    if subscriber.is_confirmed:
        return
    fresh = Subscriber.objects.unproved().filter(pk=subscriber.pk, created_at__gt=now() - Subscriber.PROVES_WITHIN)
    if not fresh.exists():
        raise SubscriptionIsOver
    mine = Subscriber.objects.confirmed().filter(channel=subscriber.channel, address=subscriber.address)
    for earlier in mine.filter(municipality=subscriber.municipality):
        leave(earlier)
    if mine.count() >= MOST_OF_AN_ADDRESS:
        raise TooManySubscriptions
    if not fresh.update(confirmed_at=now(), code_digest="", code_expires_at=None):
        raise SubscriptionIsOver
    subscriber.refresh_from_db()
    journal.record("subscriber.confirmed", subscriber, channel=subscriber.channel, page=page_of(subscriber))


def confirm_by_code(subscriber: Subscriber, code: str) -> None:
    """The code that was sent came back. A try is counted before it is judged."""
    waiting = Subscriber.objects.unproved().filter(
        pk=subscriber.pk, code_expires_at__gt=now(), code_tries__lt=MOST_TRIES
    )
    counted = waiting.update(code_tries=F("code_tries") + 1)
    subscriber.refresh_from_db()
    given = code_digest(subscriber, "".join(code.split()))
    if not counted or not constant_time_compare(subscriber.code_digest, given):
        raise WrongSubscriptionCode
    confirm(subscriber)


@transaction.atomic
def change(subscriber: Subscriber, *, components: Iterable[Component], least_severity: str, language: str) -> None:
    """Hear of more or less from now on. Refused with SubscriptionIsOver."""
    wishes = {"least_severity": least_severity, "language": language}
    components = list(components)
    mine = Subscriber.objects.confirmed().filter(pk=subscriber.pk)
    if mine.filter(**wishes).exists() and set(subscriber.components.all()) == set(components):
        return  # as it is; a second press
    if not Subscriber.objects.confirmed().filter(pk=subscriber.pk).update(**wishes):
        raise SubscriptionIsOver
    subscriber.components.set(components)
    subscriber.refresh_from_db()
    journal.record("subscriber.changed", subscriber, channel=subscriber.channel)


@transaction.atomic
def leave(subscriber: Subscriber) -> bool:
    """End a subscription and forget its address at once; True for the first of several clicks."""
    gone = Subscriber.objects.filter(pk=subscriber.pk, unsubscribed_at=None)
    if not gone.update(unsubscribed_at=now(), address=f"erased-{subscriber.pk}", code_digest=""):
        return False
    subscriber.refresh_from_db()
    journal.record("subscriber.left", subscriber, channel=subscriber.channel, page=page_of(subscriber))
    return True


def leave_by_code(code: str) -> None:
    """The code that stands in every SMS ends its subscription. Refused with WrongSubscriptionCode."""
    leaving_code = "".join(code.split()).upper()
    subscriber = Subscriber.objects.confirmed().filter(leaving_code=leaving_code).first()
    if subscriber is None or not leave(subscriber):
        raise WrongSubscriptionCode


def page_of(subscriber: Subscriber) -> str:
    return subscriber.municipality.code if subscriber.municipality else "national"


def forget_unproved(older_than: datetime) -> int:
    """Addresses that never answered, and the rows of those who left."""
    silent = Subscriber.objects.unproved().filter(created_at__lt=older_than)
    left = Subscriber.objects.filter(unsubscribed_at__lt=older_than)
    return silent.delete()[1].get("monitoring.Subscriber", 0) + left.delete()[1].get("monitoring.Subscriber", 0)
