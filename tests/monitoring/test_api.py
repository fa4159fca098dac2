"""The watch over the API: the same verbs, forms and second looks as on its pages."""

import json
from datetime import timedelta
from itertools import count

import pytest

from foundation import now
from monitoring import outages
from monitoring.models import Check, Maintenance, Node, Outage
from tests.cast import assemble
from tests.foundation.wire.people import a_token

pytestmark = pytest.mark.django_db
keys = count()


@pytest.fixture
def stage():
    return assemble()


@pytest.fixture
def ask(client):
    """ask(person, "POST", "outages/", {…}) → (status, answer)"""

    def call(person, method, path, body=None):
        scope = f"{path.split('/')[0]}:write"
        _token, headers = a_token(person, scope)
        headers |= {"Idempotency-Key": f"k{next(keys)}"}
        answer = client.generic(
            method, f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json", headers=headers
        )
        return answer.status_code, json.loads(answer.content or b"{}")

    return call


def test_a_sheet_is_looked_at_and_then_taken_in_whole_or_not_at_all(stage, ask):
    text = "kod;ad;belediye kodu;tür;hedef\n26010;Odunpazarı;26010;http;https://odunpazari.example/\n"
    status, looked = ask(stage.nermin, "POST", "nodes/sheet/", {"text": text, "dry_run": True})
    assert (status, looked["new_nodes"], looked["taken"], Node.objects.count()) == (200, 1, False, 0), looked
    _status, taken = ask(stage.nermin, "POST", "nodes/sheet/", {"text": text})
    assert (taken["taken"], Check.objects.get().target) == (True, "https://odunpazari.example/")
    _status, wrong = ask(stage.nermin, "POST", "nodes/sheet/", {"text": text + "X1;Yanlış;99999;;\n"})
    assert (wrong["taken"], [fault["line"] for fault in wrong["faults"]]) == (False, [3])
    assert Node.objects.count() == 1


def test_a_window_is_judged_by_the_form_of_the_page(stage, ask):
    start = (now() + timedelta(days=1)).isoformat()
    end = (now() + timedelta(days=1, hours=2)).isoformat()
    window = {"title_tr": "Bakım", "title_en": "Work", "starts_at": start, "ends_at": end, "is_everywhere": True}
    status, made = ask(stage.nermin, "POST", "maintenance/", window | {"rule": "FREQ=WEEKLY"})
    assert status == 201, made
    assert Maintenance.objects.get().rule == "FREQ=WEEKLY"
    status, problem = ask(stage.nermin, "POST", "maintenance/", window | {"rule": "FREQ=NEVER"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "#/body/rule")
    status, _problem = ask(stage.nermin, "POST", "maintenance/", window | {"starts_at": "0001-01-01T00:00:00+14:00"})
    assert status == 422
    status, _over = ask(stage.nermin, "POST", f"maintenance/{made['id']}/cancellation/")
    assert status == 200
    assert Maintenance.objects.get().cancelled_at


def test_a_word_about_a_wide_outage_waits_for_somebody_else(stage, ask):
    status, outage = ask(stage.nermin, "POST", "outages/", {"components": ["TAHSILAT"]})
    assert (status, outage["components"]) == (201, ["TAHSILAT"])
    path = f"outages/{outage['id']}/"
    said = {"stage": "identified", "text_tr": "Neden bulundu."}
    assert ask(stage.nermin, "POST", path + "updates/", said) == (201, {"is_published": False})
    _status, page = ask(stage.nermin, "GET", path + "proposals/")
    decision = path + f"proposals/{page['items'][0]['id']}/decision/"
    assert ask(stage.nermin, "POST", decision, {"decision": "let_out"})[0] == 403
    status, decided = ask(stage.leyla, "POST", decision, {"decision": "let_out"})
    assert (status, decided["status"]) == (200, "published")
    assert Outage.objects.get().stage == "identified"
    alone = said | {"stage": "resolved", "text_tr": "Bitti.", "alone_because": "Gece tek kişi"}
    assert ask(stage.nermin, "POST", path + "updates/", alone) == (201, {"is_published": True})
    assert not Outage.objects.get().is_open


def test_a_municipality_reads_its_own_and_speaks_for_itself_alone(stage, ask):
    mine = outages.declare(municipalities=[stage.odunpazari], title_tr="Hat", title_en="Line")
    theirs = outages.declare(municipalities=[stage.merzifon], title_tr="Hat", title_en="Line")
    _status, seen = ask(stage.selim, "GET", "outages/")
    assert [outage["id"] for outage in seen["items"]] == [mine.pk]
    assert ask(stage.selim, "GET", f"outages/{theirs.pk}/")[0] == 404
    assert ask(stage.selim, "POST", f"outages/{mine.pk}/updates/", {"stage": "identified", "text_tr": "x"})[0] == 403
    status, felt = ask(stage.selim, "POST", f"outages/{mine.pk}/reports/")
    assert (status, felt["report_count"]) == (200, 1)
    assert ask(stage.ayse, "POST", f"outages/{mine.pk}/reports/")[0] == 403
