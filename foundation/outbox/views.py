"""The gateways' doors: they report, and sometimes somebody answers."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from foundation.outbox import inbound, jobs, receipts
from foundation.outbox.gateways import twilio
from foundation.outbox.receipts import Receipt

EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@csrf_exempt
@require_POST
def twilio_status(request):
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
def twilio_inbound(request):
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
