"""Clerks who file through the form and programs that file through the API, against a server that comes and goes.

Whoever gets no answer, or is told to come back, sends the very same thing again, as a
browser's reload or a retry does.
"""

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tests.journeys.house import ROOT, House

CLIENTS = 8
CSRF = "c" * 32
GRANIAN = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4"]

PREPARE = """
import json
from datetime import timedelta
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from foundation.directory.models import Person
from foundation.wire.api import tokens
selim = Person.objects.get(email="selim@odunpazari.demo")
keys, secrets = [], []
for number in range({clients}):
    session = SessionStore()
    session[SESSION_KEY] = str(selim.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = selim.get_session_auth_hash()
    session.save()
    keys.append(session.session_key)
    scopes = ["tickets:read", "tickets:write"]
    secrets.append(tokens.issue(selim, name=f"kill {{number}}", scopes=scopes, lasting=timedelta(days=2))[1])
print("ANSWER" + json.dumps([keys, secrets]))
"""
COUNT = """
import json
from helpdesk.models import Message, Ticket
from django_sla.models import Clock

tickets = Ticket.objects.filter(subject__startswith="Deneme ")
told = set(Message.objects.values_list("ticket_id", flat=True))
complete = told & set(Clock.objects.values_list("subject_id", flat=True))
print("ANSWER" + json.dumps([[t.subject for t in tickets], [t.subject for t in tickets if t.pk not in complete]]))
"""


class Office(House):
    """The pages and the API alone, as production runs them: a master and two workers in one process group."""

    def __init__(self, **settings: str):
        super().__init__(FILINGS_OF_A_PERSON="1000000", FILINGS_OF_A_MUNICIPALITY="1000000", **settings)

    def serve(self):
        self.process = subprocess.Popen(
            [*GRANIAN, "--port", str(self.port), "config.wsgi:application"],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log.open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.until(lambda: self.get("/healthz")[0] == 200, "the office to open", within=120)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirect)


class Client(threading.Thread):
    """Files one ticket after the other; each until somebody says that it is there."""

    def __init__(self, house, number, session, secret, done):
        super().__init__(daemon=True)
        self.house, self.number, self.session, self.secret, self.done = house, number, session, secret, done
        self.in_flight = False
        self.acknowledged: list[str] = []
        self.unanswered = 0
        self.told: Counter[tuple[int, bool]] = Counter()  # status, and whether it said when to come back

    def run(self):
        wish = 0
        while not self.done.is_set():
            wish += 1
            subject = f"Deneme {self.number}-{wish}"
            while not self.done.is_set():
                if self.send(subject):
                    self.acknowledged.append(subject)
                    break
                self.unanswered += 1
                time.sleep(0.05)

    def send(self, subject) -> bool:
        request = self.through_the_form(subject) if self.number % 2 else self.through_the_api(subject)
        self.in_flight = True
        try:
            status = OPENER.open(request, timeout=15).status
            self.told[status, False] += 1
            return status == 201
        except urllib.error.HTTPError as answer:
            self.told[answer.code, "Retry-After" in answer.headers] += 1
            return answer.code == 302 and "/tickets/DST-" in answer.headers["Location"]
        except OSError:
            return False
        finally:
            self.in_flight = False

    def through_the_form(self, subject):
        words = {
            "csrfmiddlewaretoken": CSRF,
            "token": subject.replace(" ", "-"),
            "subject": subject,
            "module": "EBYS",
            "impact": "one",
            "urgency": "question",
        }
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={CSRF}"}
        return urllib.request.Request(
            f"{self.house.url}/tickets/new/", urllib.parse.urlencode(words).encode(), headers=headers
        )

    def through_the_api(self, subject):
        body = {"component": "EBYS", "subject": subject, "impact": "one", "urgency": "question"}
        headers = {
            "Authorization": f"Bearer {self.secret}",
            "Idempotency-Key": subject.replace(" ", "-"),
            "Content-Type": "application/json",
        }
        return urllib.request.Request(f"{self.house.url}/api/v1/tickets/", json.dumps(body).encode(), headers=headers)


def ask(house, code):
    said = house.manage("shell", "--no-imports", "-c", code).stdout
    return json.loads(said.split("ANSWER")[1])


@contextmanager
def at_work(house: Office) -> Iterator[list[Client]]:
    """All clients file until the block ends; the house still answers afterwards."""
    done = threading.Event()
    sessions, secrets = ask(house, PREPARE.format(clients=CLIENTS))
    clients = [Client(house, n, sessions[n], secrets[n], done) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    yield clients
    done.set()
    for client in clients:
        client.join(20)


def acknowledged(clients: list[Client]) -> int:
    return sum(len(client.acknowledged) for client in clients)


def judge(house: Office, clients: list[Client]) -> int:
    """How many different tickets were promised; fails if one is lost, doubled or without its message or clocks."""
    stored, incomplete = ask(house, COUNT)
    promised = {subject for client in clients for subject in client.acknowledged}
    assert promised - set(stored) == set()
    assert [subject for subject, times in Counter(stored).items() if times > 1] == []
    assert incomplete == []
    return len(promised)
