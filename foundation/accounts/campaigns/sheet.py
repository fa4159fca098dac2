"""A list of people to invite: one line a person, each judged by itself, then against what is here.

A municipality is named by its code or by its name, with its province where several bear it. Nothing is
guessed and nothing dropped: what is wrong with a line is said in a sentence beside it.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import override

from foundation.directory.models import Invitation, Membership, Municipality, Person
from foundation.directory.sheets import lines_of
from foundation.language import collation, phone_numbers, texts
from foundation.language.documents import plain
from foundation.outbox import successors

Role = Membership.Role
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "place": ("belediye", "belediye kodu", "kod", "municipality", "code"),
    "province": ("il", "province"),
    "email": ("e-posta", "eposta", "e-posta adresi", "email", "e-mail"),
    "name": ("ad", "ad soyad", "adı soyadı", "name"),
    "role": ("görev", "rol", "role"),
    "phone": ("telefon", "cep telefonu", "cep", "phone"),
}
NEEDED = ("place", "email")
SHOWN_COLUMNS = ("belediye", "il", "e-posta", "ad", "görev", "telefon")
MOST_LINES = 5_000
MOST_COLUMNS = 60
TOGETHER = 500  # addresses in one question to the database


@dataclass(frozen=True)
class WantedInvitation:
    """One line; `fault` is why it cannot be sent, or nothing."""

    line: int
    place: str
    email: str
    name: str = ""
    phone: str = ""
    role: str = ""
    municipality: Municipality | None = None
    fault: str = ""


@dataclass(frozen=True)
class InvitationSheet:
    """All lines; `problem` is why none of it could be read."""

    rows: tuple[WantedInvitation, ...] = ()
    problem: str = ""

    @property
    def ready(self) -> list[WantedInvitation]:
        return [row for row in self.rows if not row.fault]

    @property
    def faulty(self) -> list[WantedInvitation]:
        return [row for row in self.rows if row.fault]


class BadCell(ValueError):
    """What cannot be; the text says why."""


def read(text: str) -> InvitationSheet:
    """Every line, with what is wrong with it. Five questions to the database for each five hundred lines."""
    try:
        lines = [(number, cells) for number, cells in lines_of(text) if any(cell.strip() for cell in cells)]
    except csv.Error:
        return InvitationSheet(problem=_("This is not a sheet of text cells."))
    if not lines:
        return InvitationSheet(problem=_("There is no line in this sheet."))
    (_number, head), *rest = lines
    columns = [column_of(cell) for cell in head[:MOST_COLUMNS]]
    if not set(NEEDED) <= set(columns):
        return InvitationSheet(problem=_("The first line names the columns; “belediye” and “e-posta” are among them."))
    if len(rest) > MOST_LINES:
        return InvitationSheet(problem=_("A list holds at most %(n)d lines; send it in parts.") % {"n": MOST_LINES})
    return judge([dict(zip(columns, cells, strict=False)) | {"line": number} for number, cells in rest])


def judge(lines: Iterable[Mapping[str, object]]) -> InvitationSheet:
    """Lines as {column: text, "line": number}, from a sheet or from a program."""
    reader = ListReader()
    return InvitationSheet(tuple(compared([reader.row(line) for line in lines])))


def column_of(cell: str) -> str:
    """Our name of a column, or an empty one for a column that is none of ours."""
    wanted = collation.fold(cell.strip())
    return next((name for name, titles in COLUMNS.items() if wanted in map(collation.fold, titles)), "")


class ListReader:
    """Turns cells into rows by the municipalities there are: one question for the whole sheet."""

    def __init__(self) -> None:
        self.by_code: dict[str, Municipality] = {}
        self.by_name: dict[str, list[Municipality]] = {}
        self.lines: dict[str, int] = {}
        self.roles = words_of_roles()
        for municipality in Municipality.objects.current().select_related("province"):
            self.by_code[municipality.code] = municipality
            for name in {collation.fold(municipality.full_name), collation.fold(municipality.name)}:
                self.by_name.setdefault(name, []).append(municipality)

    def row(self, line: Mapping[str, object]) -> WantedInvitation:
        cells = {name: plain(texts.line(str(line.get(name) or ""))) for name in COLUMNS}
        number = line["line"]
        assert isinstance(number, int)
        row = WantedInvitation(
            number, cells["place"][:160], cells["email"].lower()[:254], cells["name"][:120], cells["phone"][:40]
        )
        reading = {"email": self.address, "municipality": self.place, "role": self.role, "phone": self.phone}
        values: dict[str, Any] = {}
        faults = []
        for field, read_cell in reading.items():
            try:
                values[field] = read_cell(cells, number)
            except BadCell as bad:
                faults.append(str(bad))
        return replace(row, **values, fault=" ".join(faults)[:300])

    def address(self, cells: Mapping[str, str], line: int) -> str:
        email = cells["email"].lower()
        if not email:
            raise BadCell(_("The e-mail address is missing."))
        try:
            validate_email(email)
        except ValidationError:
            raise BadCell(_("“%(text)s” is not an e-mail address.") % {"text": email[:80]})
        first = self.lines.setdefault(email, line)
        if first != line:
            raise BadCell(_("This address stands in line %(line)d already.") % {"line": first})
        return email

    def place(self, cells: Mapping[str, str], line: int) -> Municipality:
        text = cells["place"]
        if not text:
            raise BadCell(_("The municipality is missing."))
        if text.isdecimal():
            found = [self.by_code[code]] if (code := text.zfill(5)) in self.by_code else []
        else:
            found = self.by_name.get(collation.fold(text), [])
        wanted = collation.fold(cells["province"])
        if wanted:
            found = [one for one in found if wanted in (one.province_id, collation.fold(one.province.name))]
        if not found:
            raise BadCell(_("There is no municipality “%(text)s”.") % {"text": text[:80]})
        if len(found) > 1:
            codes = ", ".join(f"{one.code} {one.province}" for one in found[:5])
            raise BadCell(_("Several municipalities bear this name; write the code: %(codes)s.") % {"codes": codes})
        return found[0]

    def role(self, cells: Mapping[str, str], line: int) -> str:
        if not cells["role"]:
            return Role.MUNICIPAL_ADMIN
        role = self.roles.get(collation.fold(cells["role"]))
        if role is None:
            labels = ", ".join(str(Role(one).label) for one in Membership.MUNICIPAL_ROLES)
            raise BadCell(_("In a list, a role is one of: %(roles)s.") % {"roles": labels})
        return role

    def phone(self, cells: Mapping[str, str], line: int) -> str:
        text = cells["phone"]
        number = phone_numbers.read(text)
        if text and number.kind == "invalid":
            raise BadCell(_("“%(text)s” is not a telephone number.") % {"text": text[:40]})
        return number.address


def words_of_roles() -> dict[str, str]:
    """What people write, folded: our names of the roles, and theirs in both languages."""
    words = {"yonetici": Role.MUNICIPAL_ADMIN, "personel": Role.STAFF}
    for role in Membership.MUNICIPAL_ROLES:
        words[collation.fold(role.value)] = role
        for language in ("tr", "en"):
            with override(language):
                words[collation.fold(str(role.label))] = role
    return {word: role.value for word, role in words.items()}


def compared(rows: Sequence[WantedInvitation]) -> Iterator[WantedInvitation]:
    """Against the people and invitations that are here."""
    for start in range(0, len(rows), TOGETHER):
        part = rows[start : start + TOGETHER]
        known = KnownAddresses([row.email for row in part if not row.fault])
        for row in part:
            yield row if row.fault else replace(row, fault=known.fault(row))


class KnownAddresses:
    """What is known of these addresses today: roles they have, invitations on their way, accounts closed, mail back."""

    def __init__(self, emails: list[str]) -> None:
        held = Membership.objects.current().filter(person__email__in=emails)
        self.held = set(held.values_list("person__email", "role", "municipality"))
        sent = Invitation.objects.open().filter(email__in=emails)
        self.invited = set(sent.values_list("email", "role", "municipality"))
        self.closed = set(Person.objects.filter(email__in=emails, is_active=False).values_list("email", flat=True))
        self.unreachable = successors.closed("email", emails)

    def fault(self, row: WantedInvitation) -> str:
        assert row.municipality
        key = (row.email, row.role, row.municipality.pk)
        if key in self.held:
            return _("This person already has that role here.")
        if key in self.invited:
            return _("Already invited; the answer is awaited.")
        if row.email in self.closed:
            return _("The account with this address is closed; open it again first.")
        return self.unreachable.get(row.email, "")
