"""Teams of the desk: who works in which, and what they know."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from foundation.accounts import adapter
from foundation.directory.models import Membership, Person
from helpdesk.models import Skill, Team, WorkLimit
from helpdesk.teams import members, teams
from helpdesk.teams.forms import JoiningForm, LimitForm, NamesForm, NewTeamForm, SkillsForm
from helpdesk.tickets import agents
from helpdesk.views.desk import desk_only

FORM = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def team_list(request) -> HttpResponse:
    """Every team, how many people it has and which queues it looks after; ended ones at the end."""
    desk_only(request)
    active = Count("members", filter=Q(members__is_active=True), distinct=True)
    everyone = Team.objects.visible_to(request.user).annotate(people=active).prefetch_related("queues")
    context = {
        "teams": [team for team in everyone if not team.ended_at],
        "ended": [team for team in everyone if team.ended_at],
        "may_change": request.user.has_role(Membership.Role.PLATFORM_ADMIN),
    }
    return render(request, "helpdesk/teams.html", context)


@login_required
@FORM
def new_team(request) -> HttpResponse:
    teams.require_administrator(request.user)
    form = NewTeamForm(request.POST or None)
    if form.is_valid():
        made = teams.open_team(by=request.user, **form.cleaned_data)
        messages.success(request, _("The team is open. Now add its people."))
        return redirect("helpdesk:team", made.code)
    context = {
        "form": form,
        "heading": _("A new team"),
        "button": _("Open the team"),
        "back": reverse("helpdesk:teams"),
    }
    return render(request, "form_page.html", context)


@login_required
@FORM
def team(request, code) -> HttpResponse:
    """One team and its people; POST puts somebody in, by e-mail address."""
    desk_only(request)
    shown = find(request, code)
    form = JoiningForm(request.POST or None)
    if request.method == "POST":
        teams.require_lead(shown, request.user)
        if form.is_valid():
            return joined(request, shown, form.person)
    skills = Prefetch("skills", Skill.objects.select_related("component"))
    context = {
        "team": shown,
        "people": shown.members.order_by("sort_key", "pk").select_related("work_limit").prefetch_related(skills),
        "queues": shown.queues.standing(),
        "form": form,
        "may_change": shown.is_led_by(request.user) and not shown.ended_at,
        "may_end": request.user.has_role(Membership.Role.PLATFORM_ADMIN) and not shown.ended_at,
        "colleagues": agents.at_the_desk().exclude(teams=shown),
    }
    return render(request, "helpdesk/team.html", context, status=422 if form.errors else 200)


def joined(request, team: Team, person: Person) -> HttpResponse:
    """Whoever gives the role of an agent with it has to prove who they are first."""
    gives_role = not members.is_at_the_desk(person)
    if gives_role and request.user.has_role(Membership.Role.PLATFORM_ADMIN):
        adapter.confirm_first(request)
    members.join(team, person, by=request.user, may_give_role=True)
    if gives_role:
        messages.success(
            request, _("%(name)s is in the team and is an agent as long as they are.") % {"name": person.name}
        )
    else:
        messages.success(request, _("%(name)s is in the team.") % {"name": person.name})
    return redirect("helpdesk:team", team.code)


@login_required
@FORM
def team_editing(request, code) -> HttpResponse:
    shown = led(request, code)
    form = NamesForm(request.POST or None, initial={"name_tr": shown.name_tr, "name_en": shown.name_en})
    if form.is_valid():
        teams.rename_team(shown, by=request.user, **form.cleaned_data)
        messages.success(request, _("The team is renamed."))
        return redirect("helpdesk:team", code)
    back = reverse("helpdesk:team", args=[code])
    context = {"form": form, "heading": _("Rename the team"), "button": _("Keep"), "back": back}
    return render(request, "form_page.html", context)


@login_required
@FORM
def team_ending(request, code) -> HttpResponse:
    """Says what ends with it, then ends it."""
    desk_only(request)
    teams.require_administrator(request.user)
    shown = find(request, code)
    if request.method == "POST":
        teams.end_team(shown, by=request.user)
        messages.success(request, _("The team has ended."))
        return redirect("helpdesk:teams")
    notes = [
        _("Its people leave it; who was an agent through this team alone is no longer one."),
        _("What it did stays on record under its name."),
    ]
    context = {
        "heading": _("End the team %(name)s?") % {"name": shown.name},
        "notes": notes,
        "button": _("End the team"),
    }
    return render(request, "form_page.html", context | {"back": reverse("helpdesk:team", args=[code]), "stops": True})


@login_required
@FORM
def skills(request, code, pk) -> HttpResponse:
    """Which modules a member knows well."""
    team = led(request, code)
    person = get_object_or_404(team.members, pk=pk)
    form = SkillsForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid():
        members.know(person, form.cleaned_data["components"], team=team, by=request.user)
        messages.success(
            request, _("Kept. Tickets about these modules are offered to %(name)s first.") % {"name": person.name}
        )
        return redirect("helpdesk:team", code)
    heading = _("What %(name)s knows well") % {"name": person.name}
    context = {"form": form, "heading": heading, "button": _("Keep"), "back": reverse("helpdesk:team", args=[code])}
    return render(request, "form_page.html", context)


@login_required
@FORM
def limit(request, code, pk) -> HttpResponse:
    """How many open tickets a member can look after."""
    team = led(request, code)
    person = get_object_or_404(team.members, pk=pk)
    standing = WorkLimit.objects.filter(person=person).first()
    form = LimitForm(request.POST or None, initial={"most_open": standing and standing.most_open})
    if form.is_valid():
        members.limit(person, form.cleaned_data["most_open"], team=team, by=request.user)
        messages.success(request, _("Kept."))
        return redirect("helpdesk:team", code)
    heading = _("How much %(name)s can look after") % {"name": person.name}
    context = {"form": form, "heading": heading, "button": _("Keep"), "back": reverse("helpdesk:team", args=[code])}
    return render(request, "form_page.html", context)


@login_required
@FORM
def leaving(request, code, pk) -> HttpResponse:
    """Says how many tickets come back, then takes somebody out."""
    team = led(request, code)
    person = get_object_or_404(team.members, pk=pk)
    if request.method == "POST":
        messages.success(request, said_of(members.leave(team, person, by=request.user), person))
        return redirect("helpdesk:team", code)
    claimed = members.claimed_in(team, person).count()
    note = ngettext(
        "%(n)d ticket they have claimed in the team's queues waits for the others again.",
        "%(n)d tickets they have claimed in the team's queues wait for the others again.",
        claimed,
    ) % {"n": claimed}
    heading = _("Take %(name)s out of the team?") % {"name": person.name}
    context = {"heading": heading, "notes": [note], "button": _("Take out"), "stops": True}
    return render(request, "form_page.html", context | {"back": reverse("helpdesk:team", args=[code])})


def said_of(given_back: int, person: Person) -> str:
    return ngettext(
        "%(name)s is out of the team; %(n)d ticket waits again.",
        "%(name)s is out of the team; %(n)d tickets wait again.",
        given_back,
    ) % {"name": person.name, "n": given_back}


def find(request, code: str) -> Team:
    return get_object_or_404(Team.objects.visible_to(request.user), code=code)


def led(request, code: str) -> Team:
    """The team, for those who lead it."""
    desk_only(request)
    team = find(request, code)
    teams.require_lead(team, request.user)
    return team
