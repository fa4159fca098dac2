"""Posts shared out by Celery: as many shards as `PROBE_SHARDS`, each stood at by one worker at a time.

A post is a leased row (`Prober`): whoever rings a worker only says *look now*, the
conditional update has one winner, and every cycle of the prober renews the lease. A
worker that dies is replaced when its lease has lapsed, three periods later; one that
comes back relieves whoever stands at two posts more than itself.
"""

import asyncio
import logging
import os
import socket
import threading
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import Error
from django.db.models import Q

from foundation import garbage, now
from monitoring.checks.verdicts import HERE
from monitoring.models import Prober
from monitoring.probing import loops
from monitoring.probing.resident import Post, fresh_connection, stand

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
RENEW = 10.0  # seconds
LEAVES_WITHIN = 2.0  # seconds between noticing that a post is somebody else's and the last probe there

leaving = threading.Event()  # set when this worker stops


# --- who stands where -----------------------------------------------------


def this_worker() -> str:
    """Machine and process number; what an owner's name begins with."""
    return f"{socket.gethostname()[:16]}:{os.getpid()}"


def an_owner() -> str:
    return f"{this_worker()}/{uuid.uuid4().hex[:6]}"


def all_posts() -> list[Post]:
    return [Post(index, settings.PROBE_SHARDS, HERE) for index in range(settings.PROBE_SHARDS)]


def held() -> dict[str, list[tuple[Post, str]]]:
    """By worker, the posts at which it stands, each with the owner that its row names."""
    owners = dict(Prober.objects.filter(lease_until__gt=now()).values_list("name", "owner"))
    posts_of: dict[str, list[tuple[Post, str]]] = {}
    for post in all_posts():
        if post.name in owners:
            posts_of.setdefault(owners[post.name].partition("/")[0], []).append((post, owners[post.name]))
    return posts_of


def vacant() -> list[int]:
    """Shards at which nobody stands."""
    taken = {post.index for posts in held().values() for post, _owner in posts}
    return [post.index for post in all_posts() if post.index not in taken]


def is_crowded() -> bool:
    """Some worker stands at several posts, which another one could share."""
    return any(len(posts) > 1 for posts in held().values())


# --- coming and going -----------------------------------------------------


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
    post, owner = Post(index, of, HERE), an_owner()
    if leaving.is_set() or not claim(post, owner):
        return False
    occupy(post, owner)
    return True


def relieve() -> bool:
    """Stand at a post of the busiest worker, where that one has two more than this one. False when shares are even.

    The row changes hands first: who stood there notices when it renews, and asks until then.
    """
    shares = held()
    busiest = max(shares.values(), key=len, default=[])
    if leaving.is_set() or len(busiest) < len(shares.get(this_worker(), [])) + 2:
        return False
    (post, before), owner = busiest[-1], an_owner()
    still_theirs = Prober.objects.filter(name=post.name, owner=before)
    if not still_theirs.update(owner=owner, lease_until=now() + LEASE):
        return False
    logger.info("relieving %s at %s", before, post.name)
    if not leaving.wait(RENEW + LEAVES_WITHIN) and claim(post, owner):
        occupy(post, owner)
    else:
        give_up(post, owner)
    return True


def occupy(post: Post, owner: str) -> None:
    garbage.calm()
    try:
        loops.run(stand_while_mine(post, owner))
    finally:
        give_up(post, owner)


async def stand_while_mine(post: Post, owner: str) -> None:
    """Probe until the post is somebody else's, this worker stops, or the lease could not be renewed in time."""
    over, time = asyncio.Event(), asyncio.get_running_loop().time
    standing = asyncio.create_task(stand(post, over))
    try:
        async with asyncio.timeout(LEASE.total_seconds()) as lease:
            while not standing.done():
                began = time()
                kept = await asyncio.to_thread(keep, post, owner)
                if kept is False:
                    break
                if kept:
                    lease.reschedule(began + RENEW + LEASE.total_seconds())
    except TimeoutError:
        logger.warning("the lease of %s could not be renewed; leaving it to others", post.name)
    finally:
        over.set()
        await standing


def keep(post: Post, owner: str) -> bool | None:
    """Wait a little, then renew the lease. False when it is time to go, None when the database did not say."""
    if leaving.wait(RENEW) or post.of != settings.PROBE_SHARDS:
        return False
    try:
        with fresh_connection():
            return claim(post, owner)
    except Error:
        return None
