"""Letters that nobody should answer: they would be answered in turn, for ever. Pure.

Sources: RFC 3834 (automatic responses), RFC 3464 (delivery reports), RFC 2919 (lists).
"""

from collections.abc import Mapping

AUTOMATIC = ("auto-replied", "auto-generated", "auto-notified")
BULK = ("bulk", "junk", "list", "auto_reply")
ROBOTS = ("mailer-daemon", "postmaster", "no-reply", "noreply", "do-not-reply")
ABSENCE = ("out of office", "otomatik yanıt", "automatic reply", "ofis dışında", "izindeyim", "otomatik cevap")


def reason_to_ignore(headers: Mapping[str, str], sender: str, subject: str, own: str) -> str:
    """Why this letter is put aside, or nothing. `headers` by lower-case name; `own`: our address."""
    local = sender.split("@")[0].lower()
    if not sender or sender.lower() == own.lower():
        return "from ourselves"
    if headers.get("auto-submitted", "no").lower().startswith(AUTOMATIC) or headers.get("x-autoreply"):
        return "automatic"
    if headers.get("precedence", "").lower() in BULK or headers.get("list-id"):
        return "list"
    if headers.get("content-type", "").lower().startswith("multipart/report") or local in ROBOTS:
        return "delivery report"
    if any(phrase in subject.lower() for phrase in ABSENCE):
        return "out of office"
    return ""
