"""What a mapping can say of an operator's bodies and answers; pure."""

import pytest

from foundation.outbox.gateways import mapping

pytestmark = pytest.mark.once("sqlite", "asks no database")

MESSAGES = [{"{to}": "5320000001", "{text}": "bir {to}"}, {"{to}": "5320000002", "{text}": 'iki <&"'}]
BATCH = {"{sender}": "BELEDIYE", "{to}": "5320000001", "{text}": "bir {to}"}


def test_nested_bodies_are_filled_and_a_list_is_written_once_for_each_message(monkeypatch):
    monkeypatch.setenv("KEY", "s3cret")
    shape = {
        "login": {"key": "${KEY}"},
        "order": {
            "title": "{sender}",
            "iys": 0,
            "list": [{"each": {"no": "{to}", "msg": "{text}", "from": "{sender}"}}],
        },
    }
    assert mapping.fill(shape, BATCH, MESSAGES) == {
        "login": {"key": "s3cret"},
        "order": {
            "title": "BELEDIYE",
            "iys": 0,
            "list": [
                {"no": "5320000001", "msg": "bir {to}", "from": "BELEDIYE"},
                {"no": "5320000002", "msg": 'iki <&"', "from": "BELEDIYE"},
            ],
        },
    }


def test_xml_is_written_escaped_and_read_back():
    fields = mapping.fill({"a": {"m": [{"each": {"to": "{to}", "t": "{text}"}}]}, "n": 1}, BATCH, MESSAGES)
    text = mapping.to_xml("istek", fields).decode()
    assert "iki &lt;&amp;" in text
    assert mapping.read(text, "xml") == {
        "a": {"m": [{"to": "5320000001", "t": "bir {to}"}, {"to": "5320000002", "t": 'iki <&"'}]},
        "n": "1",
    }


@pytest.mark.parametrize(
    ("text", "kind", "pattern", "read"),
    [
        ("20212", "text", "", {"sid": "20212"}),
        ("00 20212\n", "text", r"^(?P<code>\d\d)(?: (?P<sid>\d+))?$", {"code": "00", "sid": "20212"}),
        ("30", "text", r"^(?P<code>\d\d)(?: (?P<sid>\d+))?$", {"code": "30"}),
        ("<html>", "text", r"^(?P<code>\d\d)$", None),
        ('<r xmlns="urn:x"><id a="1">7</id></r>', "xml", "", {"id": {"a": "1", "text": "7"}}),
        ('<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>', "xml", "", None),
        ("<r>", "xml", "", None),
        ('{"a": [1]}', "json", "", {"a": [1]}),
        ("[" * 100_000, "json", "", None),
    ],
)
def test_answers_are_read_as_agreed_or_not_at_all(text, kind, pattern, read):
    assert mapping.read(text, kind, pattern) == read


def test_what_is_nested_travels_in_a_form_as_json():
    assert mapping.flat({"a": "b", "list": [{"no": "1"}]}) == {"a": "b", "list": '[{"no": "1"}]'}


def test_secrets_are_found_wherever_they_stand(monkeypatch):
    monkeypatch.setenv("A", "one")
    monkeypatch.setenv("B", "two")
    assert set(mapping.secrets_in({"url": "https://x/?k=${A}", "fields": [{"deep": "Bearer ${B}"}]})) == {"one", "two"}
