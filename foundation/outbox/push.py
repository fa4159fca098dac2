"""Pushes to the browsers of a person: subscribe, leave, send. Without a key of ours none is offered and none sent."""

import hashlib
import json
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.outbox import outbox, successors
from foundation.outbox.lanes import Lane
from foundation.outbox.models import PushSubscription, Suppression
from foundation.outbox.models.message import Channel
from foundation.outbox.outbox import Addressee
from foundation.wire import encryption

MOST = 10  # browsers of one person
successors.nobody_else("push:", "what is pushed stands in the pages, and in a letter to whoever wants one")
LONGEST = 2000  # characters of an address at a push service


class NoPushHere(Refusal):
    sentence = _("This house has no key for pushes yet.")


class NotAPushService(Refusal):
    sentence = _("The browser gave no address that we can push to.")
    status = 400


@transaction.atomic
def subscribe(person: Person, *, endpoint: str, p256dh: str, auth: str, browser: str = "") -> PushSubscription:
    """Push to this browser from now on. A browser that somebody else used is theirs no longer."""
    if not is_offered():
        raise NoPushHere
    if not is_an_endpoint(endpoint):
        raise NotAPushService
    keys = {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}
    subscription, is_new = PushSubscription.objects.update_or_create(
        digest=hashlib.sha256(endpoint.encode()).hexdigest(),
        defaults={"person": person, "sealed": encryption.seal(json.dumps(keys)), "browser": browser[:80]},
    )
    kept = PushSubscription.objects.filter(person=person).values_list("pk", flat=True)[:MOST]
    PushSubscription.objects.filter(person=person).exclude(pk__in=list(kept)).delete()
    if is_new:
        journal.record("person.push_subscribed", person, by=person)
    return subscription


@transaction.atomic
def unsubscribe(subscription: PushSubscription, *, by: Person) -> None:
    subscription.delete()
    journal.record("person.push_unsubscribed", by, by=by)


def forget(person: Person) -> None:
    """Nothing is pushed to somebody who is gone."""
    PushSubscription.objects.filter(person=person).delete()


def is_offered() -> bool:
    return bool(settings.WEB_PUSH_KEY)


def is_an_endpoint(text: str) -> bool:
    """Whether it looks like one; where it leads is judged when the socket opens."""
    parts = urlsplit(text)
    schemes = ("https", "http") if settings.PROBE_ALLOW_PRIVATE else ("https",)
    return parts.scheme in schemes and bool(parts.hostname) and len(text) <= LONGEST and text.isascii()


@transaction.atomic
def send(key: str, person: Person, notice: dict[str, str]) -> int:
    """To each browser of this person, once a key; returns to how many. `notice`: title, body, url, tag."""
    if not is_offered():
        return 0
    browsers = standing(person)
    recipients = [Addressee(address=each.address, text=parcel_for(each, notice)) for each in browsers]
    if recipients:
        batch = outbox.open_batch(f"push:{key}", lane=Lane.OPERATIONAL)
        outbox.add(batch, Channel.PUSH, recipients, secret=True)
        outbox.release(batch)
    return len(recipients)


def standing(person: Person) -> list[PushSubscription]:
    """Those that still listen; one whose service said that it is gone is forgotten here."""
    mine = {each.address: each for each in PushSubscription.objects.filter(person=person)}
    gone = set(Suppression.objects.filter(channel=Channel.PUSH, address__in=mine).values_list("address", flat=True))
    PushSubscription.objects.filter(pk__in=[mine[address].pk for address in gone]).delete()
    return [each for address, each in mine.items() if address not in gone]


def parcel_for(subscription: PushSubscription, notice: dict[str, str]) -> str:
    keys = json.loads(encryption.unseal(subscription.sealed))
    return json.dumps({"subscription": keys, "notice": notice}, ensure_ascii=False)
