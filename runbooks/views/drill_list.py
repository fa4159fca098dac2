"""The drill list, as one text: looked at by the watch, kept by those who answer for it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from runbooks.broadcasts.compose import drill_list
from runbooks.views.permissions import watch_only


@watch_only
def show(request) -> HttpResponse:
    """A list that cannot be read comes back as it was typed, with the line that is wrong."""
    text, problem = drill_list.as_text(), ""
    if request.method == "POST":
        text = request.POST.get("numbers", "")
        try:
            number = drill_list.keep(text, by=request.user)
        except drill_list.DrillListIsWrong as refusal:
            problem = str(refusal)
        else:
            messages.success(request, _("The drill list is kept: %(n)d numbers.") % {"n": number})
            return redirect("runbooks:drill_list")
    may_keep = request.user.has_role(*drill_list.MAY_KEEP)
    context = {"text": text, "problem": problem, "may_keep": may_keep}
    return render(request, "runbooks/drill_list.html", context, status=422 if problem else 200)
