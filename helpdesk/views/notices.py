"""What one is told of: the list, the badge, how one wants to be told, and who follows a ticket."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.directory.models import Person
from foundation.outbox import push
from foundation.outbox.gateways.push import public_key
from foundation.outbox.models import PushSubscription
from foundation.wire.api import paging
from helpdesk.models import DeskNotice
from helpdesk.notices import followers, preferences, telling
from helpdesk.notices.followers import NotAReader
from helpdesk.notices.forms import FollowerForm, PreferencesForm, PushSubscriptionForm
from helpdesk.views.desk import desk_only
from helpdesk.views.tickets import find

PAGE = 50


@login_required
@require_safe
def notice_list(request) -> HttpResponse:
    """Newest first; what is unread stands out."""
    desk_only(request)
    told = DeskNotice.objects.visible_to(request.user).select_related("ticket__municipality", "by")
    rows, following = paging.page(
        told.defer("ticket__search_text"), order=("-pk",), cursor=request.GET.get("cursor"), limit=PAGE
    )
    context = {"notices": rows, "next": following, "unread": telling.count(request.user)}
    return render(request, "helpdesk/notices.html", context)


@login_required
@require_safe
def bell(request) -> HttpResponse:
    """The badge alone."""
    desk_only(request)
    return render(request, "helpdesk/_bell.html", {"unread": telling.count(request.user)})


@login_required
@require_POST
def reading(request) -> HttpResponse:
    """Everything up to the newest that stood on the page is read."""
    desk_only(request)
    newest = request.POST.get("newest", "")
    if newest.isascii() and newest.isdecimal() and len(newest) < 18:
        telling.read(request.user, newest=int(newest))
    return redirect("helpdesk:notices")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preference(request) -> HttpResponse:
    desk_only(request)
    form = PreferencesForm(request.POST or None, preference=preferences.of(request.user))
    if request.method == "POST" and form.is_valid():
        preferences.choose(by=request.user, **form.cleaned_data)
        messages.success(request, _("Kept. From now on you are told like this."))
        return redirect("helpdesk:notice_preferences")
    browsers = PushSubscription.objects.visible_to(request.user)
    context = {"form": form, "key": public_key(), "browsers": browsers}
    return render(request, "helpdesk/notice_preferences.html", context)


@login_required
@require_POST
def subscription(request) -> HttpResponse:
    """This browser agreed to be pushed to."""
    desk_only(request)
    form = PushSubscriptionForm(request.POST)
    if not form.is_valid():
        raise push.NotAPushService
    browser = request.headers.get("User-Agent", "")
    push.subscribe(request.user, **form.cleaned_data, browser=browser)
    messages.success(request, _("This browser is pushed to from now on."))
    return redirect("helpdesk:notice_preferences")


@login_required
@require_POST
def subscription_removal(request, pk) -> HttpResponse:
    push.unsubscribe(get_object_or_404(PushSubscription.objects.visible_to(request.user), pk=pk), by=request.user)
    messages.success(request, _("This browser is not pushed to any more."))
    return redirect("helpdesk:notice_preferences")


@login_required
@require_POST
def following(request, number) -> HttpResponse:
    """Follow it oneself, or have somebody get copies."""
    ticket = find(request, number)
    form = FollowerForm(request.POST)
    if not form.is_valid():
        raise NotAReader
    address = form.cleaned_data["email"]
    person = Person.objects.filter(email__iexact=address).first() if address else request.user
    if person is None:
        raise NotAReader
    followers.follow(ticket, person, by=request.user)
    messages.success(request, _("Told of this ticket from now on: %(name)s") % {"name": person.name})
    return redirect("helpdesk:ticket", number=number)


@login_required
@require_POST
def leaving(request, number, pk) -> HttpResponse:
    ticket = find(request, number)
    person = get_object_or_404(Person, pk=pk)  # by its own key: a number too large for one is nobody, not a fault
    follower = get_object_or_404(ticket.followers.visible_to(request.user), person=person)
    followers.leave(ticket, follower.person, by=request.user)
    messages.success(request, _("Not told of this ticket any more: %(name)s") % {"name": person.name})
    return redirect("helpdesk:ticket", number=number)
