"""What open pages hear of a broadcast."""

from foundation.live import audiences, live
from runbooks.models import Broadcast


def tell(broadcast: Broadcast) -> None:
    """Say to open pages where the broadcast stands."""
    live.announce(audiences.broadcast(broadcast.pk), "broadcast", broadcast.pk, broadcast.live_state())
