"""Days at the ends of the calendar, moments without an offset, names that stand twice, bodies that are no form."""

import json

import pytest
from django import forms
from django.test import Client
from django.urls import reverse

from foundation.language.forms import CleanForm
from tests.foundation.wire.people import a_clerk, a_token
from tests.test_tenant_wall import a_secret
from tests.wall.walking import signed_in

pytestmark = pytest.mark.once("sqlite", "refused before anything is asked of the database")
OURS = ("foundation.", "monitoring.", "helpdesk.", "runbooks.", "config.")
BEYOND = ("0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31")


class Days(CleanForm):
    day = forms.DateField(required=False)
    at = forms.DateTimeField(required=False)


class Numbers(CleanForm):
    most = forms.IntegerField(min_value=1)


@pytest.mark.parametrize("day", BEYOND)
def test_no_form_takes_a_day_beyond_this_century(day):
    form = Days({"day": day, "at": f"{day} 23:59"})
    assert set(form.errors) == {"day", "at"}
    assert "2000 ile 2100" in form.errors["at"][0]


@pytest.mark.parametrize("number", ["2147483648", "9" * 30, "1" * 5000, "1e9"])
def test_no_form_takes_a_number_that_no_column_holds(number):
    assert Numbers({"most": number}).errors
    assert not Numbers({"most": "2147483647"}).errors


def test_every_form_of_ours_with_a_day_is_one_of_those():
    days = [form for form in subclasses(forms.BaseForm) if form.__module__.startswith(OURS)]
    asking = [form for form in days if any(isinstance(f, forms.DateField | forms.DateTimeField) for f in fields(form))]
    assert len(asking) > 5
    assert [form for form in asking if not hasattr(form, "cleaned_words")] == []


def fields(form: type) -> list[forms.Field]:
    return list(getattr(form, "base_fields", {}).values())


def subclasses(kind: type) -> list[type]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in subclasses(child))]


@pytest.mark.parametrize("moment", [*(f"{day}T00:00:00+14:00" for day in BEYOND), "2026-12-01T09:00:00", "2027-01-01"])
def test_no_body_takes_a_moment_that_nobody_can_mean(stage, moment):
    secret = a_secret(stage.yonca, "people:write")
    for name in ("since", "until"):
        answer = Client().post(
            f"/api/v1/people/{stage.colleague.pk}/roles/",
            json.dumps({"role": "union_observer", "province": "26", name: moment}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": name},
        )
        assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json"), answer.content


@pytest.mark.parametrize("hour", [0, 1.5, "09:00Z", "24:61"])
def test_an_hour_of_the_day_has_no_offset(stage, hour):
    answer = Client().post(
        "/api/v1/rotas/",
        json.dumps({"key": "gece", "name_tr": "Gece", "opens": hour}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {a_secret(stage.leyla, 'rotas:write')}", "Idempotency-Key": "hour"},
    )
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")


def test_no_parameter_does_either(stage):
    headers = {"Authorization": f"Bearer {a_secret(stage.ayse, 'rotas:read')}"}
    address = f"/api/v1/rotas/{stage.rota.key}/on-call/?at="
    assert Client().get(f"{address}9999-12-31T23:59:59-14:00", headers=headers).status_code == 422
    assert Client().get(f"{address}2026-12-01T09:00:00Z", headers=headers).status_code == 200


@pytest.mark.django_db
def test_a_parameter_that_stands_twice_is_refused_by_name(client):
    _, headers = a_token(a_clerk(), "municipalities:read")
    answer = client.get("/api/v1/municipalities/?limit=1&limit=2", headers=headers)
    assert (answer.status_code, answer.json()["doubled"]) == (422, ["limit"])


def test_a_body_that_is_no_form_gets_a_page_with_a_way_back(stage):
    client = signed_in(stage.selim)
    many = "&".join(f"a{number}=1" for number in range(5000))
    answer = client.post(reverse("helpdesk:new_ticket"), many, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert "hiçbir şey yapılmadı" in answer.content.decode()
