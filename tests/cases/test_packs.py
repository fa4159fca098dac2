"""A kept file that vanishes while a backup runs: the pack is whole and says so, or it is gone."""

import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.database import backups

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once("sqlite", "walks a folder")]


@pytest.fixture
def media(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = folder = tmp_path / "media"
    for name in ("2026/11/a", "2026/11/b", "2026/12/c"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"makbuz")
    return folder


def when_copied(monkeypatch, name: str, act) -> None:
    """`act` happens at the moment in which the file of this name is about to be copied."""
    copy = shutil.copy2

    def meanwhile(source, target, **options) -> str:
        if Path(source).name == name:
            act()
        return copy(source, target, **options)

    monkeypatch.setattr("shutil.copytree.__kwdefaults__", None, raising=False)
    monkeypatch.setattr("shutil.copytree.__defaults__", (False, None, meanwhile, False, False))


def test_the_pack_is_whole_and_names_what_was_destroyed(tmp_path, media, monkeypatch, capsys):
    when_copied(monkeypatch, "b", (media / "2026/11/b").unlink)
    call_command("backup", tmp_path / "backups", "--verify")
    [pack] = (tmp_path / "backups").iterdir()
    assert backups.left_out_of(pack) == ["2026/11/b"]
    assert "2026/11/b" in capsys.readouterr().err
    assert (pack / "media/2026/12/c").read_bytes() == b"makbuz"


def test_a_pack_that_cannot_be_whole_is_gone(tmp_path, media, monkeypatch):
    def refuse() -> None:
        raise PermissionError("no")

    when_copied(monkeypatch, "b", refuse)
    with pytest.raises(CommandError, match="2026/11/b"):
        call_command("backup", tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_pack_that_was_broken_off_is_gone(tmp_path, media, monkeypatch):
    def interrupt() -> None:
        raise KeyboardInterrupt

    when_copied(monkeypatch, "c", interrupt)
    with pytest.raises(KeyboardInterrupt):
        backups.make(tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []
