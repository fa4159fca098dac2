"""Rules of checks: refused when typed, bounded while they run, and only their own check fails."""

import asyncio
import json
import random
import time

import pytest
from django.utils import translation

from foundation.directory.spreadsheets import as_csv
from monitoring.checks import patterns, rules
from monitoring.checks.patterns import Pattern, UnusablePattern
from monitoring.checks.verdicts import Memory, Result
from monitoring.models import Check
from monitoring.probing.http import judging
from monitoring.probing.http.requests import Request
from monitoring.probing.prober import ProbeLoop
from monitoring.probing.run import ask
from monitoring.registry import csv_import
from monitoring.templatetags.states import CAUSES, cause
from tests import servers
from tests.foundation.directory.test_spreadsheets import an_xlsx
from tests.monitoring.land import a_province
from tests.monitoring.test_prober import a_question

PORT = servers.free_range(1)
HOST = "127.0.0.1"
LINE = "a" * 100_000
DEAR = "[ab]*a[ab]{230}c"  # just small enough to be taken, as dear as can be
PAGE = "".join(random.Random(5).choices("ab", k=900_000))


@pytest.fixture
async def web():
    """Every page is one long line; /dear is what a dear pattern is dearest with; /echo says what was asked."""

    async def answer(reader, writer):
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = request.split()[1]
        body = {"/dear": PAGE, "/echo": request, "/deep": "[" * 200_000}.get(path, LINE)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body.encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, HOST, PORT) as server:
        yield server


def a_check(number=1, *, path="/", timeout=5.0, **its_rules):
    return a_question(number, target=f"http://{HOST}:{PORT}{path}", timeout=timeout, rules=its_rules)


async def asked(**more):
    return await ask(a_check(**more), allow_private=True)


@pytest.fixture(autouse=True)
def in_turkish():
    with translation.override("tr"):
        yield


# --- while they run ---------------------------------------------------------


async def test_a_pattern_with_stars_on_one_long_line_is_read_in_a_moment(web):
    began = time.process_time()
    outcome = await asked(fail_if_body_not_matches_regexp=[".*Tahsilat.*", "(a*)*b", "(a|aa)+$x"])
    assert outcome.error == "the body lacks what it must hold"
    assert time.process_time() - began < 1


@pytest.mark.parametrize("pattern", ["(?=a)a", r"(a)\1", "[abc", "a{1001}", "((a{100}){100}){100}", "\ud800"])
async def test_a_kept_pattern_that_cannot_be_run_fails_its_own_check_and_says_why(web, pattern):
    outcome = await asked(fail_if_body_matches_regexp=[pattern])
    assert outcome.raw is Result.FAIL
    assert outcome.error in patterns.WORDS


@pytest.mark.parametrize(
    "kept",
    [
        {"fail_if_body_matches_regexp": "Hata"},
        {"valid_status_codes": "200"},
        {"fail_if_header_matches": [{"header": "Server"}]},
        {"headers": ["Host"]},
        {"json": {"path": "durum"}},
    ],
)
async def test_kept_rules_of_a_wrong_shape_fail_their_own_check_and_say_so(web, kept):
    assert (await asked(**kept)).error == "the rules of the check cannot be read"


async def test_kept_rules_with_a_key_of_others_go_on_being_asked(web):
    assert (await asked(preferred_ip_protocol="ip4", valid_http_versions=["HTTP/1.1"])).is_ok


async def test_json_without_an_end_is_an_answer_that_is_wrong(web):
    outcome = await asked(path="/deep", json=[{"path": "durum", "equals": "iyi"}])
    assert outcome.error == "durum is not as it should be"


async def test_one_dear_pattern_fails_by_its_name_and_the_others_are_asked_on_time(web):
    """A hundred innocent checks beside two whose patterns cost seconds; the loop goes on, and leaves when told."""
    dear = [a_check(n, path="/dear", timeout=60, fail_if_body_matches_regexp=[DEAR]) for n in (1, 2)]
    innocent = [a_check(n, fail_if_body_matches_regexp=[".*Hata.*"]) for n in range(10, 110)]
    books, leaving = Books(), asyncio.Event()
    prober = ProbeLoop([(one, Memory()) for one in (*dear, *innocent)], books, allow_private=True)
    running = asyncio.create_task(prober.run(leaving))
    async with asyncio.timeout(60):
        while not {1, 2, *range(10, 110)} <= {*books.errors, *prober.latest}:
            await asyncio.sleep(0.2)
    began = time.monotonic()
    leaving.set()
    await running
    assert time.monotonic() - began < 2
    assert prober.worst_delay < 1.0
    assert {books.errors[number] for number in (1, 2)} == {patterns.TOO_SLOW}
    assert {books.errors[number] for number in range(10, 110)} == {""}


class Books:
    """Keeps the latest error of every check."""

    def __init__(self):
        self.errors = {}

    def changes(self, changes):
        return False

    def cycle(self, block, latest, **figures):
        self.errors |= {row[-1]: row[2] for row in latest}

    def review(self):
        return False


def test_a_pattern_that_was_too_dear_rests_and_costs_nothing_meanwhile():
    pattern = Pattern(DEAR)
    with pytest.raises(UnusablePattern, match=patterns.TOO_SLOW):
        pattern.found_in(PAGE)
    began = time.process_time()
    with pytest.raises(UnusablePattern, match=patterns.TOO_SLOW):
        pattern.found_in(PAGE)
    assert time.process_time() - began < 0.05


async def test_an_answer_that_we_had_no_time_to_judge_is_nobodys_failure(web, monkeypatch):
    busy = [judging.JUDGES.submit(time.sleep, 1.0) for _number in range(2)]
    outcome = await asked(timeout=0.3, fail_if_body_matches_regexp=["(a|b){40}c(a|b){40}"])
    assert outcome.raw is Result.NA
    for one in busy:
        one.cancel()


async def test_a_target_that_is_no_address_fails_alone():
    broken = a_question(1, target="http://[::1/")
    books, leaving = Books(), asyncio.Event()
    running = asyncio.create_task(ProbeLoop([(broken, Memory())], books).run(leaving))
    await asyncio.sleep(0.3)
    assert not running.done()
    leaving.set()
    await running


@pytest.mark.parametrize("name", ["host", "HOST", "user-agent", "ACCEPT"])
async def test_a_header_that_a_check_sends_stands_once_whatever_its_case(web, name):
    sent = Request.of(a_check(headers={name: "vezne.test"})).as_bytes().decode()
    names = [line.partition(":")[0].lower() for line in sent.split("\r\n")[1:] if line]
    assert names.count(name.lower()) == 1
    assert "vezne.test" in sent


# --- when they are typed ----------------------------------------------------

WRONG = [
    ("http", {"fail_if_body_matches": ["x"]}, "fail_if_body_matches"),
    ("http", {"fail_if_body_matches_regexp": "Hata"}, "fail_if_body_matches_regexp"),
    ("http", {"fail_if_body_matches_regexp": ["[Hh"]}, "[Hh"),
    ("http", {"fail_if_body_matches_regexp": ["(?!Hata)"]}, "(?!Hata)"),
    ("http", {"fail_if_body_not_matches_regexp": [r"(.)\1"]}, r"(.)\1"),
    ("http", {"fail_if_body_not_matches_regexp": ["a{900}"]}, "a{900}"),
    ("http", {"fail_if_body_not_matches_regexp": ["a{400}", "b{400}"]}, "birlikte"),
    ("http", {"fail_if_header_matches": [{"header": "X", "regexp": "("}]}, "("),
    ("http", {"fail_if_header_matches": [{"header": "X"}]}, "regexp"),
    ("http", {"valid_status_codes": ["200"]}, "valid_status_codes.0"),
    ("http", {"valid_status_codes": [99]}, "valid_status_codes.0"),
    ("http", {"headers": {"X": "a\r\nY: b"}}, "headers.X"),
    ("http", {"headers": {"X Y": "a"}}, "headers"),
    ("http", {"tls_config": {"insecure_skip_verifi": True}}, "insecure_skip_verifi"),
    ("http", {"json": [{"path": "a", "equals": "\0"}]}, "saklanamayan"),
    ("tcp", {"valid_status_codes": [200]}, "valid_status_codes"),
    ("dns", {"query_name": "a.test", "validate_answer_rrs": {"fail_if_not_matches_regexp": ["["]}}, "["),
    ("tls", {"min_days": "14"}, "min_days"),
    ("heartbeat", {"min_days": 14}, "min_days"),
]


@pytest.mark.parametrize(("kind", "typed", "named"), WRONG)
def test_a_wrong_rule_is_named_in_a_sentence(kind, typed, named):
    found = rules.faults(kind, typed)
    assert len(found) == 1
    assert named in found[0]


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "typed", "named"), WRONG)
def test_a_sheet_with_a_wrong_rule_is_refused_at_its_line(kind, typed, named):
    a_province("69", 1)
    target = {"http": "http://a.test/", "heartbeat": ""}.get(kind, "a.test:443")
    cell = json.dumps(typed).replace('"', '""')
    sheet = csv_import.read(f'kod;tür;hedef;kurallar\n69000;{kind};{target};"{cell}"\n')
    assert [fault.line for fault in sheet.faults] == [2]
    assert named in sheet.faults[0].sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cell", ["[" * 20_000, '{"a":' * 5_000, '{"min_days": 1e999}', "{" + " " * 20_000 + "}", "NaN"]
)
def test_rules_without_an_end_are_refused_at_their_line(cell):
    a_province("69", 1)
    quoted = cell.replace('"', '""')
    sheet = csv_import.read(f'kod;tür;hedef;kurallar\n69000;tls;a.test:443;"{quoted}"\n')
    assert [fault.line for fault in sheet.faults] == [2]


@pytest.mark.django_db
def test_a_pattern_keeps_its_blanks_from_text_and_from_a_workbook():
    a_province("69", 1)
    rules = '{"fail_if_body_not_matches_regexp": ["Tahsilat  açık"]}'
    head, row = ["kod", "tür", "hedef", "kurallar"], ["69000", "http", "http://a.test/", rules]
    quoted = rules.replace('"', '""')
    for sheet in (f'{";".join(head)}\n69000;http;http://a.test/;"{quoted}"\n', as_csv(an_xlsx([head, row]))):
        (line,) = csv_import.read(sheet).lines
        assert line.check["rules"] == json.loads(rules)


def test_the_model_itself_knows_the_same_rules():
    check = Check(kind="http", rules={"fail_if_body_matches_regexp": ["[Hh"]})
    with pytest.raises(Exception, match="kapatılmamış"):
        check.clean()


def test_rules_as_people_write_them_are_taken():
    typed = {
        "method": "POST",
        "body": "{}",
        "headers": {"Host": "vezne.test"},
        "valid_status_codes": [200, 204],
        "fail_if_body_not_matches_regexp": ["(?i)tahsilat açık", r'"durum":\s*"(iyi|ok)"', "^.*Vezne.*$"],
        "json": [{"path": "kuyruk.0", "equals": None}],
        "tls_config": {"insecure_skip_verify": True},
    }
    assert rules.faults("http", typed) == []


def test_every_reason_is_said_in_turkish():
    for reason in patterns.WORDS:
        assert cause(reason) != reason
    assert "okunam" in cause("the rules of the check cannot be read")
    assert patterns.WORDS.keys() <= CAUSES.keys()
