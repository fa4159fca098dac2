"""The words that subscribers read: subject, letter, SMS, JSON. Each in the reader's language."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext

from foundation import now
from foundation.outbox.outbox import Addressee
from monitoring.models import Announcement, Maintenance, Outage, StatusUpdate, Subscriber
from monitoring.status import statuspage
from monitoring.status.report import StatusReport
from monitoring.wording import clock

TITLE_IN_SMS = 70
Channel = Subscriber.Channel


class Kind:
    """What a message says of an outage. The words stand in `subject` and `short`."""

    START, UPDATE, BACK, END, WITHDRAWN = "start", "update", "back", "end", "withdrawn"


@dataclass(frozen=True)
class News:
    """One message about one outage, before it is put into a reader's language."""

    kind: str
    outage: Outage
    update: StatusUpdate | None

    def subject(self) -> str:
        title = self.outage.title
        match self.kind:
            case Kind.START:
                return gettext("Outage: %(title)s") % {"title": title}
            case Kind.UPDATE:
                return gettext("News: %(title)s") % {"title": title}
            case Kind.BACK:
                return gettext("Works again at your place: %(title)s") % {"title": title}
            case Kind.WITHDRAWN:
                return gettext("Withdrawn: %(title)s") % {"title": title}
        return gettext("Over: %(title)s") % {"title": title}

    def short(self) -> str:
        """One SMS without its way out."""
        values = {"title": Truncator(self.outage.title).chars(TITLE_IN_SMS), "time": clock(self.outage.started_at)}
        match self.kind:
            case Kind.START | Kind.UPDATE:
                return gettext("NOBET: %(title)s. Since %(time)s.") % values
            case Kind.BACK:
                return gettext("NOBET: %(title)s. Works again at your place.") % values
            case Kind.WITHDRAWN:
                return gettext("NOBET: %(title)s. This notice was withdrawn.") % values
        return gettext("NOBET: %(title)s. It is over.") % values

    def letter(self) -> str:
        context = {"outage": self.outage, "update": self.update, "kind": self.kind, "base": settings.PUBLIC_BASE_URL}
        return render_to_string("monitoring/notices/outage.txt", context).strip()

    def document(self, subscriber: Subscriber) -> dict:
        """As Statuspage's own webhooks: `page` and `incident`."""
        here = StatusReport(
            at=now(), outages=[self.outage] if self.outage.is_open else [], components=[], upcoming=[],
            changed_at=now(), probed_at=None, of=subscriber.municipality,
        )  # fmt: skip
        return {"page": page(here), "incident": statuspage.incident(self.outage, here), "kind": self.kind}


@dataclass(frozen=True)
class Works:
    """One message about one maintenance window."""

    kind: str
    window: Maintenance

    def subject(self) -> str:
        values = {"title": self.window.title}
        match self.kind:
            case Announcement.What.PLANNED:
                return gettext("Planned maintenance: %(title)s") % values
            case Announcement.What.BEGUN:
                return gettext("Maintenance has begun: %(title)s") % values
            case Announcement.What.CALLED_OFF:
                return gettext("Maintenance is called off: %(title)s") % values
            case Announcement.What.ROUND_OFF:
                return gettext("This time there is no maintenance: %(title)s") % values
        return gettext("Maintenance is over: %(title)s") % values

    def short(self) -> str:
        values = {"title": Truncator(self.window.title).chars(TITLE_IN_SMS), "time": clock(self.window.finishes_at)}
        return gettext("NOBET: maintenance has begun: %(title)s. Until %(time)s.") % values

    def letter(self) -> str:
        context = {"window": self.window, "subject": self.subject(), "base": settings.PUBLIC_BASE_URL}
        return render_to_string("monitoring/notices/maintenance.txt", context).strip()

    def document(self, subscriber: Subscriber) -> dict:
        here = StatusReport(
            at=now(), outages=[], components=[], upcoming=[], changed_at=now(), probed_at=None,
            of=subscriber.municipality,
        )  # fmt: skip
        return {"page": page(here), "incident": statuspage.maintenance(self.window, here), "kind": self.kind}


def page(here: StatusReport) -> dict:
    status = statuspage.status(here)["status"]
    return {
        "id": statuspage.page_id(here),
        "status_indicator": status["indicator"],
        "status_description": status["description"],
    }


def recipient(news: News | Works, subscriber: Subscriber) -> Addressee:
    """The message as this subscriber gets it, with the way out at its end."""
    with translation.override(subscriber.language):
        if subscriber.channel == Channel.SMS:
            return Addressee(subscriber.address, f"{news.short()} {way_out(subscriber.leaving_code)}")
        if subscriber.channel == Channel.HOOK:
            document = {"meta": {"unsubscribe": link(subscriber)}, **news.document(subscriber)}
            return Addressee(subscriber.address, json.dumps(document, ensure_ascii=False))
        text = f"{news.letter()}\n\n{footer(subscriber)}"
        return Addressee(
            subscriber.address, text, subject=f"[Nöbet] {news.subject()}"[:200], unsubscribe=leaving_link(subscriber)
        )


def way_out(code: str) -> str:
    """What every SMS ends with."""
    return gettext("To stop: %(code)s") % {"code": code}


def footer(subscriber: Subscriber) -> str:
    context = {"subscriber": subscriber, "link": link(subscriber)}
    return render_to_string("monitoring/notices/footer.txt", context).strip()


def link(subscriber: Subscriber) -> str:
    """Where the subscriber confirms, changes and leaves; the token in it is the key."""
    return settings.PUBLIC_BASE_URL + reverse("monitoring:subscription", args=[subscriber.token])


def leaving_link(subscriber: Subscriber) -> str:
    """Takes a bare POST from mail programs (RFC 8058)."""
    return settings.PUBLIC_BASE_URL + reverse("monitoring:subscription_ending", args=[subscriber.token])


def question(subscriber: Subscriber, code: str) -> Addressee:
    """ "Is this yours?": a code for a telephone, a link for everybody else."""
    with translation.override(subscriber.language):
        if subscriber.channel == Channel.SMS:
            text = gettext("NOBET: your code for status messages is %(code)s. Not you? Ignore this.") % {"code": code}
            return Addressee(subscriber.address, text)
        if subscriber.channel == Channel.HOOK:
            document = {"kind": "confirmation", "meta": {"confirm": link(subscriber)}}
            return Addressee(subscriber.address, json.dumps(document))
        context = {"subscriber": subscriber, "link": link(subscriber)}
        text = render_to_string("monitoring/notices/question.txt", context).strip()
        return Addressee(subscriber.address, text, subject=gettext("Please confirm: status messages of Nöbet"))
