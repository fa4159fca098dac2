"""Each POST with an Idempotency-Key happens once, however often it is sent."""

import hashlib
import json
from collections.abc import Callable, Container
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from foundation import Refusal, now
from foundation.wire.api.problems import of_refusal
from foundation.wire.api.tokens import bearer_of
from foundation.wire.models import GivenAnswer, Token

REMEMBERED_FOR = timedelta(hours=48)
LONGEST_KEY = 255


class KeyMissing(Refusal):
    sentence = _("A POST needs the header Idempotency-Key: a new value for each new wish, the same for a repetition.")
    status = 400


class KeyUnreadable(Refusal):
    sentence = _("An Idempotency-Key is one to 255 visible ASCII characters.")
    status = 400


class KeyReused(Refusal):
    sentence = _("This Idempotency-Key was used for another request.")
    status = 422


def once(operation) -> Callable[..., HttpResponse]:
    """Wraps an API operation so that a repeated POST gets the first answer again.

    Claim, work and answer are one transaction. Of two requests with one key at the
    same time the second waits for the first and repeats its answer; a process killed
    in between leaves nothing behind. Only answers that changed something (2xx) are
    kept: after a refusal or a fault everything is undone and the key stays free.
    """

    @wraps(operation)
    def guarded(request: HttpRequest, **arguments) -> HttpResponse:
        token = bearer_of(request)
        if request.method != "POST" or token is None:
            return operation(request, **arguments)
        try:
            return answer_once(request, token, lambda: operation(request, **arguments))
        except (KeyMissing, KeyUnreadable, KeyReused) as refusal:
            return of_refusal(refusal)

    return guarded


def answer_once(request: HttpRequest, token: Token, work) -> HttpResponse:
    key, fingerprint = key_of(request), fingerprint_of(request)
    earlier = GivenAnswer.objects.filter(token=token, key=key).first()
    if earlier:
        return again(earlier, fingerprint)
    try:
        with transaction.atomic():
            given = GivenAnswer.objects.create(token=token, key=key, fingerprint=fingerprint)
            response = work()
            keep(given, response)
            return response
    except IntegrityError:
        earlier = GivenAnswer.objects.filter(token=token, key=key).first()
        if earlier is None:
            raise
        return again(earlier, fingerprint)


def keep(given: GivenAnswer, response: HttpResponse) -> None:
    if not 200 <= response.status_code < 300:
        transaction.set_rollback(True)
        return
    given.status = response.status_code
    given.content_type = response.headers.get("Content-Type", "")
    given.body = response.content.decode()
    given.save(update_fields=["status", "content_type", "body"])


def again(given: GivenAnswer, fingerprint: str) -> HttpResponse:
    if given.fingerprint != fingerprint:
        raise KeyReused
    response = HttpResponse(given.body, status=given.status, content_type=given.content_type)
    response["Idempotency-Replayed"] = "true"
    return response


def key_of(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise KeyMissing
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise KeyUnreadable
    return key


def fingerprint_of(request: HttpRequest) -> str:
    """SHA-256 over what was wished for; a multipart boundary does not count."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode("utf-8", "surrogatepass"))
    if request.content_type == "multipart/form-data":
        digest_form(digest, request)
    else:
        digest.update(request.body)
    return digest.hexdigest()


def digest_form(digest: Any, request: HttpRequest, *, without: Container[str] = ()) -> None:
    """Add the fields and files of a form, whatever its encoding; `without` are fields that are no wish."""
    fields = sorted((name, values) for name, values in request.POST.lists() if name not in without)
    digest.update(json.dumps(fields).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(f"\n{name} {file.name} ".encode("utf-8", "surrogatepass"))
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)


def forget_old_answers() -> int:
    """Drop answers that no honest repetition will ask for any more."""
    return GivenAnswer.objects.filter(created_at__lt=now() - REMEMBERED_FOR).delete()[0]
