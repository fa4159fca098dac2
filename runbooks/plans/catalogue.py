"""The catalogue of plans: publish a version, take in what we ship."""

import hashlib
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import Refusal
from foundation.directory.models import Component, Municipality, Person, Province
from foundation.journal import journal
from runbooks.models import Endpoint, Runbook
from runbooks.plans import parsing

SHIPPED = Path(__file__).parent


class VersionIsTaken(Refusal):
    sentence = _("This version exists with another text. A version is never changed: raise its number.")


class VersionIsOlder(Refusal):
    sentence = _("A newer version of this plan is published already: raise its number.")


def publish(source: str, *, by: Person | None = None) -> Runbook:
    """Publish one version of a plan; the same text twice is the same version.

    Refuses a text that cannot be read (`parsing.PlanIsWrong`) and another text under
    a number that is taken (`VersionIsTaken`), or below the current one (`VersionIsOlder`).
    """
    plan = parsing.read(source)
    digest = hashlib.sha256(source.encode()).hexdigest()
    of_this_plan = Runbook.objects.filter(code=plan["code"])
    is_known = of_this_plan.filter(version=plan["version"]).exists()
    if not is_known and of_this_plan.filter(version__gt=plan["version"]).exists():
        raise VersionIsOlder
    try:
        return _add(plan, source, digest, by)
    except IntegrityError:
        runbook = Runbook.objects.get(code=plan["code"], version=plan["version"])
        if runbook.digest != digest:
            raise VersionIsTaken
        return runbook


def publish_typed(source: str, *, by: Person) -> Runbook:
    """Publish what a person typed: every code in it is one that this house knows (`parsing.PlanIsWrong`)."""
    parsing.refuse_unknown(source, known=known_codes())
    return publish(source, by=by)


def known_codes() -> dict[str, set[str]]:
    """What a plan may name, by the field that names it."""
    components = set(Component.objects.values_list("pk", flat=True))
    return {
        "components": components,
        "component_works": components,
        "endpoint": set(Endpoint.objects.current().values_list("key", flat=True)),
        "provinces": set(Province.objects.values_list("pk", flat=True)),
        "regions": set(Province.objects.values_list("region", flat=True)),
        "municipalities": set(Municipality.objects.values_list("code", flat=True)),
        "types": set(Municipality.Type.values),
    }


@transaction.atomic
def _add(plan: dict, source: str, digest: str, by: Person | None) -> Runbook:
    runbook = Runbook.objects.create(
        code=plan["code"],
        version=plan["version"],
        title_tr=plan["title"]["tr"],
        title_en=plan["title"].get("en", ""),
        source=source,
        definition=plan,
        digest=digest,
        published_by=by,
    )
    journal.record("runbook.published", runbook, by=by, code=runbook.code, version=runbook.version, digest=digest)
    return runbook
