"""Turkish letters, in one place: casing, folding, sorting (domain rules 4.1–4.5).

E-mail addresses, codes and URLs never pass through here: they are plain ASCII.
"""

import re
import unicodedata

ALPHABET = "abcçdefgğhıijklmnoöpqrsştuüvwxyz"
_RANK = {letter: f"{place:02}" for place, letter in enumerate("0123456789" + ALPHABET, start=10)}
_BEFORE_ALL = "00"
_BASE = str.maketrans("çğıöşüâîûêô", "cgiosuaiueo")
_APOSTROPHES = re.compile(r"['’‘`´]")
_SPACES = re.compile(r"\s+")


def lower(text: str) -> str:
    """Turkish lower case: İ becomes i, I becomes ı."""
    return text.replace("İ", "i").replace("I", "ı").lower()


def upper(text: str) -> str:
    """Turkish upper case: i becomes İ, ı becomes I."""
    return text.replace("i", "İ").replace("ı", "I").upper()


def fold(text: str) -> str:
    """The form two spellings share: "TAHSİLAT", "Tahsılat" and "tahsilat" are equal.

    Lower case, i for every dotted and dotless i, base letters for ç ğ ö ş ü and
    circumflexes, no apostrophes, single spaces.
    """
    text = unicodedata.normalize("NFKC", text)
    text = lower(text).replace("i̇", "i").casefold().translate(_BASE)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return _SPACES.sub(" ", _APOSTROPHES.sub("", text)).strip()


def sort_key(text: str) -> str:
    """Sorts as a Turkish register does: Çankırı after Ceyhan, Iğdır before İzmir.

    Two digits a letter, because digits are what every database and every collation
    orders alike. Case and circumflex make no difference; spaces and signs come first,
    then digits, then letters; foreign letters sort as their base letter.
    """
    return "".join(_RANK.get(letter, _BEFORE_ALL) for letter in map(_in_the_alphabet, lower(text)))


def _in_the_alphabet(letter: str) -> str:
    """The letter itself when Turkish has it, else the letter under its accent."""
    return letter if letter in _RANK else unicodedata.normalize("NFKD", letter)[0]
