"""The panel of one outage: join, start a plan, maintenance, override; each refusal keeps what was typed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from foundation import now
from foundation.journal.models import Entry
from monitoring import outages
from monitoring.models import Maintenance, Node, Outage, State
from monitoring.refusals import OutageIsOver
from runbooks.models import Run
from tests.cast import assemble
from tests.runbooks.plans import a_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return assemble()


@pytest.fixture
def nermin(cast):
    client = Client()
    client.force_login(cast.nermin)
    return client


@pytest.fixture
def node(cast):
    return Node.objects.create(code="05004", name="Merzifon", municipality=cast.merzifon, state=State.OUTAGE)


@pytest.fixture
def local(cast, node):
    """Merzifon does not answer."""
    return outages.declare(nodes=[node], by=cast.leyla)


def act(client, what, outage, **fields):
    return client.post(reverse(f"runbooks:outage_{what}", args=[outage.pk]), fields)


def test_the_panel_offers_everything_in_one_place(nermin, local):
    page = nermin.get(reverse("runbooks:outage_panel", args=[local.pk])).content.decode()
    for name in ("acknowledgement", "run", "join", "maintenance", "override"):
        assert reverse(f"runbooks:outage_{name}", args=[local.pk]) in page
    assert "05004" in page


def test_an_ended_outage_leads_to_its_room_and_a_joined_one_to_the_wider(cast, nermin, local):
    wider = outages.declare(components=[cast.ebys], by=cast.leyla)
    outages.join_by_hand(local, into=wider, by=cast.leyla)
    address = reverse("runbooks:outage_panel", args=[local.pk])
    assert nermin.get(address).url == reverse("runbooks:outage_panel", args=[wider.pk])
    outages.end(wider, by=cast.leyla)
    assert nermin.get(nermin.get(address).url).url == reverse("runbooks:situation", args=[wider.pk])


class TestJoining:
    def test_both_are_one_outage_with_all_they_touch(self, cast, nermin, local):
        wider = outages.declare(components=[cast.ebys], by=cast.leyla)
        answer = act(nermin, "join", local, into=wider.pk)
        assert answer.url == reverse("runbooks:outage_panel", args=[wider.pk])
        local.refresh_from_db()
        assert local.merged_into == wider and local.ended_at
        assert wider.affected.current().filter(node__code="05004").exists()
        assert Entry.objects.filter(kind="outage.joined_by_hand").exists()

    def test_a_municipality_that_both_name_is_named_once(self, cast, nermin):
        one, other = (outages.declare(components=[cast.ebys], by=cast.leyla) for _outage in range(2))
        everywhere = [outages.declare(municipalities=[cast.merzifon], by=cast.leyla) for _outage in range(2)]
        for part, whole in ((one, other), everywhere):
            act(nermin, "join", part, into=whole.pk)
            lines = whole.affected.current().values_list("municipality", "component")
            assert len(lines) == len(set(lines)) > 0

    def test_the_graver_severity_stays(self, cast, nermin, local):
        Outage.objects.filter(pk=local.pk).update(severity="S1")
        wider = outages.declare(components=[cast.ebys], severity="S3", by=cast.leyla)
        act(nermin, "join", local, into=wider.pk)
        wider.refresh_from_db()
        assert wider.severity == "S1"

    def test_the_second_of_two_people_learns_that_it_is_over(self, cast, local):
        wider = outages.declare(components=[cast.ebys], by=cast.leyla)
        outages.join_by_hand(local, into=wider, by=cast.leyla)
        with pytest.raises(OutageIsOver):
            outages.join_by_hand(local, into=wider, by=cast.nermin)

    def test_a_drill_and_the_real_thing_never_become_one(self, cast, nermin, local):
        drill = outages.declare(components=[cast.ebys], is_drill=True, by=cast.leyla)
        assert act(nermin, "join", local, into=drill.pk).status_code == 422


class TestStartingAPlan:
    def test_it_begins_for_this_outage(self, nermin, local):
        plan = a_plan("manual", start="proposed")
        answer = act(nermin, "run", local, code=plan.code)
        run = Run.objects.get(outage=local, runbook=plan, status=Run.Status.RUNNING)
        assert answer.url == reverse("runbooks:run", args=[run.pk])

    def test_a_plan_nobody_wrote_is_a_sentence(self, nermin, local):
        assert act(nermin, "run", local, code="DR-99").status_code == 422


class TestMaintenance:
    def test_the_window_holds_the_outage_from_its_first_sign(self, nermin, local, node):
        act(nermin, "maintenance", local, text_tr="Elektrik işleri", hours=4, is_public="on")
        window = Maintenance.objects.get()
        assert window.starts_at == local.started_at
        assert list(window.nodes.all()) == [node]

    def test_what_was_typed_is_kept(self, nermin, local):
        answer = act(nermin, "maintenance", local, text_tr="Elektrik işleri", hours="")
        assert answer.status_code == 422 and "Elektrik işleri" in answer.content.decode()
        assert not Maintenance.objects.exists()


class TestOverriding:
    def test_a_node_of_the_outage_is_as_the_person_says_until_then(self, nermin, local, node):
        act(nermin, "override", local, node="05004", state=State.DEGRADED, reason="Yedek hat açık", hours=1)
        node.refresh_from_db()
        assert (node.state, node.override_reason) == (State.DEGRADED, "Yedek hat açık")
        assert node.override_until - now() <= timedelta(hours=1)

    def test_a_node_of_another_outage_is_not_touched(self, cast, nermin, local):
        elsewhere = Node.objects.create(code="26010", municipality=cast.odunpazari, state=State.OK)
        answer = act(nermin, "override", local, node="26010", state=State.OUTAGE, reason="Deneme", hours=1)
        assert answer.status_code == 422
        elsewhere.refresh_from_db()
        assert elsewhere.override == ""
