"""Saved views for other programs: kept, changed, deleted, and the tickets they hold."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import paginate

from foundation.language.schema_types import Line
from foundation.wire.api import paging
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk.models import SavedView, Team
from helpdesk.models.saved_views import QueueColumn, Sorting, usual_columns
from helpdesk.saved_views import keeping
from helpdesk.tickets import queue
from helpdesk.tickets.assignment import require_desk
from helpdesk.tickets.queue import QueueFilter

router = Router(tags=["desk"])


class ViewIn(Body):
    name: Line = Field(min_length=1, max_length=60)
    q: Line = Field("", max_length=500, description="as typed into the search: önem:S1,S2 belediye:26010 makbuz")
    sorting: Sorting = Sorting.DUE
    columns: list[QueueColumn] = Field([], max_length=20, description="empty: the usual ones")
    team: str = Field("", max_length=50, description="code of a team that has it, too; empty: nobody")


class ViewOut(Schema):
    id: int
    name: str
    q: str = Field(alias="question")
    sorting: str
    columns: list[str]
    team: str | None
    owner: str = Field(alias="owner.name")
    changed_at: datetime

    @staticmethod
    def resolve_team(view: SavedView) -> str | None:
        return view.team.code if view.team else None


class ViewTicketOut(Schema):
    number: str
    subject: str
    municipality: str = Field(alias="municipality.code")
    component: str = Field(alias="component_id")
    severity: str
    status: str
    assignee: str | None
    created_at: datetime
    due_at: datetime | None

    @staticmethod
    def resolve_assignee(ticket: Any) -> str | None:
        return ticket.assignee.email if ticket.assignee else None


class ViewPageOut(Schema):
    """`problems`: sentences on conditions that mean nothing any more; then there are no tickets."""

    items: list[ViewTicketOut]
    next: str | None
    problems: list[str]


def visible(request) -> QuerySet[SavedView]:
    return SavedView.objects.visible_to(request.user).select_related("team", "owner")


@router.get("/views/", response=list[ViewOut])
@paginate(Keyset, order=("name", "pk"))
def list_views(request) -> QuerySet[SavedView]:
    """One's own and those shared with one's teams; for the desk."""
    return visible(request)


@router.post("/views/", response={201: ViewOut})
def write_view(request, wanted: ViewIn) -> Status:
    """A new view of one's own, shared with `team` if one is in it."""
    require_desk(request.user)
    return Status(201, kept(request, SavedView(owner=request.user), wanted))


@router.get("/views/{pk}/", response=ViewOut)
def one_view(request, pk: int) -> SavedView:
    return get_object_or_404(visible(request), pk=pk)


@router.put("/views/{pk}/", response=ViewOut)
def rewrite_view(request, pk: int, wanted: ViewIn) -> SavedView:
    """Other conditions, whole."""
    return kept(request, get_object_or_404(visible(request), pk=pk), wanted)


@router.delete("/views/{pk}/", response={204: None})
def remove_view(request, pk: int) -> Status:
    """Nobody has it any more."""
    keeping.remove(get_object_or_404(visible(request), pk=pk), by=request.user)
    return Status(204, None)


@router.get("/views/{pk}/tickets/", response=ViewPageOut)
def tickets_of_view(
    request, pk: int, cursor: str | None = Query(None, max_length=1000), limit: int = Query(50, ge=1, le=200)
) -> dict[str, Any]:
    """What it holds as the token's person sees it, in its order."""
    wanted = QueueFilter(view=str(pk), saved=get_object_or_404(visible(request), pk=pk))
    asked = wanted.asked(request.user)
    selection = queue.selected(wanted, request.user, asked).select_related("municipality", "assignee")
    order = queue.order_of(wanted, asked)
    tickets, following = paging.page(selection.defer("search_text"), order=order, cursor=cursor, limit=limit)
    return {"items": tickets, "next": following, "problems": [one for each in asked for one in each.problems]}


def kept(request, view: SavedView, wanted: ViewIn) -> SavedView:
    view.team = get_object_or_404(Team.objects.standing(), code=wanted.team) if wanted.team else None
    view.name, view.question, view.sorting = wanted.name, wanted.q, wanted.sorting
    view.columns = [column.value for column in wanted.columns] or usual_columns()
    return keeping.write(view, by=request.user)
