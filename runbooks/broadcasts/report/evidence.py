"""The evidence of a broadcast: everything that was decided and what became of each number, signed.

The document is canonical JSON; the envelope carries it as text with an Ed25519
signature (RFC 8032), so that a reader needs no database of ours to check it. Numbers
are pseudonyms: a keyed digest and the last two digits, enough to find one's own.
"""

import base64
import hashlib
import hmac
import json
from collections import Counter
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from foundation import now
from foundation.directory.models import Person
from foundation.journal import journal
from foundation.journal.models import Entry, Head
from foundation.outbox import outbox
from foundation.outbox.models import OutboxMessage
from runbooks.broadcasts.delivery import acknowledgements, sending
from runbooks.models import Approval, Broadcast, BrokenGlass

FORMAT = "nobet-evidence-1"
# How a class of the closing equation is counted from the states of messages.
CLASSES = dict.fromkeys(OutboxMessage.IN_FLIGHT, "in_flight")


class NotGenuine(Exception):
    """The envelope does not prove what it says; the text names the reason."""


@dataclass(frozen=True)
class EvidenceSummary:
    """What a genuine envelope says in short."""

    number: str
    signed_at: str
    recipients: int
    adds_up: bool
    sha256: str


@transaction.atomic
def envelope(broadcast: Broadcast, *, by: Person) -> dict:
    """The signed evidence as it stands now; that it was taken is recorded with its digest."""
    text = json.dumps(document(broadcast), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    journal.record("broadcast.evidence_taken", broadcast, by=by, sha256=digest)
    return {
        "format": FORMAT,
        "document": text,
        "sha256": digest,
        "signature": base64.b64encode(_key().sign(text.encode())).decode(),
        "public_key": public_key(),
    }


def document(broadcast: Broadcast) -> dict:
    """What is signed: plain JSON values."""
    batch = sending.batch_of(broadcast)
    return {
        "format": FORMAT,
        "made_at": now().isoformat(),
        "broadcast": _facts(broadcast),
        "authority": _authority(broadcast),
        "equation": asdict(outbox.tally(batch)) if batch else {},
        "heard": asdict(acknowledgements.heard(broadcast)),
        "recipients": _recipients(broadcast, batch),
        "acknowledgements": _acknowledgements(broadcast),
        "journal": _journal(broadcast),
    }


def verify(told: dict, key: str) -> EvidenceSummary:
    """Check signature and equation of an envelope against a public key (base64); raises NotGenuine."""
    try:
        text, signature = told["document"], base64.b64decode(told["signature"])
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(signature, text.encode())
        document = json.loads(text)
    except InvalidSignature as error:
        raise NotGenuine(_("the signature is not of this key, or the document was changed")) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotGenuine(_("not an envelope of evidence")) from error
    return EvidenceSummary(
        number=document["broadcast"]["number"],
        signed_at=document["made_at"],
        recipients=len(document["recipients"]),
        adds_up=_adds_up(document),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def public_key() -> str:
    """Ours, base64 of the 32 raw bytes."""
    raw = _key().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_derived(b"nobet evidence signature v1"))


def _derived(purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose).derive(settings.SECRET_KEY.encode())


def _adds_up(document: dict) -> bool:
    """The equation closes, and every class equals the recipients listed in it."""
    classes = dict(document["equation"])
    intended = classes.pop("intended", 0)
    listed = Counter(CLASSES.get(row["state"], row["state"]) for row in document["recipients"] if row["state"])
    return intended == sum(classes.values()) and all(listed[name] == count for name, count in classes.items())


def _facts(broadcast: Broadcast) -> dict:
    names = ("subject", "is_drill", "lane", "sender", "spelling", "text", "correction", "status", "chases")
    times = ("prepared_at", "submitted_at", "approved_at", "ended_at")
    facts = {name: getattr(broadcast, name) for name in (*names, "audience_digest", "binding")}
    facts["rule"] = {name: len(value) if name == "file" else value for name, value in broadcast.rule.items()}
    stamps = {name: getattr(broadcast, name) and getattr(broadcast, name).isoformat() for name in times}
    return {"number": broadcast.number, **facts, **stamps}


def _authority(broadcast: Broadcast) -> dict:
    """Who answers for it, and by what right it left."""
    authority: dict[str, object] = {
        "kind": broadcast.authority,
        "submitted_by": broadcast.submitted_by and broadcast.submitted_by.name,
        "approved_by": broadcast.approved_by and broadcast.approved_by.name,
    }
    if word := Approval.objects.filter(broadcast=broadcast).first():
        authority |= {"factor": word.factor, "typed_count": word.typed_count, "binding": word.binding}
    if glass := BrokenGlass.objects.filter(broadcast=broadcast).first():
        authority |= {"factor": glass.factor, "typed_count": glass.typed_count, "reason": glass.reason}
        authority |= {"reviewed_by": glass.reviewed_by and glass.reviewed_by.name, "review": glass.review}
    if allowed := broadcast.pre_approval:
        authority |= {
            "pre_approval": allowed.binding,
            "good_until": allowed.good_until and allowed.good_until.isoformat(),
        }
    return authority


def _recipients(broadcast: Broadcast, batch) -> list[dict]:
    fields = ("address", "state", "reason", "attempt", "gateway", "sid", "moved_at")
    sent = {row["address"]: row for row in batch.messages.values(*fields)} if batch else {}
    key = _derived(b"nobet evidence numbers v1")
    rows = broadcast.recipients.values_list("place", "address", "duty", "municipality__code", "left_out", "listed")
    return [
        {
            "place": place,
            "number": hmac.new(key, address.encode(), hashlib.sha256).hexdigest()[:24],
            "ends": address[-2:],
            "duty": duty,
            "municipality": code,
            "left_out": left_out,
            "listed": listed,
            **_end(sent.get(address)),
        }
        for place, address, duty, code, left_out, listed in rows
    ]


def _end(message: dict | None) -> dict:
    if message is None:
        return {"state": ""}
    kept = {name: message[name] for name in ("state", "reason", "attempt", "gateway", "sid")}
    return kept | {"moved_at": message["moved_at"].isoformat()}


def _acknowledgements(broadcast: Broadcast) -> list[dict]:
    rows = broadcast.acknowledgements.order_by("at").values_list("municipality__code", "via", "at")
    return [{"municipality": code, "via": via, "at": at.isoformat()} for code, via, at in rows]


def _journal(broadcast: Broadcast) -> dict:
    entries = Entry.objects.filter(subject_type=broadcast._meta.label_lower, subject_id=str(broadcast.pk))
    head = Head.objects.first()
    return {
        "head": str(head) if head else "",
        "entries": [
            {name: getattr(row, name) for name in ("kind", "facts", "position", "digest")} | {"at": row.at.isoformat()}
            for row in entries.order_by("id")
        ],
    }
