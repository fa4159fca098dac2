"""How Nöbet itself is: what Prometheus says of it, and who asks for it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation import now
from monitoring.history import gaps
from monitoring.models import Alert, Check, Outage, Prober, WithdrawalReason
from monitoring.nodes import health
from monitoring.outages import false_alarms
from monitoring.views.registry import for_the_watch

SHOWN = 50


@require_safe
@login_required
def own_state(request) -> HttpResponse:
    """For the watch: alerts about ourselves, and whether the chain that would tell us still speaks."""
    for_the_watch(request.user)
    at, ours = now(), Alert.objects.about_us()
    chain = Prober.objects.filter(name=gaps.ALERTMANAGER).first()
    context = {
        "firing": list(ours.firing()[:SHOWN]),
        "over": list(ours.over(at)[:SHOWN]),
        "chain": chain,
        "chain_is_silent": chain is None or chain.is_silent(at),
        "itself": health.of_the_watch(at),
        "ledger": false_alarms.ledger(at),
        "kinds": dict(Outage.Source.choices) | dict(Check.Kind.choices),
        "withdrawals": dict(WithdrawalReason.choices),
    }
    return render(request, "monitoring/watch/own_state.html", context)
