"""Teams, queues and tickets of the demonstration. Every event in them is invented."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from django_sla import policies, seeds
from django_sla.models import Calendar, Policy, PolicyVersion, Target
from foundation import now
from foundation.directory.models import Component, Membership, Municipality, Person
from helpdesk import tickets
from helpdesk.demo import history
from helpdesk.knowledge import articles
from helpdesk.models import Article, Filing, Macro, PlaceNote, Queue, SavedView, Team, Ticket
from helpdesk.models.saved_views import Sorting
from helpdesk.places import notes
from helpdesk.reports import counting
from helpdesk.saved_views import keeping
from helpdesk.tickets import counters
from helpdesk.tickets.severity import is_major

ARTICLES = Path(__file__).parent / "data" / "articles.json"
SAMPLES = Path(__file__).parent / "data" / "sample_tickets.json"
# code, Turkish, English, the components it looks after; the first takes the rest.
QUEUES = (
    ("genel", "Genel destek", "General support", ()),
    ("gelirler", "Gelirler ve tahsilat", "Revenue and collection", (
        "TAHAKKUK", "TAHSILAT", "EODEME", "EMLAK", "CTV", "ILAN", "HARC", "SU", "ICRA",
    )),
    ("belge", "Belge ve imza", "Documents and signature", ("EBYS", "EIMZA", "KEP", "ARSIV")),
    ("imar", "İmar ve harita", "Zoning and maps", ("IMAR", "RUHSAT", "CBS")),
    ("mali", "Mali hizmetler ve personel", "Finance and personnel", (
        "MUHASEBE", "BUTCE", "SATINALMA", "TASINIR", "TASINMAZ", "PERSONEL", "BORDRO",
    )),
    ("platform", "Platform ve erişim", "Platform and access", ("ALTYAPI", "AG", "KIMLIK", "API", "SMS")),
)  # fmt: skip
# code, Turkish, English, classes, calendar, minutes to take over and for the team's own share
AGREEMENTS = (
    ("ola-major", "Ekipler arası, majör", "Between teams, major", ("S1", "S2"), "7-24", (10, 240)),
    ("ola-minor", "Ekipler arası, minör", "Between teams, minor", ("S3", "S4"), "tr-mesai", (120, 2400)),
)
CHANNELS = {"portal": "portal", "mobil": "portal", "telefon": "phone", "eposta": "email"}
# How the priority of a sample reads in everyday words; P1 without danger would not be S1.
ANSWERS = {
    "P1": (Ticket.Impact.ALL, Ticket.Urgency.STOPPED),
    "P2": (Ticket.Impact.UNIT, Ticket.Urgency.STOPPED),
    "P3": (Ticket.Impact.FEW, Ticket.Urgency.HINDERED),
    "P4": (Ticket.Impact.ONE, Ticket.Urgency.QUESTION),
}
DANGEROUS = ("S26",)
VIEWS = (
    ("Majör, sahipsiz", "önem:S1,S2 sorumlu:kimse", Sorting.SEVERITY),
    ("Üç gündür bekleyen", "bekleyen:3g", Sorting.OLDEST),
)
BETWEEN = timedelta(minutes=11)


@transaction.atomic
def load() -> None:
    """Six queues and the thirty sample tickets; what is already there stays as it is."""
    open_queues()
    agree_between_teams()
    history.load()
    file_samples()
    write_down_answers()
    keep_in_mind()
    keep_views()
    counters.recount()
    counting.keep()


def write_down_answers() -> None:
    """Five articles and three macros, as a desk would have after its first month."""
    written = json.loads(ARTICLES.read_text(encoding="utf-8"))
    author = Person.objects.holding(Membership.DESK_ROLES).order_by("pk").first()
    slugs = set(Article.objects.values_list("slug", flat=True))
    for fields in written["articles"]:
        if fields["slug"] not in slugs and author:
            component = Component.objects.filter(pk=fields.pop("component")).first()
            articles.write(Article(**fields, component=component), publish=True, by=author)
    for fields in written["macros"]:
        Macro.objects.get_or_create(name=fields["name"], defaults=fields)


def keep_in_mind() -> None:
    """A note about the place of the newest ticket."""
    newest = Ticket.objects.open().select_related("municipality").order_by("-pk").first()
    author = Person.objects.holding(Membership.DESK_ROLES).order_by("pk").first()
    if newest and author and not PlaceNote.objects.exists():
        notes.write(newest.municipality, text="Vezne öğlen 12.30–13.30 kapalı; o saatte santrali arayın.", by=author)


def keep_views() -> None:
    """Two views that the first team shares; its first agent has pinned them."""
    owner = Person.objects.holding(Membership.DESK_ROLES).order_by("pk").first()
    if owner is None or SavedView.objects.filter(owner=owner).exists():
        return
    team = Team.objects.get(code=QUEUES[0][0])
    for name, question, sorting in VIEWS:
        view = SavedView.objects.create(owner=owner, team=team, name=name, question=question, sorting=sorting)
        keeping.pin(view, by=owner)


def open_queues() -> None:
    agents = Person.objects.holding(Membership.DESK_ROLES)
    for position, (code, name_tr, name_en, components) in enumerate(QUEUES):
        team, _ = Team.objects.get_or_create(code=code, defaults={"name_tr": name_tr, "name_en": name_en})
        team.members.add(*agents)
        queue, _ = Queue.objects.get_or_create(
            code=code,
            defaults={"name_tr": name_tr, "name_en": name_en, "team": team, "takes_the_rest": position == 0},
        )
        queue.components.add(*Component.objects.filter(pk__in=components))


def agree_between_teams() -> None:
    """How soon a team takes a ticket over and how long its own share may last; majör and the rest."""
    calendars = Calendar.objects.in_bulk(["7-24", "tr-mesai"], field_name="code")
    for position, (code, name_tr, name_en, severities, calendar, minutes) in enumerate(AGREEMENTS, start=1):
        policy, is_new = Policy.objects.get_or_create(
            code=code,
            defaults={"name_tr": name_tr, "name_en": name_en, "kind": Policy.Kind.OLA, "position": 500 + position * 10},
        )
        if not is_new:
            continue
        terms = PolicyVersion(
            policy=policy,
            effective_from=seeds.IN_FORCE_FROM,
            conditions={"severity": list(severities)},
            rests={kind: {"cap": None, "metrics": ["handling"]} for kind in ("requester", "supplier")},
            levels=[{"percent": 100, "metric": "ownership", "action": "notify", "to": "team"}],
        )
        targets = [
            Target(metric=metric, seconds=length * 60, calendar=calendars[calendar], starts=starts, goal_percent=90)
            for metric, length, starts in zip(("ownership", "handling"), minutes, ("attached", "assigned"), strict=True)
        ]
        policies.publish(terms, targets, at=now())


def file_samples() -> None:
    """The samples as if they had come in during the last hours, the oldest first."""
    samples = json.loads(SAMPLES.read_text(encoding="utf-8"))["tickets"]
    samples.sort(key=lambda sample: sample["created_at"])
    places = Municipality.objects.in_bulk([sample["municipality_code"] for sample in samples], field_name="code")
    components = Component.objects.in_bulk([sample["module"] for sample in samples])
    staff = {m.municipality_id: m.person for m in Membership.objects.filter(role="staff").select_related("person")}
    at = now()
    for age, sample in enumerate(reversed(samples)):
        place = places[sample["municipality_code"]]
        file_sample(sample, place, components[sample["module"]], staff.get(place.pk), at - age * BETWEEN)


def file_sample(sample: dict, place: Municipality, component: Component, by: Person | None, at: datetime) -> None:
    token = f"sample-{sample['id']}"
    if Filing.objects.filter(token=f"{place.pk}:{token}").exists():
        return
    impact, urgency = ANSWERS[sample["priority"]]
    ticket = tickets.submit(
        municipality=place,
        component=component,
        subject=sample["subject"],
        body=sample["body"],
        impact=impact,
        urgency=Ticket.Urgency.DANGER if sample["id"] in DANGEROUS else urgency,
        by=by,
        channel=CHANNELS[sample["channel"]],
        token=token,
        at=at,
    )
    tend(ticket)


def tend(ticket: Ticket) -> None:
    """Every third ticket has already been taken by somebody, and half of those answered."""
    if ticket.pk % 3:
        return
    agents = Person.objects.filter(memberships__role=Membership.Role.AGENT).order_by("pk")
    agent = agents[ticket.pk % len(agents)]
    tickets.claim(ticket, by=agent)
    if ticket.pk % 2 and not is_major(ticket.severity):
        tickets.wait(ticket, by=agent, body="Merhaba, hatanın göründüğü ekranın görüntüsünü ekler misiniz?")
