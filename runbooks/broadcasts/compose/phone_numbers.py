"""Which telephone numbers an SMS can reach in Türkiye: pure values, no database.

Numbers are kept in E.164 however they were typed. Only +90 is served (threat model:
premium-rate pumping); 444, 0850, 153 and area codes cannot receive SMS (domain, 4.11).
"""

import re
from dataclasses import dataclass

_NOT_DIGITS = re.compile(r"\D+")
_MOBILE = re.compile(r"5[0-9]{9}")
_FIXED = re.compile(r"[2348][0-9]{9}|444[0-9]{4}|1[0-9]{2}")


@dataclass(frozen=True)
class Number:
    """`address` is E.164 where the text is a Turkish number, else the text itself."""

    address: str
    kind: str  # "mobile", "landline" or "invalid"


def read(text: str) -> Number:
    """0532 123 45 67, 532…, +90…, 0090… and (0532) are one and the same number."""
    digits = _NOT_DIGITS.sub("", text)
    if text.strip().startswith("+") and not digits.startswith("90"):
        return Number(text.strip(), "invalid")
    digits = digits.removeprefix("00")
    national = digits[2:] if digits.startswith("90") and len(digits) > 10 else digits.removeprefix("0")
    if _MOBILE.fullmatch(national):
        return Number(f"+90{national}", "mobile")
    if _FIXED.fullmatch(national):
        return Number(f"+90{national}", "landline")
    return Number(text.strip(), "invalid")


def masked(address: str) -> str:
    """What a page shows of a number: enough to tell two apart, not enough to call."""
    return f"{address[:6]} ••• {address[-4:-2]} {address[-2:]}" if address.startswith("+90") else address


def spaced(address: str) -> str:
    """As one dials it: "+90 532 123 45 67"; what is no Turkish number stays as it is."""
    if not address.startswith("+90") or len(address) != 13:
        return address
    return f"{address[:3]} {address[3:6]} {address[6:9]} {address[9:11]} {address[11:]}"
