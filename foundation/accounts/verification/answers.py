"""What is pressed behind the link of a request. Opening it changes nothing: scanners of mail open every link."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.accounts.verification.asking import digest
from foundation.directory.models import Contact, VerificationRequest
from foundation.journal import journal

Answer = VerificationRequest.Answer


class RequestGone(Refusal):
    sentence = _("This link is too old. Your municipality's administrator can ask anew.")
    status = 410


def find(secret: str) -> VerificationRequest:
    """The request with this secret. Raises `RequestGone`."""
    sent = VerificationRequest.objects.filter(secret_digest=digest(secret), expires_at__gt=now())
    request = sent.select_related("municipality").first()
    if request is None:
        raise RequestGone
    return request


def contacts_of(request: VerificationRequest) -> QuerySet[Contact]:
    """Every duty for which this address is listed today."""
    here = Contact.objects.filter(channel=request.channel, address=request.address, municipality__closed_at=None)
    return here.select_related("municipality").order_by("municipality__sort_key", "duty", "pk")


@transaction.atomic
def answer(secret: str, given: str) -> VerificationRequest:
    """Right: crisis messages may go there. Not me: none does. The same again changes nothing; another answer counts."""
    request = find(secret)
    at = now()
    fresh = VerificationRequest.objects.filter(pk=request.pk).exclude(answer=given)
    if not fresh.update(answer=given, answered_at=at):
        return request
    is_right = given == Answer.YES
    changes = {"verified_at": at, "denied_at": None} if is_right else {"verified_at": None, "denied_at": at}
    for contact in contacts_of(request).select_for_update(of=("self",)):
        Contact.objects.filter(pk=contact.pk).update(code_digest="", code_expires_at=None, **changes)
        journal.record("contact.verified" if is_right else "contact.denied", contact, by=None, way="link")
    request.refresh_from_db()
    return request
