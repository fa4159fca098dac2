"""Uploads: sixty hostile names, liars, bombs; and what an honest office sends."""

import io
import re
import zipfile

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation.wire.files import uploads
from foundation.wire.files.uploads import FileRefused, accept, accept_all, clean_name, random_place

pytestmark = pytest.mark.once("postgresql", "asks no database")

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def a_zip(*names, content=b"x", method=zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as made:
        for name in names or ("a.txt",):
            made.writestr(name, content)
    return packed.getvalue()


HONEST = [
    ("ekran görüntüsü.PNG", PNG),
    ("foto.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 20),
    ("foto.heic", b"\0\0\0\x18ftypheic" + b"\0" * 20),
    ("karar.pdf", b"%PDF-1.7\n" + b"\0" * 20),
    ("dilekçe.doc", OLE),
    ("liste.xls", OLE),
    ("yazı.docx", a_zip("[Content_Types].xml", "word/document.xml")),
    ("tablo.xlsx", a_zip("[Content_Types].xml", "xl/workbook.xml")),
    ("evrak.udf", a_zip("content.xml")),
    ("klasör.zip", a_zip("a.txt", "b.txt")),
    ("plan.dwg", b"AC1027" + b"\0" * 20),
    ("plan.ncz", b"\x01\x02\0\0NCZ" + b"\0" * 20),
    ("günlük.txt", "hata: ş ğ ı".encode()),
    ("günlük.log", "hata: ş ğ ı".encode("cp1254")),
]
LIARS = [
    ("page.png", b"<html><script>alert(1)</script>"),
    ("page.pdf", b"<svg onload=alert(1)>"),
    ("program.pdf", b"MZ\x90\0" + b"\0" * 50),
    ("program.ncz", b"MZ\x90\0" + b"\0" * 50),
    ("page.ncz", b"<html><script>alert(1)</script>"),
    ("page.txt", b"  \n<script>alert(1)</script>"),
    ("script.txt", b"#!/bin/sh\nrm -rf /"),
    ("binary.csv", b"a;b\0c"),
    ("not.zip", b"PK\x03\x04 but no directory"),
    ("plain.docx", a_zip("a.txt")),
    ("macros.docx", a_zip("word/document.xml", "word/vbaProject.bin")),
    ("sheet.docx", a_zip("xl/workbook.xml")),
]
UNWELCOME = [
    "a.svg",
    "a.html",
    "a.exe",
    "a.js",
    "a.docm",
    "a.php",
    "a",
    ".htaccess",
    "\u200b.htaccess",
    "a.pdf.exe",
    "a.lnk",
]


@pytest.mark.parametrize("name, content", HONEST, ids=lambda value: str(value)[:20])
def test_what_an_office_sends_is_taken(name, content):
    accepted = accept(SimpleUploadedFile(name, content))
    assert accepted.file.read() == content
    assert accepted.kind == name.rpartition(".")[2].lower()


@pytest.mark.parametrize("name, content", LIARS, ids=lambda value: str(value)[:20])
def test_content_that_belies_its_name_is_refused(name, content):
    with pytest.raises(FileRefused):
        accept(SimpleUploadedFile(name, content))


@pytest.mark.parametrize("name", UNWELCOME)
def test_kinds_we_do_not_take(name):
    with pytest.raises(FileRefused):
        accept(SimpleUploadedFile(name, PNG))


def test_limits(monkeypatch):
    with pytest.raises(FileRefused):
        accept(SimpleUploadedFile("a.png", b""))
    with pytest.raises(FileRefused):
        accept_all([SimpleUploadedFile("a.png", PNG)] * 11)
    monkeypatch.setattr(uploads, "LARGEST", 10)
    with pytest.raises(FileRefused):
        accept(SimpleUploadedFile("a.png", PNG))


def test_one_bad_file_refuses_all_before_any_is_kept():
    with pytest.raises(FileRefused):
        accept_all([SimpleUploadedFile("a.png", PNG), SimpleUploadedFile("a.exe", PNG)])


class TestBombs:
    def test_a_zip_that_unpacks_to_a_thousand_times_its_size(self):
        with pytest.raises(FileRefused):
            accept(SimpleUploadedFile("bomb.zip", a_zip("zeros", content=b"\0" * (8 * 1024 * 1024))))

    def test_a_zip_that_announces_more_than_we_would_ever_hold(self):
        lie = bytearray(a_zip("a", content=b"x" * 100, method=zipfile.ZIP_STORED))
        place = lie.rfind(b"PK\x01\x02")
        lie[place + 24 : place + 28] = (2**31).to_bytes(4, "little")
        with pytest.raises(FileRefused):
            accept(SimpleUploadedFile("bomb.zip", bytes(lie)))

    def test_a_zip_of_sixty_thousand_entries_is_refused_unread(self, monkeypatch):
        packed = bytearray(a_zip())
        place = packed.rfind(b"PK\x05\x06")
        packed[place + 10 : place + 12] = (60_000).to_bytes(2, "little")
        monkeypatch.setattr(uploads.zipfile, "ZipFile", lambda *a: pytest.fail("it was parsed"))
        with pytest.raises(FileRefused):
            accept(SimpleUploadedFile("many.zip", bytes(packed)))


NAMES = {
    "../../etc/passwd.txt": "passwd.txt",
    "..\\..\\boot.ini.txt": "boot.ini.txt",
    "C:\\evil.png": "evil.png",
    "/abs/olute.png": "olute.png",
    "a\0b.png": "ab.png",
    "\u200b.htaccess": "htaccess",
    "\u202egnp.exe": "gnp.exe",
    "ek\u200bran.png": "ekran.png",
    "con": "dosya_con",
    "CON.txt": "dosya_CON.txt",
    "lpt1.png": "dosya_lpt1.png",
    "trailing. ": "trailing",
    "  spaced.png  ": "spaced.png",
    "...": "dosya_",
    "": "dosya_",
    "new\nline.png": "newline.png",
    'quo"te.png': "quo_te.png",
    "semi;colon.png": "semi_colon.png",
    "%2e%2e%2f.png": "_2e_2e_2f.png",
    "ｅｖｉｌ．ｐｎｇ": "evil.png",
    "ﬁle.png": "file.png",
    "ŞÇĞİıöü ekranı.png": "ŞÇĞİıöü ekranı.png",
    "x" * 300 + ".png": "x" * 116 + ".png",
}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:30])
def test_names_are_cleaned(name):
    cleaned = clean_name(name)
    assert cleaned == NAMES[name]
    assert clean_name(cleaned) == cleaned


@pytest.mark.parametrize("name", [*NAMES, "a.png"], ids=lambda name: ascii(name)[:30])
def test_on_disk_the_senders_name_is_never_used(name, tmp_path):
    storage = FileSystemStorage(tmp_path)
    kept = storage.save(random_place(None, name), SimpleUploadedFile(name or "x", b"x"))
    assert re.fullmatch(r"attachments/[0-9a-f]{2}/[0-9a-f-]{36}", kept)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / kept]


def test_a_download_can_only_be_saved():
    response = uploads.as_download(SimpleUploadedFile("x", b"<script>"), "rapor ş.html")
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]
