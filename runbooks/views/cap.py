"""CAP over HTTP: an Atom feed of the alerts, and each alert by itself."""

from xml.etree import ElementTree

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from foundation import now
from foundation.directory.models import Person
from runbooks.broadcasts.report import cap
from runbooks.models import Broadcast

NEWEST = 50
ATOM = "http://www.w3.org/2005/Atom"


def released(person: Person | AnonymousUser) -> QuerySet[Broadcast]:
    """What has been let go: for anyone if a person said so, else for those who may see broadcasts. No drafts."""
    gone = Broadcast.objects.filter(status__in=Broadcast.RELEASED)
    if isinstance(person, Person) and person.works_nationally:
        return gone
    return gone.filter(is_public=True)


@require_safe
def feed(request) -> HttpResponse:
    """The newest alerts, for programs that listen."""
    root = ElementTree.Element("feed", xmlns=ATOM)
    ElementTree.SubElement(root, "title").text = "Nöbet CAP 1.2"
    ElementTree.SubElement(root, "id").text = f"{settings.PUBLIC_BASE_URL}{request.path}"
    ElementTree.SubElement(root, "updated").text = cap.stamp(now())
    for broadcast in released(request.user).order_by("-pk")[:NEWEST]:
        address = f"{settings.PUBLIC_BASE_URL}{reverse('runbooks:cap_alert', args=[broadcast.pk])}"
        updated = broadcast.ended_at or broadcast.approved_at
        assert updated  # the table demands it of what was released
        entry = ElementTree.SubElement(root, "entry")
        ElementTree.SubElement(entry, "id").text = address
        ElementTree.SubElement(entry, "title").text = broadcast.subject
        ElementTree.SubElement(entry, "updated").text = cap.stamp(updated)
        ElementTree.SubElement(entry, "link", href=address, type="application/cap+xml")
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


@require_safe
def alert(request, pk) -> HttpResponse:
    broadcast = get_object_or_404(released(request.user).select_related("corrects"), pk=pk)
    body = cap.alert(broadcast)
    return HttpResponse(body, content_type="application/cap+xml; charset=utf-8")
