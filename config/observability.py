"""Structured logs and Sentry, behind one redaction step.

Patterns find telephone numbers; nothing finds a name or a sentence somebody wrote.
So these are not taken along at all: Sentry hears *where* something broke (types,
files, lines, our own numbers), never *what* was being said there. Logs carry
literal messages of the code, identifiers and redacted words, and in production no
text of an exception.
"""

import logging.config
import re
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import sentry_sdk
import structlog
import yaml
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from foundation.outbox.gateways import mapping
from foundation.wire.redaction import Redactor

# An argument of a log line that may stand there as it is: a path, a number, a dotted name.
IDENTIFIER = re.compile(r"[A-Za-z0-9_./:<>\[\]#-]{0,120}")
# Our own lines say only what the code chose to say; other people's may quote what somebody wrote.
OURS = ("config.", "foundation.", "monitoring.", "helpdesk.", "runbooks.", "django_sla.")
LONGEST_MESSAGE = 500
ABOUT_AN_EVENT = (
    "event_id",
    "timestamp",
    "platform",
    "level",
    "logger",
    "environment",
    "release",
    "transaction",
    "type",
)
ABOUT_A_FRAME = ("filename", "function", "module", "lineno", "in_app")
ABOUT_A_SPAN = ("trace_id", "span_id", "parent_span_id", "op", "status", "start_timestamp", "timestamp")
ABOUT_A_CRUMB = ("type", "category", "level", "timestamp")


def secrets_of_the_house() -> tuple[str, ...]:
    """Every configured value that opens something."""
    database = settings.DATABASES["default"]
    accounts = [
        secret
        for account in settings.SMS_ACCOUNTS.values()
        for secret in (account["password"], *account["callback_secrets"])
    ]
    named = [settings.SECRET_KEY, settings.METRICS_TOKEN, settings.ALERTMANAGER_TOKEN, database.get("PASSWORD", "")]
    named += [*accounts, *operator_secrets(settings.SMS_OPERATOR), *settings.TWILIO_AUTH_TOKENS]
    return tuple(secret for secret in (*named, settings.EMAIL_HOST_PASSWORD) if secret)


@lru_cache(maxsize=1)
def operator_secrets(path: str) -> tuple[str, ...]:
    """What the mapping of a domestic operator takes from the environment; a mapping nobody can read names none."""
    try:
        return tuple(mapping.secrets_in(yaml.safe_load(Path(path).read_text(encoding="utf-8")))) if path else ()
    except (OSError, ValueError, yaml.YAMLError):
        return ()


# --- Logs -----------------------------------------------------------------
def configure_logging(options: dict) -> None:
    """One line a record on standard error: JSON, or readable in development."""
    shared: list = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "pass_foreign_args": True,
                    "foreign_pre_chain": [*shared, literal_message, one_line_for_strangers],
                    "processors": [
                        *([only_where_it_broke] if options["json"] else []),
                        redacted(Redactor(secrets_of_the_house())),
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.JSONRenderer(ensure_ascii=False)
                        if options["json"]
                        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "loggers": {
                # A line for each request is written by `foundation.wire.requests`.
                "django.request": {"level": "ERROR"},
                "django.server": {"level": "ERROR"},
                # One line a second and sweep would bury everything else.
                "celery.beat": {"level": "WARNING"},
                "celery.worker": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
                "kombu": {"level": "ERROR"},
            },
            "root": {"handlers": ["stderr"], "level": options["level"]},
        }
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def literal_message(logger: Any, method: str, event: dict) -> dict:
    """The words of the code; of the arguments our own texts, of other people's lines only identifiers."""
    template, arguments = str(event["_record"].msg), event.pop("positional_args", ())
    is_ours = event["_record"].name.startswith(OURS)
    if isinstance(arguments, dict):
        arguments = {name: presentable(value, is_ours=is_ours) for name, value in arguments.items()}
    elif isinstance(arguments, tuple):
        arguments = tuple(presentable(value, is_ours=is_ours) for value in arguments)
    try:
        event["event"] = (template % arguments if arguments else template)[:LONGEST_MESSAGE]
    except (TypeError, ValueError, KeyError):
        event["event"] = template[:LONGEST_MESSAGE]
    return event


def one_line_for_strangers(logger: Any, method: str, event: dict) -> dict:
    """A request that Django will not read (too many fields, a host that is not ours) is no fault of the code."""
    if event["_record"].name.startswith("django.security"):
        event.pop("exc_info", None)
    return event


def presentable(value: object, *, is_ours: bool = False) -> object:
    """A number, an identifier and a text of our own as it is; of anything else only what kind of thing it is."""
    if value is None or isinstance(value, int | float) or is_ours and isinstance(value, str):
        return value
    text = str(value)
    return text if IDENTIFIER.fullmatch(text) else f"<{type(value).__name__}>"


def only_where_it_broke(logger: Any, method: str, event: dict) -> dict:
    """An exception as its types and places; its message may quote what somebody wrote."""
    error = event.pop("exc_info", None)
    error = error[1] if isinstance(error, tuple) else error
    if isinstance(error, BaseException):
        event["exception"] = [where(cause) for cause in causes(error)]
    return event


def causes(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain and len(chain) < 5:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain


def where(error: BaseException) -> dict:
    """{"type": …, "frames": ["file:line function", …]}, innermost last, at most twenty."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return {"type": type(error).__name__, "frames": frames[-20:]}


def redacted(redactor: Redactor) -> Callable[[Any, str, dict], dict]:
    """The redaction step as a structlog processor."""

    def processor(logger: Any, method: str, event: dict) -> dict:
        kept = {name: event.pop(name) for name in ("_record", "_from_structlog", "exc_info") if name in event}
        return redactor.anything(event) | kept

    return processor


# --- Sentry ---------------------------------------------------------------
def start_sentry() -> None:
    """Report to `SENTRY_DSN`, when there is one, under the rule of this module."""
    if not settings.SENTRY_DSN:
        return
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.PUBLIC_BASE_URL.partition("://")[2],
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        auto_session_tracking=False,
        send_client_reports=False,
        server_name="",
        traces_sample_rate=settings.SENTRY_TRACES_SAMPLE_RATE,
        before_send=only_where,
        before_send_transaction=only_where,
        before_breadcrumb=without_words,
        integrations=[
            DjangoIntegration(transaction_style="function_name", middleware_spans=False, signals_spans=False),
            CeleryIntegration(monitor_beat_tasks=False, propagate_traces=False),
            LoggingIntegration(level=None, event_level=logging.ERROR),
        ],
    )


def only_where(event: Any, hint: dict) -> Any:
    """The event rebuilt from what is known to be harmless; everything else stays here."""
    kept = {name: event[name] for name in ABOUT_AN_EVENT if name in event}
    record = hint.get("log_record")
    if record is not None:
        kept["logentry"] = {"message": f"{record.module}:{record.lineno} {record.funcName}"}
    if "exception" in event:
        kept["exception"] = {"values": [only_type_and_frames(value) for value in event["exception"].get("values", [])]}
    if "spans" in event:
        kept["spans"] = [{name: span[name] for name in ABOUT_A_SPAN if name in span} for span in event["spans"]]
        kept["start_timestamp"] = event.get("start_timestamp")
    trace = event.get("contexts", {}).get("trace", {})
    kept["contexts"] = {"trace": {name: trace[name] for name in ABOUT_A_SPAN if name in trace}}
    kept["tags"] = {"request_id": structlog.contextvars.get_contextvars().get("request_id", "")}
    return Redactor(secrets_of_the_house()).anything(kept)


def only_type_and_frames(value: dict) -> dict:
    frames = (value.get("stacktrace") or {}).get("frames", [])
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "stacktrace": {"frames": [{name: frame[name] for name in ABOUT_A_FRAME if name in frame} for frame in frames]},
    }


def without_words(crumb: dict, hint: dict) -> dict:
    """A breadcrumb says that something of a kind happened, and when."""
    return {name: crumb[name] for name in ABOUT_A_CRUMB if name in crumb}
