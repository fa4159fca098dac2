"""What somebody wrote in answer to us, without what they quoted. Pure: text in, text out.

A quotation is known by its structure, never by one line: a header block of several lines, a line
that says who wrote when, or ">" to the end. Mail programs of this country open one in these ways:
Outlook and Exchange (header block, with or without a rule above), Gmail and Android ("… tarihinde …
şunu yazdı:"), iPhone ("… şunları yazdı (21 Kas 2026 14:05):"), Yandex (date, name and address alone),
Samsung, Zimbra and Thunderbird. What is cut is then compared, word by word, with what is already known of
the conversation: a line that holds a word we have not read before stays, so that answers
between the lines, below the quotation, or behind a line that only looks like one are kept.
"""

import difflib
import re
from collections.abc import Iterable, Sequence

FROM, SENT, TO, COPY, SUBJECT, OTHER = "from", "sent", "to", "copy", "subject", "other"
LABELS = {
    **dict.fromkeys(("kimden", "gönderen", "from", "von"), FROM),
    **dict.fromkeys(
        (
            *("gönderilme", "gönderildi", "gönderim tarihi", "gönderme tarihi", "gönderilme tarihi", "gönderilenler"),
            *("tarih", "sent", "date"),
        ),
        SENT,
    ),
    **dict.fromkeys(("kime", "alıcı", "to"), TO),
    **dict.fromkeys(("bilgi", "cc", "bcc"), COPY),
    **dict.fromkeys(("konu", "subject"), SUBJECT),
    **dict.fromkeys(("önem", "importance", "ekler", "attachments", "yanıtla", "reply-to"), OTHER),
}
HEADER = re.compile(r"^[\s>*]*([^\W\d_][\w -]{1,20}?)\s*:[\s*]*(.*)$")
RULE = re.compile(r"^[\s>]*(_{10,}|-{2,}.{0,60}?-{2,}|-{5,})\s*$")
DATE = re.compile(
    r"\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}\.? [^\W\d_]{3,8},? \d{4}\b"
    r"|\b[^\W\d_]{3,9} \d{1,2}, \d{4}\b"
)
CLOCK = re.compile(r"(?<![\d.])\d{1,2}[:.]\d{2}(?![\d.])")
SAID = re.compile(r"\b(yazdı|wrote)\b[^:]{0,40}:?\s*(\([^()]{4,60}\))?\s*:\s*$", re.IGNORECASE)
YANDEX = re.compile(r"^\s*\d{1,2}\.\d{1,2}\.\d{4},? \d{1,2}:\d{2}.{0,120}<[^<>\s]+@[^<>\s]+>\s*:\s*$")
OPENS = re.compile(rf"^\s*(On\b|\d{{1,2}}[./ ]|\d{{4}}-|(?:{DATE.pattern})|[^<>\n]{{1,60}}<[^<>\s]+@[^<>\s]+>)")
SENDER = re.compile(r"<\s*[^<>\s]+@[^<>\s]+\s*>")
LONGEST_ATTRIBUTION = 300
SIGNATURE = re.compile(r"^-- $", re.MULTILINE)
LINES_OF_A_SIGNATURE = 8
HANDHELD = re.compile(
    r"\n\s*((iPhone|iPad|Android|Samsung|Galaxy|Huawei|Xiaomi|Yandex|Outlook)\S* .{0,40}gönderil(di|miştir)\.?"
    r"|Sent from .{1,40}|Get Outlook for .{1,20}|(iOS|Android) için Outlook.{0,30}"
    r"|Yandex\.?Mail.{0,30}gönderildi\.?)\s*$"
)
WORD = re.compile(r"\w+")
ADDRESS = re.compile(r"<?https?://\S+|<mailto:\S+>|\[?cid:\S+")
CAUTION = re.compile(r"^\W*(dikkat|uyarı|caution|external|dış e-?posta)\b.{0,200}(kurum dışı|outside|external)", re.I)
LONGEST = 20_000  # characters that a page shows; the original is kept whole
MOST_WORDS = 4_000  # of a quotation that are compared one by one
THANKS = {"teşekkür", "teşekkürler", "tesekkur", "tesekkurler", "sağol", "sağolun", "sagol", "sagolun", "thanks"}
THANKS_OF_TWO = {("sağ", "ol"), ("sağ", "olun"), ("sag", "ol"), ("sag", "olun"), ("thank", "you")} | {
    (first, second) for first in ("eline", "elinize", "emeğinize", "emeginize") for second in ("sağlık", "saglik")
}
POLITE = {
    *("çok", "cok", "ederim", "ederiz", "ediyorum", "ediyoruz", "size", "sana", "hepinize", "herkese"),
    *("arkadaşlar", "arkadaslar", "ekip", "ekibe", "ilginiz", "için", "icin", "ilginize", "desteğiniz"),
    *("desteginiz", "yardımınız", "yardiminiz", "sağ", "sag", "ol", "olun", "eline", "elinize"),
    *("emeğinize", "emeginize", "sağlık", "saglik", "merhaba", "merhabalar", "selam", "selamlar", "iyi"),
    *("günler", "gunler", "çalışmalar", "calismalar", "kolay", "gelsin", "saygılar", "saygilar"),
    *("saygılarımla", "saygilarimla", "düzeldi", "duzeldi", "tamam", "tamamdır", "tamamdir", "oldu", "bey"),
    *("hanım", "hanim", "şimdi", "simdi", "thank", "you", "very", "much", "many", "it", "works", "now"),
    *("regards", "best", "kind", "dear", "hello", "hi"),
}
SHORT = 120


def written(text: str, known: str | None = None) -> str:
    """The writer's own words in a reply; the whole text where nothing of it would be left.

    `known` is what has been said in this conversation already, ours first; without it only the structure speaks.
    """
    text = text.replace("\r\n", "\n").strip("\n")
    lines = text.split("\n")
    place = 0 if known is not None and text.startswith(">") else start_of_quotation(lines)
    own = without_farewell("\n".join(lines[:place]))
    new = [] if known is None else unread(lines[place:], known)
    return "\n\n".join(part for part in (own, "\n".join(new).strip()) if part) or text.strip()


def start_of_quotation(lines: Sequence[str]) -> int:
    """The first line of what was quoted; the number of lines where nothing was."""
    end = len(lines)
    for place in range(end):
        if opens_quotation(lines, place):
            return place
    while end and (lines[end - 1].lstrip().startswith(">") or not lines[end - 1].strip()):
        end -= 1
    return end


def opens_quotation(lines: Sequence[str], place: int) -> bool:
    line = lines[place]
    if RULE.match(line):
        following = next((at for at in range(place + 1, min(place + 3, len(lines))) if lines[at].strip()), place)
        return following > place and length_of_header(lines, following) > 0
    return length_of_header(lines, place) > 0 or length_of_attribution(lines, place) > 0


def length_of_header(lines: Sequence[str], place: int) -> int:
    """How many lines of a header block begin here: who, when (a date) and to whom or about what; 0 for none."""
    kinds = [label_of(lines[place])]
    while kinds[0] and place + len(kinds) < len(lines) and len(kinds) < 14:
        at = place + len(kinds)
        kind = label_of(lines[at])
        if kind is None and not continues(lines, at):
            break
        kinds.append(kind)
    block = lines[place : place + len(kinds)]
    begins = kinds[0] == FROM or (place > 0 and bool(RULE.match(lines[place - 1])))
    is_dated = any(kind == SENT and DATE.search(line) for kind, line in zip(kinds, block, strict=True))
    is_one = begins and is_dated and kinds.count(FROM) == 1 and len(set(kinds) - {OTHER, None}) >= 3
    return len(block) if is_one else 0


def label_of(line: str) -> str | None:
    matched = HEADER.match(line)
    name = lowered(matched[1]).strip() if matched else ""
    return LABELS.get(name)


def continues(lines: Sequence[str], at: int) -> bool:
    """Whether a line without a label is the rest of a long list of addresses above the next label."""
    return "@" in lines[at] and at + 1 < len(lines) and label_of(lines[at + 1]) is not None


def length_of_attribution(lines: Sequence[str], place: int) -> int:
    """How many lines say who wrote when, as programs write it above a quotation; 0 for none.

    A sentence that a person wrote has no address in angle brackets, and no ">" below it.
    """
    for length in (1, 2, 3):
        block = [line.strip(" >\t") for line in lines[place : place + length]]
        said = " ".join(block)
        if len(block) < length or not all(block) or len(said) > LONGEST_ATTRIBUTION or not OPENS.match(block[0]):
            return 0
        if said.endswith(":"):
            is_dated = bool(DATE.search(said) and CLOCK.search(said))
            is_said = is_dated and bool(YANDEX.match(said) or SAID.search(said))
            return length if is_said and (SENDER.search(said) or quotes_below(lines, place + length)) else 0
    return 0


def quotes_below(lines: Sequence[str], place: int) -> bool:
    following = next((line for line in lines[place : place + 3] if line.strip()), "")
    return following.lstrip().startswith(">")


def without_farewell(text: str) -> str:
    """Without a short signature under the mark of RFC 3676, and without the line that a handset adds."""
    mark = SIGNATURE.search(text)
    while mark and text.count("\n", mark.end()) > LINES_OF_A_SIGNATURE:
        mark = SIGNATURE.search(text, mark.end())
    text = text[: mark.start()] if mark else text
    return HANDHELD.sub("", f"\n{text.rstrip()}").strip()


def unread(lines: Sequence[str], known: str) -> list[str]:
    """What of a quotation was never read before, line by line; what stands between answers keeps its ">"."""
    new = new_lines(lines, known)
    if not new:
        return []
    first, last = new[0], new[-1]
    wanted = set(new)
    between = range(first, last + 1)
    return [lines[at] if at in wanted or not lines[at].strip() else f"> {lines[at].lstrip('> ')}" for at in between]


def new_lines(lines: Sequence[str], known: str) -> list[int]:
    """The places of lines with a word that the conversation did not hold, headers and attributions aside."""
    machine = written_by_machines(lines)
    words = [(at, word) for at, line in enumerate(lines) if at not in machine for word in words_of(line)]
    seen = words_of(known)
    if len(words) > MOST_WORDS or len(seen) > MOST_WORDS:
        return lines_without_a_twin(lines, machine, known)
    matcher = difflib.SequenceMatcher(None, seen, [word for _at, word in words], autojunk=False)
    fresh = {
        place for tag, _a, _b, start, end in matcher.get_opcodes() if tag != "equal" for place in range(start, end)
    }
    return sorted({words[place][0] for place in fresh})


def lines_without_a_twin(lines: Sequence[str], machine: set[int], known: str) -> list[int]:
    """The same for a very long conversation: whole lines are looked for, whatever their order."""
    whole = f" {' '.join(words_of(known))} "
    sought = ((at, words_of(line)) for at, line in enumerate(lines) if at not in machine)
    return [at for at, words in sought if words and (len(words) < 4 or f" {' '.join(words)} " not in whole)]


def written_by_machines(lines: Sequence[str]) -> set[int]:
    """Header blocks, attributions, rules, and the banner by which a mail server warns of letters from outside."""
    places: set[int] = set()
    for place, line in enumerate(lines):
        length = max(length_of_header(lines, place), length_of_attribution(lines, place))
        places |= set(range(place, place + length))
        if RULE.match(line) or CAUTION.match(line):
            places.add(place)
    return places


def words_of(text: str) -> list[str]:
    return WORD.findall(lowered(ADDRESS.sub(" ", text)))


def lowered(text: str) -> str:
    return text.replace("İ", "i").replace("I", "ı").lower().replace("ı", "i")


def only_thanks(text: str, names: Iterable[str] = ()) -> bool:
    """Nothing but thanks and politeness, and names; a single word beside them is a word to be read."""
    words = [word.replace("İ", "i").replace("I", "ı").lower() for word in WORD.findall(text)]
    known = POLITE | THANKS | {word for name in names for word in WORD.findall(name.replace("İ", "i").lower())}
    thanked = THANKS & set(words) or THANKS_OF_TWO & set(zip(words, words[1:], strict=False))
    return bool(thanked) and len(text) <= SHORT and set(words) <= known and "?" not in text
