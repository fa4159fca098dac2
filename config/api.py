"""The REST API: `/api/v1/`, one way in for programs.

Every context brings `<context>/api.py` with a `router`; its paths start with their
noun ("/tickets/…"), and that noun is the scope a token needs: reading asks for
"tickets:read", everything else for "tickets:write". So no operation can be added
without one. An operation acts as the token's person (`request.user`).
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.openapi.docs import DocsBase
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle
from ninja.types import DictStrAny

from foundation import Refusal
from foundation.wire import limits
from foundation.wire.api import tokens
from foundation.wire.api.idempotency import once
from foundation.wire.api.json_bodies import StrictBodies
from foundation.wire.api.parameters import LONGEST_NAME, knows_its_parameters
from foundation.wire.api.problems import API_PREFIX, of_refusal, problem
from foundation.wire.api.tokens import bearer_of
from foundation.wire.models import Token

REQUESTS_A_MINUTE = 600
READING = ("GET", "HEAD", "OPTIONS")


class ScopeMissing(Exception):
    """The token is good, but not for this."""


class Bearer(HttpBearer):
    """Admits a usable token whose scopes cover the operation."""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        bearer = bearer_of(request)
        if bearer is None:
            return None
        scope = scope_for(request.method, request.path)
        if not bearer.allows(scope):
            raise ScopeMissing(scope)
        request.user = bearer.person
        return bearer


def scope_for(method: str | None, path: str) -> str:
    """`GET /api/v1/tickets/DST-2026-000001/` needs "tickets:read"."""
    noun = path.removeprefix(API_PREFIX).split("/")[0]
    return f"{noun}:{'read' if method in READING else 'write'}"


class PerToken(BaseThrottle):
    """`REQUESTS_A_MINUTE` for each token."""

    def allow_request(self, request: HttpRequest) -> bool:
        token = bearer_of(request)
        self.seconds = limits.wait_for("api", token.pk, limit=REQUESTS_A_MINUTE, per=60) if token else 0
        return not self.seconds

    def wait(self) -> float:
        return float(self.seconds)


class ReadablePage(DocsBase):
    """The documentation as a plain page of ours: no script, nothing from elsewhere."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs) -> HttpResponse:
        schema = api.get_openapi_schema()
        return render(request, "api_docs.html", {"schema": schema, "operations": list(operations_of(schema))})


def operations_of(schema: dict) -> Iterator[dict[str, Any]]:
    """The operations of an OpenAPI schema as flat dictionaries, in path order."""
    for path, methods in sorted(schema["paths"].items()):
        for method, operation in methods.items():
            yield {
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", ""),
                "description": operation.get("description", ""),
                "parameters": operation.get("parameters", []),
                "scope": scope_for(method.upper(), path),
            }


class DescribedOnce(NinjaAPI):
    """Describes itself once in the life of a process: its operations stay, and each time took half a second."""

    described: OpenAPISchema | None = None

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: DictStrAny | None = None
    ) -> OpenAPISchema:
        """For everybody the same one, to be read and not to be changed."""
        if path_prefix or path_params:
            return super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        self.described = self.described or super().get_openapi_schema()
        return self.described


api = DescribedOnce(
    title="Nöbet",
    version="1",
    description="Talepler, kesintiler ve müdahaleler; bir belediyenin ya da merkezin programları için.",
    urls_namespace="api",
    auth=Bearer(),
    throttle=[PerToken()],
    parser=StrictBodies(),
    docs=ReadablePage(),
)
api.add_decorator(once, mode="view")
api.add_decorator(knows_its_parameters, mode="view")


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return of_refusal(refusal)


@api.exception_handler(Http404)
def nowhere(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(404)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Says where and why, never what was sent; fields that the operation does not have are named."""
    unknown = [str(item["loc"][-1])[:LONGEST_NAME] for item in error.errors if item["type"] == "extra_forbidden"]
    if unknown:
        detail = _("This operation does not know the field “%(name)s”.") % {"name": unknown[0]}
        return problem(422, kind="unknown-field", detail=detail, unknown=unknown)
    errors = [{"pointer": "#/" + "/".join(map(str, item["loc"])), "detail": item["msg"]} for item in error.errors]
    return problem(422, kind="invalid", detail=_("Some values are missing or not as they should be."), errors=errors)


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: Exception) -> HttpResponse:
    response = problem(401, kind="token-needed", detail=_("This needs a valid token: Authorization: Bearer …"))
    response["WWW-Authenticate"] = 'Bearer realm="nobet"'
    return response


@api.exception_handler(ScopeMissing)
def outside_scope(request: HttpRequest, error: ScopeMissing) -> HttpResponse:
    return problem(403, kind="scope-missing", detail=_("The token lacks a scope."), scope=str(error))


@api.exception_handler(Throttled)
def too_often(request: HttpRequest, error: Throttled) -> HttpResponse:
    return problem(429, kind="too-many", detail=str(limits.TooMany.sentence))


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, detail=str(error))


@api.exception_handler(SuspiciousOperation)
def suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    return problem(413 if isinstance(error, RequestDataTooBig) else 400)


def collect_routers() -> None:
    """One router a context, found like its models: by the module's name."""
    for app in apps.get_app_configs():
        if app.name != "config" and module_has_submodule(app.module, "api"):
            router = getattr(import_module(f"{app.name}.api"), "router", None)
            if router:
                api.add_router("", router)


collect_routers()


@tokens.nouns.register
def nouns() -> set[str]:
    """The first words of the paths: what the scopes of a token are made of."""
    return {path.removeprefix(API_PREFIX).split("/")[0] for path in api.get_openapi_schema()["paths"]}
