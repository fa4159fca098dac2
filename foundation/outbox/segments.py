"""How an SMS is spelled, cut and billed: pure rules, no database, no clock.

Tables and sizes: 3GPP TS 23.038 (GSM-7, Turkish national language single shift) and
TS 23.040 (concatenation). The operators' five-character code: BTK decision
2016/DK-YED/211. Links: BTK decision in force since 1 April 2026.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
SHIFTED = frozenset("^{}\\[~]|€\f")
TURKISH = frozenset("çğışĞİŞ")
OPERATOR_CODE = " B000"


class Encoding(StrEnum):
    GSM7 = "GSM7"
    GSM7_TR = "GSM7_TR"
    UCS2 = "UCS2"


# Units of one part: sent alone, and in a chain of several.
SIZES = {Encoding.GSM7: (160, 153), Encoding.GSM7_TR: (155, 149), Encoding.UCS2: (70, 67)}


@dataclass(frozen=True)
class Measure:
    """What a text costs: `units` are septets, or 16-bit units in UCS-2."""

    encoding: Encoding
    units: int
    segments: int


@dataclass(frozen=True)
class Spoiled:
    """A word whose folded spelling says something else."""

    word: str
    folded: str


def normal(text: str) -> str:
    """The form that is measured and sent: composed letters (NFC)."""
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=4096)
def measure(text: str, *, turkish: bool = False) -> Measure:
    """Encoding, units and segments of `text` as a gateway bills it.

    `turkish` says that the gateway is verified for the Turkish single-shift table.
    An escape pair or a surrogate pair is never cut in two.
    """
    text = normal(text)
    encoding = encoding_of(text, turkish=turkish)
    widths = [_width(letter, encoding) for letter in text]
    alone, chained = SIZES[encoding]
    units = sum(widths)
    return Measure(encoding, units, 1 if units <= alone else _parts(widths, chained))


def measure_on_handset(text: str, *, turkish: bool = False) -> Measure:
    """The same with the operator's code appended: what the handset shows."""
    return measure(text + OPERATOR_CODE, turkish=turkish)


def encoding_of(text: str, *, turkish: bool = False) -> Encoding:
    letters = set(normal(text))
    if letters <= BASIC | SHIFTED:
        return Encoding.GSM7
    if turkish and letters <= BASIC | SHIFTED | TURKISH:
        return Encoding.GSM7_TR
    return Encoding.UCS2


def _width(letter: str, encoding: Encoding) -> int:
    if encoding is Encoding.UCS2:
        return 2 if ord(letter) > 0xFFFF else 1
    return 1 if letter in BASIC else 2


def _parts(widths: Iterable[int], size: int) -> int:
    parts, room = 1, size
    for width in widths:
        if width > room:
            parts, room = parts + 1, size
        room -= width
    return parts


# --- Folding ----------------------------------------------------------------
# Ö ö Ü ü Ç stay: they are in the basic table and cost nothing.
_FOLDED = str.maketrans(
    {
        **dict(zip("çğışĞİŞâîûÂÎÛ", "cgisGISaiuAIU", strict=True)),
        **dict.fromkeys("’‘‚`´", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("–—−", "-"),
        "₺": "TL",
        "…": "...",
        "•": "-",
        "°": " derece",
        "\u00a0": " ",
    }
)

# Whole words that become another word, and stems that become an obscenity.
_SPOILED_WORDS = frozenset(
    """
    aç açı aşı aş ağ ağa acı baş beş boş çal daş diş dış dışı eş hoş ılık ısı iş kaş kıl kır kırım kısım kış
    kıt kız koç saç sağ sınır sınırı sınırlı şal şu taç taş tıp yaş yağ
    """.split()  # noqa: SIM905  a list of words reads best as words
)
_SPOILED_STEMS = ("sık", "şık")
_WORD = re.compile(r"[^\W\d_]+")


def fold(text: str) -> str:
    """The text without the letters that force UCS-2: ç ğ ı ş, circumflexes, typographic signs."""
    return normal(text).translate(_FOLDED)


def spoiled_by_folding(text: str) -> list[Spoiled]:
    """The words a folded text would get wrong, each once, in order of appearance."""
    spoiled: dict[str, Spoiled] = {}
    for word in _WORD.findall(normal(text)):
        low = word.replace("İ", "i").replace("I", "ı").lower()
        if fold(word) != word and (low in _SPOILED_WORDS or low.startswith(_SPOILED_STEMS)):
            spoiled.setdefault(low, Spoiled(word, fold(word)))
    return list(spoiled.values())


# --- Links ------------------------------------------------------------------
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_LINKS = re.compile(
    r"""
      \b[a-z][a-z0-9+.-]*://\S*                                  # scheme://
    | \bwww\s?\.\S*
    | \b(?:\d{1,3}\.){3}\d{1,3}\b                                 # an IPv4 address
    | [\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?:/\S*)?                  # label.label, whatever the last one is
    | \.\s?(?:gov|bel|com|net|org|edu|info|tr)\b                  # torn apart with a space
    | \b[\w-]+\s?[\[(]\s?(?:\.|nokta|dot)\s?[\])]\s?[\w-]+        # name[.]tr
    """,
    re.IGNORECASE | re.VERBOSE,
)


def links_in(text: str) -> list[str]:
    """Everything in `text` that an operator would take for an internet address.

    Links, bare domain names, addresses of mailboxes and hosts; also a sentence that
    starts without a space after a full stop, because the filters cannot tell.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    return [match.group().strip() for match in _LINKS.finditer(plain)]


# --- Time and money ---------------------------------------------------------
def time_to_last(segments: int, per_second: float) -> timedelta:
    """How long until the last of `segments` has left at the sender's pace."""
    return timedelta(seconds=segments / per_second)


def cost(segments: int, price: Decimal) -> Decimal:
    """TL for `segments` at `price` each, to the kuruş."""
    return (price * segments).quantize(Decimal("0.01"))
