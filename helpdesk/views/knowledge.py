"""Articles and macros: reading and searching for everyone, writing for the desk."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.directory.models import Component
from foundation.language import texts
from foundation.wire.api import paging
from helpdesk.knowledge import acting, articles, macros
from helpdesk.knowledge.forms import ArticleForm, MacroBlanksForm, MacroForm
from helpdesk.models import Article, Macro
from helpdesk.views.desk import desk_only
from helpdesk.views.tickets import find

PAGE = 30


@login_required
@require_safe
def article_list(request) -> HttpResponse:
    """What is known, the most helpful first; `q` finds words in any spelling."""
    words = texts.sought(request.GET.get("q", ""))
    visible = Article.objects.visible_to(request.user).select_related("component").defer("body_tr", "body_en")
    visible = visible.matching(words) if words else visible
    rows, following = paging.page(visible, order=("-helped", "-pk"), cursor=request.GET.get("cursor"), limit=PAGE)
    return render(request, "helpdesk/articles.html", {"articles": rows, "next": following, "words": words})


@login_required
@require_safe
def article(request, slug) -> HttpResponse:
    shown = get_object_or_404(Article.objects.visible_to(request.user).select_related("component"), slug=slug)
    return render(request, "helpdesk/article.html", {"article": shown, "body": articles.drawn(shown.body)})


@login_required
@require_POST
def article_helped(request, slug) -> HttpResponse:
    """ "This solved it": counted, and the reader is spared a ticket."""
    articles.helped(get_object_or_404(Article.objects.published(), slug=slug), by=request.user)
    messages.success(request, _("Good to hear. Thank you for telling us."))
    return redirect("helpdesk:article", slug)


@login_required
@require_safe
def offers(request) -> HttpResponse:
    """Articles for what is being typed into the form of a ticket, as a fragment."""
    component = Component.objects.filter(pk=request.GET.get("module", "")[:20].replace("\x00", "")).first()
    text = texts.sought(request.GET.get("subject", ""))
    return render(request, "helpdesk/_offers.html", {"offers": articles.offered(text, component)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_article(request) -> HttpResponse:
    desk_only(request)
    return written(request, Article())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def editing(request, slug) -> HttpResponse:
    desk_only(request)
    return written(request, get_object_or_404(Article, slug=slug))


def written(request, article: Article) -> HttpResponse:
    """The form of an article; two buttons, one keeps a draft, the other publishes."""
    form = ArticleForm(request.POST or None, instance=article)
    if form.is_valid():
        publish = request.POST.get("publish") == "yes"
        kept = articles.write(form.save(commit=False), publish=publish, by=request.user)
        messages.success(request, _("The article is published.") if publish else _("The draft is kept."))
        return redirect("helpdesk:article", kept.slug)
    return render(request, "helpdesk/article_form.html", {"form": form, "article": article})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def macro_list(request) -> HttpResponse:
    """Every macro with its text; POST adds one."""
    desk_only(request)
    form = MacroForm(request.POST or None)
    if form.is_valid():
        macros.write(form.save(commit=False), by=request.user)
        messages.success(request, _("The macro is kept."))
        return redirect("helpdesk:macros")
    return render(
        request,
        "helpdesk/macros.html",
        {"form": form, "macros": Macro.objects.select_related("to", "component"), "tokens": macros.TOKENS},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def macro_editing(request, pk) -> HttpResponse:
    """Another name or text."""
    desk_only(request)
    form = MacroForm(request.POST or None, instance=get_object_or_404(Macro, pk=pk))
    if form.is_valid():
        macros.write(form.save(commit=False), by=request.user)
        messages.success(request, _("The macro is kept."))
        return redirect("helpdesk:macros")
    lead = _("These words are filled in for the ticket: %(tokens)s") % {"tokens": " ".join(macros.TOKENS)}
    context = {"form": form, "heading": _("Change the macro"), "button": _("Keep"), "lead": lead}
    return render(request, "form_page.html", context | {"back": reverse("helpdesk:macros")})


@login_required
@require_POST
def macro_removal(request, pk) -> HttpResponse:
    desk_only(request)
    macro = Macro.objects.filter(pk=pk).first()
    if macro:
        macros.remove(macro, by=request.user)
    messages.success(request, _("The macro is gone."))
    return redirect("helpdesk:macros")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def macro_acts(request, number, pk) -> HttpResponse:
    """What a macro will do to this ticket and what it asks for; POST does it."""
    desk_only(request)
    ticket = find(request, number)
    macro = get_object_or_404(Macro, pk=pk)
    form = MacroBlanksForm(request.POST if request.method == "POST" else None, names=acting.blanks_of(macro))
    if form.is_valid():
        acting.carry_out(macro, ticket, by=request.user, blanks=form.blanks)
        messages.success(request, _("Done: %(name)s") % {"name": macro.name})
        return redirect("helpdesk:ticket", number=number)
    notes = [f"{place}. {step}" for place, step in enumerate(acting.steps_of(macro), start=1)]
    words = [macros.filled(macro, ticket)] if macro.then else []
    heading = f"{ticket.number} · {macro.name}"
    context = {"form": form, "heading": heading, "notes": notes + words, "button": _("Do it")}
    context["back"] = reverse("helpdesk:ticket", args=[number])
    return render(request, "form_page.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def macro_text(request, number, pk) -> HttpResponse:
    """A macro filled in for this ticket, as plain text to put where one is writing."""
    desk_only(request)
    text = macros.filled(get_object_or_404(Macro, pk=pk), find(request, number))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
