"""Whether the world can reach us: one rule, asked at the start and at every door for machines."""

from typing import Any
from urllib.parse import urlsplit

LOCAL = {"127.0.0.1", "localhost", "[::1]", "::1", "testserver"}


def is_production(settings: Any) -> bool:
    """As soon as a host name of the outside stands in PUBLIC_BASE_URL or ALLOWED_HOSTS; nothing else counts."""
    names = {urlsplit(settings.PUBLIC_BASE_URL).hostname or "", *settings.ALLOWED_HOSTS}
    return any(name not in LOCAL and not name.endswith(".localhost") for name in names)
