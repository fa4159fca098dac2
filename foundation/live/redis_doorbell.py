"""The doorbell's way to other processes: one word through Redis, which may be gone."""

import logging
import threading
from collections.abc import Callable

import redis

log = logging.getLogger(__name__)

CHANNEL = "nobet:look"
TIMEOUT_SECONDS = 1.0  # seconds for one word with Redis before it counts as gone
PAUSE = 1.0  # seconds between attempts to reach a Redis that is gone


class RedisDoorbell:
    """Posts this process's rings and hears the others', each in a thread of its own."""

    def __init__(self, url: str, *, heard: Callable[[], None]) -> None:
        self.url = url
        self.heard = heard
        self._rung = threading.Event()
        self._starting = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}

    def ring(self) -> None:
        self._rung.set()
        self._keep_running(self._post)

    def listen(self) -> None:
        self._keep_running(self._hear)

    def _keep_running(self, work: Callable[[], None]) -> None:
        """Start `work` once; again in a process that was forked since."""
        with self._starting:
            thread = self._threads.get(work.__name__)
            if thread is None or not thread.is_alive():
                thread = threading.Thread(target=work, name=f"live-bell{work.__name__}", daemon=True)
                self._threads[work.__name__] = thread
                thread.start()

    def _connect(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)

    def _post(self) -> None:
        """Carry rings to Redis; many rings of one moment are one message."""
        client = self._connect()
        while self._rung.wait():
            self._rung.clear()
            try:
                client.publish(CHANNEL, b"")
            except (redis.RedisError, OSError) as error:
                log.info("Redis did not take the ring, other processes look within a second: %s", error)

    def _hear(self) -> None:
        """Pass on what Redis says, and start again whenever Redis goes."""
        pause = threading.Event()
        while True:
            try:
                self._subscribe()
            except (redis.RedisError, OSError) as error:
                log.info("Redis is silent, this process looks every second: %s", error)
                pause.wait(PAUSE)

    def _subscribe(self) -> None:
        with self._connect().pubsub(ignore_subscribe_messages=True) as subscription:
            subscription.subscribe(CHANNEL)
            while True:
                if subscription.get_message(timeout=TIMEOUT_SECONDS / 2):
                    self.heard()
