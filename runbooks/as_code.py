"""Endpoints, message templates and plans as files. A secret is never written out: only where it lies."""

import re
from collections.abc import Iterable
from functools import partial

from django.utils.translation import gettext as _

from foundation import as_code
from foundation.as_code import Item, ItemIsWrong, Items, Noun, closed, words
from foundation.directory.models import Person
from runbooks.broadcasts.compose import message_templates
from runbooks.broadcasts.compose.message_templates import TemplateWords
from runbooks.models import Endpoint, MessageTemplate, Runbook
from runbooks.plans import catalogue, endpoints, parsing, schema, source_text

KEPT, VARIABLE = "kept", "env:"
SLUG = re.compile(r"(?=.{1,40}\Z)[a-z0-9]+(-[a-z0-9]+)*")
ENDPOINT = closed(
    {"url": {"type": "string", "pattern": r"^https?://[^/@\s]+(/\S*)?\Z", "maxLength": 200}},
    {
        "header": {"type": "string", "pattern": r"^[A-Za-z0-9-]*\Z", "maxLength": 40},
        "secret": {"type": "string", "pattern": r"^(kept|env:NOBET_ENDPOINT_[A-Z0-9_]{1,40})?\Z"},
        "may_be_private": {"type": "boolean"},
    },
)
TEMPLATE = closed(
    {"subject": words(120, least=1), "text": words(1600, least=1)},
    {"correction": words(1600), "language": {"enum": ["tr", "en"]}, "is_drill": {"type": "boolean"}},
)


@as_code.nouns.register
def nouns() -> Iterable[Noun]:
    yield Noun("endpoints", 40, ENDPOINT, read_endpoints, write_endpoints, settle_endpoint)
    yield Noun("message-templates", 50, TEMPLATE, read_templates, write_templates)
    yield Noun("plans", 60, schema.PLAN, read_plans, write_plans, settle_plan, folder=True)


def read_endpoints() -> Items:
    return {endpoint.key: _endpoint_said(endpoint) for endpoint in Endpoint.objects.current()}


def _endpoint_said(endpoint: Endpoint) -> Item:
    secret = KEPT if endpoint.secret else f"{VARIABLE}{endpoint.secret_name}" if endpoint.secret_name else ""
    names = ("url", "header", "may_be_private")
    return {name: getattr(endpoint, name) for name in names} | {"secret": secret}


def settle_endpoint(wanted: Item, current: Item | None) -> Item:
    """A secret that another house keeps is not here: whoever takes the file in gives it anew on the page."""
    here = (current or {}).get("secret", "")
    moves = current is not None and wanted["url"] != current["url"]
    if wanted.get("secret") == KEPT and (here != KEPT or moves):
        return {**wanted, "secret": ""}
    return wanted


def write_endpoints(items: Items, by: Person) -> None:
    as_code.each(items, partial(_write_endpoint, by))


def _write_endpoint(by: Person, key: str, item: Item) -> None:
    if not SLUG.fullmatch(key):
        raise ItemIsWrong(key, _("Small letters, digits and hyphens, such as odeme-kuyrugu."))
    header, secret = item.get("header", ""), item.get("secret", "")
    if secret and not header:
        raise ItemIsWrong(key, endpoints.SecretHasNoHeader(), path=("secret",))
    endpoint = Endpoint.objects.current().filter(key=key).first()
    private = item.get("may_be_private", False)
    if endpoint is None:
        endpoint = endpoints.make(key, url=item["url"], header=header, may_be_private=private, by=by)
    else:
        if not secret and endpoint.has_secret:
            endpoints.rotate(endpoint, secret="", by=by)
        endpoints.change(endpoint, url=item["url"], header=header, may_be_private=private, by=by)
    if secret.startswith(VARIABLE):
        endpoints.refer(endpoint, secret.removeprefix(VARIABLE), by=by)


def read_templates() -> Items:
    names = ("subject", "text", "correction", "language", "is_drill")
    current = MessageTemplate.objects.current()
    return {template.key: {name: getattr(template, name) for name in names} for template in current}


def write_templates(items: Items, by: Person) -> None:
    here = {template.key: template for template in MessageTemplate.objects.current()}

    def one(key: str, item: Item) -> None:
        if not SLUG.fullmatch(key):
            raise ItemIsWrong(key, _("Small letters, digits and hyphens."))
        if key in here:
            message_templates.change(here[key], TemplateWords(**item), by=by)
        else:
            message_templates.make(key, TemplateWords(**item), by=by)

    as_code.each(items, one)


def read_plans() -> Items:
    return {runbook.code: {"source": runbook.source} for runbook in Runbook.objects.current()}


def settle_plan(wanted: Item, current: Item | None) -> Item:
    """Each house counts its own versions: a text that differs in its number alone is the same plan."""
    if current is None:
        return wanted
    try:
        version = parsing.read(current["source"])["version"]
        source = source_text.with_values(wanted["source"], {("version",): version})
    except (parsing.PlanIsWrong, source_text.yaml.YAMLError):
        return wanted
    return {"source": source}


def write_plans(items: Items, by: Person) -> None:
    endpoints.require_keeper(by)
    as_code.each(items, partial(_write_plan, by))


def _write_plan(by: Person, code: str, item: Item) -> None:
    try:
        plan = parsing.read(item["source"])
        if plan["code"] != code:
            raise ItemIsWrong(
                code, _("This file is named %(file)s and its plan %(code)s.") % {"file": code, "code": plan["code"]}
            )
        current = Runbook.objects.current().filter(code=code).first()
        number = current.version + 1 if current else plan["version"]
        source = source_text.with_values(item["source"], {("version",): number})
        known = catalogue.known_codes()
        parsing.refuse_unknown(source, known=known)
        catalogue.publish(source, by=by)
    except parsing.PlanIsWrong as wrong:
        first = wrong.problems[0]
        raise ItemIsWrong(code, first.sentence, line=first.line) from None
