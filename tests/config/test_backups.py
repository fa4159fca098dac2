"""A backup taken while people work comes back whole, and a damaged one is noticed."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from config.database import backups
from foundation import now
from foundation.directory.models import Person
from foundation.live.models import Era
from tests.cast import a_person

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pack(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "belge").write_bytes(b"makbuz")
    a_person(name="Kalan")
    return backups.make(tmp_path / "backups")


def test_a_pack_proves_itself(pack):
    rows = backups.verify(pack)
    assert rows["directory_person"] == Person.objects.count() == 1
    assert json.loads((pack / "manifest.json").read_text())["vendor"] == connection.vendor
    assert (pack / "media" / "belge").read_bytes() == b"makbuz"
    assert pack.stat().st_mode & 0o077 == 0


def test_what_was_lost_afterwards_comes_back(pack, settings):
    epoch = Era.objects.current().epoch
    Person.objects.all().delete()
    a_person(name="Sonradan gelen")
    (Path(settings.MEDIA_ROOT) / "belge").unlink()
    backups.restore(pack)
    assert [person.name for person in Person.objects.all()] == ["Kalan"]
    assert (Path(settings.MEDIA_ROOT) / "belge").read_bytes() == b"makbuz"
    assert Era.objects.current().epoch != epoch


@pytest.mark.parametrize("damage", ["change", "remove", "add", "count", "manifest"])
def test_every_damage_is_noticed(pack, damage):
    if damage == "change":
        (pack / "media" / "belge").write_bytes(b"makbuX")
    elif damage == "remove":
        (pack / "media" / "belge").unlink()
    elif damage == "add":
        (pack / "media" / "extra").write_bytes(b"")
    elif damage == "count":
        manifest = json.loads((pack / "manifest.json").read_text())
        manifest["rows"]["directory_person"] += 1
        (pack / "manifest.json").write_text(json.dumps(manifest))
    else:
        (pack / "manifest.json").write_text("{")
    with pytest.raises(CommandError):
        call_command("restore", pack, "--verify")


def test_the_commands_say_what_they_did(tmp_path, settings, capsys):
    settings.MEDIA_ROOT = tmp_path / "none"
    call_command("backup", tmp_path)
    made = capsys.readouterr().out.strip()
    call_command("restore", made, "--verify")
    assert capsys.readouterr().out.startswith("verified: ")


def test_old_packs_are_thrown_away_and_the_new_one_is_proved(tmp_path, settings, capsys):
    settings.MEDIA_ROOT = tmp_path / "none"
    with time_machine.travel(now() - timedelta(days=15)):
        old = backups.make(tmp_path)
    with time_machine.travel(now() - timedelta(days=13)):
        young = backups.make(tmp_path)
    (tmp_path / "nobet-of-somebody-else").mkdir()
    call_command("backup", tmp_path, "--verify", keep=14)
    assert not old.exists()
    assert young.exists() and (tmp_path / "nobet-of-somebody-else").exists()
    assert Path(capsys.readouterr().out.strip()).exists()
