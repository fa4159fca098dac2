"""What is registered: every route, API operation and socket of the house."""

from collections.abc import Callable, Iterator

from django.urls import get_resolver

from config.api import api
from config.serving.routing import sockets

API = "api/v1/"


def routes() -> Iterator[tuple[str, str]]:
    """(qualified name, route) of the URL table; a nameless route is called by its route."""
    yield from ((name, route) for name, route, _view in below(get_resolver().url_patterns))


def views() -> dict[str, Callable]:
    """The view behind each name."""
    return {name: view for name, _route, view in below(get_resolver().url_patterns)}


def takes_forms(view: Callable | None) -> bool:
    """Whether a decorator (`require_POST`, `require_http_methods`) or the view itself speaks of a POST."""
    while view is not None:
        allowed = [cell.cell_contents for cell in view.__closure__ or ()]
        said = {*view.__code__.co_names, *(word for word in view.__code__.co_consts if isinstance(word, str))}
        if "POST" in said or any(isinstance(methods, list) and "POST" in methods for methods in allowed):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def below(patterns, namespaces: tuple[str, ...] = (), route: str = "") -> Iterator[tuple[str, str, Callable]]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from below(pattern.url_patterns, inner, here)
        else:
            name = ":".join([*namespaces, pattern.name]) if pattern.name else here
            yield name, here, pattern.callback


def pages() -> list[str]:
    """The names of all routes but the API's operations, which `operations` lists."""
    described = ("api:openapi-json", "api:openapi-view", "api:api-root")
    return [name for name, route in routes() if not route.startswith(API) or name in described]


def operations() -> list[tuple[str, str]]:
    """(method, path template) of every operation in the OpenAPI schema."""
    return [(method.upper(), path) for path, methods in api.get_openapi_schema()["paths"].items() for method in methods]


def api_routes() -> list[str]:
    """The API's routes in the URL table, written as the schema writes paths."""
    found = {route for name, route in routes() if route.startswith(API) and not name.startswith("api:openapi")}
    return sorted("/" + route.replace("<", "{").replace(">", "}") for route in found if route != API)


def socket_routes() -> list[str]:
    return [str(pattern.pattern) for pattern in sockets]
