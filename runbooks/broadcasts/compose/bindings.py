"""What two people agree to, as one hash: everything that leaves and everyone it goes to."""

import hashlib
import json

from runbooks.broadcasts.compose import audience
from runbooks.models import Broadcast


def binding_of(broadcast: Broadcast, audience_digest: str) -> str:
    """SHA-256, hexadecimal, over all that makes this message what it is."""
    bound = [
        broadcast.pk,
        broadcast.subject,
        broadcast.text,
        broadcast.correction,
        broadcast.spelling,
        broadcast.code,
        broadcast.sender,
        broadcast.lane,
        broadcast.is_drill,
        broadcast.chases,
        broadcast.rule,
        broadcast.outage_id,
        broadcast.corrects_id,
        audience_digest,
        *(["public"] if broadcast.is_public else []),
    ]
    return hashlib.sha256(json.dumps(bound, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def is_as_submitted(broadcast: Broadcast) -> bool:
    """Whether text and frozen list, read now, still give the hash of the submission."""
    digest = audience.frozen(broadcast).digest
    return digest == broadcast.audience_digest and binding_of(broadcast, digest) == broadcast.binding
