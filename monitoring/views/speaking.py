"""What the watch says in public about one outage: write, look, publish, put right, take back, report."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from foundation import Refusal
from monitoring import outages
from monitoring.models import Outage, Proposal, StatusUpdate, UpdateTemplate, WithdrawalReason
from monitoring.outages import postmortem, preview
from monitoring.outages.forms import CorrectionForm, DecisionForm, ReportForm, TemplateForm, TimesForm, UpdateForm
from monitoring.views.registry import for_the_watch

GET_AND_POST = ["GET", "HEAD", "POST"]


def find(request, pk: int) -> Outage:
    for_the_watch(request.user)
    return get_object_or_404(Outage.objects.visible_to(request.user), pk=pk)


@login_required
@require_http_methods(GET_AND_POST)
def words(request, pk: int) -> HttpResponse:
    """Write an update. Every update is looked at on all surfaces before it goes out."""
    outage = find(request, pk)
    if request.method != "POST":
        return desk(request, outage, UpdateForm(initial=started_from(request, outage)))
    form = UpdateForm(request.POST)
    if not form.is_valid():
        return desk(request, outage, form, status=422)
    shown = preview.preview(outage, **form.words)
    if "publish" not in request.POST:
        return desk(request, outage, form, shown=shown)
    if not preview.is_sealed(shown, request.POST.get("seal", "")):
        form.add_error(None, _("Words or numbers have changed since you looked. Please look again."))
        return desk(request, outage, form, shown=shown, status=422)
    if shown.is_wide:
        return say_widely(request, outage, form, shown)
    outages.speak(outage, **form.words, by=request.user)
    messages.success(request, _("It stands on every surface."))
    return redirect("monitoring:outage_words", pk=pk)


def say_widely(request, outage: Outage, form: UpdateForm, shown) -> HttpResponse:
    """Lay the words before a second person, or publish alone with a reason."""
    if not form.cleaned_data["confirmed"]:
        form.add_error("confirmed", _("Please confirm how many will read this."))
        return desk(request, outage, form, shown=shown, status=422)
    because = form.cleaned_data["because"].strip() if request.POST["publish"] == "alone" else ""
    if request.POST["publish"] != "alone":
        outages.speak(outage, **form.words, by=request.user)
        messages.success(request, _("It waits for a second look. Everyone on the watch sees it on the board."))
    elif because:
        outages.speak(outage, **form.words, by=request.user, alone_because=because)
        messages.success(request, _("It stands on every surface, and the watch was told why nobody looked first."))
    else:
        form.add_error("because", _("Please say why nobody else can look at it now."))
        return desk(request, outage, form, shown=shown, status=422)
    return redirect("monitoring:outage_words", pk=outage.pk)


@login_required
@require_POST
def proposal(request, pk: int) -> HttpResponse:
    """Decide about words that wait: let them out, send them back, take them back."""
    for_the_watch(request.user)
    waiting = get_object_or_404(Proposal.objects.select_related("outage", "by"), pk=pk)
    outage = find(request, waiting.outage_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return desk(request, outage, UpdateForm(initial=started_from(request, outage)), decision=form, status=422)
    decision, note = form.cleaned_data["decision"], form.cleaned_data["note"]
    if decision == "let_out":
        outages.let_out(waiting, by=request.user)
        messages.success(request, _("It stands on every surface."))
    elif decision == "send_back":
        outages.send_back(waiting, by=request.user, note=note)
    else:
        outages.take_back(waiting, by=request.user)
    return redirect("monitoring:outage_words", pk=outage.pk)


def started_from(request, outage: Outage) -> dict:
    """The chosen template with this outage's facts, or an empty form at the outage's stage."""
    minutes = 30
    chosen = request.GET.get("template", "")
    template = UpdateTemplate.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 9 else None
    if template is None:
        return {"stage": outage.stage, "minutes": minutes}
    return {"stage": template.stage, "minutes": minutes, **preview.fill(template, outage, minutes)}


def desk(request, outage: Outage, form: UpdateForm, *, shown=None, decision=None, status: int = 200) -> HttpResponse:
    waiting = outage.proposals.waiting().select_related("by").first()
    context = {
        "waiting": waiting,
        "waiting_preview": preview.preview(outage, **waiting.words) if waiting else None,
        "decision": decision,
        "sent_back": outage.proposals.filter(status=Proposal.Status.SENT_BACK).select_related("by", "decided_by")[:3],
        "outage": outage,
        "form": form,
        "preview": shown,
        "templates": UpdateTemplate.objects.all(),
        "reasons": WithdrawalReason.choices,
        "updates": outage.updates.select_related("by", "seen_by").prefetch_related("corrections"),
        "corrections": outage.corrections.filter(update=None).select_related("by"),
        "report": getattr(outage, "report", None),
    }
    return render(request, "monitoring/watch/words.html", context, status=status)


@login_required
@require_http_methods(GET_AND_POST)
def correction(request, pk: int) -> HttpResponse:
    """Put one update right; the reason is public."""
    for_the_watch(request.user)
    update = get_object_or_404(StatusUpdate.objects.select_related("outage"), pk=pk)
    outage = find(request, update.outage_id)
    form = CorrectionForm(request.POST or None, initial={"text_tr": update.text_tr, "text_en": update.text_en})
    if request.method == "POST" and form.is_valid():
        try:
            outages.correct(update, **form.cleaned_data, by=request.user)
            return redirect("monitoring:outage_words", pk=outage.pk)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    context = {"outage": outage, "form": form, "title": _("Correct what was said")}
    return render(request, "monitoring/watch/correction.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(GET_AND_POST)
def times(request, pk: int) -> HttpResponse:
    """Put beginning and end right; the reason is public."""
    outage = find(request, pk)
    form = TimesForm(request.POST or None, outage=outage)
    if request.method == "POST" and form.is_valid():
        try:
            outages.retime(outage, **form.cleaned_data, by=request.user)
            return redirect("monitoring:outage_words", pk=pk)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    context = {"outage": outage, "form": form, "title": _("Correct the times")}
    return render(request, "monitoring/watch/correction.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def withdrawal(request, pk: int) -> HttpResponse:
    """One click: off every public surface; a second one puts it back."""
    outage = find(request, pk)
    if "undo" in request.POST:
        outages.show(outage, by=request.user)
    else:
        reason = request.POST.get("reason", "")
        known = reason if reason in WithdrawalReason.values else WithdrawalReason.OTHER
        outages.withdraw(outage, by=request.user, reason=known)
    return redirect("monitoring:outage_words", pk=pk)


@login_required
@require_http_methods(GET_AND_POST)
def report(request, pk: int) -> HttpResponse:
    """The report afterwards: the first visit drafts it from what was recorded."""
    outage = find(request, pk)
    drafted = getattr(outage, "report", None) or postmortem.draft(outage, by=request.user)
    form = ReportForm(request.POST or None, initial={"text_tr": drafted.text_tr, "text_en": drafted.text_en})
    if request.method == "POST" and form.is_valid():
        postmortem.save(drafted, **form.cleaned_data, by=request.user)
        try:
            if "publish" in request.POST:
                postmortem.publish(drafted, by=request.user)
            return redirect("monitoring:outage_report", pk=pk)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    context = {"outage": outage, "report": drafted, "form": form}
    return render(request, "monitoring/watch/report.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(GET_AND_POST)
def templates(request) -> HttpResponse:
    """The sentences at hand: change one, add one, remove one."""
    for_the_watch(request.user)
    chosen = request.GET.get("template", "")
    template = get_object_or_404(UpdateTemplate, pk=int(chosen)) if chosen.isdecimal() and len(chosen) < 9 else None
    if request.method == "POST" and template and "remove" in request.POST:
        template.delete()
        return redirect("monitoring:update_templates")
    form = TemplateForm(request.POST or None, instance=template)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("monitoring:update_templates")
    context = {"form": form, "template": template, "templates": UpdateTemplate.objects.all()}
    return render(request, "monitoring/watch/templates.html", context, status=422 if form.is_bound else 200)
