"""What a plan still waits for: names, contacts and endpoints that only this house can give."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import Refusal
from runbooks.models import Endpoint

FIELDS = {
    "owner": gettext_lazy("owner"),
    "approver": gettext_lazy("approver"),
    "reviewed_on": gettext_lazy("day of the review"),
}


class PlanHasBlanks(Refusal):
    status = 422

    def __init__(self, code: str, names: list[str]) -> None:
        sentence = _("%(code)s waits for this house's names. Still blank: %(names)s.")
        super().__init__(sentence % {"code": code, "names": ", ".join(names)})


def names_in(plan: dict) -> list[str]:
    """Each blank that is written in the plan itself, in words."""
    return list(_names_in(plan))


def _names_in(plan: dict) -> Iterator[str]:
    for field, label in FIELDS.items():
        if plan.get(field) is None:
            yield str(label)
    for contact in plan.get("contacts", ()):
        if contact["reach"] is None:
            yield contact["who"]


def endpoints_of(plan: dict) -> list[str]:
    """The endpoints that its http steps call, each once, in their order."""
    return list(dict.fromkeys(step["endpoint"] for step in plan["steps"] if step["kind"] == "http"))


def missing_endpoints(plan: dict) -> list[str]:
    wanted = endpoints_of(plan)
    here = set(Endpoint.objects.current().filter(key__in=wanted).values_list("key", flat=True)) if wanted else set()
    return [key for key in wanted if key not in here]


def missing(plan: dict) -> list[str]:
    """Everything the plan waits for, in words."""
    return [*names_in(plan), *(_("endpoint %s") % key for key in missing_endpoints(plan))]


def refuse(plan: dict, *, is_drill: bool = False) -> None:
    """Raise `PlanHasBlanks` if the plan waits for something. A drill calls no endpoint unless a step says so."""
    names = names_in(plan)
    called = {step["endpoint"] for step in plan["steps"] if step["kind"] == "http" and step.get("in_drill") == "call"}
    names += [_("endpoint %s") % key for key in missing_endpoints(plan) if not is_drill or key in called]
    if names:
        raise PlanHasBlanks(plan["code"], names)
