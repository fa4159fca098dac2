"""What an operation of the API was asked and does not know is refused, not passed over in silence."""

from collections.abc import Callable
from functools import wraps
from inspect import unwrap

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.operation import Operation

from foundation.wire.api.problems import problem
from foundation.wire.api.tokens import bearer_of

LONGEST_NAME = 80  # of a parameter that we say again


def knows_its_parameters(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wraps an API operation so that a query parameter it does not have, or that stands twice, is named and refused.

    `?updated_since=…` answered with everything looks like an answer, and so does the half of
    `?severity=S1&severity=S2`. Who has no token is told that first.
    """
    operation: Operation = unwrap(run).__self__

    @wraps(run)
    def guarded(request: HttpRequest, **arguments) -> HttpResponse:
        known = query_parameters(operation)
        unknown = [name[:LONGEST_NAME] for name in request.GET if name not in known]
        doubled = [name for name in request.GET if len(request.GET.getlist(name)) > 1]
        if unknown and bearer_of(request):
            return refused(unknown, known)
        if doubled and bearer_of(request):
            return refused_doubled(doubled)
        return run(request, **arguments)

    return guarded


def query_parameters(operation: Operation) -> list[str]:
    """The names that stand in its line of the OpenAPI schema, paging with them."""
    models = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    return sorted(name for model in models for name in model.__ninja_flatten_map__)


def refused(unknown: list[str], known: list[str]) -> HttpResponse:
    return problem(
        422,
        kind="unknown-parameter",
        detail=_("This operation does not know the parameter “%(name)s”.") % {"name": unknown[0]},
        unknown=unknown,
        known=known,
    )


def refused_doubled(doubled: list[str]) -> HttpResponse:
    detail = _("The parameter “%(name)s” stands here more than once; one of them would be passed over.")
    return problem(422, kind="doubled-parameter", detail=detail % {"name": doubled[0]}, doubled=doubled)
