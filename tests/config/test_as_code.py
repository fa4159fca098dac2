"""A house as files: written out, compared, taken in all or nothing, and a mistake named by line and column."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.as_code import applying, files, houses
from django_sla.models import Calendar, Policy
from foundation.directory.models import Component, Membership, Person
from foundation.journal.models import Entry
from helpdesk.as_code import read_calendars
from monitoring.models import Check, Node
from runbooks.models import Endpoint, MessageTemplate, Runbook
from runbooks.plans import endpoints
from tests.cast import assemble
from tests.runbooks.plans import a_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    stage = assemble()
    a_plan("manual", "http")
    node = Node.objects.create(code="ODUNPAZARI", name="Odunpazarı", municipality=stage.odunpazari)
    Check.objects.create(node=node, kind="http", target="https://odunpazari.example")
    return stage


def applied(folder, stage, **how):
    return {diff.name: diff for diff in applying.apply(folder, by=stage.yonca, **how)}


def mistakes(folder, stage):
    with pytest.raises(houses.FilesAreWrong) as wrong:
        applying.apply(folder, by=stage.yonca)
    return [(one.file, one.line, one.column, one.sentence) for one in wrong.value.mistakes]


def put(folder, name, text):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_what_is_written_out_changes_nothing_when_taken_in(stage, tmp_path):
    houses.write(tmp_path)
    before = Entry.objects.count()
    diffs = applied(tmp_path, stage)
    of_the_desk = {"routing-rules", "queue-distribution", "waiting-care"}
    others = {"components", "calendars", "policies", "endpoints", "message-templates", "plans", "nodes", "webhooks"}
    assert set(diffs) == others | of_the_desk
    assert not any(diff.changes_something or diff.only_here for diff in diffs.values()), list(
        applying.told(diffs.values())
    )
    assert Entry.objects.count() == before


def test_an_empty_house_becomes_the_written_one_and_a_second_time_nothing(stage, tmp_path):
    houses.write(tmp_path)
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.yaml")}
    for model in (Runbook, Endpoint, MessageTemplate, Check, Node, Policy):
        model.objects.all().delete()
    Component.objects.all().delete()
    Calendar.objects.filter(code="tr-uzun").update(name_tr="Başka")
    first = applied(tmp_path, stage)
    assert len(first["components"].added) == 6
    assert list(first["calendars"].changed) == ["tr-uzun"]
    assert not any(diff.changes_something for diff in applied(tmp_path, stage).values())
    again = tmp_path / "again"
    houses.write(again)
    assert {path.name: path.read_text(encoding="utf-8") for path in again.rglob("*.yaml")} == written


def test_a_dry_run_shows_the_same_difference_and_keeps_nothing(stage, tmp_path):
    put(
        tmp_path,
        "components.yaml",
        "TAHSILAT: {name_tr: Vezne, name_en: Cashier, tier: B}\nYENI: {name_tr: Yeni, name_en: New, tier: C}\n",
    )
    shown = applied(tmp_path, stage, dry_run=True)["components"]
    assert Component.objects.get(pk="TAHSILAT").tier == "A"
    assert applied(tmp_path, stage)["components"] == shown
    assert (shown.added, [change.name for change in shown.changed["TAHSILAT"]]) == (
        ["YENI"],
        ["name_tr", "name_en", "tier"],
    )
    assert "RAPOR" in shown.only_here
    assert Component.objects.get(pk="TAHSILAT").tier == "B"
    assert Component.objects.filter(pk="RAPOR").exists()


def test_who_and_when_stand_in_the_journal(stage, tmp_path):
    put(tmp_path, "components.yaml", "YENI: {name_tr: Yeni, name_en: New, tier: C}\n")
    applied(tmp_path, stage)
    entry = Entry.objects.get(kind="house.applied")
    assert (entry.person_id, entry.facts["changed"]) == (stage.yonca.pk, {"components": 1})


@pytest.mark.parametrize(
    ("name", "text", "line", "column", "says"),
    [
        ("components.yaml", "A:\n  name_tr: Bir\n  name_en: One\n  tier: Z\n", 4, 3, "A, B, C"),
        ("components.yaml", "A:\n  name_tr: Bir\n  name_en: One\n", 1, 1, "tier"),
        ("components.yaml", "A:\n  name_tr: [açık\n", 3, 1, "YAML"),
        ("components.yaml", "A:\n  x: 1\nA:\n  y: 2\n", 3, 1, "A"),
        ("components.yaml", "- bir\n", 1, 1, ""),
        ("components.yaml", "a: &x {b: 1}\nc: *x\n", 2, 4, ""),
        ("components.yml", "", 1, 1, "components.yaml"),
        ("bilesenler.yaml", "", 1, 1, "components.yaml"),
        ("endpoints.yaml", "uc:\n  url: https://a:b@x.example\n", 2, 3, ""),
        ("endpoints.yaml", "uc:\n  url: https://x.example\n  secret: env:NOBET_ENDPOINT_X\n", 3, 3, ""),
        ("calendars.yaml", "k:\n  name_tr: K\n  name_en: K\n  base: yok\n", 4, 3, "yok"),
        ("calendars.yaml", "k:\n  name_tr: K\n  name_en: K\n  zone: Mars/Base\n", 4, 3, ""),
        ("nodes.yaml", "N:\n  name: N\n  municipality: '99999'\n", 3, 3, "99999"),
        ("nodes.yaml", "N:\n  name: N\n  component: EBYS\n  parents: [YOK]\n", 4, 3, "YOK"),
        ("nodes.yaml", "N:\n  name: N\n  component: EBYS\n  checks:\n    - {kind: http, target: x}\n", 5, 20, "http"),
        (
            "policies.yaml",
            "p:\n  name_tr: P\n  name_en: P\n  targets:\n    resolution: {calendar: yok, seconds: 60}\n",
            5,
            18,
            "yok",
        ),
        ("message-templates.yaml", "kar:\n  subject: Kar\n  text: Bkz https://x.example\n", 1, 1, "https://x.example"),
        ("plans/DR-01.yaml", "code: DR-01\n", 1, 1, "version"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_column_and_changes_nothing(
    stage, tmp_path, name, text, line, column, says
):
    put(tmp_path, "message-templates.yaml", "yeni:\n  subject: Yeni\n  text: Yeni\n  correction: Eski\n")
    put(tmp_path, name, text)
    before = Entry.objects.count(), MessageTemplate.objects.count()
    (only, *_rest) = mistakes(tmp_path, stage)
    assert only[:3] == (name, line, column), only
    assert says in only[3]
    assert (Entry.objects.count(), MessageTemplate.objects.count()) == before


def test_two_houses_are_compared(stage, tmp_path):
    houses.write(tmp_path)
    Component.objects.filter(pk="EBYS").update(name_tr="Belge")
    diff = applied(tmp_path, stage, dry_run=True)
    lines = list(applying.told(list(diff.values())))
    assert "  ~ EBYS" in lines
    assert any("'Belge' → 'Elektronik belge yönetimi'" in line for line in lines)


def test_a_secret_is_never_written_out_and_never_lost(stage, tmp_path):
    kept = Endpoint.objects.get(key="uc")
    endpoints.change(kept, url=kept.url, header="X-Key", may_be_private=False, by=stage.yonca)
    endpoints.rotate(kept, secret="cok-gizli", by=stage.yonca)
    houses.write(tmp_path)
    assert "gizli" not in "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*"))
    text = (tmp_path / "endpoints.yaml").read_text(encoding="utf-8")
    assert "secret: kept" in text
    put(tmp_path, "endpoints.yaml", text.replace("may_be_private: false", "may_be_private: true"))
    applied(tmp_path, stage)
    kept.refresh_from_db()
    assert (endpoints.secret_of(kept), kept.may_be_private) == ("cok-gizli", True)
    put(tmp_path, "endpoints.yaml", text.replace("secret: kept", "secret: env:NOBET_ENDPOINT_UC"))
    applied(tmp_path, stage)
    kept.refresh_from_db()
    assert (kept.secret, kept.secret_name) == ("", "NOBET_ENDPOINT_UC")


def test_each_house_counts_its_own_versions_of_a_plan(stage, tmp_path):
    houses.write(tmp_path)
    path = tmp_path / "plans" / "DR-90.yaml"
    source = path.read_text(encoding="utf-8")
    put(tmp_path, "plans/DR-90.yaml", source.replace("version: 1", "version: 7"))
    assert not applied(tmp_path, stage)["plans"].changes_something
    put(tmp_path, "plans/DR-90.yaml", source.replace("rto: 30m", "rto: 20m"))
    assert list(applied(tmp_path, stage)["plans"].changed) == ["DR-90"]
    assert Runbook.objects.current().get(code="DR-90").version == 2


def test_days_and_weeks_of_a_calendar_follow_the_file(stage, tmp_path):
    text = (
        "yaz:\n  name_tr: Yaz\n  name_en: Summer\n  base: tr-tatil\n"
        "  week: [['08:00-12:00'], ['08:00-12:00'], [], [], [], [], []]\n"
        "  days:\n    - {date: '2027-07-01', name_tr: Bayram, name_en: Feast, from: '13:00'}\n"
    )
    applied(put(tmp_path, "calendars.yaml", text), stage)
    assert not applied(tmp_path, stage)["calendars"].changes_something
    put(tmp_path, "calendars.yaml", text.replace("2027-07-01", "2027-07-02"))
    applied(tmp_path, stage)
    assert [day["date"] for day in read_calendars()["yaz"]["days"]] == ["2027-07-02"]


def test_the_published_schemas_are_schemas_of_the_files(stage, tmp_path):
    houses.write(tmp_path)
    names = {path.stem for path in (tmp_path / "schema").glob("*.json")}
    assert names == {noun.name for noun in houses.all_nouns()}
    for path in (tmp_path / "schema").glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert "\\Z" not in text
        houses.Draft202012Validator.check_schema(json.loads(text))


def test_the_commands_say_what_they_did_and_who_answers_for_it(stage, tmp_path):
    said = StringIO()
    call_command("export", str(tmp_path), stdout=said)
    assert "components.yaml" in said.getvalue()
    said = StringIO()
    call_command("apply", str(tmp_path), "--dry-run", stdout=said)
    assert "0 would change" in said.getvalue()
    put(tmp_path, "components.yaml", "A: {}\n")
    with pytest.raises(CommandError, match=r"components.yaml:1:1: .*\n.*\nHiçbir şey değişmedi"):
        call_command("apply", str(tmp_path), stdout=said)
    second = Person.objects.create_user("ikinci@house.test", name="İkinci")
    Membership.objects.create(person=second, role=Membership.Role.PLATFORM_ADMIN)
    with pytest.raises(CommandError, match="--by"):
        call_command("apply", str(tmp_path))
    with pytest.raises(CommandError, match="yok"):
        call_command("apply", str(tmp_path / "yok"), "--by", "ikinci@house.test")


def test_a_file_of_any_bytes_is_a_sentence(stage, tmp_path):
    (tmp_path / "components.yaml").write_bytes(b"\xff\xfe\x00")
    assert mistakes(tmp_path, stage)[0][:3] == ("components.yaml", 1, 1)
    for text in ("\x00", "a: " * 5, "[" * 5000, "x: " + "9" * 5000, "? [1]\n: 2", "1: {}", "~: {}"):
        put(tmp_path, "components.yaml", text)
        assert mistakes(tmp_path, stage)


def test_values_are_found_where_they_stand():
    _value, node = files.read("x.yaml", "a:\n  b:\n    - c: 1\n    - d: 2\n")
    assert files.place_of(node, ("a", "b", 1, "d")) == (4, 7)
    assert files.place_of(node, ("a", "yok")) == (1, 1)
