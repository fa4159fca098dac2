"""Callbacks of gateways: they report, and sometimes somebody answers."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from foundation.outbox import inbound, jobs
from foundation.outbox.gateways import account, mapping, registry, twilio
from foundation.outbox.gateways.operator import Operator
from foundation.outbox.gateways.postings import Receipt
from foundation.outbox.reconciliation import receipts
from foundation.wire.guards import client_address

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@csrf_exempt
@require_POST
def twilio_status(request) -> HttpResponse:
    """A receipt: checked, kept, answered 204; applied later."""
    if not is_from_twilio(request):
        return HttpResponseForbidden()
    form = request.POST
    receipt = Receipt(
        gateway="twilio",
        sid=form.get("MessageSid") or form.get("SmsSid", ""),
        status=form.get("MessageStatus") or form.get("SmsStatus", ""),
        error_code=form.get("ErrorCode", ""),
        token=request.GET.get("ref", ""),
    )
    if receipt.sid and receipt.status and receipts.keep(receipt):
        jobs.ring_for_receipts()
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def twilio_inbound(request) -> HttpResponse:
    """Somebody wrote to us: kept once, never answered with a text."""
    if not is_from_twilio(request):
        return HttpResponseForbidden()
    form = request.POST
    if form.get("MessageSid"):
        inbound.receive("twilio", sid=form["MessageSid"], address=form.get("From", ""), text=form.get("Body", ""))
    return HttpResponse(EMPTY_TWIML, content_type="text/xml; charset=utf-8")


def is_from_twilio(request) -> bool:
    """Signed over the address Twilio was told, not over the Host header a client can choose."""
    url = settings.PUBLIC_BASE_URL + request.get_full_path()
    return twilio.is_signed(url, request.POST, request.headers.get("X-Twilio-Signature", ""))


@csrf_exempt
@require_POST
def operator_status(request) -> HttpResponse:
    """A domestic operator's receipt: known by the agreed secret, kept, answered 204."""
    operator = _operator(request)
    if operator is None:
        return HttpResponseForbidden()
    try:
        receipt = operator.receipt(_told(request), request.GET.get("ref", ""))
    except ValueError:
        return HttpResponseBadRequest()
    if receipt and receipts.keep(receipt):
        jobs.ring_for_receipts()
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def operator_inbound(request) -> HttpResponse:
    """An answer on a two-way route: kept once."""
    operator = _operator(request)
    if operator is None:
        return HttpResponseForbidden()
    try:
        letter = operator.letter(_told(request))
    except ValueError:
        return HttpResponseBadRequest()
    if letter:
        inbound.receive(operator.name, sid=letter.sid, address=letter.address, text=letter.text)
    return HttpResponse(status=204)


def _operator(request) -> Operator | None:
    """The operator in use, if the caller shows its secret."""
    operator = Operator() if settings.SMS_OPERATOR else None
    return operator if operator and operator.knows(request.headers) else None


@csrf_exempt
@require_POST
def gateway_news(request, gateway: str, secret: str) -> HttpResponse:
    """Receipts and letters of a gateway that signs nothing: known by the secret in the path and its address.

    One or a list, in any order, any number of times; answered with the status that this
    gateway takes for "heard". A stranger learns nothing, not even which gateways we have.
    """
    if gateway not in registry.KINDS or not account.of(gateway).knows(secret, client_address(request)):
        return HttpResponseForbidden()
    carrier = registry.make(gateway)
    try:
        told = _told(request)
    except ValueError:
        return HttpResponseBadRequest()
    if receipts.keep_all(carrier.receipts(told)):
        jobs.ring_for_receipts()
    for letter in carrier.letters(told) if carrier.two_way else []:
        inbound.receive(gateway, sid=letter.sid, address=letter.address, text=letter.text)
    return HttpResponse(status=carrier.wants_status)


def _told(request) -> Any:
    """JSON, XML or a form, whichever came; raises ValueError for what is none of them."""
    body = request.body
    if request.content_type == "application/json" or body.lstrip()[:1] in (b"{", b"["):
        try:
            return json.loads(body.replace(rb"\u0000", b""))
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
    if body.lstrip()[:1] == b"<":
        document = mapping.read(body.decode(errors="replace"), "xml")
        if document is None:
            raise ValueError("no XML")
        return document
    return request.POST.dict()
