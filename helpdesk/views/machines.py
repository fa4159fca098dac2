"""The address at which telephone exchanges tell of calls."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from foundation import Refusal
from foundation.wire import limits
from foundation.wire.refusals import FORMS
from helpdesk.calls import exchanges, hearing, spoken
from helpdesk.calls.hearing import NEW, NotACall
from helpdesk.models import Exchange, PhoneCall

WORDS_A_MINUTE = 1_200  # of one exchange: four hundred calls
STRANGERS_A_MINUTE = 30  # wrong secrets from one place
LARGEST = 16_384  # bytes of one word


@csrf_exempt
@never_cache
@require_POST
def exchange_call(request, secret: str = "") -> HttpResponse:
    """One event of one call, as a form or JSON; the secret stands in the path or as a bearer.

    Answered 200 with our number of the call, and with what the caller should hear first if they call during an
    outage. A fault of the sender is 4xx with a sentence; a stranger learns nothing.
    """
    try:
        exchange = known_exchange(request, secret)
        if exchange is None:
            return said("unknown exchange", 403)
        limits.spend("exchange", exchange.pk, limit=WORDS_A_MINUTE, per=60)
        call = hearing.hear(exchange, word := hearing.read(told(request)))
    except Refusal as refusal:
        answer = said(str(refusal), refusal.status)
        if refusal.retry_after:
            answer["Retry-After"] = str(refusal.retry_after)
        return answer
    return JsonResponse(answer_to(call, is_new=word.event == NEW), json_dumps_params={"ensure_ascii": False})


def answer_to(call: PhoneCall, *, is_new: bool) -> dict[str, Any]:
    """Nothing of the caller leaves: the exchange has the number, and needs no name."""
    announcement = None
    if is_new and call.direction == PhoneCall.Direction.IN:
        announcement = spoken.for_caller(call.municipality)
    return {"call": call.pk, "announcement": announcement}


def known_exchange(request, secret: str) -> Exchange | None:
    scheme, _blank, given = request.headers.get("Authorization", "").partition(" ")
    bearer = given.strip() if scheme.lower() == "bearer" else ""
    exchange = exchanges.by_secret(secret or bearer)
    if exchange is None:
        limits.spend("exchange.stranger", limits.place_of(request), limit=STRANGERS_A_MINUTE, per=60)
    return exchange


def told(request) -> Mapping[str, Any]:
    """A form or a JSON object, whichever came."""
    if request.content_type in FORMS:  # its body may have been read already
        form = request.POST
        return {name: form.getlist(name) if name in ("user", "user[]") else form[name] for name in form}
    if len(request.body) > LARGEST:
        raise NotACall("one event is shorter than 16 kB")
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise NotACall("neither a form nor JSON") from error
    if not isinstance(value, dict):
        raise NotACall("a JSON object is needed")
    return value


def said(words: str, status: int) -> JsonResponse:
    return JsonResponse({"error": words}, status=status, json_dumps_params={"ensure_ascii": False})
