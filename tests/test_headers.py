"""Every page's headers, and a content security policy that the page really keeps."""

import re

import pytest
from django.test import Client

from tests.cast import PASSWORD
from tests.wall import Public, declared
from tests.wall.walking import address, signed_in

pytestmark = pytest.mark.once("postgresql", "pages: headers and markup")

INLINE = {
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "a handler in an attribute": re.compile(r"<[^>]+\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"=\s*[\"']?\s*javascript:", re.IGNORECASE),
    "a script of its own": re.compile(r"<script\b(?![^>]*\s(?:src=|nonce=|type=[\"']application/json))", re.IGNORECASE),
    "something from elsewhere": re.compile(
        r"<(?:script|link|img|iframe|source)\b[^>]+(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE
    ),
}
# Made to stand in other people's pages; nothing in them acts.
FRAMED = {"monitoring:widget", "monitoring:widget_municipality"}
AT_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def answers(stage):
    """(door, its answer to the first person it admits) for every page of the house."""
    for door in declared("doors"):
        if isinstance(door, Public):
            yield door, Client().get(address(door, stage))
        elif door.get:
            yield door, signed_in(getattr(stage, door.admits[0])).get(address(door, stage))


def complaints(door, answer) -> list[str]:
    policy = answer.headers.get("Content-Security-Policy", "")
    wanted = {name: value for name, value in AT_ALL.items() if not (str(door) in FRAMED and name == "X-Frame-Options")}
    found = [f"{name} is not {value}" for name, value in wanted.items() if answer.headers.get(name) != value]
    found += policy_complaints(policy.replace("ancestors *", "ancestors 'none'") if str(door) in FRAMED else policy)
    if not isinstance(door, Public) and not {"private", "no-store"} & set(directives(answer)):
        found.append("a cache between us may keep it")
    if isinstance(door, Public) and str(door).startswith("monitoring:") and answer.cookies:
        found.append("a public page sets a cookie")
    if answer.headers.get("Content-Type", "").startswith("text/html") and not answer.streaming:
        text = answer.content.decode()
        found += [f"{kind}: {match[0][:80]}" for kind, pattern in INLINE.items() if (match := pattern.search(text))]
    return [f"{door}: {complaint}" for complaint in found]


def directives(answer) -> list[str]:
    return [part.strip() for part in answer.headers.get("Cache-Control", "").split(",")]


def policy_complaints(policy: str) -> list[str]:
    if policy == "default-src 'none'; sandbox":
        return []
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";") if rule.split()}
    found = []
    if rules.get("default-src") != ["'none'"] or rules.get("base-uri") != ["'none'"]:
        found.append(f"the policy does not start from nothing: {policy}")
    if rules.get("frame-ancestors") != ["'none'"] or rules.get("form-action") != ["'self'"]:
        found.append("the page may be framed or post elsewhere")
    for name in ("script-src", "style-src"):
        allowed = [source for source in rules.get(name, ["*"]) if not source.startswith("'nonce-")]
        if allowed != ["'self'"]:
            found.append(f"{name} allows {allowed}")
    return found


def test_every_page_keeps_the_strict_policy(stage):
    walked = [(door, complaints(door, answer)) for door, answer in answers(stage)]
    assert len(walked) > 50
    assert [complaint for _, found in walked for complaint in found] == []


@pytest.mark.parametrize("markup", [
    "<p style='color:red'>",
    "<style>p{}</style>",
    "<script>alert(1)</script>",
    "<script type='module'>x</script>",
    "<button onclick='x()'>",
    "<a href='javascript:x()'>",
    "<script src='https://cdn.example/x.js'></script>",
    "<link rel=stylesheet href='//cdn.example/x.css'>",
])  # fmt: skip
def test_the_judge_sees_what_the_policy_forbids(markup):
    assert any(pattern.search(markup) for pattern in INLINE.values())


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(stage, settings):
    client = Client()
    client.post("/accounts/login/", {"login": stage.hatice.email, "password": PASSWORD})
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (session["httponly"], session["samesite"], session["domain"]) == (True, "Lax", "")
