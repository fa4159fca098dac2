"""The malware scanner: its word is taken, its silence holds a file back, without it nobody is asked."""

import socket

import pytest
from django.core.files.base import ContentFile

from foundation.wire.files import draft_uploads, scanning
from foundation.wire.files.scanning import ScanVerdict
from foundation.wire.files.uploads import FileRefused
from tests.standins.clamd import BAD, Clamd

pytestmark = pytest.mark.once("postgresql", "asks no database")


@pytest.fixture
def scanner(settings):
    with Clamd() as scanner:
        settings.CLAMD_ADDRESS = scanner.address
        yield scanner


def a_file(content: bytes = b"Hata 42", name: str = "ekran.txt") -> ContentFile:
    return ContentFile(content, name=name)


def test_a_clean_file_is_called_clean_and_read_whole(scanner):
    content = b"x" * 200_000
    file = a_file(content)

    assert scanning.ask(file) == ScanVerdict.CLEAN
    assert scanner.asked == [content]
    assert file.read() == content


def test_an_infected_file_is_refused_in_a_sentence(scanner):
    with pytest.raises(FileRefused, match="zararlı yazılım"):
        scanning.refuse_infected([a_file(), a_file(BAD, "fatura.txt")])


def test_an_infected_file_is_not_kept_for_a_second_try(scanner):
    assert [each.name for each in draft_uploads.acceptable([a_file(BAD), a_file(name="iyi.txt")])] == ["iyi.txt"]


@pytest.mark.parametrize("said", [b"INSTREAM size limit exceeded. ERROR", b"", b"stream: OK and more"])
def test_what_is_no_clear_word_holds_the_file_back(scanner, said):
    scanner.says = said

    assert scanning.ask(a_file()) == ScanVerdict.WAITING


def test_a_scanner_that_is_away_holds_the_file_back(settings):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.CLAMD_ADDRESS = f"tcp://127.0.0.1:{nobody.getsockname()[1]}"

        assert scanning.ask(a_file()) == ScanVerdict.WAITING
        scanning.refuse_infected([a_file()])
        assert scanning.first_verdict() == ScanVerdict.WAITING


def test_a_socket_that_is_not_there_holds_the_file_back(settings, tmp_path):
    settings.CLAMD_ADDRESS = f"unix:{tmp_path}/clamd.ctl"

    assert scanning.ask(a_file()) == ScanVerdict.WAITING


def test_without_a_scanner_nobody_is_asked(settings):
    settings.CLAMD_ADDRESS = ""

    assert scanning.ask(a_file(BAD)) == ScanVerdict.NOT_ASKED
    assert scanning.first_verdict() == ScanVerdict.NOT_ASKED
