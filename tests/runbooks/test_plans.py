"""A plan file becomes a plan, or says line by line why not."""

import re
from pathlib import Path

import pytest

from runbooks.broadcasts.compose import drafts, templates
from runbooks.models import Runbook
from runbooks.plans import catalogue, parsing

SHIPPED = sorted(Path(catalogue.SHIPPED).glob("*.yaml"))
DR03 = (Path(catalogue.SHIPPED) / "DR-03.yaml").read_text(encoding="utf-8")


def line_of(source: str, words: str) -> int:
    return next(n for n, line in enumerate(source.splitlines(), start=1) if words in line)


def problems_of(source: str) -> list[parsing.Problem]:
    with pytest.raises(parsing.PlanIsWrong) as refusal:
        parsing.read(source)
    return refusal.value.problems


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_plan_can_be_read_and_is_named_after_its_code(path):
    assert parsing.read(path.read_text(encoding="utf-8"))["code"] == path.stem


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_text_of_a_shipped_plan_may_leave(path):
    values = dict.fromkeys(templates.ASKED, "10.30")
    for step in parsing.read(path.read_text(encoding="utf-8"))["steps"]:
        if step["kind"] == "broadcast":
            text, correction = (drafts.fill(step[part], values) for part in ("text", "correction"))
            assert drafts.problems_of(text, correction=correction) == [], step["key"]


def test_ten_plans_are_shipped():
    assert [path.stem for path in SHIPPED] == [f"DR-{number:02d}" for number in range(1, 11)]


def test_dr03_uses_every_kind_of_step():
    kinds = {step["kind"] for step in parsing.read(DR03)["steps"]}
    assert kinds == {"manual", "decision", "approval", "http", "wait", "broadcast"}


@pytest.mark.parametrize(
    ("was", "becomes", "sentence"),
    [
        ("within: 3m", "within: üç dakika", "30s, 5m, 4h"),
        ("kind: wait", "kind: hope", "manual, decision, approval"),
        ("    statement: >-", "    sayings: >-", "statement"),
        ("signatures: 2", "signatures: 9", "signatures"),
        ("on_refusal: yol\n", "on_refusal: yok\n", "yok"),
        ("next: yanlis-alarm", "next: duyuru", "yanlis-alarm"),
    ],
)
def test_a_mistake_is_named_by_line_and_in_a_sentence(was, becomes, sentence):
    source = DR03.replace(was, becomes, 1)
    problems = problems_of(source)
    assert any(sentence in problem.sentence for problem in problems), [str(p) for p in problems]


def test_the_line_is_the_one_a_person_would_point_at():
    source = DR03.replace("within: 3m", "within: yarım saat", 1)
    assert problems_of(source)[0].line == line_of(source, "yarım saat")


def test_a_key_used_twice_is_found_on_its_second_line():
    source = DR03.replace("- key: duyuru", "- key: dogrula", 1).replace("next: duyuru", "next: dogrula")
    lines = [n for n, line in enumerate(source.splitlines(), start=1) if re.search(r"- key: dogrula$", line)]
    assert lines[1] in {problem.line for problem in problems_of(source)}


def test_broken_yaml_is_a_sentence_too():
    assert problems_of("code: DR-03\nsteps: [unclosed")[0].line >= 1


def test_a_plan_can_name_no_python_object():
    assert problems_of("code: !!python/object/apply:os.system [true]")


@pytest.mark.django_db
def test_the_same_text_twice_is_one_version():
    assert catalogue.publish(DR03) == catalogue.publish(DR03)
    assert Runbook.objects.count() == 1


@pytest.mark.django_db
def test_a_version_is_never_changed():
    catalogue.publish(DR03)
    with pytest.raises(catalogue.VersionIsTaken):
        catalogue.publish(DR03.replace("within: 3m", "within: 4m", 1))


@pytest.mark.django_db
def test_the_shelf_shows_the_newest_version_of_each_plan():
    catalogue.publish(DR03)
    newer = catalogue.publish(DR03.replace("version: 1", "version: 2", 1))
    assert list(Runbook.objects.current().filter(code="DR-03")) == [newer]
