"""The endpoints of plans: make, change, give another secret, try, end. A secret goes in and never comes out."""

import os
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import Refusal, now
from foundation.directory.models import Membership, Person
from foundation.journal import journal
from foundation.wire import encryption
from foundation.wire.addresses import TROUBLES, fetch
from runbooks.models import Endpoint, Runbook
from runbooks.plans import blanks

VARIABLES = "NOBET_ENDPOINT_"
TEST_SECONDS = 5.0
SHOWN = 200  # characters of what a test said


class MayNotKeepEndpoints(Refusal):
    sentence = gettext_lazy("A platform administrator keeps the endpoints.")
    status = 403


class EndpointIsTaken(Refusal):
    sentence = gettext_lazy("An endpoint of this name exists already.")


class EndpointHasEnded(Refusal):
    sentence = gettext_lazy("This endpoint has ended. Please look at it again.")


class SecretHasNoHeader(Refusal):
    sentence = gettext_lazy("A secret travels in a header: name the header first.")
    status = 422


class EndpointIsNeeded(Refusal):
    def __init__(self, codes: list[str]) -> None:
        super().__init__(_("Plans call this endpoint: %(codes)s. Change them first.") % {"codes": ", ".join(codes)})


def make(
    key: str, *, url: str, header: str = "", secret: str = "", may_be_private: bool = False, by: Person
) -> Endpoint:
    """A new endpoint; the name of one that has ended may be used again."""
    require_keeper(by)
    if secret and not header:
        raise SecretHasNoHeader
    at = now()
    fields = {
        "url": url, "header": header, "secret": sealed(secret), "secret_name": "", "may_be_private": may_be_private,
        "changed_by": by, "changed_at": at, "rotated_at": at if secret else None, "ended_at": None,
        "tested_at": None, "test_passed": False, "test_said": "",
    }  # fmt: skip
    try:
        with transaction.atomic():
            if not Endpoint.objects.filter(key=key).exclude(ended_at=None).update(**fields):
                Endpoint.objects.create(key=key, **fields)
            made = Endpoint.objects.get(key=key)
            journal.record("endpoint.made", made, by=by, key=key, url=url, header=header, private=may_be_private)
    except IntegrityError:
        raise EndpointIsTaken from None
    return made


@transaction.atomic
def change(endpoint: Endpoint, *, url: str, header: str, may_be_private: bool, by: Person) -> None:
    """Another address or header; a secret never follows to another host: it is forgotten, and given anew."""
    require_keeper(by)
    if endpoint.has_secret and not header:
        raise SecretHasNoHeader
    moves = url != endpoint.url
    fields = {"url": url, "header": header, "may_be_private": may_be_private, "changed_by": by, "changed_at": now()}
    if moves:
        fields |= {"secret": "", "secret_name": "", "rotated_at": None}
    _claim(endpoint, fields | {"tested_at": None, "test_passed": False, "test_said": ""})
    journal.record(
        "endpoint.changed", endpoint, by=by, key=endpoint.key, url=url, header=header, private=may_be_private
    )


@transaction.atomic
def rotate(endpoint: Endpoint, *, secret: str, by: Person) -> None:
    """Another secret from now on; an empty one takes it away."""
    require_keeper(by)
    if secret and not endpoint.header:
        raise SecretHasNoHeader
    at = now()
    rotated_at = at if secret else None
    fields = {"secret": sealed(secret), "secret_name": "", "rotated_at": rotated_at, "changed_by": by, "changed_at": at}
    _claim(endpoint, fields)
    journal.record("endpoint.rotated", endpoint, by=by, key=endpoint.key)


@transaction.atomic
def refer(endpoint: Endpoint, variable: str, *, by: Person) -> None:
    """Read the secret from an environment variable of the operator; a sealed one is forgotten."""
    require_keeper(by)
    _claim(
        endpoint,
        {"secret": "", "secret_name": variable, "rotated_at": None, "changed_by": by, "changed_at": now()},
    )
    journal.record("endpoint.rotated", endpoint, by=by, key=endpoint.key, variable=variable)


@transaction.atomic
def end(endpoint: Endpoint, *, by: Person) -> None:
    """Out of use; refused while a published plan calls it. Its secret is forgotten at once."""
    require_keeper(by)
    if codes := plans_calling(endpoint.key):
        raise EndpointIsNeeded(codes)
    _claim(endpoint, {"ended_at": now(), "secret": "", "secret_name": "", "changed_by": by})
    journal.record("endpoint.ended", endpoint, by=by, key=endpoint.key)


def plans_calling(key: str) -> list[str]:
    current = Runbook.objects.current().values_list("code", "definition")
    return [code for code, plan in current if key in blanks.endpoints_of(plan)]


def _claim(endpoint: Endpoint, fields: dict[str, Any]) -> None:
    if not Endpoint.objects.current().filter(pk=endpoint.pk).update(**fields):
        raise EndpointHasEnded
    endpoint.refresh_from_db()


def test(endpoint: Endpoint, *, by: Person) -> bool:
    """Ask for its address once, secret and all, and write down what it said. Call it with no transaction open.

    Any answer below 500 counts: it is there, and the plan's step judges the rest. Redirects are not followed.
    """
    require_keeper(by)
    passed, said = _ask(endpoint)
    with transaction.atomic():
        _claim(endpoint, {"tested_at": now(), "test_passed": passed, "test_said": said[:SHOWN]})
        journal.record("endpoint.tested", endpoint, by=by, key=endpoint.key, passed=passed)
    return passed


def _ask(endpoint: Endpoint) -> tuple[bool, str]:
    try:
        answer = fetch(
            "GET",
            endpoint.url,
            headers=headers_of(endpoint),
            timeout=TEST_SECONDS,
            allow_private=allows_private(endpoint),
            allow_redirects=False,
            most=0,
        )
    except TROUBLES as error:
        return False, f"{type(error).__name__}: {error}"
    return answer.status < 500, f"HTTP {answer.status}"


def headers_of(endpoint: Endpoint) -> dict[str, str]:
    secret = secret_of(endpoint)
    return {endpoint.header: secret} if endpoint.header and secret else {}


def allows_private(endpoint: Endpoint) -> bool:
    return endpoint.may_be_private or settings.PROBE_ALLOW_PRIVATE


def secret_of(endpoint: Endpoint) -> str:
    """The sealed one, or what the environment holds; only variables made for endpoints are read."""
    if endpoint.secret:
        return encryption.unseal(endpoint.secret)
    return os.environ.get(endpoint.secret_name, "") if endpoint.secret_name.startswith(VARIABLES) else ""


def sealed(secret: str) -> str:
    return encryption.seal(secret) if secret else ""


def require_keeper(person: Person) -> None:
    if not person.has_role(Membership.Role.PLATFORM_ADMIN):
        raise MayNotKeepEndpoints
