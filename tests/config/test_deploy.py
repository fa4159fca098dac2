"""What deploy/ starts exists: commands, options, queues and ports; nothing here is started."""

import re
import shlex
import subprocess
import sys

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from tests.front import ROOT

pytestmark = pytest.mark.once("sqlite", "files of the tree")

UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))["services"]
NGINX = (ROOT / "deploy/nginx/nobet.conf").read_text(encoding="utf-8")


def of_unit(unit) -> dict[str, str]:
    return dict(line.split("=", 1) for line in unit.read_text(encoding="utf-8").splitlines() if "=" in line)


def started() -> dict[str, list[str]]:
    """Where it stands → the words that start it, without the path of the environment."""
    units = {unit.stem: of_unit(unit)["ExecStart"].replace("%%", "%") for unit in UNITS}
    ours = {f"compose {name}": it["command"] for name, it in COMPOSE.items() if name != "prepare" and "command" in it}
    return {name: shlex.split(line.replace("/srv/nobet/.venv/bin/", "")) for name, line in (units | ours).items()}


STARTED = started()


@pytest.mark.parametrize("name", STARTED)
def test_what_is_started_exists_and_takes_these_words(name):
    program, *words = STARTED[name]
    if program == "python":
        assert words[0] == "manage.py"
        command = load_command_class(get_commands()[words[1]], words[1])
        command.create_parser("manage.py", words[1]).parse_args(words[2:])
        return
    options = [word for word in words if word.startswith("--")]
    asked = [sys.executable, "-m", program, *([words[2]] if program == "celery" else []), "--help"]
    help_text = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert not [option for option in options if option not in help_text]


def test_units_and_compose_start_the_same():
    def stripped(name: str) -> list[str]:
        return [re.sub(r"/\S+/", "", word) for word in STARTED[name] if word not in ("--loglevel", "INFO")]

    for unit in ("web", "sockets", "worker", "outbox", "prober"):
        assert stripped(f"nobet-{unit}") == stripped(f"compose {unit}")


def test_nginx_knocks_where_they_listen():
    ports = {
        name: re.search(rf"upstream nobet_{name} {{ server 127.0.0.1:(\d+);", NGINX)[1] for name in ("pages", "sockets")
    }
    assert STARTED["nobet-web"][STARTED["nobet-web"].index("--port") + 1] == ports["pages"]
    assert STARTED["nobet-sockets"][STARTED["nobet-sockets"].index("--port") + 1] == ports["sockets"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_pool_is_stopped_by_its_head(unit):
    """systemd would tell every process of the group; Celery's children die of SIGTERM in mid-call."""
    has_children = {"nobet-web", "nobet-worker", "nobet-outbox"}
    assert of_unit(unit).get("KillMode") == ("mixed" if unit.stem in has_children else None)


@pytest.mark.parametrize("unit", ["nobet-sockets", "nobet-prober"])
def test_many_sockets_may_be_open(unit):
    assert int(of_unit(ROOT / f"deploy/systemd/{unit}.service")["LimitNOFILE"]) >= 20_000


def test_only_nginx_can_be_reached_in_the_composition():
    assert [name for name, service in COMPOSE.items() if "ports" in service] == ["nginx"]
    for name in ("web", "sockets"):
        assert COMPOSE[name]["network_mode"] == "service:nginx"
