"""Every command answers in a sentence with an exit code: wrong words, no terminal, no settings, no tables."""

import gettext
import io
import os
import re
import stat
import subprocess

import pytest
from django.core.management import get_commands
from django.db import OperationalError
from django.test import override_settings

from config.console import answers, environment
from foundation.directory.models import Membership, Person
from tests.front import ROOT

ROOMS = ("config", "runbooks", "helpdesk", "monitoring", "foundation", "django_sla")
OURS = sorted(word for word, app in get_commands().items() if str(app).startswith(ROOMS))
TURKISH = re.compile("[çğıöşüÇĞİÖŞÜ]")


@pytest.fixture
def typed(monkeypatch, capsys):
    """Type a command where nobody sits; gives (exit code, what it printed, what it said)."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    monkeypatch.setenv("LANGUAGE", "tr")
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)
    monkeypatch.setattr(environment, "read_installation", lambda words: None)

    def type_(*words: str) -> tuple[int, str, str]:
        try:
            code = answers.main(["manage.py", *words])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    yield type_
    gettext.textdomain("messages")


@pytest.mark.once("sqlite", "asks no database: words alone")
@pytest.mark.parametrize("word", OURS)
def test_a_wrong_option_is_answered_in_turkish(typed, word):
    code, _out, said = typed(word, *needed(word), "--yok-boyle-bir-secenek")
    assert code == 2
    assert re.search("hata: .*(tanınmayan|gerekli|geçersiz)", said), said


def needed(word: str) -> list[str]:
    return ["explain", "DST-1"] if word == "sla" else []


WRONG = {
    "apply": ["/yok/ev"],
    "audit_verify": ["--anchor", "yok"],
    "backup": ["/proc/olmaz"],
    "create_platform_admin": ["adres değil", "Ad Soyad"],
    "create_token": ["kimse@example.org", "--scope", "tickets:read"],
    "export": ["/proc/olmaz"],
    "import_municipalities": ["/yok/belediyeler.csv"],
    "match_eval": ["/yok/etiketli.json"],
    "train_matcher": ["/yok/etiketli.txt"],
    "plan_capacity": ["--share", "7"],
    "probe": ["--shard", "9/1"],
    "recount_reports": ["--days", "0"],
    "restore": ["/yok/paket", "--verify"],
    "simulate": ["break"],
    "sla": ["explain", "DST-1900-000001"],
    "sweep": ["--once", "--only", "güvercinler"],
    "translations": ["--check", "yok"],
    "verify_evidence": ["/yok/kanit.json"],
}


@pytest.mark.django_db
@pytest.mark.parametrize("word", sorted(WRONG))
def test_what_cannot_be_done_is_said(typed, word):
    code, out, said = typed(word, *WRONG[word])
    assert code == 1 and not out
    assert TURKISH.search(said), said


def test_every_command_of_ours_is_walked():
    """The others take no words, or only serve, migrate and write files of the tree."""
    without_words = {"doctor", "load_demo", "migrate", "notices", "push_key", "sbom", "serve", "vendor"}
    assert set(OURS) == set(WRONG) | without_words


@pytest.mark.once("sqlite", "asks no database: words alone")
def test_an_unknown_word_is_named_with_its_neighbour(typed):
    code, _out, said = typed("bakcup")
    assert code == 2
    assert "“bakcup”" in said and "“backup”" in said and TURKISH.search(said)


@pytest.mark.django_db
def test_the_first_administrator_needs_no_terminal(typed, settings):
    code, out, said = typed("create_platform_admin", "ilk@example.org", "İlk Yönetici")
    assert code == 0 and "üç gün" in said
    assert re.fullmatch(rf"{settings.PUBLIC_BASE_URL}/\S+\n", out)
    person = Person.objects.get(email="ilk@example.org")
    assert not person.has_usable_password()
    assert Membership.objects.filter(person=person, role=Membership.Role.PLATFORM_ADMIN).exists()
    assert typed("create_platform_admin", "ilk@example.org", "İlk Yönetici")[0] == 1


@pytest.mark.django_db
def test_the_printed_link_sets_a_password_once(typed, client):
    link = typed("create_platform_admin", "ilk@example.org", "İlk Yönetici", "--link")[1].strip()
    page = client.get(link, follow=True)
    assert page.status_code == 200
    address = page.redirect_chain[-1][0] if page.redirect_chain else link
    words = {"password1": "Uzun-bir-parola-7", "password2": "Uzun-bir-parola-7"}
    once = re.search(r'name="once" value="([^"]+)"', page.content.decode())
    client.post(address, words | ({"once": once[1]} if once else {}))
    assert Person.objects.get(email="ilk@example.org").check_password("Uzun-bir-parola-7")


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["stdin", "environment"])
def test_a_password_comes_from_standard_input_or_the_environment(typed, monkeypatch, how):
    words = ["create_platform_admin", "ilk@example.org", "İlk Yönetici"]
    if how == "stdin":
        monkeypatch.setattr("sys.stdin", io.StringIO("Uzun-bir-parola-7\n"))
        words.append("--password-stdin")
    else:
        monkeypatch.setenv("NOBET_ADMIN_PASSWORD", "Uzun-bir-parola-7")
    assert typed(*words)[0] == 0
    assert Person.objects.get(email="ilk@example.org").check_password("Uzun-bir-parola-7")


@pytest.mark.django_db
def test_a_weak_password_opens_no_account(typed, monkeypatch):
    monkeypatch.setenv("NOBET_ADMIN_PASSWORD", "kisa")
    assert typed("create_platform_admin", "ilk@example.org", "İlk Yönetici")[0] == 1
    assert not Person.objects.filter(email="ilk@example.org").exists()


@pytest.mark.django_db
def test_the_demonstration_is_not_loaded_into_production(typed):
    with override_settings(PUBLIC_BASE_URL="https://nobet.example.org"):
        code, _out, said = typed("load_demo")
    assert code == 1 and "nobet.example.org" in said and TURKISH.search(said)
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "error, code, said",
    [
        (OperationalError("no such table: directory_person"), 1, "migrate"),
        (OperationalError("connection refused"), 1, "connection refused"),
        (EOFError(), 1, "terminal"),
        (KeyboardInterrupt(), 130, "kesildi"),
        (PermissionError(13, "Permission denied", "/x"), 1, "/x"),
        (ZeroDivisionError("division by zero"), 70, "--traceback"),
    ],
)
@pytest.mark.once("sqlite", "asks no database: words alone")
def test_what_nobody_expected_is_a_sentence_too(typed, monkeypatch, error, code, said):
    def fails(words):
        raise error

    monkeypatch.setattr(answers, "execute_from_command_line", fails)
    answered, _out, sentence = typed("backup")
    assert answered == code and said in sentence


# --- whose settings -------------------------------------------------------


@pytest.fixture
def etc(tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "NOBET_DEMO", "DEBUG", "NOBET_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(environment, "INSTALLED", tmp_path / "environment")
    monkeypatch.setattr(environment, "become_whom_var_belongs_to", lambda: None)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return tmp_path


@pytest.mark.once("sqlite", "asks no database: files alone")
class TestWhoseSettings:
    def test_a_file_is_read_as_systemd_reads_it(self):
        text = (
            '# a note\n; another\n\nPLAIN=a b$c\n QUOTED = "x \\"y\\"" \nSINGLE=\'p q\'\n'
            "LONG=one\\\ntwo\nEMPTY=\nDEFAULT_FROM_EMAIL=Nöbet <n@example.org>\nno equals sign\n"
        )
        assert environment.parsed(text) == {
            "PLAIN": "a b$c",
            "QUOTED": 'x "y"',
            "SINGLE": "p q",
            "LONG": "onetwo",
            "EMPTY": "",
            "DEFAULT_FROM_EMAIL": "Nöbet <n@example.org>",
        }

    def test_the_owner_is_read_for_its_words_alone(self, etc):
        (etc / "environment").write_text("DATABASE_URL=postgres://nobet@db/nobet\n")
        (etc / "owner").write_text("DATABASE_OWNER_URL=postgres://nobet_owner@db/nobet\n")
        os.environ["NOBET_ENVIRONMENT"] = str(etc / "environment")
        environment.read_installation(["backup"])
        assert os.environ["DATABASE_URL"] == "postgres://nobet@db/nobet"
        assert "DATABASE_OWNER_URL" not in os.environ
        environment.read_installation(["migrate"])
        assert os.environ["DATABASE_OWNER_URL"] == "postgres://nobet_owner@db/nobet"

    def test_no_other_database_is_opened_where_the_settings_are_missing(self, etc):
        os.environ["NOBET_ENVIRONMENT"] = str(etc / "environment")
        with pytest.raises(environment.Stop, match="environment"):
            environment.read_installation(["backup"])

    def test_manage_py_beside_an_installation_points_at_nobet(self, etc):
        environment.read_installation(["backup"])
        (etc / "environment").write_text("SECRET_KEY=x\n")
        with pytest.raises(environment.Stop, match="nobet backup"):
            environment.read_installation(["backup"])
        os.environ["DATABASE_URL"] = "sqlite:////tmp/another"
        environment.read_installation(["backup"])

    def test_a_real_process_refuses_and_makes_no_database(self, tmp_path):
        surroundings = {"PATH": os.environ["PATH"], "NOBET_ENVIRONMENT": str(tmp_path / "environment")}
        done = subprocess.run([ROOT / "bin/nobet", "backup"], env=surroundings, capture_output=True, text=True)
        assert done.returncode == 1 and not done.stdout
        assert TURKISH.search(done.stderr) and "Traceback" not in done.stderr

    def test_it_may_be_started(self):
        assert (ROOT / "bin/nobet").stat().st_mode & stat.S_IXOTH
