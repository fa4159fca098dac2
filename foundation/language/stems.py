"""What the forms of a Turkish word share, in folded letters, so that search finds one by another. Pure.

"makbuzların", "MAKBUZLARDA" and "makbuz" have one stem. It need not be a word: endings are taken
off by rules until none fits, the same way for every form, so `belediye` and `belediyemizde` both
end as `bele`. What that confuses, ranking by the words as written puts right.
"""

import re
from functools import lru_cache

from foundation.language import collation

SHORTEST = 3  # letters of a stem
WORD = re.compile(r"[^\W_]+(?:['’‘`´][^\W_]+)*")
_LONGEST = 40
_APOSTROPHE = re.compile(r"['’‘`´]")
_VOWEL = re.compile(r"[aeiou]")

# -(a)mıyor, -iyorlar, -mıyordu: said of anything that does not work; the verb before may have two letters.
_NOW = re.compile(r"(?<=\w\w)(?:(?:y?[ae])?m)?[iu]yor(?:um|sun|uz|sunuz|lar|ken|sa)?(?:d[iu](?:m|k|lar)?|mus)?$")
_ENDINGS = re.compile(
    # cases, possession, number; what begins with t stands behind f s t k c h p alone, what begins with d never does
    r"(?:(?<=[fstkchp])t|(?<![fstkchp])d)(?:[ae]n|[ae]ki(?:l[ae]r)?|[ae])$"
    r"|(?<=[aeiou])n(?:d[ae]n|d[ae]ki|d[ae]|[iu]n|[iu]|[ae])$"
    r"|(?<=[aeiou])y(?:l[ae]|[ae]|[iu])$|(?<=[^aeiou])l[ae]$|(?<=[aeiou])s[iu]$"
    r"|l[ae]r$|[iu]?m[iu]z$|[iu]?n[iu]z$|[iu][mn]$"
    # what verbs end in
    r"|(?:(?<=[fstkchp])t|(?<![fstkchp])d)[iu](?:[mkgr]|n[iu]z|l[ae]r)?$|m[iu]s$|[ae]c[ae][kg]$"
    r"|(?<=[^aeiou])m[ae](?:[kz]|y[ae]n)?$"
    r"|[aeiu]$|(?<=[aeiou])[nsym]$"
)
_HARD = str.maketrans("bdg", "ptk")
# A vowel falls out, or t becomes d, before an ending that begins with a vowel.
_IRREGULAR = {
    "aded": "adet", "akl": "akil", "burn": "burun", "cild": "cilt", "emr": "emir", "fikr": "fikir", "hukm": "hukum",
    "ism": "isim", "izn": "izin", "kayd": "kayit", "kism": "kisim", "metn": "metin", "nakl": "nakil", "resm": "resim",
    "sehr": "sehir", "sekl": "sekil", "sened": "senet", "suy": "su", "vakt": "vakit", "zabt": "zabit",
}  # fmt: skip


def words_of(text: str) -> list[tuple[str, str]]:
    """(as written and folded, stem) of each word in order; what stands behind an apostrophe is an ending."""
    return [(whole(word), stem(whole(_APOSTROPHE.split(word, maxsplit=1)[0]))) for word in WORD.findall(text)]


def whole(word: str) -> str:
    return collation.fold(word)[:_LONGEST]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word. Words with digits, and short ones, are their own."""
    if len(word) <= SHORTEST or not word.isalpha():
        return word
    if irregular := _irregular(word):
        return irregular
    word = _NOW.sub("", word)
    while (shorter := _ENDINGS.sub("", word, count=1)) != word and _stands(shorter):
        word = shorter
    return word[:-1] + word[-1:].translate(_HARD)


def _stands(rest: str) -> bool:
    return len(rest) >= SHORTEST and _VOWEL.search(rest) is not None


def _irregular(word: str) -> str:
    """The stem of one of the few nouns whose own letters change."""
    beginnings = (word[:length] for length in (3, 4, 5) if word[length : length + 1] in ("i", "u", "a", "e"))
    return next((stem(_IRREGULAR[beginning]) for beginning in beginnings if beginning in _IRREGULAR), "")
