"""The public sockets: what is true now, then every change; no cookie is read."""

from django.shortcuts import get_object_or_404

from foundation import now
from foundation.directory.models import Municipality
from foundation.live import audiences
from foundation.live.consumers import LiveConsumer
from monitoring.status import report


class NationalStatus(LiveConsumer):
    """`/ws/status/`: open outages, how many municipalities are in which state, by province."""

    public = True
    kind = "status"
    audience = audiences.STATUS_NATIONAL

    def snapshot(self) -> dict:
        country = report.national(now())
        return {
            "outages": [outage.live_state() for outage in country.outages],
            "counts": dict(country.counts),
            "provinces": {row.province.pk: row.state for row in country.provinces},
            "components": {row.component.pk: row.state for row in country.components},
        }


class MunicipalStatus(LiveConsumer):
    """`/ws/status/<code>/`: the outages that touch one municipality, and its own nodes."""

    public = True
    kind = "status"

    @property
    def audience(self) -> str:
        return audiences.status_of(str(self.kwargs["code"]))

    def allows(self) -> bool:
        return Municipality.objects.filter(code=self.kwargs["code"]).exists()

    def snapshot(self) -> dict:
        here = report.municipal(get_object_or_404(Municipality, code=self.kwargs["code"]), now())
        return {
            "outages": [outage.live_state() for outage in here.outages],
            "nodes": {node.code: node.state for node in here.nodes},
        }
