"""What must not leave the house, taken out of any text: one step, pure, for logs and Sentry.

Telephone numbers in Turkish spellings, T.C. identity numbers, IBANs and payment cards (by
their checksums), tax numbers where they are called so, e-mail addresses, our own tokens
and secrets. Names and free text have no pattern: they are kept out by not being taken
along at all (see `config/observability.py`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stdnum import iban, luhn
from stdnum.tr import tckimlik, vkn

# Digits in groups, as people write numbers; each stretch of groups is judged by `kind_of`.
RUN = re.compile(r"(?<!\w)\+?\(?\d(?:[ \u00a0\u2009\u202f.()/-]{0,3}\d)*(?!\w)")
GROUP = re.compile(r"\d+")
FOREIGN_DIGIT = re.compile(r"[^\W\x00-\x7f]")
DOMESTIC = re.compile(r"(?:(?:00)?90|0)[2-5]\d{9}|5\d{9}")
CARD_GROUPS = re.compile(
    r"\d{13,19}|\d{4}(?P<gap>[ \u00a0-])\d{4}(?P=gap)\d{4}(?P=gap)\d{1,7}|\d{4}[ -]\d{6}[ -]\d{4,5}"
)
FEWEST_DIGITS, MOST_DIGITS = 8, 19
IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}(?!\w)")
# One number of ten digits in ten has the checksum of a VKN, so its name must stand before it.
TAX_NUMBER = re.compile(r"(?<!\w)((?i:vkn|vergi)[^\d\n]{0,24})(\d(?: ?\d){9})(?!\w)")
EMAIL = re.compile(r"[\w.+%-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
CREDENTIAL = re.compile(r"nbt_[\w-]{8,}|(?i:(?<=bearer )|(?<=basic )|(?<=token ))[\w.~+/=-]{6,}")
# A gateway without a signature, and an exchange, show their secret in the path; a wrong one may be last month's.
CALLBACK = re.compile(r"(/sms/[a-z]+/(?=[^/\s?#]+/(?:status|inbound))|/calls/exchange/)[^/\s?#]+")
USERINFO = re.compile(r"(?<=://)[^/@\s]+@")

SHORTEST_SECRET = 6


@dataclass(frozen=True)
class Redactor:
    """Takes personal values and the given `secrets` out of texts and of what holds texts."""

    secrets: tuple[str, ...] = ()

    def text(self, text: str) -> str:
        """`text` with each find replaced by its kind in brackets."""
        for secret in self.secrets:
            if len(secret) >= SHORTEST_SECRET:
                text = text.replace(secret, "[secret]")
        text = CALLBACK.sub(r"\1[secret]", USERINFO.sub("[secret]@", CREDENTIAL.sub("[secret]", text)))
        text = IBAN.sub(known_iban, EMAIL.sub("[e-mail]", FOREIGN_DIGIT.sub(ascii_digit, text)))
        text = TAX_NUMBER.sub(known_tax_number, text)
        return RUN.sub(lambda run: replaced(run[0], bracketed), text)

    def anything(self, value) -> Any:
        """The same through dictionaries (keys too) and lists; other values pass."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.anything(key): self.anything(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.anything(item) for item in value) if type(value) in (list, tuple) else value
        return value


def ascii_digit(match: re.Match) -> str:
    """Digits of other scripts as ASCII; every other letter as it is."""
    return str(int(match[0])) if match[0].isdecimal() else match[0]


def known_iban(match: re.Match) -> str:
    return "[IBAN]" if is_iban(match[0]) else match[0]


def known_tax_number(match: re.Match) -> str:
    return f"{match[1]}[tax number]" if vkn.is_valid(match[2].replace(" ", "")) else match[0]


def bracketed(stretch: str) -> str | None:
    kind = kind_of(stretch)
    return f"[{kind}]" if kind else None


def replaced(run: str, judge: Callable[[str], str | None]) -> str:
    """`run` with the longest judged stretches of its groups replaced, from left to right."""
    groups = [match.span() for match in GROUP.finditer(run)]
    pieces, done, place = [], 0, 0
    while place < len(groups):
        start = leading(run, groups, place)
        for last in reversed(range(place, reach(groups, place))):
            stretch = run[start : groups[last][1]]
            replacement = judge(stretch) if len(stretch) >= FEWEST_DIGITS else None
            if replacement is not None:
                pieces += [run[done:start], replacement]
                done, place = groups[last][1], last
                break
        place += 1
    return "".join(pieces) + run[done:]


def leading(run: str, groups: list[tuple[int, int]], place: int) -> int:
    """Where a stretch begins: with the "+" or "(" before its first group, if there is one."""
    start = groups[place][0]
    while start and run[start - 1] in "+(":
        start -= 1
    return start


def reach(groups: list[tuple[int, int]], place: int) -> int:
    """The group behind the last that still fits into the longest number."""
    digits = 0
    for behind in range(place, len(groups)):
        digits += groups[behind][1] - groups[behind][0]
        if digits > MOST_DIGITS:
            return behind
    return len(groups)


def kind_of(stretch: str) -> str | None:
    """What a stretch of digit groups is: "identity number", "card", "telephone" or nothing."""
    digits = "".join(GROUP.findall(stretch))
    if "." not in stretch and is_identity_number(digits):
        return "identity number"
    if CARD_GROUPS.fullmatch(stretch.lstrip("+(")) and is_card(digits):
        return "card"
    return "telephone" if is_telephone(stretch, digits) else None


def is_telephone(stretch: str, digits: str) -> bool:
    """A Turkish number with its prefix, a bare mobile, an area in parentheses, or +country."""
    if stretch.startswith("+"):
        return 8 <= len(digits) <= 15
    return bool(DOMESTIC.fullmatch(digits)) or (stretch.startswith("(") and len(digits) == 10)


def is_identity_number(digits: str) -> bool:
    """T.C. kimlik no: eleven digits, the last two computed from the first nine."""
    return len(digits) == 11 and tckimlik.is_valid(digits)


def is_card(digits: str) -> bool:
    """Luhn over 13 to 19 digits."""
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and luhn.is_valid(digits)


def is_iban(text: str) -> bool:
    """Some beginning of `text` is an IBAN of a country that has them (a word may follow without a break)."""
    plain = re.sub(r"[^A-Za-z0-9]", "", text)
    return any(iban.is_valid(plain[:length], check_country=False) for length in range(len(plain), 14, -1))


def mask_identity_numbers(text: str) -> str:
    """T.C. identity numbers in what people write, as "123******01": still recognisable to them."""

    def masked(stretch: str) -> str | None:
        digits = "".join(GROUP.findall(stretch))
        return f"{digits[:3]}******{digits[-2:]}" if is_identity_number(digits) else None

    return RUN.sub(lambda run: replaced(run[0], masked), FOREIGN_DIGIT.sub(ascii_digit, text))


def names_identity_number(text: str) -> bool:
    return mask_identity_numbers(text) != text
