"""Opening a socket on daphne, many at a time: after a restart every page comes back at once."""

from autobahn.websocket import protocol


def spare_the_printing() -> None:
    """Have autobahn not print its settings for a debug line that nobody reads.

    It formats all of them, eagerly, whenever a socket opens: more than a third of what
    a handshake costs (docs/performance.md). Where the name moved, nothing changes.
    """
    if hasattr(protocol, "pformat"):
        protocol.pformat = unprinted  # type: ignore[assignment]  # takes what it is called with, and no more


def unprinted(settings: object) -> str:
    return "(not printed)"
