"""Which telephone numbers an SMS can reach in Türkiye: pure values, no database.

Numbers are kept in E.164 however they were typed. Only +90 is served (threat model:
premium-rate pumping); 444, 0850, 153 and area codes cannot receive SMS (domain, 4.11).
"""

import re
from dataclasses import dataclass

import phonenumbers

from foundation.language import texts

_STORED = re.compile(r"\+905[0-9]{9}")
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_LETTERS = re.compile(r"[^\W\d_]")
_MOBILE = re.compile(r"5[0-9]{9}")
_FIXED = re.compile(r"[2348][0-9]{9}|444[0-9]{4}|1[0-9]{2}")


@dataclass(frozen=True)
class Number:
    """`address` is E.164 where the text is a Turkish number, else the text itself."""

    address: str
    kind: str  # "mobile", "landline" or "invalid"


def read(text: str) -> Number:
    """0532 123 45 67, 532…, +90…, +90 (0)532…, 0090… and 0090 0532… are one and the same number."""
    text = texts.line(text)
    if _STORED.fullmatch(text):  # as the register keeps them, thousands at a time
        return Number(text, "mobile")
    national = _national(text)
    if _MOBILE.fullmatch(national):
        return Number(f"+90{national}", "mobile")
    if _FIXED.fullmatch(national):
        return Number(f"+90{national}", "landline")
    return Number(text, "invalid")


def _national(text: str) -> str:
    """The digits after +90; "" for what is no number of this country."""
    if _LETTERS.search(text):
        return ""
    try:
        number = phonenumbers.parse(_TRUNK_ZERO.sub("", text), "TR")
    except phonenumbers.NumberParseException:
        return ""
    if number.country_code != 90 or number.extension:
        return ""
    return str(number.national_number)


def masked(address: str) -> str:
    """What a page shows of a number: enough to tell two apart, not enough to call."""
    return f"{address[:6]} ••• {address[-4:-2]} {address[-2:]}" if address.startswith("+90") else address


def spaced(address: str) -> str:
    """As one dials it: "+90 532 123 45 67"; what is no Turkish number stays as it is."""
    if not address.startswith("+90") or len(address) != 13:
        return address
    return f"{address[:3]} {address[3:6]} {address[6:9]} {address[9:11]} {address[11:]}"
