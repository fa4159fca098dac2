"""What an exchange says of a call: in any order, any number of times. The first word of each kind counts.

The shape is that of Zammad's generic CTI, which exchanges from Asterisk to 3CX and Sipgate speak:
`event` (newCall, answer, hangup), `callId`, `direction` (in, out), `from`, `to`, and where they know it
`user`, `answeringNumber` and `cause`. Nothing of it is recorded in the journal: it is what a machine saw.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.directory.models import Person
from foundation.language import texts
from foundation.live import audiences, live
from helpdesk.calls import callers, numbers
from helpdesk.models import Exchange, PhoneCall
from helpdesk.tickets import agents

NEW, ANSWER, HANGUP = "newcall", "answer", "hangup"
LONGEST_ID, LONGEST_CAUSE = 128, 40
Direction = PhoneCall.Direction


class NotACall(Refusal):
    """What came is no word about a call; says which part of it is wrong."""

    status = 422


@dataclass(frozen=True)
class ExchangeWord:
    """One event. `number` is the other side's, `lines` are the extensions it may be about, the surest first."""

    event: str
    call_id: str
    direction: str
    number: str
    lines: tuple[str, ...]
    cause: str = ""


def read(told: Mapping[str, Any]) -> ExchangeWord:
    """The word in what was posted. Raises `NotACall` with a sentence for whoever sets the exchange up."""
    event = plain(told, "event").lower()
    if event not in (NEW, ANSWER, HANGUP):
        raise NotACall(_("“event” has to be newCall, answer or hangup."))
    direction = plain(told, "direction").lower() or Direction.IN
    if direction not in Direction.values:
        raise NotACall(_("“direction” has to be in or out."))
    call_id = plain(told, "callId") or plain(told, "call_id")
    if not call_id or len(call_id) > LONGEST_ID:
        raise NotACall(_("“callId” has to name the call, in at most 128 characters."))
    ours, theirs = ("to", "from") if direction == Direction.IN else ("from", "to")
    named = [plain(told, "answeringNumber"), *several(told, "user"), plain(told, ours)]
    lines = tuple(dict.fromkeys(line for line in map(numbers.e164, named) if line))
    cause = plain(told, "cause")[:LONGEST_CAUSE]
    return ExchangeWord(event, call_id, direction, numbers.e164(plain(told, theirs)), lines, cause)


def plain(told: Mapping[str, Any], name: str) -> str:
    """One line, whatever was sent; numbers count as text, lists and objects as nothing."""
    value = told.get(name)
    return texts.line(str(value)).strip() if isinstance(value, str | int) else ""


def several(told: Mapping[str, Any], name: str) -> list[str]:
    """`user` is one value, or a list of those at whom it rings."""
    value = told.get(name, told.get(f"{name}[]"))
    values = value if isinstance(value, list) else [value]
    return [texts.line(str(each)).strip() for each in values[:20] if isinstance(each, str | int)]


@transaction.atomic
def hear(exchange: Exchange, word: ExchangeWord) -> PhoneCall:
    """Keep what was said; the same again changes nothing."""
    call = the_call(exchange, word)
    before = (call.answered_at, call.ended_at, call.agent_id, call.number)
    if word.number and not call.number:
        call.number = word.number
        know(call)
    if agent := at_extension(word.lines):
        call.line = call.line or agent.extension.number
        if call.agent_id is None or word.event == ANSWER and call.answered_at is None:
            call.agent, call.line = agent, agent.extension.number
    at = now()
    if word.event == ANSWER and call.answered_at is None:
        call.answered_at = min(at, call.ended_at or at)
        settle_earlier(call)
    if word.event == HANGUP and call.ended_at is None:
        call.ended_at, call.cause = at, word.cause
    if before != (call.answered_at, call.ended_at, call.agent_id, call.number):
        call.save()
        tell(call)
    return call


def the_call(exchange: Exchange, word: ExchangeWord) -> PhoneCall:
    """Ours until the commit, made by whichever word comes first."""
    held = PhoneCall.objects.select_for_update(of=("self",)).select_related("agent")
    if call := held.filter(exchange=exchange, call_id=word.call_id).first():
        return call
    facts = {"direction": word.direction, "number": word.number, "line": next(iter(word.lines), "")[:20]}
    made = PhoneCall(exchange=exchange, call_id=word.call_id, **facts)
    know(made)
    known = {name: getattr(made, name) for name in ("municipality", "caller", "caller_name")}
    call, is_new = PhoneCall.objects.get_or_create(exchange=exchange, call_id=word.call_id, defaults=facts | known)
    if is_new:
        tell(call)
    return held.get(pk=call.pk)


def know(call: PhoneCall) -> None:
    """Municipality and name of whoever has this number, where that is one of us."""
    caller = next(iter(callers.known(call.number)), None)
    if caller:
        call.municipality, call.caller, call.caller_name = caller.municipality, caller.person, caller.name


def at_extension(lines: tuple[str, ...]) -> Person | None:
    """The agent who sits at the first of these that is anybody's."""
    people = agents.at_the_desk().filter(extension__number__in=lines).select_related("extension")
    by_line = {person.extension.number: person for person in people}
    return next((by_line[line] for line in lines if line in by_line), None)


def settle_earlier(call: PhoneCall) -> None:
    """We speak with this number now, so what it tried before is no longer owed."""
    if call.number:
        lost = PhoneCall.objects.lost(now()).filter(number=call.number).exclude(pk=call.pk)
        lost.update(settled_at=now(), settled_by=call.agent)


def tell(call: PhoneCall) -> None:
    """Open pages of calls, and the page that its agent looks at. Nothing of the number travels."""
    state = {"answered": call.answered_at is not None, "ended": call.ended_at is not None}
    live.announce(audiences.CALLS, "call", call.pk, state)
    if call.agent_id:
        live.announce(audiences.person(call.agent_id), "call", call.pk, state)
