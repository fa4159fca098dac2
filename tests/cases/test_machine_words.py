"""No page speaks like a machine: no msgid, no word of the other language, no raw value, in Turkish and in English."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from helpdesk.models import BulkRow
from monitoring.models import UpdateTemplate
from tests.wall import Public, declared
from tests.wall.walking import address, signed_in

pytestmark = [pytest.mark.once("sqlite", "pages: words"), pytest.mark.long(60)]
CATALOGUES = sorted(Path(settings.BASE_DIR).glob("locale/*/tr/LC_MESSAGES/django.po"))
SILENT = {"script", "style", "code", "pre", "kbd", "samp", "textarea", "template"}
SAID_IN = ("aria-label", "placeholder", "title", "alt", "data-l")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# A language is called by its own name, and what people typed is theirs.
NAMES = {"English", "Türkçe", "Mektup", "Gece", "Merkez"}
SNAKE = re.compile(r"(?<![\w@./-])[a-z]{2,}(?:_[a-z0-9]+)+(?![\w@./-])")
TAGGED = re.compile(
    r"\b[a-z]\d v\d+\b|(?:^|[:(·] ?)(?:None|True|False)(?:$|[),·])|\{\{|\{%|%\(\w+\)|&[a-z]+;|<[A-Z]\w+: "
)
# Words that no sentence of a language goes without.
ENGLISH = re.compile(r"\b(?:the|and|with|your|please|nobody|which|has been)\b", re.IGNORECASE)
TURKISH = re.compile(r"\b(?:ve|için|değil|ile|lütfen|henüz|yok)\b", re.IGNORECASE)


class Words(HTMLParser):
    """The texts that a reader sees or hears, each by itself; parts that name their own language are left out."""

    def __init__(self, language: str) -> None:
        super().__init__(convert_charrefs=True)
        self.language, self.stack, self.texts = language, [], []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        hushed = tag in SILENT or (tag != "html" and given.get("lang") not in (None, self.language))
        if tag not in VOID:
            self.stack.append((tag, hushed))
        if not self.is_hushed and not hushed:
            self.texts += [text for name in SAID_IN if (text := given.get(name))]

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.is_hushed:
            self.texts.append(" ".join(data.split()))

    @property
    def is_hushed(self) -> bool:
        return any(hushed for _tag, hushed in self.stack)


@cache
def sentences() -> tuple[tuple[str, str], ...]:
    """(English, Turkish) of all catalogues, where the two differ."""
    found = set()
    for path in CATALOGUES:
        for entry in path.read_text().split("\n\n"):
            english, turkish = quoted(entry, "msgid"), quoted(entry, "msgstr")
            if english and turkish and english != turkish and "#~" not in entry:
                found.add((english, turkish))
    return tuple(sorted(found))


def quoted(entry: str, name: str) -> str:
    match = re.search(rf'^{name} ((?:".*"\n?)+)', entry, re.MULTILINE)
    joined = "".join(re.findall(r'"(.*)"', match[1])) if match else ""
    return joined.replace('\\"', '"').replace("\\n", " ").strip()


@cache
def raw_values() -> frozenset[str]:
    """What the database keeps of every choice of the house, where people read another word."""
    values: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.get_fields():
            for value, label in getattr(field, "flatchoices", ()):
                if isinstance(value, str) and len(value) > 2 and value.islower() and value not in str(label):
                    values.add(value)
    return frozenset(values)


@cache
def the_other_language(language: str) -> frozenset[str]:
    english = {pair[0] for pair in sentences()}
    turkish = {pair[1] for pair in sentences()}
    other, own = (english, turkish) if language == "tr" else (turkish, english)
    return frozenset(text for text in other - own if "%" not in text and len(text) > 3)


def complaints(texts: list[str], language: str) -> Iterator[str]:
    # Sentences at hand are called as the watch calls them, in one language.
    named = NAMES | set(UpdateTemplate.objects.values_list("name", flat=True))
    # The report of an act speaks the language of whoever asked for it, and repeats what they wrote.
    named |= {said for row in BulkRow.objects.values_list("why", "number") for said in row}
    function_words = ENGLISH if language == "tr" else TURKISH
    # What is typed is typed as it is; the names of events are for programs.
    for text in (re.sub(r"manage\.py \w+|\b(?:evt|test)_\w+", "", text) for text in texts):
        if text.strip(" ·") in named or text.startswith("http"):
            continue
        if text in the_other_language(language):
            yield f"the other language: {text!r}"
        elif function_words.search(text):
            yield f"a word of the other language: {text!r}"
        elif SNAKE.search(text) or TAGGED.search(text):
            yield f"a machine's word: {text!r}"
        elif language == "tr" and any(part in raw_values() for part in re.split(r"[·:,()\s]+", text)):
            yield f"a raw value: {text!r}"


def pages(stage, language: str) -> Iterator[tuple[str, str]]:
    """(door, page) of everything declared, as its owner reads it."""
    for door in declared("doors"):
        if isinstance(door, Public):
            client = Client()
        elif door.get:
            client = signed_in(getattr(stage, door.admits[0]))
        else:
            continue
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        answer = client.get(address(door, stage), headers={"accept-language": language})
        if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
            yield str(door), answer.content.decode()


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_page_speaks_its_language_and_no_machines(stage, language):
    type(stage.selim).objects.update(language=language)
    read, heard, found = 0, 0, []
    for door, page in pages(stage, language):
        words = Words(language)
        words.feed(page)
        read, heard = read + 1, heard + len(words.texts)
        found += [f"{door}: {complaint}" for complaint in complaints(words.texts, language)]
    print(f"{language}: {read} pages, {heard} texts; {len(sentences())} sentences, {len(raw_values())} raw values")
    if found:
        pytest.fail("\n".join(sorted(set(found))))
    assert read > 100
