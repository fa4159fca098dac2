"""Plans as people type them: what cannot be run is refused at once, with its line."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse

from foundation.directory.models import Membership, Person
from runbooks.durations import duration
from runbooks.models import Runbook
from runbooks.plans import catalogue, parsing
from tests.runbooks.test_plans import DR03, line_of, problems_of


@pytest.mark.parametrize("deep", ["[" * 5_000, "a: " + "{a: " * 5_000, "- " * 5_000 + "x"])
def test_a_plan_nested_without_an_end_is_refused_at_once(deep):
    began = time.process_time()
    assert problems_of(f"code: DR-03\nscenario: {deep}\n" if deep[0] == "[" else deep)
    assert time.process_time() - began < 1


def test_references_are_refused_where_they_stand():
    assert problems_of("a: &x [1]\nb: *x\n")[0].line == 2


@pytest.mark.parametrize("text", ["\x00", "version: " + "9" * 5_000, "a: \x1b"])
def test_signs_and_numbers_that_cannot_be_read_are_refused(text):
    assert problems_of(text)


@pytest.mark.parametrize("day", ["2026-99-14", "2026-02-30", "0001-01-01", "9999-12-31", "20260914"])
def test_a_day_that_is_none_is_named_by_its_line(day):
    good = next(line for line in DR03.splitlines() if line.startswith("reviewed_on:"))
    (problem,) = problems_of(DR03.replace(good, f'reviewed_on: "{day}"'))
    assert problem.line == line_of(DR03, "reviewed_on:")


@pytest.mark.parametrize("length", ["99999999999999d", "367d", "999999999h", '"5m\\n"'])
def test_a_length_without_an_end_is_named_by_its_line(length):
    good = next(line for line in DR03.splitlines() if "within:" in line)
    problems = problems_of(DR03.replace(good, good.partition("within:")[0] + f"within: {length}", 1))
    assert [problem.line for problem in problems] == [line_of(DR03, "within:")]


def test_what_was_kept_before_lengths_had_a_bound_still_shows():
    assert duration("99999999999999d") == timedelta(days=3660)


@pytest.mark.django_db
def test_an_older_version_does_not_become_the_current_one():
    version = next(line for line in DR03.splitlines() if line.startswith("version:"))
    catalogue.publish(DR03.replace(version, "version: 50"))
    with pytest.raises(catalogue.VersionIsOlder):
        catalogue.publish(DR03.replace(version, "version: 40"))
    assert Runbook.objects.current().get().version == 50


def test_a_version_and_a_title_fit_their_columns():
    version = next(line for line in DR03.splitlines() if line.startswith("version:"))
    assert problems_of(DR03.replace(version, "version: 99999999999"))[0].line == line_of(DR03, "version:")
    with pytest.raises(parsing.PlanIsWrong):
        parsing.read(DR03.replace("title:\n  tr: ", "title:\n  tr: " + "x" * 200))


@pytest.mark.django_db
def test_codes_that_this_house_does_not_know_are_named_by_their_lines():
    plan = parsing.read(DR03)
    known = {"components": [], "endpoint": []}
    with pytest.raises(parsing.PlanIsWrong) as refusal:
        parsing.refuse_unknown(DR03, known=known)
    lines = {problem.line for problem in refusal.value.problems}
    assert line_of(DR03, "endpoint:") in lines
    named = [code for trigger in plan["triggers"] for code in trigger.get("components", [])]
    assert all(any(f"“{code}”" in problem.sentence for problem in refusal.value.problems) for code in named)


@pytest.mark.django_db
def test_the_page_refuses_a_plan_with_an_audience_that_nobody_is_in(client):
    owner = Person.objects.create_user("ada@house.test", name="Ada")
    Membership.objects.create(person=owner, role=Membership.Role.PLATFORM_ADMIN)
    client.force_login(owner)
    answer = client.post(reverse("runbooks:publish"), {"source": DR03})
    assert answer.status_code == 422
    assert not Runbook.objects.exists()
