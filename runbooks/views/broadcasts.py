"""Broadcasts and drills: the list, the composer, the page of one, and its verbs.

Drills are the same pages at their own addresses: `is_drill` comes from the URL, and a
broadcast asked for at the other address is not found.
"""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from foundation import Refusal, now
from foundation.language import texts
from foundation.outbox.delivery import routes
from foundation.wire import limits
from runbooks.board import map_outlines
from runbooks.broadcasts.approval import approval, break_glass
from runbooks.broadcasts.compose import audience, drafts, saved_audiences, templates
from runbooks.broadcasts.delivery import acknowledgements, sending
from runbooks.broadcasts.report import by_municipality, evidence, evidence_pdf, outcome_classes
from runbooks.broadcasts.report import page as broadcast_page
from runbooks.forms import AcknowledgementForm, ApprovalForm, ComposeForm, GlassForm
from runbooks.models import AudienceList, Broadcast, BrokenGlass, DrillNumber
from runbooks.views.permissions import watch_only
from runbooks.views.second_factor import confirmation_of


def find(request, pk: int, is_drill: bool) -> Broadcast:
    return get_object_or_404(Broadcast.objects.visible_to(request.user), pk=pk, is_drill=is_drill)


@watch_only
@require_safe
def index(request, is_drill) -> HttpResponse:
    mine = Broadcast.objects.visible_to(request.user).filter(is_drill=is_drill)
    counted = mine.annotate(reach=Count("recipients", filter=Q(recipients__left_out=""))).order_by("-pk")
    page = Paginator(counted.select_related("submitted_by", "approved_by"), 30).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "is_drill": is_drill,
        "waiting": mine.filter(status=Broadcast.Status.SUBMITTED).count(),
        "unreviewed": [broken for broken in break_glass.unreviewed() if broken.broadcast.is_drill == is_drill],
    }
    return render(request, "runbooks/broadcasts.html", context)


@watch_only
def compose(request, is_drill, pk=None) -> HttpResponse:
    """A new draft, or an old one again. "Preview" shows it, "Save" keeps it, "Keep the list" its conditions."""
    broadcast = find(request, pk, is_drill) if pk else None
    start = saved_audiences.chosen(request.POST.get("list") or request.GET.get("list"))
    rule = audience.AudienceRule.from_json(broadcast.rule) if broadcast else start
    form = ComposeForm(
        request.POST or None,
        request.FILES or None,
        is_drill=is_drill,
        lines=(start or rule or audience.AudienceRule()).file,
        corrects=broadcast.corrects_id if broadcast else None,
        initial=_initial(request, broadcast, start or rule),
    )
    form.fields["subject"].required = request.POST.get("action") == "save"  # the words alone can be looked at
    recipients = preview = None
    if request.method == "POST" and form.is_valid():
        cleaned = dict(form.cleaned_data)
        name = cleaned.pop("list_name")
        if request.POST.get("action") == "save":
            return redirect(_save(request, broadcast, cleaned, is_drill))
        if request.POST.get("action") == "keep" and _keep(request, form, name):
            return redirect(f"{request.path}?list={saved_audiences.keep(name, cleaned['rule'], by=request.user).pk}")
        recipients, preview = _preview(cleaned, is_drill)
    context = {
        "form": form,
        "broadcast": broadcast,
        "is_drill": is_drill,
        "ready": [ready for ready in templates.READY if ready.is_drill == is_drill],
        "drill_numbers": DrillNumber.objects.count(),
        "lists": AudienceList.objects.all(),
        "list": request.POST.get("list") or request.GET.get("list") or "",
        "found": recipients,
        "preview": preview,
        "spelling": form.cleaned_data.get("spelling") if form.is_bound and form.is_valid() else "plain",
        "gateways": routes.gateways_for(settings.SMS_SENDER),
        "transfer_basis": settings.SMS_TRANSFER_BASIS,
    }
    name = "runbooks/_preview.html" if request.htmx else "runbooks/compose.html"
    return render(request, name, context)


def _initial(request, broadcast: Broadcast | None, rule: audience.AudienceRule | None) -> dict:
    """What the fields hold at first: the draft, or a ready text; and the conditions of either or of a kept list."""
    conditions = rule.to_json() if rule else {}
    conditions["municipalities"] = ", ".join(conditions.get("municipalities", ()))
    conditions.pop("file", None)
    if broadcast:
        names = ("subject", "text", "correction", "spelling", "lane", "chases", "is_public")
        return {name: getattr(broadcast, name) for name in names} | conditions
    wanted = request.GET.get("template")
    ready = next((ready for ready in templates.READY if ready.key == wanted), None)
    texts = {"subject": ready.subject, "text": ready.text, "correction": ready.correction} if ready else {}
    return {"chases": True} | texts | conditions


def _keep(request, form: ComposeForm, name: str) -> bool:
    if not name.strip():
        form.add_error("list_name", _("Give the list a name."))
    return bool(name.strip())


def _preview(cleaned: dict, is_drill: bool) -> tuple[audience.Audience, drafts.BroadcastPreview]:
    recipients = audience.find(cleaned["rule"], is_drill=is_drill)
    preview = drafts.preview(
        cleaned["text"],
        recipients,
        spelling=cleaned["spelling"],
        correction=cleaned["correction"],
        is_drill=is_drill,
        sender=settings.SMS_SENDER,
    )
    return recipients, preview


def _save(request, broadcast: Broadcast | None, cleaned: dict, is_drill: bool) -> str:
    if broadcast is None:
        broadcast = drafts.draft(by=request.user, is_drill=is_drill, **cleaned)
    else:
        drafts.revise(broadcast, by=request.user, **cleaned)
    return broadcast.get_absolute_url()


@watch_only
@require_safe
def show(request, pk, is_drill) -> HttpResponse:
    broadcast = find(request, pk, is_drill)
    return render(request, "runbooks/broadcast.html", _context(request, broadcast))


@watch_only
@require_safe
def standing(request, pk, is_drill) -> HttpResponse:
    """The moving part of the page; an open one fetches it when something changed."""
    return render(request, "runbooks/_broadcast_state.html", _context(request, find(request, pk, is_drill)))


def _context(
    request, broadcast: Broadcast, form: ApprovalForm | None = None, *, glass_form: GlassForm | None = None
) -> dict:
    may_approve = request.user.has_role(*approval.MAY_APPROVE) and request.user.pk != broadcast.submitted_by_id
    return {
        "broadcast": broadcast,
        "standing": broadcast_page.standing(broadcast),
        "time_left": broadcast_page.seconds_left(broadcast),
        "may_approve": may_approve,
        "form": form or ApprovalForm(initial={"binding": broadcast.binding}),
        "approval": getattr(broadcast, "approval", None),
        "glass": BrokenGlass.objects.filter(broadcast=broadcast).select_related("person", "reviewed_by").first(),
        "may_break": request.user.has_role(*break_glass.MAY_BREAK),
        "may_review": request.user.has_role(*approval.MAY_APPROVE),
        "glass_form": glass_form or GlassForm(initial={"binding": broadcast.binding}),
        "gateways": routes.gateways_for(broadcast.sender),
        "transfer_basis": settings.SMS_TRANSFER_BASIS,
        "outlines": map_outlines.outlines(),
        "leaves_at": None if broadcast.ended_at else _waits_until(broadcast),
    }


def _waits_until(broadcast: Broadcast) -> datetime | None:
    """When it may leave at the earliest, if its lane keeps quiet now."""
    batch = sending.batch_of(broadcast) if broadcast.is_released else None
    if batch is None:
        return sending.leaves_at(broadcast)
    return broadcast_page.first_due(batch)


@watch_only
@require_POST
def submission(request, pk, is_drill) -> HttpResponse:
    broadcast = find(request, pk, is_drill)
    approval.submit(broadcast, by=request.user)
    messages.success(request, _("Submitted. A second person has ten minutes to approve it."))
    return redirect(broadcast)


@watch_only
@require_POST
def approve(request, pk, is_drill) -> HttpResponse:
    """The second person's word. A session that has not proved itself lately is asked first."""
    broadcast = find(request, pk, is_drill)
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return render(request, "runbooks/broadcast.html", _context(request, broadcast, form), status=422)
    try:
        approval.approve(broadcast, by=request.user, confirmation=confirmation_of(request), **form.cleaned_data)
    except Refusal as refusal:
        form.add_error("typed_count", str(refusal))
        broadcast.refresh_from_db()
        return render(request, "runbooks/broadcast.html", _context(request, broadcast, form), status=refusal.status)
    messages.success(request, _("Approved. The first messages leave now."))
    return redirect(broadcast)


@watch_only
@require_POST
def glass(request, pk, is_drill) -> HttpResponse:
    """One person's word, when nobody else can be reached; the factor is asked for as ever."""
    broadcast = find(request, pk, is_drill)
    form = GlassForm(request.POST)
    if form.is_valid():
        try:
            proof = confirmation_of(request)
            break_glass.break_glass(broadcast, by=request.user, confirmation=proof, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
            broadcast.refresh_from_db()
    if form.errors:
        context = _context(request, broadcast, glass_form=form)
        return render(request, "runbooks/broadcast.html", context, status=422)
    messages.warning(request, _("Sent with one person's word. Everyone of the watch has been told."))
    return redirect(broadcast)


@watch_only
@require_POST
def review(request, pk, is_drill) -> HttpResponse:
    """What a second person finds afterwards."""
    broadcast = find(request, pk, is_drill)
    broken = BrokenGlass.objects.filter(broadcast=broadcast).first()
    if broken is None:
        raise approval.BroadcastMovedOn
    break_glass.review(broken, by=request.user, note=texts.paragraphs(request.POST.get("note", ""))[:2000])
    return redirect(broadcast)


@watch_only
@require_POST
def take_evidence(request, pk, is_drill) -> HttpResponse:
    """A file that proves itself: `manage.py verify_evidence FILE`; `as` is zip, pdf or json."""
    broadcast = find(request, pk, is_drill)
    if not broadcast.is_released:
        raise sending.NothingToHold
    told = evidence.envelope(broadcast, by=request.user)
    match request.POST.get("as"):
        case "zip":
            response = HttpResponse(evidence_pdf.bundle(told), content_type="application/zip")
        case "pdf":
            response = HttpResponse(evidence_pdf.pages(told), content_type="application/pdf")
        case _:
            response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
    suffix = response["Content-Type"].rpartition("/")[2]
    response["Content-Disposition"] = f'attachment; filename="{broadcast.number}.{suffix}"'
    return response


@watch_only
@require_POST
def withdrawal(request, pk, is_drill) -> HttpResponse:
    broadcast = find(request, pk, is_drill)
    approval.withdraw(broadcast, by=request.user, note=texts.paragraphs(request.POST.get("note", ""))[:2000])
    return redirect(broadcast)


@watch_only
@require_POST
def pause(request, pk, is_drill) -> HttpResponse:
    broadcast = find(request, pk, is_drill)
    sending.pause(broadcast, by=request.user)
    return redirect(broadcast)


@watch_only
@require_POST
def resumption(request, pk, is_drill) -> HttpResponse:
    broadcast = find(request, pk, is_drill)
    sending.resume(broadcast, by=request.user)
    return redirect(broadcast)


@watch_only
@require_POST
def stop(request, pk, is_drill) -> HttpResponse:
    broadcast = find(request, pk, is_drill)
    stopped = sending.stop(broadcast, by=request.user)
    if stopped is None:
        messages.warning(request, _("Stopped. Nothing had left."))
    else:
        facts = {"gone": stopped.gone, "line": stopped.on_the_line, "kept": stopped.aborted}
        messages.warning(
            request, _("Stopped. Left before: %(gone)d, just leaving: %(line)d, kept back: %(kept)d.") % facts
        )
    return redirect(broadcast)


@watch_only
@require_POST
def correct(request, pk, is_drill) -> HttpResponse:
    """Turn the correction that stood ready into a broadcast of its own, to those it has reached."""
    broadcast = find(request, pk, is_drill)
    correction = drafts.correct(broadcast, by=request.user)
    return redirect(correction)


@watch_only
@require_safe
def recipients(request, pk, is_drill) -> HttpResponse:
    """The frozen list, page by page, with what became of each; numbers are masked. `?class=` shows one class."""
    broadcast = find(request, pk, is_drill)
    chosen = request.GET.get("class", "")
    rows = (
        broadcast_page.in_class(broadcast, chosen) if chosen in outcome_classes.ON_PAGES else broadcast.recipients.all()
    )
    if request.GET.get("left_out"):
        rows = rows.exclude(left_out="")
    page = Paginator(rows.select_related("municipality"), 100).get_page(request.GET.get("page"))
    ends = broadcast_page.ends_of(broadcast, page.object_list)
    context = {
        "broadcast": broadcast,
        "page": page,
        "lines": [(row, ends.get(row.address)) for row in page],
        "classes": broadcast_page.filled_classes(broadcast),
        "chosen": chosen if chosen in outcome_classes.ON_PAGES else "",
        "left_out": bool(request.GET.get("left_out")),
    }
    return render(request, "runbooks/recipients.html", context)


@watch_only
@require_safe
def municipalities(request, pk, is_drill) -> HttpResponse:
    """Delivery place by place: `?show=` one kind of them, `province=` (plate), a page beginning at `start=` (code)."""
    broadcast = find(request, pk, is_drill)
    table = by_municipality.table(
        broadcast,
        show=request.GET.get("show", ""),
        province=request.GET.get("province", ""),
        start=request.GET.get("start", ""),
    )
    return render(request, "runbooks/municipalities.html", {"broadcast": broadcast, "table": table})


@watch_only
@require_safe
def call_sheet(request, pk, is_drill) -> HttpResponse:
    """Whom to ring up, with whole numbers: made for paper."""
    broadcast = find(request, pk, is_drill)
    places = broadcast_page.to_call(broadcast)
    context = {
        "broadcast": broadcast,
        "places": places,
        "number": sum(len(place.people) for place in places),
        "in_the_dark": sum(place.is_in_the_dark for place in places),
        "words": drafts.prefixed(drafts.fill(broadcast.text, {templates.CODE: "····"}), broadcast.is_drill),
        "at": now(),
    }
    return render(request, "runbooks/call_sheet.html", context)


@watch_only
@require_POST
def called(request, pk, is_drill, recipient) -> HttpResponse:
    broadcast = find(request, pk, is_drill)
    row = get_object_or_404(broadcast.recipients, pk=recipient)
    try:
        acknowledgements.note_call(broadcast, row, by=request.user, code=request.POST.get("code", ""))
    except acknowledgements.AnotherCode as refusal:
        messages.error(request, str(refusal))
    return redirect("runbooks:drill_calls" if is_drill else "runbooks:broadcast_calls", pk=pk)


@login_required
def acknowledgement(request) -> HttpResponse:
    """Where a municipality types the code it got by SMS."""
    form = AcknowledgementForm(request.POST or None)
    done = None
    if request.method == "POST":
        limits.spend("acknowledgement", request.user.pk, limit=20, per=600)
    if request.method == "POST" and form.is_valid():
        try:
            done = acknowledgements.acknowledge(form.cleaned_data["code"], by=request.user)
        except Refusal as refusal:
            form.add_error("code", str(refusal))
    return render(request, "runbooks/acknowledgement.html", {"form": form, "done": done})
