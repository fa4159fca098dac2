"""The reference a message carries to the gateway and back: signed, so that nobody makes one up."""

from django.core import signing

_signer = signing.Signer(salt="foundation.outbox.reference", sep="~")


def make(message_id: int, attempt: int) -> str:
    return _signer.sign(f"{message_id}.{attempt}")


def read(token: str) -> tuple[int, int] | None:
    """(message id, attempt), or None when the signature is not ours."""
    try:
        message_id, attempt = _signer.unsign(token).split(".")
        return int(message_id), int(attempt)
    except (signing.BadSignature, ValueError):
        return None
