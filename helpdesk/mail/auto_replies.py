"""Letters that no person wrote, or that would be answered in turn, for ever: recognised by their headers. Pure.

A person may write about an "automatic answer": a subject alone never decides. Only where the way of
the letter says so too (it answers one of ours, and a mail program marked it) is its beginning looked at.

Sources: RFC 3834 (automatic responses), RFC 3464 (delivery reports), RFC 2919 (lists), MS-OXCMAIL 2.2.3.2.14.
"""

from collections.abc import Collection, Mapping

from helpdesk.models.letters import LetterReason

AUTOMATIC = ("auto-replied", "auto-generated", "auto-notified")
ANSWERING = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-mail-autoreply")
BULK = ("bulk", "junk", "list")
ROBOTS = ("mailer-daemon", "postmaster")
# How programs begin the subject of an absence note, a colon after it.
ABSENCE = ("otomatik yanıt", "otomatik cevap", "automatic reply", "out of office", "ofis dışında", "autoreply")


def reason_to_ignore(headers: Mapping[str, str], sender: str, subject: str, own: Collection[str]) -> str:
    """Why this letter is put aside (`LetterReason`), or nothing. `headers` by lower-case name; `own`: our addresses."""
    submitted = headers.get("auto-submitted", "no").strip().lower()
    kind = headers.get("content-type", "").lower()
    if not sender or headers.get("return-path", "").strip() == "<>" or sender.split("@")[0].lower() in ROBOTS:
        return LetterReason.ABSENCE if submitted.startswith("auto-replied") else LetterReason.BOUNCE
    if sender.lower() in own:
        return LetterReason.OURSELVES
    if kind.startswith("multipart/report"):
        return LetterReason.BOUNCE
    if submitted.startswith(AUTOMATIC) or any(headers.get(name) for name in ANSWERING) or is_absence(headers, subject):
        return LetterReason.ABSENCE
    if headers.get("precedence", "").lower() in BULK or headers.get("list-id"):
        return LetterReason.LIST
    return LetterReason.ABSENCE if headers.get("precedence", "").lower() == "auto_reply" else LetterReason.NONE


def is_absence(headers: Mapping[str, str], subject: str) -> bool:
    """An absence note of a program that says so in the subject, and in a header that no person's letter has with it."""
    marked = "oof" in headers.get("x-auto-response-suppress", "").lower() or "all" in headers.get(
        "x-auto-response-suppress", ""
    ).lower().split(", ")
    begins = subject.strip().replace("I", "ı").replace("İ", "i").lower().startswith(ABSENCE)
    return marked and begins and bool(headers.get("in-reply-to"))
