"""The telephone line: whoever got a crisis SMS calls, keys its code, and hears that it counted.

Twilio Voice asks these addresses what to say; every request is signed. The number that
calls and the code it keys have to belong together, as with an answer by SMS. Nothing
is sent, opened or told here to somebody who has only one of the two.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpResponse, HttpResponseForbidden
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from foundation.outbox.views.callbacks import is_from_twilio
from foundation.wire import limits
from runbooks.broadcasts.delivery import acknowledgements
from runbooks.paging import answering

TRIES = 3  # codes in one call
CALLS = {"limit": 12, "per": 600}  # codes of one number, and seconds
ASK = _("This is the crisis line of the e-municipality platform. Please key the four digits of the code in the SMS.")
AGAIN = _("We sent no message with this code to the number you are calling from. Please key the code again.")
NO_KEYS = _("We received no keys. You can also type the code in the portal. Goodbye.")
THANKS = _("Thank you. We know that you have seen the message. Subject: %(subject)s. Goodbye.")
TOO_MANY = _(
    "Too many codes were keyed from this number. "
    "Please call again in ten minutes or type the code in the portal. Goodbye."
)
UNKNOWN = _(
    "The code was not recognised. "
    "Please call from the telephone that got the message, or type the code in the portal. Goodbye."
)


def for_the_gateway(view) -> Callable[..., HttpResponse]:
    """Signed or refused; and in Turkish, whatever the house speaks elsewhere."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def guarded(request) -> HttpResponse:
        if not is_from_twilio(request):
            return HttpResponseForbidden()
        with translation.override("tr"):
            return view(request)

    return guarded


@for_the_gateway
def answer(request) -> HttpResponse:
    """Somebody calls: ask for the code."""
    return _ask(request, ASK, tries=1)


@for_the_gateway
def keyed(request) -> HttpResponse:
    """A code was keyed: thank, ask again, or hang up. The same request twice gets the same answer.

    The code of a call to duty takes it, and the caller hears whose it is now.
    """
    caller = request.POST.get("From", "")
    if limits.wait_for("line", caller, **CALLS):
        return _hang_up(request, TOO_MANY)
    broadcast = acknowledgements.hear_keys(caller, request.POST.get("Digits", ""))
    if broadcast:
        return _hang_up(request, THANKS % {"subject": broadcast.subject})
    if said := answering.hear_keys(caller, request.POST.get("Digits", "")):
        return _hang_up(request, said)
    tries = _number(request.GET.get("tries", ""))
    return _ask(request, AGAIN, tries=tries + 1) if tries < TRIES else _hang_up(request, UNKNOWN)


def _ask(request, sentence, *, tries: int) -> HttpResponse:
    action = f"{settings.PUBLIC_BASE_URL}{reverse('runbooks:line_code')}?tries={tries}"
    return _say(request, question=sentence, action=action, last=str(NO_KEYS))


def _hang_up(request, sentence) -> HttpResponse:
    return _say(request, last=sentence)


def _say(request, *, last: str, question: str = "", action: str = "") -> HttpResponse:
    context = {"last": last, "question": question, "action": action}
    return render(request, "runbooks/line.xml", context, content_type="text/xml; charset=utf-8")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 3 else TRIES
