"""Who is concerned, who was told, what each hears; the outbox rows are the deliveries.

touched  subscribers whose page shows the outage now, and who want to hear of it
told     those who heard that it began, and not yet that it is over

touched and not told: it began. Both: an update. Told and no longer touched: it is over
for them. So nobody hears the end of what they never heard begin, and a municipality
that joins a spreading outage late hears the beginning then.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from foundation import now
from foundation.outbox import outbox, successors
from foundation.outbox.lanes import Lane
from monitoring import notices
from monitoring.maintenance import windows
from monitoring.models import Announcement, Maintenance, Outage, Scope, Severity, Subscriber, Told
from monitoring.subscribers import letters
from monitoring.subscribers.letters import Kind, News, Works

BATCH_SIZE = 20
CHUNK = 500
HOOKS_LIVE = timedelta(hours=24)
TOO_LATE_TO_SAY = timedelta(minutes=30)
What = Announcement.What
Channel = Subscriber.Channel
successors.nobody_else("status:", "each subscribed for themselves; the page of the subscription says it")


def announce_due() -> int:
    """Tell what is owed; returns how many announcements were settled."""
    settled = 0
    while claimed := Announcement.objects.claim(BATCH_SIZE):
        for announcement in claimed:
            settle(announcement)
        settled += len(claimed)
    return settled


@transaction.atomic
def settle(announcement: Announcement) -> None:
    """Hand one announcement to the outbox, or nothing when another worker was faster."""
    if not announcement.keep():
        return
    if announcement.outage is not None:
        tell_of_outage(announcement, announcement.outage)
    elif announcement.maintenance is not None:
        tell_of_window(announcement, announcement.maintenance)


def tell_of_outage(announcement: Announcement, outage: Outage) -> None:
    """Compare who is touched with who was told, and tell each side what it lacks."""
    is_shown = outage.is_public and outage.merged_into_id is None
    touched = set(concerned(outage).values_list("pk", flat=True)) if outage.is_open and is_shown else set()
    told = dict(Told.objects.filter(outage=outage, over_at=None).values_list("subscriber_id", "batch"))
    start, more = touched - told.keys(), touched & told.keys()
    if start:
        begin(announcement, outage, start)
    if more and announcement.update is not None:
        chosen = Subscriber.objects.filter(pk__in=more).exclude(channel=Channel.SMS)
        send(announcement, News(Kind.UPDATE, outage, announcement.update), chosen)
    finish(announcement, outage, told, told.keys() - touched if outage.is_open and is_shown else told.keys())


def concerned(outage: Outage) -> QuerySet[Subscriber]:
    """Confirmed subscribers whose page shows this outage, filtered by what they want to hear.

    The country's page tells everything but the fault of one municipality's own line:
    that is for its own subscribers.
    """
    lines = outage.affected.current()
    here = Q(municipality__in=lines.exclude(municipality=None).values("municipality"))
    modules = set(outage.components.values_list("pk", flat=True))
    if outage.scope != Scope.LOCAL or modules:
        here |= Q(municipality=None)
    wanted = Subscriber.objects.confirmed().filter(here, least_severity__gte=outage.severity)
    if not modules or lines.filter(component=None).exists():
        return wanted
    return wanted.filter(Q(components=None) | Q(components__in=modules)).distinct()


def begin(announcement: Announcement, outage: Outage, subscribers: Iterable[int]) -> None:
    """Tell that it began, and remember to whom and in which batch."""
    update = announcement.update or outage.latest_update
    chosen = Subscriber.objects.filter(pk__in=subscribers)
    batches = send(announcement, News(Kind.START, outage, update), chosen)
    again = Told.objects.filter(outage=outage, subscriber__in=subscribers).exclude(over_at=None)
    again.delete()
    Told.objects.bulk_create(
        (
            Told(subscriber_id=pk, outage=outage, batch=batches[channel])
            for pk, channel in chosen.values_list("pk", "channel")
        ),
        batch_size=CHUNK,
    )


def finish(announcement: Announcement, outage: Outage, told: dict[int, str], over: Iterable[int]) -> None:
    """Tell that it is over to those whom the beginning has reached; the others get neither."""
    over = list(over)
    if not over:
        return
    Told.objects.filter(outage=outage, subscriber__in=over).update(over_at=now())
    by_batch: dict[tuple[str, str], list[Subscriber]] = defaultdict(list)
    for subscriber in Subscriber.objects.confirmed().filter(pk__in=over):
        by_batch[told[subscriber.pk], subscriber.channel].append(subscriber)
    heard: list[int] = []
    for (batch, channel), group in by_batch.items():
        reached = outbox.recall(batch, channel, [one.address for one in group])
        heard += [one.pk for one in group if one.address in reached]
    news = News(ending(outage), outage, announcement.update or outage.latest_update)
    send(announcement, news, Subscriber.objects.filter(pk__in=heard))


def ending(outage: Outage) -> str:
    if not outage.is_public:
        return Kind.WITHDRAWN
    return Kind.BACK if outage.is_open else Kind.END


def send(announcement: Announcement, news: News | Works, chosen: QuerySet[Subscriber]) -> dict[str, str]:
    """One batch a channel, returned by key; an address that subscribed to several pages gets one message."""
    urgent = announcement.outage is not None and announcement.outage.severity == Severity.S1
    batches = {}
    for channel in chosen.order_by().values_list("channel", flat=True).distinct():
        batch = outbox.open_batch(
            f"status:{announcement.pk}:{news.kind}:{channel}",
            lane=Lane.OPERATIONAL,
            urgent=urgent,
            expires_at=now() + HOOKS_LIVE if channel == Channel.HOOK else None,
        )
        subscribers = chosen.filter(channel=channel).select_related("municipality").order_by("pk")
        outbox.add(batch, channel, (letters.recipient(news, one) for one in subscribers.iterator(CHUNK)))
        outbox.release(batch)
        batches[channel] = batch.key
    return batches


def tell_of_window(announcement: Announcement, window: Maintenance) -> None:
    """A window: letters and webhooks hear it planned, begun, ended and called off; SMS only that it began."""
    stands = window.cancelled_at is None or announcement.what == What.CALLED_OFF
    is_news = now() - announcement.due_at < TOO_LATE_TO_SAY
    if stands and window.is_public and is_news:
        window.coming = round_of(announcement, window)
        chosen = users_of(window)
        if announcement.what != What.BEGUN:
            chosen = chosen.exclude(channel=Channel.SMS)
        send(announcement, Works(announcement.what, window), chosen)
    if announcement.what == What.ENDED and window.cancelled_at is None:
        owe_the_next_round(window, announcement.due_at)


def round_of(announcement: Announcement, window: Maintenance) -> tuple[datetime, datetime] | None:
    """The round of a rule that the announcement is of; None of a window that takes place once."""
    length = window.ends_at - window.starts_at
    if announcement.round_at:
        return announcement.round_at, announcement.round_at + length
    if announcement.what == What.ENDED:
        before = windows.rounds(window, announcement.due_at - length, announcement.due_at + timedelta(seconds=1))
        return next((times for times in before if times[1] == announcement.due_at), None)
    return windows.next_round(window, announcement.due_at) if window.rule else None


def users_of(window: Maintenance) -> QuerySet[Subscriber]:
    """Subscribers of the places and components of a window; everybody where it names neither."""
    places = Q(municipality__in=window.municipalities.all()) | Q(municipality__province__in=window.provinces.all())
    modules = window.components.all()
    wanted = Subscriber.objects.confirmed()
    if window.municipalities.exists() or window.provinces.exists():
        wanted = wanted.filter(places)
    elif window.nodes.exists() and not modules.exists():
        wanted = wanted.filter(municipality__nodes__in=window.nodes.all())
    if modules.exists():
        wanted = wanted.filter(Q(components=None) | Q(components__in=modules))
    return wanted.distinct()


def owe_the_next_round(window: Maintenance, after) -> None:
    """A window that repeats owes its next round once the one before is over."""
    if not window.rule:
        return
    following = (times for times in windows.rounds(window, after, after + timedelta(days=400)) if times[0] > after)
    if times := next(following, None):
        notices.owe_round(window, *times)


def audience(outage: Outage) -> dict[str, int]:
    """How many subscribers an update would reach now, by channel; for whoever is about to publish."""
    counts = dict.fromkeys(Channel.values, 0)
    for channel, touched in concerned(outage).values_list("channel", "pk"):
        counts[channel] += bool(touched)
    return counts
