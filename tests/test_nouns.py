"""Nothing exists only in the demonstration: each of its nouns is made, changed and ended by a house itself."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.urls import Resolver404, resolve

from config.management.commands.load_demo import parts
from tests.nouns import NOUNS, Act, Fact, Kept, Owed, Part
from tests.wall import routes

pytestmark = [
    pytest.mark.long(60),
    pytest.mark.once("sqlite", "which tables the demonstration fills, and what the URL table holds"),
]
# Django's own tables: none of them is a noun of ours.
NOT_OURS = {"auth", "contenttypes", "sessions", "usersessions", "account", "mfa", "socialaccount"}


def filled() -> set[str]:
    """The nouns with a row; the tables between two nouns belong to the one that declares them."""
    ours = [
        model
        for model in apps.get_models()
        if model._meta.app_label not in NOT_OURS and not model.__module__.startswith("tests.")
    ]
    return {model._meta.label for model in ours if model._base_manager.exists()}


@pytest.mark.django_db
def test_every_noun_of_the_demonstration_can_be_made_changed_and_ended():
    for part in parts():
        part.load()
    written = filled()
    assert {"helpdesk.Team", "runbooks.Rota", "directory.Municipality"} <= written, "the demonstration was loaded"
    assert sorted(written - NOUNS.keys()) == [], "declare in tests/nouns.py how a house makes its own"
    assert sorted(NOUNS.keys() - written) == [], "nothing of these is in the demonstration any more"


def acts() -> Iterator[tuple[str, str, Act]]:
    for noun, entry in NOUNS.items():
        if isinstance(entry, Kept):
            yield from ((noun, name, each) for name, each in zip(("make", "change", "end"), entry.acts, strict=True))


@pytest.mark.parametrize("noun, name, act", list(acts()), ids=lambda value: value if isinstance(value, str) else "")
def test_its_pages_take_a_form_and_its_operations_exist(noun, name, act):
    views = routes.views()
    assert act.pages and [page for page in act.pages if not routes.takes_forms(views.get(page))] == []
    assert bool(act.operations) != bool(act.no_operation), "an operation, or the reason why there is none"
    assert sorted(set(act.operations) - set(routes.operations())) == []


def test_no_operation_that_makes_tokens_or_gives_far_reaching_roles_came_by():
    made = {(method, path) for method, path in routes.operations() if "/tokens/" in path}
    assert made == {("GET", "/api/v1/tokens/"), ("DELETE", "/api/v1/tokens/{pk}/")}


def test_a_part_is_kept_with_a_noun_that_is_kept():
    for noun, entry in NOUNS.items():
        if isinstance(entry, Part):
            assert isinstance(NOUNS[entry.of], Kept), noun
        if isinstance(entry, Fact):
            assert entry.why, noun


def test_what_is_owed_is_declared_as_soon_as_it_has_come():
    """A door that opened while its noun still says `Owed` would be tried by nobody."""
    come = [noun for noun, entry in NOUNS.items() if isinstance(entry, Owed) and leads_somewhere(entry.address)]
    assert come == [], "declare their doors and operations in tests/nouns.py"


def leads_somewhere(address: str) -> bool:
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return False
    return not match.kwargs  # else it is read as the name of something, such as a plan called "endpoints"


def test_a_page_that_takes_no_form_is_noticed():
    views = routes.views()
    assert not routes.takes_forms(views["helpdesk:queues"])
    assert not routes.takes_forms(views.get("helpdesk:no_such_page"))
