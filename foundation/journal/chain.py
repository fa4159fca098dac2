"""How the chain is computed: pure, from what an entry says.

link(n) = SHA-256(link(n-1) ‖ n ‖ what entry n says); SHA-256 per FIPS 180-4. What an
entry says includes the salted digest of its text, never the text.
"""

import hashlib
import json
from datetime import UTC, datetime


def text_digest(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def said(
    *, kind: str, subject_type: str, subject_id: str, person_id: int | None, facts: dict, text: str, at: datetime
) -> str:
    """An entry in the one spelling that is digested; `text` is the salted digest of its text."""
    parts = [kind, subject_type, subject_id, person_id, facts, text, at.astimezone(UTC).isoformat()]
    return json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def link(before: str, position: int, entry: str) -> str:
    return hashlib.sha256(f"{before}\n{position}\n{entry}".encode()).hexdigest()
