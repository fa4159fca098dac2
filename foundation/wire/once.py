"""Each act of a form happens once: after a double click, a reload, the back button, a lost answer.

`{% csrf_token %}` gives every form a hidden token beside Django's own (`OnceToken`). What is
posted with it is claimed in `GivenAnswer`, like a key of the API, in the transaction of the act: of
two alike the second waits for the first and is led where the first was led. The same token with
other words is another act: whoever goes back and writes something else is not held up.
"""

import hashlib
import re
import secrets

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.crypto import constant_time_compare, salted_hmac

from foundation import Refusal
from foundation.wire import refusals
from foundation.wire.api.idempotency import digest_form
from foundation.wire.files import scanning, uploads
from foundation.wire.models import GivenAnswer

FIELD = "once"
OF_THE_PAGE = (FIELD, "csrfmiddlewaretoken")
# Signing in, out and proving oneself: asked each time anew, and nothing of it is kept. The rehearsal
# of the demonstration speaks to the stand-in city, which no transaction may wait for.
OUTSIDE = ("/accounts/", "/api/", "/scenario/")
ALREADY = "Nobet-Replayed"
DONE = "nobet_done"  # a cookie that a script reads; it opens nothing
TOKEN = re.compile(r"[\w.-]{1,60}", re.ASCII)


class OncePerForm:
    """Middleware: the one place for all forms. An act that led somewhere (a redirect) is kept, nothing else.

    A form that comes back with a complaint changed nothing; its claim is let go.
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = key_of(request)
        if not key:
            return self.get_response(request)
        response = self.answer_once(request, key)
        if led_on(response):
            tell_the_page(response, request.POST[FIELD])
        return response

    def answer_once(self, request: HttpRequest, key: str) -> HttpResponse:
        if earlier := GivenAnswer.objects.of_form(key):
            return again(earlier)
        scanning.ask_ahead(files_to_scan(request))
        try:
            with transaction.atomic():
                given = GivenAnswer.objects.create(key=key, fingerprint=key)
                response = self.get_response(request)
                keep(given, response)
                return response
        except IntegrityError:
            if earlier := GivenAnswer.objects.of_form(key):
                return again(earlier)
            raise
        except Refusal as refusal:  # by what waited for the commit; a view's own were answered inside
            GivenAnswer.objects.filter(token=None, key=key).delete()
            return refusals.shown(request, refusal)


def key_of(request: HttpRequest) -> str:
    """Names an act: who, which form, which words. "" for whatever is no form of ours."""
    if request.method != "POST" or request.path.startswith(OUTSIDE) or not request.user.is_authenticated:
        return ""
    token = request.POST.get(FIELD, "")
    if not token:
        return ""
    digest = hashlib.sha256(f"{request.user.pk} {request.get_full_path()}\n".encode("utf-8", "surrogatepass"))
    digest_form(digest, request, without=OF_THE_PAGE)
    digest.update(token.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def files_to_scan(request: HttpRequest) -> list[UploadedFile]:
    """Those that a form may take; it refuses more, or larger ones, without asking the scanner."""
    files = [file for _name, together in request.FILES.lists() for file in together]
    return [file for file in files if (file.size or 0) <= uploads.LARGEST] if len(files) <= uploads.MOST else []


def keep(given: GivenAnswer, response: HttpResponse) -> None:
    """Where it led. A form shown again or a refusal gives the claim back and undoes nothing (a try stays
    counted); a fault undoes everything."""
    if response.status_code >= 500:
        transaction.set_rollback(True)
        return
    if not led_on(response):
        given.delete()
        return
    given.status, given.body = response.status_code, response["Location"]
    given.save(update_fields=["status", "body"])


def led_on(response: HttpResponse) -> bool:
    """Whether the act was done: it led somewhere, and not to a proof of who asks. What is shown once, such as a
    new secret, is an answer of 201 that says where it is kept: asked again, one is led there."""
    made = response.status_code == 201 and response.has_header("Location")
    return made or response.status_code in (302, 303) and not response["Location"].startswith(OUTSIDE)


def again(given: GivenAnswer) -> HttpResponse:
    response = HttpResponseRedirect(given.body)
    response[ALREADY] = "true"
    return response


def tell_the_page(response: HttpResponse, token: str) -> None:
    """Its script may now drop the draft that it kept for this form; until then the words stay in the browser."""
    if TOKEN.fullmatch(token):
        response.set_cookie(DONE, token, max_age=60, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")


def new_token(person_key: object) -> str:
    """A value for one rendered form. It knows, and does not tell, for whom it was rendered."""
    value = secrets.token_urlsafe(12)
    return f"{value}.{mark(value, person_key)}"


def is_for(token: str, person_key: object) -> bool:
    """Whether the form with this token was rendered for that person."""
    value, _, given = token.partition(".")
    return constant_time_compare(given, mark(value, person_key))


def mark(value: str, person_key: object) -> str:
    return salted_hmac("nobet.once", f"{value}:{person_key}", algorithm="sha256").hexdigest()[:16]
