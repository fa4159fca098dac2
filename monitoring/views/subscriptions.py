"""Subscribing to the public pages: no account, no script, and no word about who subscribes."""

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation import Refusal, now
from foundation.directory.models import Municipality
from foundation.outbox import successors
from foundation.outbox.gateways import webhook
from foundation.wire import limits
from monitoring.models import Subscriber
from monitoring.refusals import WrongSubscriptionCode
from monitoring.subscribers import signup
from monitoring.subscribers.forms import SubscriberCodeForm, SubscriptionForm, WishesForm, initial
from monitoring.views.doors import from_our_pages

HOUR = 3600
# An office shares one address; SMS cost money and wake people.
ASKS_OF_A_PLACE = 30
SMS_OF_A_PLACE, SMS_WITHIN = 10, 4 * HOUR
TRIES_OF_A_PLACE, TRIES_WITHIN = 30, 600
WISH_SALT = "monitoring.subscription.wish"


def page(request: HttpRequest, name: str, context: dict, status: int = 200) -> HttpResponse:
    return render(request, f"monitoring/status/{name}.html", {"at": now(), **context}, status=status)


def in_the_readers_language(request: HttpRequest) -> None:
    """`?lang=` as on the other public pages; the cookie otherwise."""
    if (language := request.GET.get("lang")) in ("tr", "en"):
        translation.activate(language)


@from_our_pages
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subscribe(request: HttpRequest, code: str = "") -> HttpResponse:
    """`/status/subscribe/`, `/status/<code>/subscribe/`: ask to be told."""
    in_the_readers_language(request)
    place = get_object_or_404(Municipality, code=code) if code else None
    language = "en" if translation.get_language() == "en" else "tr"
    form = SubscriptionForm(request.POST if request.method == "POST" else None, initial={"language": language})
    if request.method == "POST" and form.is_valid():
        try:
            return asked(request, form, place)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    return page(request, "subscribe", {"form": form, "of": place}, 422 if form.is_bound else 200)


def asked(request: HttpRequest, form: SubscriptionForm, place: Municipality | None) -> HttpResponse:
    """Count, ask the address, and say what comes next: the same for every address."""
    whom, is_sms = limits.place_of(request), form.cleaned_data["channel"] == Subscriber.Channel.SMS
    limits.spend("subscribe", whom, limit=ASKS_OF_A_PLACE, per=HOUR)
    if is_sms:
        limits.spend("subscribe-sms", whom, limit=SMS_OF_A_PLACE, per=SMS_WITHIN)
    subscriber = signup.ask(**form.cleaned_data, municipality=place)
    if is_sms:
        wish = signing.dumps(subscriber.pk, salt=WISH_SALT)
        return redirect(reverse("monitoring:subscription_code", args=[wish]))
    return redirect(reverse("monitoring:subscription_asked", args=[subscriber.channel]))


@require_safe
def asked_page(request: HttpRequest, channel: str) -> HttpResponse:
    """Where to look now."""
    in_the_readers_language(request)
    return page(request, "subscription_asked", {"channel": channel})


@from_our_pages
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def code(request: HttpRequest, wish: str) -> HttpResponse:
    """The six digits that came by SMS."""
    in_the_readers_language(request)
    form = SubscriberCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            subscriber = wished(request, wish)
            signup.confirm_by_code(subscriber, form.cleaned_data["code"])
            return redirect("monitoring:subscription", token=subscriber.token)
        except Refusal as refusal:
            form.add_error("code", str(refusal))
    return page(request, "subscription_code", {"form": form}, 422 if form.is_bound else 200)


def wished(request: HttpRequest, wish: str) -> Subscriber:
    """The row behind a signed wish; the wish alone opens nothing."""
    limits.spend("subscription-code", limits.place_of(request), limit=TRIES_OF_A_PLACE, per=TRIES_WITHIN)
    try:
        pk = signing.loads(wish, salt=WISH_SALT, max_age=HOUR)
    except signing.BadSignature as wrong:
        raise WrongSubscriptionCode from wrong
    subscriber = Subscriber.objects.filter(pk=pk).first()
    if subscriber is None:
        raise WrongSubscriptionCode
    return subscriber


@from_our_pages
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subscription(request: HttpRequest, token: str) -> HttpResponse:
    """One's own subscription: confirm it, change it, end it. The link is the key."""
    in_the_readers_language(request)
    subscriber = held(token)
    form = WishesForm(request.POST if request.method == "POST" else None, initial=initial(subscriber))
    is_saved = request.method == "POST" and form.is_valid()
    if is_saved:
        signup.change(subscriber, **form.cleaned_data)
    is_hook = subscriber.channel == Subscriber.Channel.HOOK
    key = webhook.key_of(subscriber.address) if is_hook and subscriber.is_confirmed else ""
    closed = successors.closed(subscriber.channel, [subscriber.address]).get(subscriber.address, "")
    context = {"subscriber": subscriber, "form": form, "is_saved": is_saved, "key": key, "closed": closed}
    return page(request, "subscription", context, 422 if form.is_bound and not is_saved else 200)


def held(token: str) -> Subscriber:
    return get_object_or_404(Subscriber.objects.select_related("municipality"), token=token)


@from_our_pages
@require_POST
@never_cache
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """ "Yes, this is mine." A button, because mail scanners open links by themselves."""
    signup.confirm(held(token))
    return redirect("monitoring:subscription", token=token)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ending(request: HttpRequest, token: str) -> HttpResponse:
    """End it: one click of a mail program (RFC 8058, a bare POST) or the button of the page.

    The token is the whole authority and the worst a stranger's page could do with it,
    so no second token is asked for.
    """
    if request.method != "POST":
        return redirect("monitoring:subscription", token=token)
    signup.leave(held(token))
    return page(request, "subscription_ended", {})


@from_our_pages
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def departure(request: HttpRequest) -> HttpResponse:
    """`/status/unsubscribe/`: for a telephone, the code that stands in every SMS."""
    in_the_readers_language(request)
    form = SubscriberCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            limits.spend("subscription-code", limits.place_of(request), limit=TRIES_OF_A_PLACE, per=TRIES_WITHIN)
            signup.leave_by_code(form.cleaned_data["code"])
            return page(request, "subscription_ended", {})
        except Refusal as refusal:
            form.add_error("code", str(refusal))
    return page(request, "unsubscribe", {"form": form}, 422 if form.is_bound else 200)
