"""Webhooks: made, changed, given another secret, tried, switched off, ended."""

import json
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Membership, Municipality, Person
from foundation.journal import journal
from foundation.outbox import outbox, successors
from foundation.outbox.hooks import feed, signing
from foundation.outbox.models import EventHook, HookDelivery
from foundation.wire import encryption

TEST = "webhook.test"
OVERLAP = timedelta(hours=24)
MOST = 10  # of one organisation
FAILED_WORD = "hook-failed:"
NAME = r"^[a-z0-9]+(-[a-z0-9]+)*\Z"

successors.nobody_else(FAILED_WORD, "its page shows it to everybody who keeps the webhook")


class MayNotKeepWebhooks(Refusal):
    sentence = _(
        "Webhooks of a municipality are kept by its administrators, those of the house by platform administrators."
    )
    status = 403


class WebhookNameIsTaken(Refusal):
    sentence = _("There is a webhook of this name already.")


class TooManyWebhooks(Refusal):
    sentence = _("An organisation has at most ten webhooks.")


class WebhookHasEnded(Refusal):
    sentence = _("This webhook has ended.")


class UnknownKind(Refusal):
    sentence = _("There is no such kind of event.")
    status = 422


class AddressIsPlain(Refusal):
    sentence = _("The address begins with https://, so that nobody on the way reads along.")
    status = 422


class SecretIsNone(Refusal):
    sentence = _("A secret is “whsec_” and 24 to 64 random bytes in base64.")
    status = 422


class NothingToReplay(Refusal):
    sentence = _("It is still on its way.")


def is_name(text: str) -> bool:
    return len(text) <= 40 and re.match(NAME, text) is not None


def require_keeper(person: Person, municipality: Municipality | None) -> None:
    if person.has_role(Membership.Role.PLATFORM_ADMIN):
        return
    if municipality is None or municipality.pk not in person.administered_municipalities:
        raise MayNotKeepWebhooks


def make(
    municipality: Municipality | None, *, name: str, url: str, kinds: Sequence[str] = (), by: Person, secret: str = ""
) -> tuple[EventHook, str]:
    """A new address and its secret, which nobody reads again. `secret` is one that the caller brings."""
    require_keeper(by, municipality)
    _judge(url, kinds)
    secret = _secret(secret)
    fields = {"municipality": municipality, "name": name, "url": url, "kinds": list(kinds), "owner": by}
    try:
        with transaction.atomic():
            if EventHook.objects.current().filter(municipality=municipality).count() >= MOST:
                raise TooManyWebhooks
            made = EventHook.objects.create(secret=encryption.seal(secret), **fields)
            journal.record("webhook.made", made, by=by, name=name, url=url, kinds=list(kinds))
    except IntegrityError:
        raise WebhookNameIsTaken from None
    return made, secret


@transaction.atomic
def change(hook: EventHook, *, url: str, kinds: Sequence[str], by: Person) -> None:
    """Another address or other events. A new address gets another secret by hand: `rotate`."""
    require_keeper(by, hook.municipality)
    _judge(url, kinds)
    _claim(hook, {"url": url, "kinds": list(kinds), "changed_at": now()})
    journal.record("webhook.changed", hook, by=by, url=url, kinds=list(kinds))


@transaction.atomic
def rotate(hook: EventHook, *, by: Person, secret: str = "") -> str:
    """Another secret, returned this once; the one before signs too for a day."""
    require_keeper(by, hook.municipality)
    secret, at = _secret(secret), now()
    fields = {"secret": encryption.seal(secret), "earlier_secret": hook.secret, "earlier_until": at + OVERLAP}
    _claim(hook, fields | {"changed_at": at})
    journal.record("webhook.rotated", hook, by=by)
    return secret


@transaction.atomic
def enable(hook: EventHook, *, by: Person) -> None:
    """In use again; what happened meanwhile stands in the feed, and what was given up can be sent again."""
    require_keeper(by, hook.municipality)
    _claim(hook, {"disabled_at": None, "disabled_because": "", "failing_since": None})
    journal.record("webhook.enabled", hook, by=by)


@transaction.atomic
def end(hook: EventHook, *, by: Person) -> None:
    """Nothing is sent there any more, and its secret is forgotten."""
    require_keeper(by, hook.municipality)
    _claim(hook, {"ended_at": now(), "secret": "", "earlier_secret": ""})
    _give_up_waiting(hook, "ended")
    journal.record("webhook.ended", hook, by=by)


@transaction.atomic
def test(hook: EventHook, *, by: Person) -> HookDelivery:
    """An event of no meaning, signed and sent like all others; the log shows its answer within seconds."""
    require_keeper(by, hook.municipality)
    body = {"type": TEST, "timestamp": now().isoformat(), "number": None, "data": {"webhook": hook.name}}
    owed = HookDelivery.objects.create(
        webhook=hook, key=f"test_{secrets.token_hex(8)}", kind=TEST, body=json.dumps(body, separators=(",", ":"))
    )
    journal.record("webhook.tested", hook, by=by)
    return owed


@transaction.atomic
def replay(delivery: HookDelivery, *, by: Person) -> HookDelivery:
    """The same event once more, under its own key. Refused while it is on its way."""
    hook = delivery.webhook
    require_keeper(by, hook.municipality)
    if not delivery.has_ended:
        raise NothingToReplay
    same = {"event_id": delivery.event_id, "key": delivery.key, "kind": delivery.kind, "body": delivery.body}
    owed = HookDelivery.objects.create(webhook=hook, is_replay=True, **same)
    journal.record("webhook.replayed", hook, by=by, key=delivery.key)
    return owed


@transaction.atomic
def disable(hook: EventHook, because: str) -> bool:
    """Switched off after long failure: nothing more is sent, and the owner is told once."""
    at = now()
    switched = EventHook.objects.current().filter(pk=hook.pk, disabled_at=None)
    if not switched.update(disabled_at=at, disabled_because=because[:120]):
        return False
    _give_up_waiting(hook, because)
    journal.record("webhook.disabled", hook, because=because)
    outbox.email(f"{FAILED_WORD}{hook.pk}:{at:%Y%m%d%H%M%S}", hook.owner.email, *_word_to_owner(hook, because))
    return True


def _word_to_owner(hook: EventHook, because: str) -> tuple[str, str]:
    """Subject and text, in the owner's language."""
    with translation.override(hook.owner.language):
        subject = gettext("The webhook %(name)s was switched off") % {"name": hook.name}
        text = gettext(
            "We could not deliver to %(url)s for a long time (%(why)s) and have stopped trying.\n\n"
            "Put the receiver right, then switch the webhook on again: %(page)s\n"
            "Its log shows every answer; what was given up can be sent again there. "
            "The feed of events holds all that happened meanwhile."
        ) % {"url": hook.url, "why": because, "page": f"{settings.PUBLIC_BASE_URL}/webhooks/{hook.pk}/"}
    return subject, text


def _give_up_waiting(hook: EventHook, because: str) -> None:
    waiting = hook.deliveries.filter(state=HookDelivery.State.WAITING)
    waiting.update(state=HookDelivery.State.BROKEN, last_error=because[:300])


def _claim(hook: EventHook, fields: dict[str, Any]) -> None:
    if not EventHook.objects.current().filter(pk=hook.pk).update(**fields):
        raise WebhookHasEnded
    hook.refresh_from_db()


def _judge(url: str, kinds: Sequence[str]) -> None:
    if not url.startswith("https://") and not settings.PROBE_ALLOW_PRIVATE:
        raise AddressIsPlain
    if set(kinds) - set(feed.known_kinds()):
        raise UnknownKind


def _secret(brought: str) -> str:
    if brought and not signing.is_secret(brought):
        raise SecretIsNone
    return brought or signing.new_secret()
