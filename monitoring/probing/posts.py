"""Posts shared out by Celery: as many shards as `PROBE_SHARDS`, each stood at by one worker at a time.

A post is a leased row (`Prober`): whoever rings a worker only says *look now*, the
conditional update has one winner, and every cycle of the prober renews the lease. A
worker that dies is replaced when its lease has lapsed, three periods later.
"""

import asyncio
import threading
import uuid
from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from foundation import now
from monitoring.models import Prober
from monitoring.probing.resident import Post, stand
from monitoring.verdicts import HERE

LEASE = timedelta(seconds=30)
RENEW = 10.0  # seconds

leaving = threading.Event()  # set when this worker stops


def vacant() -> list[int]:
    """Shards at which nobody stands."""
    held = Prober.objects.filter(lease_until__gt=now()).values_list("name", flat=True)
    posts = [Post(index, settings.PROBE_SHARDS) for index in range(settings.PROBE_SHARDS)]
    return [post.index for post in posts if post.name not in set(held)]


def claim(post: Post, owner: str) -> bool:
    """Take or keep the post. One winner."""
    at = now()
    Prober.objects.get_or_create(name=post.name, defaults={"location": post.location})
    free = Q(lease_until=None) | Q(lease_until__lte=at) | Q(owner=owner)
    return bool(Prober.objects.filter(free, name=post.name).update(owner=owner, lease_until=at + LEASE))


def give_up(post: Post, owner: str) -> None:
    Prober.objects.filter(name=post.name, owner=owner).update(owner="", lease_until=None)


def take(index: int, of: int) -> bool:
    """Stand at a post until this worker stops or the post is somebody else's. False when it was taken."""
    post, owner = Post(index, of, HERE), uuid.uuid4().hex
    if leaving.is_set() or not claim(post, owner):
        return False
    try:
        asyncio.run(stand_while_mine(post, owner))
    finally:
        give_up(post, owner)
    return True


async def stand_while_mine(post: Post, owner: str) -> None:
    over = asyncio.Event()
    standing = asyncio.create_task(stand(post, over))
    try:
        while not standing.done() and await asyncio.to_thread(keep, post, owner):
            pass
    finally:
        over.set()
        await standing


def keep(post: Post, owner: str) -> bool:
    """Wait a little, then renew the lease; False when it is time to go."""
    return not leaving.wait(RENEW) and post.of == settings.PROBE_SHARDS and claim(post, owner)
