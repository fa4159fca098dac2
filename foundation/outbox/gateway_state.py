"""How each gateway stands: what its page shows. A read over several tables, the same queries for all gateways."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, Sum

from foundation import now
from foundation.language.formatting import ISTANBUL
from foundation.outbox import credit, segments
from foundation.outbox.delivery import routes
from foundation.outbox.gateways import account, advice, codes, registry
from foundation.outbox.gateways.gateway import Gateway, Transfer
from foundation.outbox.models import GatewayAccount, OutboxMessage, ProviderEvent, Route

State = OutboxMessage.State
HANDED_OVER = (State.SUBMITTED, State.DELIVERED, State.UNCONFIRMED, State.UNCERTAIN)
FINISHED = (State.DELIVERED, State.UNCONFIRMED, State.UNCERTAIN, State.FAILED)
FIGURES = ("month", "segments", "delivered", "finished", "last_hour")
SLOW_FOR = timedelta(minutes=5)


@dataclass(frozen=True)
class RouteState:
    """One sender at one gateway. `advice` says what to do, in one sentence; empty when all is well."""

    pk: int
    sender: str
    rate: float
    ceiling: float
    opened_at: datetime | None
    because: str
    advice: str


@dataclass(frozen=True)
class GatewayState:
    """`share` is the part of this month's finished messages whose delivery was confirmed, None before the first."""

    name: str
    title: str
    rank: int
    leaves_the_country: bool
    transfer: str
    two_way: bool
    batch_size: int
    requests_a_minute: float | None
    credit: Decimal | None
    credit_at: datetime | None
    credit_trouble: str
    credit_is_low: bool
    last_receipt: datetime | None
    last_hour: int
    month: int
    share: float | None
    price: Decimal
    month_cost: Decimal
    has_door: bool
    routes: list[RouteState] = field(default_factory=list)

    @property
    def is_shut(self) -> bool:
        return any(route.opened_at for route in self.routes)


def of_all() -> list[GatewayState]:
    """Those that carry SMS, first choice first."""
    names = registry.chain("sms")
    at = now()
    accounts = {row.gateway: row for row in GatewayAccount.objects.filter(gateway__in=names)}
    by_gateway: dict[str, list[RouteState]] = {name: [] for name in names}
    for route in Route.objects.filter(gateway__in=names).order_by("sender"):
        by_gateway[route.gateway].append(_route(route, at))
    receipts = dict(
        ProviderEvent.objects.filter(gateway__in=names).values_list("gateway").annotate(last=Max("received_at"))
    )
    months = _months(names, at)
    return [
        _state(registry.make(name), rank, accounts.get(name), receipts.get(name), months.get(name, {}), senders)
        for rank, (name, senders) in enumerate(by_gateway.items(), start=1)
    ]


def _months(names: list[str], at: datetime) -> dict[str, dict[str, int]]:
    """This month's figures, by gateway: one look at the month's messages."""
    begin = at.astimezone(ISTANBUL).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    posted = OutboxMessage.objects.filter(channel="sms", gateway__in=names, posted_at__gte=begin)
    counted: Any = posted.values("gateway").annotate(
        month=Count("pk", filter=Q(state__in=HANDED_OVER)),
        segments=Sum("segments", filter=Q(state__in=HANDED_OVER), default=0),
        delivered=Count("pk", filter=Q(state=State.DELIVERED)),
        finished=Count("pk", filter=Q(state__in=FINISHED)),
        last_hour=Count("pk", filter=Q(state__in=HANDED_OVER, posted_at__gt=at - timedelta(hours=1))),
    )
    return {row["gateway"]: {word: int(row[word]) for word in FIGURES} for row in counted}


def _route(route: Route, at: datetime) -> RouteState:
    is_slow = route.slowed_at is not None and at - route.slowed_at < SLOW_FOR and route.rate < route.ceiling
    slow = advice.sentence(codes.THROTTLED) if is_slow else ""
    told = advice.sentence(route.opened_because) if route.opened_at else slow
    rate = routes.pace_of(route).at(at).rate
    return RouteState(route.pk, route.sender, rate, route.ceiling, route.opened_at, route.opened_because, told)


def _state(
    gateway: Gateway,
    rank: int,
    row: GatewayAccount | None,
    last_receipt: datetime | None,
    month: dict[str, int],
    senders: list[RouteState],
) -> GatewayState:
    left, price = row.credit if row else None, account.price_of(gateway.name)
    return GatewayState(
        name=gateway.name,
        title=advice.title(gateway.name),
        rank=rank,
        leaves_the_country=gateway.transfer == Transfer.ABROAD,
        transfer=str(gateway.transfer.label),
        two_way=gateway.two_way,
        batch_size=gateway.batch_size,
        requests_a_minute=gateway.requests_a_minute,
        credit=left,
        credit_at=row.credit_at if row else None,
        credit_trouble=row.trouble if row else "",
        credit_is_low=credit.is_low(gateway.name, left),
        last_receipt=last_receipt,
        last_hour=month.get("last_hour", 0),
        month=month.get("month", 0),
        share=month["delivered"] / month["finished"] if month.get("finished") else None,
        price=price,
        month_cost=segments.cost(month.get("segments", 0), price),
        has_door=bool(account.of(gateway.name).callback_secrets),
        routes=senders,
    )
