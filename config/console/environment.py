"""Whose settings a command gets, before Django reads them.

`nobet WORD …` (`bin/nobet`) is `manage.py WORD …` with the settings of the installation, read from
/etc/nobet/environment as systemd reads it; `migrate` and `restore` also read /etc/nobet/owner.
Typed by root, everything else runs as whom `var` belongs to.
"""

import gettext
import os
import pwd
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
INSTALLED = Path("/etc/nobet/environment")
OWNERS_WORDS = ("migrate", "restore")
# Whoever sets one of these knows which house is meant.
SAYS_WHICH_HOUSE = ("NOBET_DEMO", "DATABASE_URL", "DEBUG")
# The words before Django has read its settings, and those of argparse, from the same catalogue as pages.
_ = gettext.translation("django", ROOT / "locale" / "config", ["tr"], fallback=True).gettext

# What argparse says, for the catalogue.
ARGUMENTS_ARE_WRONG = (
    _("usage: "),
    _("%(prog)s: error: %(message)s\n"),
    _("the following arguments are required: %s"),
    _("unrecognized arguments: %s"),
    _("invalid choice: %(value)r (choose from %(choices)s)"),
    _("invalid %(type)s value: %(value)r"),
    _("argument %(argument_name)s: %(message)s"),
    _("expected one argument"),
    _("expected at least one argument"),
    _("one of the arguments %s is required"),
    _("not allowed with argument %s"),
    _("ambiguous option: %(option)s could match %(matches)s"),
    _("ignored explicit argument %r"),
)


class Stop(Exception):
    """The command does not begin; the text says why."""


def speak_turkish() -> None:
    """argparse asks the standard library's gettext, which has no Turkish of its own."""
    os.environ.setdefault("LANGUAGE", "tr")
    gettext.bindtextdomain("django", str(ROOT / "locale" / "config"))
    gettext.textdomain("django")


def read_installation(words: list[str]) -> None:
    """Put the installation's settings into the environment, where `nobet` was typed. Raises `Stop`."""
    named = os.environ.get("NOBET_ENVIRONMENT")
    if not named:
        if INSTALLED.exists() and not any(name in os.environ for name in SAYS_WHICH_HOUSE):
            raise Stop(_("Nöbet is installed on this machine: type “nobet %s”.") % " ".join(words))
        return
    values = read(Path(named), needed=True)
    if words[:1] and words[0] in OWNERS_WORDS:
        values |= read(Path(named).with_name("owner"), needed=False)
        os.environ.update(values)
        return
    os.environ.update(values)
    become_whom_var_belongs_to()


def read(path: Path, *, needed: bool) -> dict[str, str]:
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not needed:
            return {}
        raise Stop(_("%s is missing: without it another, empty database would be opened.") % path) from None
    except (OSError, UnicodeDecodeError):
        if not needed:
            return {}
        raise Stop(_("%s cannot be read: type this as root.") % path) from None


def parsed(text: str) -> dict[str, str]:
    """{name: value} of an environment file, by the rules of systemd's `EnvironmentFile=` that people use."""
    values = {}
    for line in text.replace("\\\n", "").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and name and not name.startswith(("#", ";")):
            values[name.strip()] = unquoted(value.strip())
    return values


def unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        inside = value[1:-1]
        return inside.replace('\\"', '"').replace("\\\\", "\\") if value[0] == '"' else inside
    return value


def become_whom_var_belongs_to() -> None:
    """What root types would leave files behind that the application can neither read nor replace."""
    owner = (ROOT / "var").stat().st_uid if (ROOT / "var").is_dir() else 0
    if os.geteuid() or not owner:
        return
    person = pwd.getpwuid(owner)
    os.initgroups(person.pw_name, person.pw_gid)
    os.setgid(person.pw_gid)
    os.setuid(person.pw_uid)
    os.environ["HOME"] = person.pw_dir
