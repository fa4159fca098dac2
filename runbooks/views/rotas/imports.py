"""A rota that was kept elsewhere: a file, the difference it makes, and the word to take it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from runbooks.rotas import permissions
from runbooks.rotas.forms import RotaFileForm
from runbooks.rotas.imports import files, taking
from runbooks.rotas.imports.drafts import Draft
from runbooks.views.permissions import nationals_only
from runbooks.views.rotas.attempts import succeeds, typed


@nationals_only
def index(request) -> HttpResponse:
    """Nothing is written before the difference was shown and "take" pressed."""
    permissions.require_lead(request.user)
    form = RotaFileForm(typed(request), request.FILES or None)
    drafts = _drafts(form) if request.method == "POST" and form.is_valid() else []
    if drafts and "take" in request.POST:
        signed = form.cleaned_data["signed"]
        if succeeds(form, lambda: taking.take(drafts, by=request.user, signed=signed)):
            messages.success(request, _("The rotas are taken in."))
            return redirect("runbooks:on_call")
    differences = [taking.difference(draft) for draft in drafts]
    if any(difference.lacking for difference in differences):
        form.ask_signature()
    context = {
        "form": form,
        "text": form.text,
        "differences": differences,
        "is_clean": bool(drafts) and not any(draft.problems for draft in drafts),
    }
    return render(request, "runbooks/rota_import.html", context, status=422 if form.errors else 200)


def _drafts(form: RotaFileForm) -> list[Draft]:
    try:
        return files.read(form.text, key=form.cleaned_data["key"], name=form.cleaned_data["name"])
    except files.RotaHasNoName as no:
        form.add_error("name", str(no))
    except files.RotaFileCannotBeRead as wrong:
        form.add_error("file", str(wrong))
    return []
