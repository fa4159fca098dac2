"""What was typed when the session ended comes back, in its page, after signing in again.

A form that is sent without a session (or with the forgery token of an earlier one) is refused; its
words are sealed into the new, still nameless session, and whoever signs in is led to the page
the form stood on, where its fields are filled again. Nothing is sent by itself. The form's
once-token knows for whom it was rendered: nobody else is shown the words.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from lxml import html

from foundation.wire import encryption, limits, once
from foundation.wire.guards import client_address

KEY = "unsent_words"
LARGEST = 450_000  # characters of all fields together: a plan, or a sheet of a few thousand nodes
SECRET = ("csrfmiddlewaretoken", once.FIELD, "password", "password1", "password2")
# Where `code` is one that was sent to somebody or shown by a telephone, and no name of a queue or a place.
KEYED_ONCE = ("/2fa/", "/verification/", "/acknowledgement/", "/ways/")


class UnsentWords:
    """Middleware: keeps what a signed-out form brought, and gives it back to its page."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kept = words_for(request)
        response = self.get_response(request)
        if kept and response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html"):
            response.content = filled(response.content.decode(), kept)
            del request.session[KEY]
        elif leads_to_sign_in(request, response):
            return sign_in_and_return(request)
        return response


def leads_to_sign_in(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether a form was refused because nobody is signed in."""
    is_refused = request.method == "POST" and response.status_code == 302 and not request.user.is_authenticated
    return is_refused and response["Location"].startswith(f"{resolve_url(settings.LOGIN_URL)}?")


def sign_in_and_return(request: HttpRequest) -> HttpResponse:
    """To the sign-in, and from there to the page; never to an address that only takes forms."""
    say_what_is_kept(request, is_kept=keep(request))
    return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page_of(request)})}")


def say_what_is_kept(request: HttpRequest, *, is_kept: bool) -> None:
    """Before anybody signs in: what will be there again, and what the way back in the browser still holds."""
    if is_kept and request.FILES:
        messages.warning(request, _("Your words are kept, your files are not: you will have to choose them again."))
    elif is_kept:
        messages.info(request, _("Your words are kept. Sign in, and they stand in their fields again."))
    elif request.POST.get(once.FIELD):
        sentence = _("What you wrote is too long to be kept. Go back in your browser and copy it before you sign in.")
        messages.warning(request, sentence)


def keep(request: HttpRequest) -> bool:
    """Whether there was room for it."""
    secret = {*SECRET, "code"} if any(part in request.path for part in KEYED_ONCE) else SECRET
    fields = [(name, values) for name, values in request.POST.lists() if name not in secret]
    token = request.POST.get(once.FIELD, "")
    told = json.dumps(
        {
            "form": request.path,
            "page": known_page(request),
            "token": token,
            "fields": fields,
            "files": len(request.FILES),
        },
        ensure_ascii=False,
    )
    # Whoever is not signed in costs us a row: bounded by length and by pace.
    if not token or len(told) > LARGEST or limits.wait_for("unsent", client_address(request), limit=30, per=60):
        return False
    request.session[KEY] = encryption.seal(told)
    return True


def page_of(request: HttpRequest) -> str:
    """The page on which the form stood; else where everyone begins."""
    return known_page(request) or resolve_url(settings.LOGIN_REDIRECT_URL)


def known_page(request: HttpRequest) -> str:
    """The same as the browser says it; "" when it says nothing, or somewhere else."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(came_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def words_for(request: HttpRequest) -> dict[str, Any] | None:
    """What waits for this page and this person."""
    if request.method != "GET" or not request.user.is_authenticated or KEY not in request.session:
        return None
    told = json.loads(encryption.unseal(request.session[KEY]) or "null")
    if not told or not once.is_for(told["token"], request.user.pk):
        del request.session[KEY]
        return None
    return told if told["page"] in ("", request.get_full_path()) else None


def filled(page: str, told: dict[str, Any]) -> bytes:
    """The page with the fields of that form as they were; without the form they stand in a box to copy."""
    document = html.document_fromstring(page)
    words = {name: list(values) for name, values in told["fields"]}
    own = [form for form in document.forms if form.method == "POST" and leads_to(form, told)]
    if own:
        fill(own[0], words)
    main = document.find(".//main")
    if main is not None:
        for place, part in enumerate(said(told, [] if own else list(words.values()))):
            main.insert(place, part)
    return html.tostring(document, encoding="utf-8", doctype="<!doctype html>")


def leads_to(form: html.FormElement, told: dict[str, Any]) -> bool:
    return (form.get("action") or told["page"]).partition("?")[0] == told["form"]


def said(told: dict[str, Any], left: list[list[str]]) -> Iterator[html.HtmlElement]:
    """What happened, and the words that found no field."""
    note = html.Element("p", {"class": "nb-note", "role": "status"})
    note.text = _("You were signed out while you wrote. Your words are here again; nothing was sent yet.")
    if told["files"]:
        note.text += " " + _("Files have to be chosen again.")
    yield note
    if text := "\n\n".join(value for values in left for value in values if value.strip()):
        box = html.Element(
            "textarea", {"class": "nb-input", "rows": "8", "readonly": "", "aria-label": _("Your words")}
        )
        box.text = text
        yield box


def fill(form: html.FormElement, words: dict[str, list[str]]) -> None:
    for field in form.iter("input", "textarea", "select"):
        name, values = field.get("name"), words.get(field.get("name"), [])
        if not name or name in SECRET or field.get("type") in ("file", "submit", "button", "image", "password"):
            continue
        if field.tag == "select":
            choose(field.iter("option"), values, "selected")
        elif field.get("type") in ("radio", "checkbox"):
            choose([field], values, "checked")
        elif field.get("type") != "hidden" and values:
            write(field, values[0])


def choose(options: Any, values: list[str], mark: str) -> None:
    for option in options:
        option.attrib.pop(mark, None)
        if option.get("value", "on" if mark == "checked" else option.text or "") in values:
            option.set(mark, "")


def write(field: html.HtmlElement, value: str) -> None:
    if field.tag == "textarea":
        field.text = value
    else:
        field.set("value", value)


def forged_or_late(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The forgery token is of an earlier session: who signed in again elsewhere finds the words in the page.

    Nothing is done with them; a form of somebody else's making fills nothing, as it has no token for this person.
    """
    person = request.user
    if not person.is_authenticated or not once.is_for(request.POST.get(once.FIELD, ""), person.pk):
        return csrf_failure(request, reason=reason)
    keep(request)
    return redirect(page_of(request))
