"""A macro that acts: all of it through the ticket's own verbs, in one transaction, or nothing of it."""

import re
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.journal import journal
from helpdesk import tickets
from helpdesk.knowledge import macros
from helpdesk.models import Macro, Ticket
from helpdesk.snoozes import moments

BLANK = re.compile(r"\{\?\s*([^{}?]{1,60}?)\s*\}")


class MacroDoesNothing(Refusal):
    """It is only a text, to be put where one is writing."""

    status = 422

    def __init__(self, name: str) -> None:
        super().__init__(_("The macro %(name)s is a text only; nothing follows from it.") % {"name": name})


class BlankIsEmpty(Refusal):
    status = 422

    def __init__(self, name: str) -> None:
        super().__init__(_("Please fill in: %(name)s") % {"name": name})


def blanks_of(macro: Macro) -> Sequence[str]:
    """What it asks for, each once, in the order of its words."""
    words = f"{macro.text if macro.then else ''}\n{macro.note}"
    return list(dict.fromkeys(BLANK.findall(words)))


@transaction.atomic
def carry_out(macro: Macro, ticket: Ticket, *, by: Person, blanks: Mapping[str, str]) -> None:
    """Owner first, then module, note and words; put aside last. What a verb says no to takes the whole macro back."""
    macros.require_desk(by)
    if not macro.acts:
        raise MacroDoesNothing(macro.name)
    for name in blanks_of(macro):
        if not blanks.get(name, "").strip():
            raise BlankIsEmpty(name)
    if macro.to:
        tickets.assign(ticket, to=macro.to, by=by)
    elif macro.takes_over:
        tickets.claim(ticket, by=by)
    if macro.component:
        tickets.change_module(ticket, component=macro.component, by=by)
    if macro.note:
        tickets.note(ticket, by=by, body=words_of(macro.note, ticket, blanks))
    say(macro, ticket, by, words_of(macro.text, ticket, blanks))
    if macro.snooze:
        put_aside(macro, ticket, by)
    journal.record("macro.carried_out", macro, by=by, ticket=ticket.pk)


def words_of(text: str, ticket: Ticket, blanks: Mapping[str, str]) -> str:
    """The tokens first: what somebody types into a blank is never read as one."""
    filled = macros.fill(text, ticket)
    return BLANK.sub(lambda blank: blanks.get(blank[1], "").strip(), filled)


def say(macro: Macro, ticket: Ticket, by: Person, body: str) -> None:
    match macro.then:
        case Macro.Then.REPLY:
            tickets.reply(ticket, by=by, body=body)
        case Macro.Then.WAIT | Macro.Then.THIRD_PARTY:
            tickets.wait(ticket, by=by, body=body, third_party=macro.then == Macro.Then.THIRD_PARTY)
        case Macro.Then.RESOLVE:
            tickets.resolve(ticket, by=by, note=body)


def put_aside(macro: Macro, ticket: Ticket, by: Person) -> None:
    until = moments.after(macro.snooze, now())
    tickets.snooze(ticket, by=by, until=until, event="" if until else macro.snooze)


def steps_of(macro: Macro) -> list[str]:
    """What it will do, in sentences, in its order."""
    steps = []
    if macro.to:
        steps.append(_("Assign to: %(name)s") % {"name": macro.to.name})
    elif macro.takes_over:
        steps.append(_("Take the ticket over"))
    if macro.component:
        steps.append(_("Change the module: %(name)s") % {"name": macro.component.name})
    if macro.note:
        steps.append(_("Write an internal note"))
    if macro.then:
        steps.append(macro.get_then_display())
    if macro.snooze:
        steps.append(_("Put the ticket aside: %(until)s") % {"until": macro.get_snooze_display()})
    return steps
