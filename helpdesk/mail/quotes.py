"""What somebody wrote, without what they quoted. Pure: text in, text out.

Mail programs in Turkish and English open a quotation in a handful of ways; the text
ends at the first of them, or at a line of ">" that only more of its kind follow.
"""

import re

QUOTATION = re.compile(
    "|".join(
        (
            r"^\s*-{2,}\s*(özgün|orijinal|original|iletilen|forwarded)\s+(ileti|mesaj|message).*$",
            r"^\s*_{10,}\s*$",
            # 21 Kas 2026 Cmt, 14:05 tarihinde Ayşe <a@b.tr> şunu yazdı:
            r"^.{0,200}\b(tarihinde|saat)\b.{0,200}\b(şunu yazdı|şunları yazdı|yazdı)\s*:\s*$",
            r"^\s*.{0,200}\b(şunu yazdı|şunları yazdı|wrote)\s*:\s*$",
            r"^\s*On .{1,200}\bwrote:\s*$",
            r"^\s*(Kimden|Gönderen|From)\s*:\s.*$",
        )
    ),
    re.IGNORECASE | re.MULTILINE,
)
SIGNATURE = re.compile(r"^-- ?$|^\s*(iPhone|Android|iPad).{0,30}(gönder|sent).*$|^\s*Sent from my .*$", re.MULTILINE)
THANKS = re.compile(r"teşekkür|tesekkur|sağ ?ol|sag ?ol|eline sağlık|elinize sağlık|düzeldi|thank", re.IGNORECASE)
LONGEST = 20_000
SHORT = 80


def written(text: str) -> str:
    """The writer's own words; the whole text where nothing of it is left after trimming."""
    text = text.replace("\r\n", "\n").strip()
    own = text
    for mark in (QUOTATION, SIGNATURE):
        quote = mark.search(own)
        own = own[: quote.start()] if quote else own
    lines = own.rstrip().split("\n")
    while lines and (lines[-1].lstrip().startswith(">") or not lines[-1].strip()):
        lines.pop()
    return ("\n".join(lines).strip() or text)[:LONGEST]


def only_thanks(text: str) -> bool:
    """A short word of thanks, without a "but"."""
    return (
        len(text) <= SHORT and bool(THANKS.search(text)) and not re.search(r"\b(ama|fakat|ancak|but)\b", text.lower())
    )
