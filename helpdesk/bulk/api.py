"""Acts for many tickets, for other programs; carried out like those of the page."""

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from foundation import Refusal
from foundation.directory.models import Person
from foundation.language.schema_types import Paragraphs
from foundation.wire.api.bodies import Body
from foundation.wire.api.paging import Keyset
from helpdesk.bulk import running, selection
from helpdesk.bulk.forms import ActIsWrong, BulkActForm
from helpdesk.models import BulkAct, BulkRow, Queue
from helpdesk.models.bulk import RowOutcome
from helpdesk.models.snoozes import SnoozeMoment
from helpdesk.tickets.assignment import require_desk
from helpdesk.tickets.queue import QueueFilter

router = Router(tags=["desk"])


class HasItsOwnOperation(Refusal):
    sentence = _("Hand-overs have an operation of their own: POST /handovers/.")
    status = 422


class BulkViewIn(Body):
    """All of a view of the desk, as its page names it."""

    view: str = Field("all", max_length=20, description="mine, team, unclaimed, all, or the id of a saved view")
    q: str = Field("", max_length=200)
    severity: str = Field("", max_length=2)
    component: str = Field("", max_length=20)
    status: str = Field("", max_length=17)


class BulkActIn(Body):
    """Either `numbers` or `view`; then what the kind asks for."""

    kind: BulkAct.Kind = Field(description="hand_over has an operation of its own")
    numbers: list[str] = Field([], max_length=selection.MOST, description="of tickets; each once")
    view: BulkViewIn | None = None
    to: int | None = Field(None, description="assign: key of the colleague")
    component: str = Field("", max_length=20, description="module: its code")
    queue: str = Field("", max_length=50, description="queue: its code")
    severity: str = Field("", max_length=2)
    outage: int | None = Field(None, description="link: key of an open outage")
    moment: SnoozeMoment | None = Field(None, description="snooze: until when")
    day: date | None = Field(None, description="snooze: until the morning of this day")
    text: Paragraphs = Field("", max_length=20_000)


class BulkActOut(Schema):
    id: int
    kind: str
    by: str = Field(alias="by.name")
    total: int
    counts: dict[str, int] = Field(description="tickets by outcome: owed, done, refused, failed, stopped")
    begins_at: datetime = Field(alias="due_at")
    created_at: datetime
    stopped_at: datetime | None
    ended_at: datetime | None

    @staticmethod
    def resolve_counts(act: BulkAct) -> Mapping[str, int]:
        return running.progress_of(act).counts


class BulkRowOut(Schema):
    number: str
    outcome: str
    why: str


def find(request, pk: int) -> BulkAct:
    return get_object_or_404(BulkAct.objects.visible_to(request.user).select_related("by"), pk=pk)


@router.get("/bulk-acts/", response=list[BulkActOut])
@paginate(Keyset, order=("-pk",))
def list_acts(request) -> QuerySet[BulkAct]:
    """What was done to many tickets at once, the latest first; for the desk."""
    return BulkAct.objects.visible_to(request.user).select_related("by")


@router.post("/bulk-acts/", response={201: BulkActOut})
def order_act(request, wanted: BulkActIn) -> Status:
    """Order an act. Words begin after ten seconds, in which the act can be stopped."""
    require_desk(request.user)
    if wanted.kind in BulkAct.OF_THEIR_OWN:
        raise HasItsOwnOperation
    fields = wanted.dict(exclude={"numbers", "view", "kind"})
    queue = Queue.objects.standing().filter(code=wanted.queue).first()
    form = BulkActForm(fields | {"queue": queue and queue.pk}, kind=wanted.kind)
    if not form.is_valid():
        raise ActIsWrong(form)
    chosen = chosen_by(wanted, request.user)
    return Status(201, running.order(form.terms(request.user), chosen, by=request.user))


def chosen_by(wanted: BulkActIn, person: Person) -> selection.Selection:
    if wanted.view is None:
        return selection.by_number(wanted.numbers, person)
    query = QueryDict(urlencode(wanted.view.dict()))
    return selection.of_view(QueueFilter.from_query(query, person), person)


@router.get("/bulk-acts/{pk}/", response=BulkActOut)
def one_act(request, pk: int) -> BulkAct:
    """How far it has come."""
    return find(request, pk)


@router.get("/bulk-acts/{pk}/rows/", response=list[BulkRowOut])
@paginate(Keyset, order=("pk",))
def rows(request, pk: int, outcome: RowOutcome | None = None) -> QuerySet[BulkRow]:
    """What became of each ticket, and why some were left out."""
    rows = find(request, pk).rows.visible_to(request.user)
    return rows.filter(outcome=outcome) if outcome else rows


@router.post("/bulk-acts/{pk}/stop/", response=BulkActOut)
def stop_act(request, pk: int) -> BulkAct:
    """Tickets that have not had their turn stay as they are."""
    act = find(request, pk)
    running.stop(act, by=request.user)
    return act
