"""The cache of a house that is one process: nobody's count of attempts is pushed out by other entries."""

import time

from django.core.cache.backends.locmem import LocMemCache

ROOM = 100_000  # entries, some 60 MB when all are taken; Django's own cache holds 300
PART_GIVEN_UP = 20


class MemoryCache(LocMemCache):
    """Django's, with room for what an outsider can make us count, and what has ended goes first.

    A count is kept in memory and in no table, because it must outlive the transaction of
    the act that was refused, and must not wait for a database that is busy.
    """

    def __init__(self, name: str, params: dict) -> None:
        super().__init__(name, params)
        self._max_entries, self._cull_frequency = ROOM, PART_GIVEN_UP

    def _cull(self) -> None:
        at = time.time()
        ended = [key for key, ends in self._expire_info.items() if ends is not None and ends <= at]
        for key in ended:
            self._delete(key)
        if len(self._cache) > self._max_entries * (1 - 1 / PART_GIVEN_UP):
            super()._cull()
