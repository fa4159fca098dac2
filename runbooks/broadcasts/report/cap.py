"""CAP 1.2 (OASIS, ITU-T X.1303): one alert for each released broadcast, for systems that listen.

Scope: Restricted, unless a person said on the composer that anyone may read it.
Status: a drill is an Exercise. Message type: a correction is an Update that names
what it corrects, a stopped broadcast a Cancel. Only what has been let go is told, with
its tokens unfilled: no recipient, no acknowledgement code. Times carry +03:00; `Z` is forbidden by the standard.
"""

from datetime import datetime, timedelta
from xml.etree import ElementTree

from django.conf import settings
from django.utils import timezone

from foundation.language import texts
from foundation.outbox.lanes import Lane, rules
from runbooks.models import Broadcast

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
RESTRICTION = "Belediye yetkilileri"  # for officials of municipalities, until a person says that it is public
HEADLINE = 160  # characters, the standard's advice
# (urgency, severity) by lane
WEIGHT = {
    Lane.LIFE_SAFETY: ("Immediate", "Extreme"),
    Lane.OPERATIONAL: ("Immediate", "Severe"),
    Lane.INFORMATION: ("Expected", "Minor"),
    Lane.DRILL: ("Future", "Unknown"),
}


def alert(broadcast: Broadcast) -> bytes:
    """The alert as UTF-8 XML. Ask only for released broadcasts."""
    root = ElementTree.Element("alert", xmlns=NAMESPACE)
    stopped = broadcast.status == Broadcast.Status.STOPPED
    spoken_at = broadcast.ended_at if stopped and broadcast.ended_at else broadcast.approved_at
    _add(root, "identifier", f"{broadcast.number}{'-STOP' if stopped else ''}")
    _add(root, "sender", sender())
    _add(root, "sent", stamp(spoken_at or broadcast.prepared_at))
    _add(root, "status", "Exercise" if broadcast.is_drill else "Actual")
    _add(root, "msgType", "Cancel" if stopped else "Update" if broadcast.corrects_id else "Alert")
    _add(root, "scope", "Public" if broadcast.is_public else "Restricted")
    if not broadcast.is_public:
        _add(root, "restriction", RESTRICTION)
    if earlier := (broadcast if stopped else broadcast.corrects):
        _add(root, "references", reference(earlier))
    _add_info(root, broadcast)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def reference(broadcast: Broadcast) -> str:
    """ "sender,identifier,sent" of the alert of a broadcast, as it was first given."""
    return f"{sender()},{broadcast.number},{stamp(broadcast.approved_at or broadcast.prepared_at)}"


def sender() -> str:
    """Ours, without the characters the standard forbids (blanks, commas, < and &)."""
    return f"nobet@{settings.PUBLIC_BASE_URL.partition('//')[2].partition('/')[0]}"


def stamp(at: datetime) -> str:
    """Local time with its offset: 2026-06-01T10:13:00+03:00."""
    return timezone.localtime(at).isoformat(timespec="seconds")


def _add_info(root: ElementTree.Element, broadcast: Broadcast) -> None:
    info = ElementTree.SubElement(root, "info")
    urgency, severity = WEIGHT[Lane(broadcast.lane)]
    _add(info, "language", "tr-TR")
    _add(info, "category", "Infra")
    _add(info, "event", broadcast.subject)
    _add(info, "urgency", urgency)
    _add(info, "severity", severity)
    _add(info, "certainty", "Observed")
    expires = (broadcast.approved_at or broadcast.prepared_at) + lifetime(broadcast)
    _add(info, "expires", stamp(expires))
    _add(info, "senderName", broadcast.sender)
    _add(info, "headline", broadcast.subject[:HEADLINE])
    _add(info, "description", broadcast.text)
    for name, code in _areas(broadcast):
        area = ElementTree.SubElement(info, "area")
        _add(area, "areaDesc", name)
        if code:
            geocode = ElementTree.SubElement(area, "geocode")
            _add(geocode, "valueName", "TR-plate")
            _add(geocode, "value", code)


def lifetime(broadcast: Broadcast) -> timedelta:
    """How long the lane keeps such a text worth reading."""
    return rules(broadcast.lane).expires_after


def _areas(broadcast: Broadcast) -> list[tuple[str, str]]:
    """The provinces it went to; all of them together are Türkiye."""
    provinces = broadcast.recipients.included().exclude(municipality=None).order_by("municipality__province__sort_key")
    named = list(provinces.values_list("municipality__province__name", "municipality__province_id").distinct())
    return named if 0 < len(named) < 81 else [("Türkiye", "")]


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = texts.carried(text)
