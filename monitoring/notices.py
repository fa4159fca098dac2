"""What is owed to subscribers: a leased row, written in the transaction of what happened."""

from collections.abc import Iterable

from foundation import now
from monitoring.models import Announcement, Maintenance, Outage, StatusUpdate, Told

What = Announcement.What


def owe(outage: Outage, update: StatusUpdate | None = None) -> None:
    """Something about the outage changed: words, who feels it, or whether it is public. Drills tell nobody."""
    if not outage.is_drill:
        Announcement.objects.create(outage=outage, update=update)


def follow(part: Outage, outage: Outage) -> None:
    """Who was told of the smaller outage hears the rest of the story from the wider one."""
    told_already = Told.objects.filter(outage=outage).values("subscriber")
    Told.objects.filter(outage=part, over_at=None).exclude(subscriber__in=told_already).update(outage=outage)
    Told.objects.filter(outage=part).delete()


def part_ways(outage: Outage, part: Outage, municipality_ids: Iterable[int]) -> None:
    """Subscribers of municipalities that moved into an outage of their own hear the rest from there."""
    Told.objects.filter(outage=outage, over_at=None, subscriber__municipality__in=municipality_ids).update(outage=part)


def owe_window(window: Maintenance) -> None:
    """A window was planned: say so, and again when it begins and ends. Past windows are no news."""
    at = now()
    if not window.is_public or window.ends_at <= at:
        return
    if window.starts_at > at:
        Announcement.objects.create(maintenance=window, what=What.PLANNED)
    owe_round(window, window.starts_at, window.ends_at)


def owe_round(window: Maintenance, starts_at, ends_at) -> None:
    """One round of a window: its beginning and its end."""
    Announcement.objects.create(maintenance=window, what=What.BEGUN, due_at=starts_at)
    Announcement.objects.create(maintenance=window, what=What.ENDED, due_at=ends_at)


def hurry_end(window: Maintenance, planned, at) -> None:
    """A round is over before its time: the word about its end is owed now."""
    waiting = Announcement.objects.filter(maintenance=window, what=What.ENDED, due_at=planned)
    waiting.filter(state=Announcement.State.WAITING).update(due_at=at)


def owe_round_off(window: Maintenance, start, following) -> None:
    """A round of a rule will not take place: say so, and say of the round after it what was owed of this one."""
    if not window.is_public:
        return
    Announcement.objects.create(maintenance=window, what=What.ROUND_OFF, round_at=start)
    due = start, start + (window.ends_at - window.starts_at)
    waiting = Announcement.objects.filter(maintenance=window, state=Announcement.State.WAITING)
    of_this = waiting.filter(what=What.BEGUN, due_at=due[0]) | waiting.filter(what=What.ENDED, due_at=due[1])
    if of_this.delete()[0] and following:
        owe_round(window, *following)


def owe_calling_off(window: Maintenance) -> None:
    """A window that had been announced will not take place, or ends at once."""
    if window.is_public and window.ends_at > now():
        Announcement.objects.create(maintenance=window, what=What.CALLED_OFF)
