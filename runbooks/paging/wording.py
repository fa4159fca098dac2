"""What people read on a telephone at night: short, the matter first, then what to do. In their language."""

from collections.abc import Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.directory.models import Person
from runbooks.models import Matter, Page

LONGEST_TITLE = 70  # characters of a title in an SMS, so that one segment holds the call
MOST_LISTED = 12


def short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def sms(person: Person, matters: Sequence[Matter], code: str) -> str:
    """One matter by its title; several as a number with the gravest. No address: operators drop those."""
    with translation.override(person.language):
        gravest = matters[0]
        if len(matters) == 1:
            return _("NÖBET %(severity)s: %(title)s. To take it, reply %(code)s.") % {
                "severity": gravest.severity,
                "title": short(gravest.title),
                "code": code,
            }
        return ngettext(
            "NÖBET: %(n)d matter waits. %(severity)s: %(title)s. To take it, reply %(code)s.",
            "NÖBET: %(n)d matters wait. The gravest, %(severity)s: %(title)s. To take all, reply %(code)s.",
            len(matters),
        ) % {"n": len(matters), "severity": gravest.severity, "title": short(gravest.title), "code": code}


def voice(person: Person, matters: Sequence[Matter]) -> str:
    """What the telephone says before it asks for a key."""
    with translation.override(person.language):
        number = len(matters)
        return ngettext(
            "This is Nöbet. %(n)d matter waits for you. %(title)s.",
            "This is Nöbet. %(n)d matters wait for you. The gravest: %(title)s.",
            number,
        ) % {"n": number, "title": matters[0].title}


def letter(person: Person, matters: Sequence[Matter], code: str, link: str) -> tuple[str, str]:
    """(subject, text): every matter with its address, the link that takes them, the code."""
    with translation.override(person.language):
        subject = f"NÖBET {matters[0].severity}: {matters[0].title}"
        if len(matters) > 1:
            subject = ngettext("NÖBET: %(n)d matter", "NÖBET: %(n)d matters", len(matters)) % {"n": len(matters)}
        lines = [f"{one.severity} · {one.title}\n{settings.PUBLIC_BASE_URL}{one.url}" for one in matters[:MOST_LISTED]]
        more = len(matters) - MOST_LISTED
        if more > 0:
            lines.append(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more})
        lines.append(_("To take it, open this address and confirm: %(link)s") % {"link": link})
        lines.append(_("Or reply to the SMS with the code %(code)s.") % {"code": code})
        return subject, "\n\n".join(lines)


def outcome(person: Person, taken: Sequence[Page], others: Sequence[Page]) -> str:
    """What somebody who answered hears: what is theirs now, who has the rest, what is over."""
    with translation.override(person.language):
        if taken:
            return ngettext(
                "NÖBET: you have it: %(title)s.", "NÖBET: you have %(n)d matters. The gravest: %(title)s.", len(taken)
            ) % {"n": len(taken), "title": short(taken[0].matter.title)}
        held = next((page for page in others if page.taken_by_id), None)
        if held is None:
            return _("NÖBET: this is already over.")
        if held.taken_by_id == person.pk:
            return _("NÖBET: you have it already: %(title)s.") % {"title": short(held.matter.title)}
        return _("NÖBET: %(name)s has it already: %(title)s.") % {
            "name": held.taken_by,
            "title": short(held.matter.title),
        }
