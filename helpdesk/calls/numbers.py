"""Numbers as exchanges write them: with a trunk zero, with 00, as an address of SIP, or not at all."""

import re

from foundation.language import phone_numbers, texts

LONGEST = 20
_SIP = re.compile(r"^<?sips?:|[@;>].*$", re.IGNORECASE)
_NO_DIGIT = re.compile(r"[^\d]")


def e164(text: str) -> str:
    """E.164 for a Turkish number and one that begins with + or 00; an extension as it is; "" for a withheld one."""
    text = _SIP.sub("", texts.line(text)).strip()
    read = phone_numbers.read(text)
    if read.kind != "invalid":
        return read.address
    if re.search(r"[^\W\d_]", text):
        return ""
    digits = _NO_DIGIT.sub("", text)
    if text.startswith("+") or digits.startswith("00"):
        return f"+{digits.lstrip('0')}"[:LONGEST]
    return digits[:LONGEST]


def is_mobile(number: str) -> bool:
    """Whether an SMS can reach it."""
    return phone_numbers.read(number).kind == "mobile"
