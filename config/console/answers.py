"""Whatever goes wrong with a command is a sentence and an exit code, never a traceback.

2: wrong words. 1: it could not be done. 70: a fault of ours, which `--traceback` shows whole.
"""

import os
import sys
from collections.abc import Iterator
from difflib import get_close_matches

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line, get_commands
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from config.console import environment
from foundation import Refusal
from foundation.language import file_errors

FAILED, WRONG_WORDS, OUR_FAULT, INTERRUPTED = 1, 2, 70, 130
# SQLSTATE, and how SQLite begins the same sentence.
NO_TABLE = ("42P01", "no such table", "no such column")
NOT_ALLOWED = ("42501", "attempt to write a readonly database")


def main(words: list[str]) -> int:
    """Run the command that was typed, and return its exit code."""
    try:
        environment.read_installation(words[1:])
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        environment.speak_turkish()
        django.setup()
    except (environment.Stop, ImproperlyConfigured) as reason:
        return say(str(reason), FAILED)
    if sentence := unknown_word(words[1:2]):
        return say(sentence, WRONG_WORDS)
    if "--traceback" in words or settings.DEBUG:
        execute_from_command_line(words)
        return 0
    return answered(words)


def unknown_word(typed: list[str]) -> str:
    if not typed or typed[0].startswith("-") or typed[0] == "help" or typed[0] in get_commands():
        return ""
    near = get_close_matches(typed[0], get_commands(), n=1)
    wrong = _("There is no command “%s”; “help” lists them.") % typed[0]
    meant = _("Did you mean “%s”?")
    return f"{wrong} {meant % near[0]}" if near else wrong


def answered(words: list[str]) -> int:
    """Run it; an exception is told in a sentence."""
    try:
        execute_from_command_line(words)
    except KeyboardInterrupt:
        return say(_("Interrupted."), INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (Refusal, ImproperlyConfigured, SystemCheckError) as reason:
        return say(str(reason), FAILED)
    except DatabaseError as error:
        return say(" ".join(about_the_database(error)), FAILED)
    except EOFError:
        return say(_("Nobody answers here: there is no terminal to ask at."), FAILED)
    except OSError as error:
        return say(file_errors.sentence(error), FAILED)
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
        return say(_("This is a fault of ours: %s. The same with --traceback shows where.") % fault, OUR_FAULT)
    return 0


def about_the_database(error: DatabaseError) -> Iterator[str]:
    """What an operator can do about it, then the database's own first line."""
    told = (getattr(error.__cause__, "sqlstate", None) or str(error)).strip()
    if told.startswith(NO_TABLE):
        yield _("The database has no tables, or those of another version: type “migrate” first.")
    elif told.startswith(NOT_ALLOWED):
        yield _("The database's role may not do this.")
    else:
        yield _("The database does not answer or refuses.")
    yield f"[{connection.settings_dict['NAME']}] {(str(error).splitlines() or [''])[0]}"


def say(sentence: str, code: int) -> int:
    sys.stderr.write(sentence.rstrip() + "\n")
    return code
