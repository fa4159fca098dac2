"""Nothing stands in the tree that nobody calls.

By name, over the whole repository: a function, method or class is alive when its name is used in
code outside its own body, in a template, or in a string that is nothing but a name (a dotted path
of the settings, a field for `getattr`). An import, `__all__` and a test use nothing. Two things of
one name keep each other alive; that much is the price of a test that needs no list of the living.
"""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.once("sqlite", "files of the tree")

ROOT = Path(__file__).resolve().parent.parent
STOREYS = ["config", "runbooks", "helpdesk", "monitoring", "foundation", "django_sla"]

# Who calls them is a library, which knows them by name.
HOOKS = {
    "Django finds the class in apps.py by its base": {
        "AccountsConfig",
        "DirectoryConfig",
        "DjangoSlaConfig",
        "HelpdeskConfig",
        "LanguageConfig",
        "LeasesConfig",
        "MonitoringConfig",
        "OutboxConfig",
        "RunbooksConfig",
        "WireConfig",
    },
    "Django runs a command": {"add_arguments", "handle"},
    "Django asks a middleware": {"process_view", "process_exception"},
    "Django's makemessages, which our command extends": {"find_files"},
    "Django loads a template": {"get_contents"},
    "Django's cache in memory makes room": {"_cull"},
    "Django judges a form": {"full_clean"},
    "fpdf writes a text": {"normalize_text"},
    "Django names the choices of a field": {"label_from_instance"},
    "Django shows what a field holds": {"prepare_value"},
    "ninja: who asks, how often, with what body, in what pages": {
        "authenticate",
        "allow_request",
        "parse_body",
        "Input",
        "Output",
        "paginate_queryset",
        "render_page",
    },
    "pydantic judges a body": {"days_are_believable"},
    "allauth's adapters": {
        "is_open_for_signup",
        "get_client_ip",
        "post_login",
        "is_reauthentication_required",
        "get_reauthentication_methods",
        "send_mail",
        "pre_authenticate",
        "_rollback_login_failed_rl_usage",
        "_delete_login_attempts_cached_email",
        "pre_social_login",
        "on_authentication_error",
    },
    "channels: which origins a socket may come from": {"valid_origin", "match_allowed_origin"},
    "twisted and daphne, whose request, factory and server we guard": {
        "gotLength",
        "connectionMade",
        "resetTimeout",
        "lineLengthExceeded",
        "onFrameBegin",
        "serverClose",
        "ws_factory",
        "handleContentChunk",
        "process",
        "check_timeouts",
        "buildProtocol",
        "http_factory",
        "kill_all_applications",
    },
    "asyncio's protocols": {"connection_made", "data_received", "connection_lost"},
    "llhttp": {"on_header", "on_headers_complete", "on_body", "on_message_complete"},
}
# ninja and Django forms know a method by the field it is for.
FOR_A_FIELD = ("clean_", "resolve_")
# A decorator that hands the function to whoever calls it: signals, tags and providers, the API's
# operations and errors, formats of a schema.
REGISTERS = {"receiver", "register", "router", "exception_handler", "checks"}
# Nobody's yet, and meant: docs/security.md sends the next caller that needs a bare stream to it.
OFFERED = {"open_guarded"}

NAME = re.compile(r"[A-Za-z_][\w.:-]*")
WORD = re.compile(r"[A-Za-z_]\w*")
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)


def sources():
    for storey in STOREYS:
        yield from (p for p in sorted((ROOT / storey).rglob("*.py")) if "migrations" not in p.parts)


def docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield id(first.value)


def words_of(node):
    """The names that one node of code uses."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
        return WORD.findall(node.value)
    return []


def uses(tree):
    """How often each name is used."""
    silent = set(docstrings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            silent |= {id(inner) for inner in ast.walk(node)}
    return Counter(word for node in ast.walk(tree) if id(node) not in silent for word in words_of(node))


def is_registered(node):
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if REGISTERS & set(ast.unparse(called).split(".")):
            return True
    return False


def words_of_templates():
    words = set()
    for storey in STOREYS:
        for path in (ROOT / storey).rglob("templates/**/*"):
            if path.suffix in (".html", ".txt", ".xml"):
                words |= set(WORD.findall(" ".join(TAG.findall(path.read_text(encoding="utf-8")))))
    return words


def dead():
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources()}
    used = sum((uses(tree) for tree in trees.values()), Counter())
    living = set().union(*HOOKS.values()) | OFFERED | words_of_templates()
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            name = node.name
            if name.startswith(("__", *FOR_A_FIELD)) or name in living or is_registered(node):
                continue
            if used[name] <= uses(node)[name]:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {name}"


def test_nothing_is_there_that_nobody_calls():
    assert list(dead()) == []


def test_every_hook_is_ours_to_name():
    """A hook that no class of ours answers any more leaves the list."""
    ours = {
        node.name
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    assert set().union(*HOOKS.values()) | OFFERED <= ours
