"""One look a second a process and page, however many readers ask.

Public pages depend on nothing but the address, the language and the database, so
their bytes are kept and given out until the database may have changed. A second
later it is asked whether anything was said to anybody since; if not, the bytes are
good for another second, up to `LONGEST_SECONDS`. Writing a page takes longer than
giving it out two hundred times.

While one reader renews an answer, the others wait for it: the one before may be
minutes old, and a page that was just told of an outage would go on saying that all
is well.
"""

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from foundation.live import live

FRESH_SECONDS = 1.0
LONGEST_SECONDS = 5.0  # what is said in no event (charts, times), and a word whose commit came late
KEPT = 512
WAIT_SECONDS = 10.0


@dataclass
class CachedAnswer:
    """What is given out: `tag` is an ETag over the bytes, `packed` the same bytes for slow lines.

    `made` and `looked` on the monotonic clock; `mark` is the last word said before it was made.
    """

    body: bytes
    content_type: str
    made: float
    mark: int

    def __post_init__(self) -> None:
        self.looked = self.made
        self.tag = f'W/"{hashlib.blake2b(self.body, digest_size=12).hexdigest()}"'
        self.packed = gzip.compress(self.body, 6)


class PageCache:
    """Keeps the last answer by key; at most `KEPT` keys, the longest unused goes first."""

    def __init__(
        self,
        fresh: float = FRESH_SECONDS,
        longest: float = LONGEST_SECONDS,
        last_word: Callable[[], int] = live.last_word,
    ) -> None:
        self.fresh, self.longest, self.last_word = fresh, longest, last_word
        self.answers: OrderedDict[object, CachedAnswer] = OrderedDict()
        self.renewals: dict[object, threading.Event] = {}
        self.lock = threading.Lock()

    def get(self, key: object, make: Callable[[], tuple[bytes, str]]) -> CachedAnswer:
        """The kept answer while it is fresh, else a new one.

        Who finds none waits for the reader who is already making it: a thousand
        readers cost one answer, not a thousand.
        """
        with self.lock:
            kept = self.answers.get(key)
            if kept and time.monotonic() - kept.looked < self.fresh:
                self.answers.move_to_end(key)
                return kept
            mine = key not in self.renewals
            under_way = self.renewals.setdefault(key, threading.Event())
        if not mine and under_way.wait(WAIT_SECONDS) and (kept := self.answers.get(key)):
            return kept
        return self._renew(key, make, under_way)

    def _renew(self, key: object, make: Callable[[], tuple[bytes, str]], under_way: threading.Event) -> CachedAnswer:
        try:
            mark, at = self.last_word(), time.monotonic()
            answer = self.answers.get(key)
            if answer and answer.mark == mark and at - answer.made < self.longest:
                answer.looked = at
                return answer
            answer = CachedAnswer(*make(), made=at, mark=mark)
            with self.lock:
                self.answers[key] = answer
                while len(self.answers) > KEPT:
                    self.answers.popitem(last=False)
            return answer
        finally:
            with self.lock:
                if self.renewals.get(key) is under_way:
                    del self.renewals[key]
            under_way.set()

    def forget(self) -> None:
        with self.lock:
            self.answers.clear()


cached_pages = PageCache()
