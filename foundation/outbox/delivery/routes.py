"""Routes: pace shared by all workers, breakers that stop a misconfigured sender."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import F

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.outbox import events
from foundation.outbox.delivery.pacing import SendingRate
from foundation.outbox.gateways import codes, registry
from foundation.outbox.gateways.gateway import Gateway, Transfer
from foundation.outbox.models import GatewayAccount, Route

Group = TypeVar("Group")

logger = logging.getLogger(__name__)

TRIES_AGAIN_AFTER = timedelta(seconds=60)
FILTERED = codes.FILTERED_ROUTE
FILTERED_WINDOW = 100
FILTERED_SHARE = 0.02


def route_for(gateway: Gateway, sender: str) -> Route:
    """The route of a sender, made at its first use with the gateway's agreed pace."""
    route, _ = Route.objects.get_or_create(
        gateway=gateway.name, sender=sender, defaults={"rate": gateway.rate, "ceiling": gateway.rate}
    )
    if route.ceiling != gateway.rate:
        Route.objects.filter(pk=route.pk).update(ceiling=gateway.rate, rate=gateway.rate)
    return route


def first_open(channel: str, sender: str, only: str = "") -> str | None:
    """The name of the first gateway of the chain (or of `only`) whose breaker for `sender` lets messages through."""
    names = [name for name in registry.chain(channel) if only in ("", name)]
    rows = Route.objects.filter(gateway__in=names, sender=sender)
    shut = {route.gateway for route in rows if not lets_through(route)}
    return next((name for name in names if name not in shut), None)


def first_choice() -> str:
    """The gateway that carries SMS while nothing is wrong with it."""
    return registry.chain("sms")[0]


def speak_turkish() -> bool:
    """Whether every gateway that may carry an SMS is verified for the Turkish single-shift table."""
    return all(registry.make(name).turkish for name in registry.chain("sms"))


def carry_links() -> bool:
    """Whether every gateway that may carry an SMS delivers messages with an internet address."""
    return not any(registry.make(name).refuses_links for name in registry.chain("sms"))


@dataclass(frozen=True)
class GatewayInfo:
    """What people should know of a gateway before numbers go to it."""

    name: str
    transfer: str
    leaves_the_country: bool
    two_way: bool
    turkish: bool
    is_open: bool


def gateways_for(sender: str) -> list[GatewayInfo]:
    """The gateways an SMS may take, first choice first, with where numbers go (KVKK art. 9)."""
    names = registry.chain("sms")
    shut = {
        route.gateway for route in Route.objects.filter(gateway__in=names, sender=sender) if not lets_through(route)
    }
    return [_info(registry.make(name), name not in shut) for name in names]


def _info(gateway: Gateway, is_open: bool) -> GatewayInfo:
    return GatewayInfo(
        name=gateway.name,
        transfer=str(gateway.transfer.label),
        leaves_the_country=gateway.transfer == Transfer.ABROAD,
        two_way=gateway.two_way,
        turkish=gateway.turkish,
        is_open=is_open,
    )


def lets_through(route: Route) -> bool:
    """Closed; or open because of configuration for so long that one message may try.

    A route that filters messages waits for a person: trying costs a recipient.
    """
    if route.opened_at is None:
        return True
    return route.opened_because != FILTERED and now() - route.opened_at > TRIES_AGAIN_AFTER


def pace_of(route: Route) -> SendingRate:
    return SendingRate(route.rate, route.ceiling, route.floor, route.tokens, route.counted_at, route.slowed_at)


def keep_pace(route: Route, pace: SendingRate) -> None:
    Route.objects.filter(pk=route.pk).update(
        rate=pace.rate, tokens=pace.tokens, counted_at=pace.counted_at, slowed_at=pace.slowed_at
    )


def worth_a_request(gateway: Gateway, pace: SendingRate) -> int:
    """How many messages a request should carry while more are waiting: a full batch, or a second's worth."""
    return min(gateway.batch_size, max(int(pace.rate), 1))


def affordable(gateway: Gateway, groups: Sequence[Group], at: datetime) -> Sequence[Group]:
    """As many requests as the account may make now; in the caller's transaction, whose claimants take turns."""
    if gateway.requests_a_minute is None or not groups:
        return groups
    account, _ = GatewayAccount.objects.get_or_create(gateway=gateway.name)
    account = GatewayAccount.objects.select_for_update().get(pk=account.pk)
    pace = requests_of(account, gateway.requests_a_minute).at(at)
    going = groups[: max(int(pace.tokens), 0)]
    pace = pace.spend(len(going))
    GatewayAccount.objects.filter(pk=account.pk).update(requests=pace.tokens, requests_counted_at=pace.counted_at)
    return going


def requests_of(account: GatewayAccount, a_minute: float) -> SendingRate:
    """The bucket of requests: what it holds and what flows in during a minute stay within the account's limit."""
    burst = max(a_minute / 60, 1.0)
    rate = max(a_minute - burst, burst / 2) / 60
    return SendingRate(rate, rate, rate, account.requests, account.requests_counted_at)


@transaction.atomic
def back_off(gateway: str, sender: str, at: datetime) -> None:
    """The gateway was too busy: everyone goes slower."""
    for route in Route.objects.select_for_update().filter(gateway=gateway, sender=sender):
        keep_pace(route, pace_of(route).slower(at))


@transaction.atomic
def trip(gateway: str, sender: str, because: str) -> None:
    """Open the breaker: nothing more leaves on this route until it is put right."""
    opened = Route.objects.filter(gateway=gateway, sender=sender).update(opened_at=now(), opened_because=because[:120])
    if opened:
        route = Route.objects.get(gateway=gateway, sender=sender)
        logger.error("route %s %s opened: %s", gateway, sender, because)
        events.route_opened.send(Route, route=route)


def trip_account(gateway: str, because: str) -> None:
    """The account itself is refused: no sender of this gateway gets through."""
    shut = Route.objects.filter(gateway=gateway, opened_at=None).values_list("sender", flat=True)
    for sender in list(shut):
        trip(gateway, sender, because)


def restore(gateway: str, sender: str) -> None:
    """A message was accepted: whatever was wrong with the configuration is right again."""
    Route.objects.filter(gateway=gateway, sender=sender, opened_at__isnull=False).exclude(
        opened_because=FILTERED
    ).update(opened_at=None, opened_because="")


@transaction.atomic
def close(route: Route, *, by: Person) -> None:
    """A person has looked: let messages through again."""
    Route.objects.filter(pk=route.pk).update(opened_at=None, opened_because="", recent=0, filtered=0)
    journal.record("route.closed", route, by=by, gateway=route.gateway)


def count_ends(gateway: str, sender: str, filtered: Iterable[bool]) -> None:
    """Note how messages ended; when more than two in a hundred were filtered, stop."""
    ends = list(filtered)
    Route.objects.filter(gateway=gateway, sender=sender).update(
        recent=F("recent") + len(ends), filtered=F("filtered") + sum(ends)
    )
    route = Route.objects.filter(gateway=gateway, sender=sender).first()
    if route is None or route.recent < FILTERED_WINDOW:
        return
    if route.filtered > FILTERED_SHARE * route.recent:
        trip(gateway, sender, FILTERED)
    Route.objects.filter(pk=route.pk).update(recent=0, filtered=0)
