"""The evidence of a broadcast to hold in the hand: pages to read, a list, and the signed file in both.

Pages and list are printed from the signed document and from nothing else, in Turkish, so
that the same document always gives the same bytes. Whoever doubts a page has it printed
again (`open_file`, `misprints`); the signature in the file stays the judge.
"""

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from foundation.language.documents import BOM, Paper, harmless
from foundation.outbox.lanes import Lane
from foundation.outbox.models import OutboxMessage
from runbooks.broadcasts.report.evidence import NotGenuine
from runbooks.broadcasts.report.outcome_classes import CLASSES, name_of
from runbooks.models import Acknowledgement, Approval, Broadcast, Recipient

LANGUAGE = "tr"
INSIDE = "kanit.json"  # the name of the signed file within the pages
LARGEST = 64 * 1024 * 1024
# What pypdf stumbles over in a file that was made to be broken.
UNREADABLE = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, zlib.error)
MOST = 2_000  # lines that a person turns over; beyond, only those who were not reached


def bundle(told: dict) -> bytes:
    """A ZIP of the signed file, the pages and the list, all of one moment."""
    number = json.loads(told["document"])["broadcast"]["number"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr(f"{number}.json", json.dumps(told, ensure_ascii=False, indent=1))
        box.writestr(f"{number}.pdf", pages(told))
        box.writestr(f"{number}.csv", table(told))
    return out.getvalue()


def open_file(data: bytes) -> tuple[dict, dict[str, bytes]]:
    """The signed envelope in a downloaded file (JSON, PDF or ZIP), and the papers that came with it by name."""
    if data.startswith(b"%PDF"):
        return _envelope(_attached(data)), {"pdf": data}
    if not data.startswith(b"PK"):
        return _envelope(data), {}
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            for item in box.infolist():
                if item.file_size > LARGEST:
                    raise NotGenuine(_("%s is too large") % item.filename)
                files[item.filename.rpartition(".")[2]] = box.read(item)
    except (zipfile.BadZipFile, zlib.error) as error:
        raise NotGenuine(_("not a readable ZIP")) from error
    if "json" not in files:
        raise NotGenuine(_("the ZIP holds no signed file"))
    return _envelope(files.pop("json")), files


def misprints(told: dict, papers: dict[str, bytes]) -> list[str]:
    """Which of the papers are not what is printed from the signed document."""
    printed = {"pdf": lambda: pages(told), "csv": lambda: table(told).encode()}
    return [name for name, data in papers.items() if name not in printed or printed[name]() != data]


def _envelope(data: bytes) -> dict:
    try:
        told = json.loads(data)
    except ValueError as error:
        raise NotGenuine(_("not an envelope of evidence")) from error
    if not isinstance(told, dict):
        raise NotGenuine(_("not an envelope of evidence"))
    return told


def _attached(data: bytes) -> bytes:
    """The signed file that is attached to our pages, also after another program saved them anew."""
    try:
        files = [file.content for file in PdfReader(io.BytesIO(data)).attachment_list if file.name == INSIDE]
    except UNREADABLE as error:
        raise NotGenuine("not readable pages, or the signed file in them is damaged") from error
    if len(files) != 1 or len(files[0]) > LARGEST:
        raise NotGenuine("the pages hold no signed file")
    return files[0]


# --- The list ---------------------------------------------------------------
def table(told: dict) -> str:
    """CSV: what it belongs to, then everyone who was meant, in the order of leaving."""
    document = json.loads(told["document"])
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    with override(LANGUAGE):
        writer.writerow([_("Evidence"), document["broadcast"]["number"], _moment(document["made_at"])])
        writer.writerow(["SHA-256", told["sha256"]])
        writer.writerow([_("Signature (Ed25519)"), told["signature"]])
        writer.writerow([_("Public key"), told["public_key"]])
        writer.writerow([])
        writer.writerow(_columns())
        writer.writerows(map(harmless, row) for row in _rows(document["recipients"]))
    return BOM + out.getvalue()


def _columns() -> list[str]:
    names = (_("Place"), _("Number (pseudonym)"), _("ends in"), _("Municipality"), _("Duty"), _("State"), _("Reason"))
    return [*names, _("Attempts"), _("Gateway"), _("Gateway's number"), _("Since")]


def _rows(recipients: Iterable[dict]) -> Iterator[list[str]]:
    states, reasons = dict(OutboxMessage.State.choices), dict(Recipient.Reason.choices)
    for row in recipients:
        state = states.get(row["state"], row["state"]) if row["state"] else _("left out")
        why = reasons.get(row["left_out"], row["left_out"]) or row.get("reason", "")
        moved = _moment(row["moved_at"]) if row.get("moved_at") else ""
        place = [str(row["place"]), row["number"], f"··{row['ends']}", row["municipality"] or "–", row["duty"]]
        yield [*place, str(state), str(why), *(str(row.get(name, "")) for name in ("attempt", "gateway", "sid")), moved]


# --- The pages --------------------------------------------------------------
class EvidencePaper(Paper):
    """Evidence on A4: every foot names the broadcast and the digest, so that no page can be swapped unseen."""

    def __init__(self, title: str, foot: str, made_at: datetime) -> None:
        self.foot = foot
        super().__init__(title)
        self.set_creation_date(made_at)
        self.set_lang(LANGUAGE)

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font("sans", "", 6.5)
        self.cell(0, 5, f"{self.foot} · {self.page_no()} / {{nb}}", align="C")

    def part(self, title: str) -> None:
        self.ln(3)
        self.line_of(title, size=11, bold=True)

    def facts(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Two columns: what, and what is said about it."""
        for name, value in pairs:
            self.set_font("sans", "B", 8.5)
            self.cell(52, 5, str(name))
            self.set_font("sans", "", 8.5)
            self.multi_cell(0, 5, str(value) if value not in (None, "") else "–", new_x="LMARGIN", new_y="NEXT")

    def small(self, lines: Iterable[str]) -> None:
        self.set_font("sans", "", 6.5)
        for line in lines:
            self.cell(0, 3.4, line, new_x="LMARGIN", new_y="NEXT")


def pages(told: dict) -> bytes:
    """A4 pages with the signed file attached; the same envelope always gives the same bytes."""
    document = json.loads(told["document"])
    number = document["broadcast"]["number"]
    with override(LANGUAGE):
        made_at = datetime.fromisoformat(document["made_at"])
        sheet = EvidencePaper(
            _("Evidence of %(number)s") % {"number": number}, f"{number} · SHA-256 {told['sha256']}", made_at
        )
        if document["broadcast"]["is_drill"]:
            sheet.line_of(_("DRILL: nothing of this was real."), size=11, bold=True)
        _seal(sheet, told, made_at)
        _message(sheet, document["broadcast"])
        _people(sheet, document["authority"], document["broadcast"])
        _result(sheet, document)
        _course(sheet, document)
        _list(sheet, document)
    signed = json.dumps(told, ensure_ascii=True).encode()
    sheet.embed_file(
        bytes=signed, basename=INSIDE, mime_type="application/json", modification_date=made_at, compress=True
    )
    return bytes(sheet.output())


def _seal(sheet: EvidencePaper, told: dict, made_at: datetime) -> None:
    sheet.line_of(
        _("Printed from the signed document of %(when)s. The document itself is attached to this file (%(name)s).")
        % {"when": _moment(made_at.isoformat()), "name": INSIDE}
    )
    sheet.facts(
        [
            (_("Digest (SHA-256)"), told["sha256"]),
            (_("Signature (Ed25519)"), told["signature"]),
            (_("Public key"), told["public_key"]),
            (_("Checked with"), "python manage.py verify_evidence"),
        ]
    )


def _message(sheet: EvidencePaper, broadcast: dict) -> None:
    sheet.part(_("What was said"))
    sheet.facts(
        [
            (_("Subject"), broadcast["subject"]),
            (_("Text"), broadcast["text"]),
            (_("Correction that stood ready"), broadcast["correction"]),
            (_("Spelling"), dict(Broadcast.Spelling.choices).get(broadcast["spelling"], broadcast["spelling"])),
            (_("Lane"), dict(Lane.choices).get(broadcast["lane"], broadcast["lane"])),
            (_("Sender"), broadcast["sender"]),
            (_("Whom"), json.dumps(broadcast["rule"], ensure_ascii=False) if broadcast["rule"] else _("everyone")),
            (_("State"), dict(Broadcast.Status.choices).get(broadcast["status"], broadcast["status"])),
        ]
    )


def _people(sheet: EvidencePaper, authority: dict, broadcast: dict) -> None:
    sheet.part(_("Who decided"))
    times = {name: _moment(broadcast[name]) for name in ("submitted_at", "approved_at") if broadcast[name]}
    told = [
        (_("By what right"), dict(Broadcast.Authority.choices).get(authority["kind"], authority["kind"])),
        (_("Submitted by"), f"{authority['submitted_by'] or '–'} · {times.get('submitted_at', '')}"),
        (_("Approved by"), f"{authority['approved_by'] or '–'} · {times.get('approved_at', '')}"),
        (_("Second factor"), dict(Approval.Factor.choices).get(authority.get("factor") or "", authority.get("factor"))),
        (_("Recipients typed"), authority.get("typed_count")),
        (_("Bound to (SHA-256)"), broadcast["binding"]),
        (_("List (SHA-256)"), broadcast["audience_digest"]),
    ]
    more = (("reason", _("Reason")), ("reviewed_by", _("Reviewed by")), ("review", _("Review")))
    sheet.facts([*told, *((label, authority[name]) for name, label in more if authority.get(name))])


def _result(sheet: EvidencePaper, document: dict) -> None:
    sheet.part(_("What became of it"))
    equation = document["equation"]
    if equation:
        classes = " + ".join(f"{name_of(name)} {equation[name]}" for name in CLASSES)
        closes = equation["intended"] == sum(equation[name] for name in CLASSES)
        verdict = _("the equation closes") if closes else _("the equation does not close")
        sheet.line_of(f"{equation['intended']} = {classes} · {verdict}", size=9, bold=True)
    heard = document["heard"]
    ways = ", ".join(f"{way}: {count}" for way, count in heard["ways"])
    sheet.facts(
        [
            (_("Acknowledged"), " · ".join(filter(None, (str(heard["acknowledged"]), ways)))),
            (_("Silent"), heard["silent"]),
            (_("Silent municipalities"), heard["silent_municipalities"]),
        ]
    )


def _course(sheet: EvidencePaper, document: dict) -> None:
    """The journal's entries with their digests, and who acknowledged when."""
    sheet.part(_("Entries of the journal"))
    sheet.small(
        f"{_moment(entry['at'])} · {entry['kind']} · {entry['position'] or '–'} · {(entry['digest'] or '–')[:64]}"
        for entry in document["journal"]["entries"]
        if entry["kind"] != "broadcast.acknowledged"
    )
    if document["acknowledgements"]:
        via = dict(Acknowledgement.Via.choices)
        sheet.part(_("Acknowledgements"))
        sheet.small(
            f"{_moment(row['at'])} · {row['municipality']} · {via.get(row['via'], row['via'])}"
            for row in document["acknowledgements"]
        )


def _list(sheet: EvidencePaper, document: dict) -> None:
    everyone = document["recipients"]
    shown = everyone if len(everyone) <= MOST else [row for row in everyone if row["state"] != "delivered"][:MOST]
    sheet.part(_("Everyone who was meant, in the order of leaving"))
    sheet.line_of(_("Numbers are pseudonyms with their last two digits."), size=8)
    if len(shown) < len(everyone):
        facts = {"shown": len(shown), "all": len(everyone)}
        sheet.line_of(_("%(shown)d of %(all)d, without the delivered; all are in the attached file.") % facts, size=8)
    sheet.small(" · ".join(part for part in row if part) for row in _rows(shown))


def _moment(at: str) -> str:
    return timezone.localtime(datetime.fromisoformat(at)).strftime("%d.%m.%Y %H.%M.%S")
