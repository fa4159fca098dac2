"""Who changed what and when, from the record that every verb writes: read by the desk alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from foundation.directory.models import Person
from foundation.journal.models import Entry
from helpdesk.models import (
    Queue,
    RestrictionKind,
    SnoozeEvent,
    StatutoryClock,
    Ticket,
    TicketRelation,
    WakeReason,
)
from helpdesk.service_levels import commitments
from helpdesk.snoozes import moments
from helpdesk.tickets import agents, queue
from helpdesk.tickets.detail import Conversation

MOST = 200


class TicketChange(NamedTuple):
    """One thing that happened to the ticket, as a sentence without its subject."""

    at: datetime
    who: str
    sentence: str | Promise


class NamesInFacts(NamedTuple):
    """What codes of the record are called."""

    people: Mapping[int, str]
    modules: Mapping[str, str]
    queues: Mapping[str, str]


def of(ticket: Ticket, person: Person) -> list[TicketChange]:
    """The oldest first, at most `MOST`: two queries, names of colleagues and modules are remembered.

    What names another ticket that this person may not see is left out.
    """
    told = Entry.objects.filter(
        subject_type=Ticket._meta.label_lower, subject_id=str(ticket.pk), kind__in=SENTENCES
    ).order_by("pk")[:MOST]
    entries = readable(list(told), person)
    names = NamesInFacts(
        people={colleague.pk: colleague.name for colleague in agents.names_at_the_desk()},
        modules=dict(queue.modules_to_choose_from()),
        queues={each.code: each.name for each in Queue.objects.all()},
    )
    return [change_of(entry, names) for entry in entries]


def readable(entries: list[Entry], person: Person) -> list[Entry]:
    others = {entry.facts["other"] for entry in entries if "other" in entry.facts}
    if not others:
        return entries
    seen = set(Ticket.objects.visible_to(person).filter(number__in=others).values_list("number", flat=True))
    return [entry for entry in entries if entry.facts.get("other") in {None, *seen}]


def change_of(entry: Entry, names: NamesInFacts) -> TicketChange:
    who = names.people.get(entry.person_id or 0, "" if entry.person_id is None else _("Municipality"))
    return TicketChange(entry.at, who or "Nöbet", SENTENCES[entry.kind](entry.facts, names))


def between(conversation: Conversation, changes: Sequence[TicketChange]) -> Conversation:
    """The same conversation, each message with what happened since the one before, the rest at the end."""
    left, messages = list(changes), []
    for said in conversation.messages:
        earlier = [change for change in left if change.at <= said.created_at]
        left = left[len(earlier) :]
        messages.append(replace(said, changes=earlier))
    return replace(conversation, messages=messages, changes=left)


def from_to(sentence: str, before: object, after: object) -> str:
    return f"{sentence}: {before or '—'} → {after or '—'}"


def module_changed(facts: dict, names: NamesInFacts) -> str:
    before, after = (names.modules.get(facts[side], facts[side]) for side in ("before", "after"))
    graded = f" · {_('class before')}: {facts['graded']}" if facts.get("graded") else ""
    return from_to(_("Module"), before, after) + graded


def queue_changed(facts: dict, names: NamesInFacts) -> str:
    before, after = (names.queues.get(facts[side], facts[side]) for side in ("before", "after"))
    return from_to(_("Queue"), before, after)


def promise_broken(facts: dict, names: NamesInFacts) -> str:
    return _("Promise missed: %(metric)s") % {"metric": commitments.name_of(facts["metric"])}


def link_said(sentence: Callable[[], str]) -> Callable[[dict, NamesInFacts], str]:
    return lambda facts, names: f"{sentence()}: {facts['other']} · {TicketRelation(facts['relation']).label}"


def merge_said(sentence: Callable[[], str]) -> Callable[[dict, NamesInFacts], str]:
    return lambda facts, names: f"{sentence()}: {facts['other']}"


def snoozed(facts: dict, names: NamesInFacts) -> str:
    until = facts["until"]
    end = moments.spelled(datetime.fromisoformat(until)) if until else SnoozeEvent(facts["event"]).label
    return _("put it aside") + f": {end}"


def woken(facts: dict, names: NamesInFacts) -> str:
    return _("stands in the queue again") + f": {WakeReason(facts['why']).label}"


def restricted_said(facts: dict, names: NamesInFacts) -> str:
    return _("restricted it") + f": {RestrictionKind(facts['restriction']).label}"


def reader_said(sentence: str, facts: dict, names: NamesInFacts) -> str:
    who = names.people.get(facts["person"]) or _("Municipality")
    return f"{sentence}: {who}"


def rule_said(sentence: str, facts: dict) -> str:
    return f"{sentence}: {StatutoryClock.Rule(facts['rule']).label}"


def plain(sentence: Callable[[], str]) -> Callable[[dict, NamesInFacts], str]:
    return lambda facts, names: sentence()


SENTENCES: dict[str, Callable[[dict, NamesInFacts], str]] = {
    "ticket.claimed": plain(lambda: _("took it over")),
    "ticket.released": plain(lambda: _("gave it back to the queue")),
    "ticket.assigned": lambda facts, names: from_to(_("handed over"), "", names.people.get(facts["to"], "")),
    "ticket.graded": lambda facts, names: from_to(_("Severity"), facts["before"], facts["after"]),
    "ticket.module_changed": module_changed,
    "ticket.queue_changed": queue_changed,
    "ticket.municipality_changed": lambda facts, names: from_to(_("Municipality"), facts["before"], facts["after"]),
    "ticket.handed_over": lambda facts, names: from_to(_("Municipality"), facts["before"], facts["after"]),
    "ticket.requester_changed": plain(lambda: _("named who asks")),
    "ticket.linked": plain(lambda: _("linked it to an outage")),
    "ticket.unlinked": plain(lambda: _("undid the link to an outage")),
    "ticket.link_made": link_said(lambda: _("linked a ticket")),
    "ticket.link_removed": link_said(lambda: _("took a link away")),
    "ticket.merged": merge_said(lambda: _("merged it into")),
    "ticket.taken_in": merge_said(lambda: _("merged into it")),
    "ticket.separated": merge_said(lambda: _("took it out of")),
    "ticket.let_go": merge_said(lambda: _("took out of it")),
    "ticket.split_off": merge_said(lambda: _("filed a message of it as a ticket of its own")),
    "ticket.split_from": merge_said(lambda: _("filed it out of a message of")),
    "ticket.waiting": lambda facts, names: (
        _("waits for a third party") if facts["third_party"] else _("waits for the municipality")
    ),
    "ticket.snoozed": snoozed,
    "ticket.woken": woken,
    "ticket.resolved": plain(lambda: _("resolved it")),
    "ticket.reopened": plain(lambda: _("reopened it")),
    "ticket.withdrawn": plain(lambda: _("cancelled it")),
    "ticket.promise_broken": promise_broken,
    "ticket.restricted": restricted_said,
    "ticket.restriction_lifted": plain(lambda: _("lifted the restriction")),
    "ticket.reader_named": lambda facts, names: reader_said(_("named"), facts, names),
    "ticket.reader_removed": lambda facts, names: reader_said(_("removed from the named"), facts, names),
    "ticket.reader_entered": plain(lambda: _("named themselves as administrator")),
    "ticket.statutory_started": lambda facts, names: rule_said(_("deadline of the law began"), facts),
    "ticket.statutory_amended": lambda facts, names: rule_said(_("deadline of the law amended"), facts),
    "ticket.statutory_ended": lambda facts, names: rule_said(_("deadline of the law ended"), facts),
}
