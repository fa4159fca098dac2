"""A letter's bytes as values: words, page, files, and what its headers say. Pure; bounded in every direction."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as MailPart
from email.utils import getaddresses, parseaddr

import nh3
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext_lazy as _

from foundation.wire.files import uploads
from helpdesk.mail import charsets, html_text

MOST_PARTS = 300
LONGEST_TEXT = 400_000  # characters
LONGEST_HEADER = 2_000
LARGEST_PICTURES = 4 * 1024 * 1024  # bytes of all pictures that stand in a page
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
MARKS = {".png", ".jpg", ".gif", ".webp"}
TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "center", "code", "col", "colgroup", "dd", "del"),
    *("div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li"),
    *("ol", "p", "pre", "q", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot"),
    *("th", "thead", "tr", "u", "ul"),
}
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan"}}
UNREADABLE = _(
    "Part of this letter is in a charset that we cannot read. The original holds it; please ask for it again."
)
WINMAIL = _(
    "Outlook packed files of this letter into winmail.dat, which only Outlook opens. Please ask for them again."
)
LEFT_OUT = _("This letter has more parts than we read. The original holds them.")
KINDS = {"text/calendar": "davet.ics", "message/rfc822": "ileti.eml", "message/global": "ileti.eml"}


@dataclass(frozen=True)
class Letter:
    """What we read of an e-mail. `headers` by lower-case name, several of one name one a line; `order`: as they stand.

    `text` is the plain part, `page` the other one, cleaned. `parts` are (content type, text) of those that tell of
    deliveries. `is_cut`: it was too large to be read to its end, so its files are missing. `raw`: as it came.
    """

    message_id: str
    sender: str
    subject: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[File] = ()
    is_cut: bool = False
    sender_name: str = ""
    page: str = ""
    remarks: Sequence[str] = ()
    parts: Sequence[tuple[str, str]] = ()
    order: Sequence[tuple[str, str]] = ()
    raw: bytes = b""

    def addresses(self, *names: str) -> list[str]:
        """Of these headers, in lower case."""
        values = [self.headers.get(name, "") for name in names]
        return [address.lower() for _name, address in getaddresses(values) if "@" in address]


@dataclass
class Gathered:
    """What a walk over the parts has found so far."""

    texts: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)
    files: list[ContentFile] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    room: int = LARGEST_PICTURES


def parse(raw: bytes, *, is_cut: bool = False) -> Letter:
    mail = message_from_bytes(raw)
    order = [(name.lower(), header_line(str(value))) for name, value in mail.raw_items()]
    headers: dict[str, str] = {}
    for name, value in order:
        headers[name] = f"{headers[name]}\n{value}" if name in headers else value
    found = gathered(mail)
    name, address = parseaddr(headers.get("from", "").split("\n")[0])
    page = "\n".join(found.pages)
    text = "\n\n".join(text for text in found.texts if text.strip()) or html_text.text_of(page)
    return Letter(
        message_id=headers.get("message-id", "").split("\n")[0].strip() or f"<{digest(raw)}@letter>",
        sender=address.strip().lower()[:254],
        sender_name=name[:120],
        subject=headers.get("subject", "").split("\n")[0],
        text=text.replace("\0", "")[:LONGEST_TEXT],
        page=cleaned(page, found.pictures),
        headers=headers,
        files=[] if is_cut else found.files,
        is_cut=is_cut,
        remarks=found.remarks,
        parts=found.parts,
        order=order,
        raw=raw,
    )


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def header_line(value: str) -> str:
    return " ".join(charsets.header_of(value[:LONGEST_HEADER]).replace("\0", "").split())


def gathered(mail: MailPart) -> Gathered:
    found = Gathered()
    for number, part in enumerate(leaves(mail)):
        if number >= MOST_PARTS:
            found.remarks.append(str(LEFT_OUT))
            break
        take(part, found)
    return found


def leaves(mail: MailPart) -> Iterator[MailPart]:
    """Parts in their order, without opening letters that are enclosed; an alternative gives its text and its page."""
    waiting, opened = [mail], 0
    while waiting and opened < 3 * MOST_PARTS:
        part, opened = waiting.pop(), opened + 1
        inner = enclosed(part)
        if inner and part.get_content_maintype() == "multipart":
            waiting.extend(reversed(inner))
        else:
            yield part


def enclosed(part: MailPart) -> list[MailPart]:
    inner = part.get_payload()
    return [each for each in inner if isinstance(each, MailPart)] if isinstance(inner, list) else []


def take(part: MailPart, found: Gathered) -> None:
    kind, name = part.get_content_type().lower(), name_of(part)
    is_file = bool(name) or part.get_content_disposition() == "attachment"
    if kind in ("message/delivery-status", "text/rfc822-headers", "message/rfc822-headers"):
        found.parts.append((kind, delivery_words(part)))
    elif kind in ("text/plain", "text/html") and not is_file:
        content, whole = charsets.text_of(bytes_of(part), declared(part))
        (found.texts if kind == "text/plain" else found.pages).append(content)
        found.remarks += [] if whole else [str(UNREADABLE)]
    else:
        take_file(part, kind, name, found)


def take_file(part: MailPart, kind: str, name: str, found: Gathered) -> None:
    content = bytes_of(part)
    cid = str(part.get("Content-ID", "")).strip().strip("<>")
    if kind.startswith("message/"):
        found.parts.append((kind, content[:20_000].decode("utf-8", "replace")))
    if kind == "application/ms-tnef" or name.lower() == "winmail.dat":
        found.remarks.append(str(WINMAIL))
    if cid and kind in PICTURES and len(content) <= found.room and uploads.marks(content[: uploads.HEAD]) & MARKS:
        found.pictures[cid] = f"data:{kind};base64,{base64.b64encode(content).decode()}"
        found.room -= len(content)
    if content:
        found.files.append(ContentFile(content, name=name or KINDS.get(kind, "dosya")))


def bytes_of(part: MailPart) -> bytes:
    """A file as it was sent; an enclosed letter as the letter it is."""
    if inner := enclosed(part):
        return inner[0].as_bytes()
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def delivery_words(part: MailPart) -> str:
    inner = enclosed(part)
    return "\n\n".join(str(block) for block in inner[:50]) if inner else str(part.get_payload())[:20_000]


def name_of(part: MailPart) -> str:
    try:
        return charsets.header_of(part.get_filename() or "")
    except (ValueError, LookupError):
        return "dosya"


def declared(part: MailPart) -> str:
    charset = part.get_param("charset") or ""
    return charset[2] if isinstance(charset, tuple) else str(charset)


def cleaned(page: str, pictures: dict[str, str]) -> str:
    """The page without anything that acts or asks the network: pictures of the letter itself stay in their places."""
    if not page.strip():
        return ""

    def allowed(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "src":
            return pictures.get(re.sub(r"(?i)^cid:", "", value))
        return value

    return nh3.clean(
        page.replace("\0", ""),
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags={"script", "style", "title", "template", "svg", "math", "iframe", "object"},
        attribute_filter=allowed,
        url_schemes={"http", "https", "mailto", "cid", "data"},
        link_rel="noopener noreferrer nofollow",
    )
