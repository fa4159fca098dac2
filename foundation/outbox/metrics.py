"""How much waits to leave, and for how long."""

from collections.abc import Iterator

from django.db.models import Count, Min, QuerySet
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from foundation import now
from foundation.outbox import canary
from foundation.outbox.lanes import Lane
from foundation.outbox.models import Batch, GatewayAccount, OutboxMessage
from foundation.outbox.models.message import Channel


class Outbox(Collector):
    """Read from the database at each scrape; every series is there from the first one on."""

    def collect(self) -> Iterator[Metric]:
        yield self._pending()
        yield self._lag()
        yield from self._canary()
        yield self._credit()

    def _pending(self) -> Metric:
        family = GaugeMetricFamily(
            "nobet_outbox_pending", "Messages let go and not yet accepted by a gateway.", labels=["channel", "lane"]
        )
        waiting = _waiting().values_list("channel", "lane").annotate(number=Count("pk"))
        numbers = {(channel, lane): number for channel, lane, number in waiting}
        for channel in Channel.values:
            for lane in Lane.values:
                family.add_metric([channel, lane], numbers.get((channel, lane), 0))
        return family

    def _lag(self) -> Metric:
        family = GaugeMetricFamily(
            "nobet_outbox_lag_seconds", "How long the oldest due message has been waiting.", labels=["channel"]
        )
        at = now()
        oldest = dict(_waiting().filter(due_at__lte=at).values_list("channel").annotate(first=Min("due_at")))
        for channel in Channel.values:
            family.add_metric([channel], (at - oldest[channel]).total_seconds() if channel in oldest else 0.0)
        return family

    def _canary(self) -> tuple[Metric, Metric]:
        took = GaugeMetricFamily(
            "nobet_sms_canary_seconds", "How long the newest canary took to its handset.", labels=["gateway"]
        )
        arrived = GaugeMetricFamily(
            "nobet_sms_canary_delivered_timestamp_seconds", "When the newest canary arrived.", labels=["gateway"]
        )
        for gateway, (seconds, at) in canary.latencies().items():
            took.add_metric([gateway], seconds)
            arrived.add_metric([gateway], at)
        return took, arrived

    def _credit(self) -> Metric:
        left = GaugeMetricFamily(
            "nobet_gateway_credit", "Messages left on the account, as the gateway last said.", labels=["gateway"]
        )
        for account in GatewayAccount.objects.all():
            if account.credit is not None:
                left.add_metric([account.gateway], float(account.credit))
        return left


def _waiting() -> QuerySet[OutboxMessage]:
    states = [OutboxMessage.State.QUEUED, OutboxMessage.State.POSTING, OutboxMessage.State.IN_DOUBT]
    return OutboxMessage.objects.filter(state__in=states, batch__state=Batch.State.RELEASED).order_by()


collector = Outbox()
