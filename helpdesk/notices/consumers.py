"""The socket of what concerns one person, open on every page of the desk."""

from django.urls import path

from foundation.live import audiences
from foundation.live.consumers import LiveConsumer
from helpdesk.models import PhoneCall
from helpdesk.notices import telling


class NoticeSocket(LiveConsumer):
    kind = "notices"

    @property
    def audience(self) -> str:
        return audiences.person(self.person.pk if self.person else 0)

    def allows(self) -> bool:
        return self.person is not None and self.person.works_at_the_desk

    def snapshot(self) -> dict:
        if self.person is None:
            return {}
        return {"unread": telling.count(self.person), "calls": PhoneCall.objects.on_the_line(self.person).count()}


sockets = [path("ws/notices/", NoticeSocket.as_asgi(), name="notices")]
