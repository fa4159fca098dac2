"""The texts that stand ready: all of them, one to change, its end, what a release words otherwise."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation import Refusal
from runbooks.broadcasts.compose import message_templates, templates
from runbooks.broadcasts.compose.message_templates import TemplateWords
from runbooks.forms import MessageTemplateForm, NewMessageTemplateForm
from runbooks.models import MessageTemplate
from runbooks.views.permissions import watch_only


def find(request, key: str) -> MessageTemplate:
    return get_object_or_404(MessageTemplate.objects.visible_to(request.user).current(), key=key)


@watch_only
def index(request) -> HttpResponse:
    """All that stand ready; a new one is made here."""
    form = NewMessageTemplateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        message_templates.require_keeper(request.user)
        if form.is_valid():
            words = dict(form.cleaned_data)
            try:
                made = message_templates.make(words.pop("key"), TemplateWords(**words), by=request.user)
                return redirect("runbooks:message_template", key=made.key)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
    context = {
        "templates": MessageTemplate.objects.visible_to(request.user).current().select_related("made_by"),
        "offers": message_templates.offers(),
        "form": form,
        "tokens": templates.TOKENS,
        "keeps": request.user.has_role(*message_templates.MAY_KEEP),
    }
    return render(request, "runbooks/message_templates.html", context, status=422 if form.is_bound else 200)


@watch_only
def show(request, key) -> HttpResponse:
    """One text and its versions; saving makes the next version."""
    template = find(request, key)
    names = ("language", "subject", "text", "correction", "is_drill")
    initial = {name: getattr(template, name) for name in names} | {"version": template.version}
    form = MessageTemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        message_templates.require_keeper(request.user)
        if form.is_valid():
            words = dict(form.cleaned_data)
            was = words.pop("version")
            try:
                message_templates.change(template, TemplateWords(**words), by=request.user, was=was)
                messages.success(request, _("The template has a new version."))
                return redirect("runbooks:message_template", key=key)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
    context = {
        "template": template,
        "versions": MessageTemplate.objects.filter(key=key).select_related("made_by"),
        "offer": message_templates.offers().get(key),
        "form": form,
        "tokens": templates.TOKENS,
        "keeps": request.user.has_role(*message_templates.MAY_KEEP),
    }
    return render(request, "runbooks/message_template.html", context, status=422 if form.is_bound else 200)


@watch_only
@require_POST
def end(request, key) -> HttpResponse:
    """No composer begins with it any more."""
    message_templates.end(find(request, key), by=request.user)
    messages.success(request, _("The template has ended. Broadcasts that began with it keep their text."))
    return redirect("runbooks:message_templates")


@watch_only
@require_POST
def release(request, key) -> HttpResponse:
    """Take the release's words, or say that ours are right."""
    template = find(request, key)
    if "keep" in request.POST:
        message_templates.keep_ours(template, by=request.user)
    else:
        message_templates.take(template, by=request.user)
    return redirect("runbooks:message_template", key=key)
