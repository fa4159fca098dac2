"""Fields of our own design: what is wrong with one is seen, and read out with it."""

import pytest
from django import forms
from django.template import Context, Template

pytestmark = pytest.mark.once("sqlite", "asks no database")


class Wish(forms.Form):
    name = forms.CharField(label="Ad")
    way = forms.ChoiceField(label="Yol", choices=[("sms", "SMS"), ("call", "Arama")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="Eminim")


def drawn(**given) -> str:
    return Template("{% fields form %}").render(Context({"form": Wish(given)}))


def test_each_kind_of_field_in_error_looks_like_one_and_says_why():
    page = drawn()
    assert page.count("nb-field has-error") == page.count('class="nb-error"') == 3
    for name in ("name", "way", "sure"):
        assert f'id="id_{name}_error"' in page
    assert 'aria-describedby="id_name_error"' in page


def test_a_field_that_is_filled_in_looks_well():
    page = drawn(name="Ayşe <b>", way="sms", sure="on")
    assert "has-error" not in page and "nb-error" not in page
    assert 'value="Ayşe &lt;b&gt;"' in page
