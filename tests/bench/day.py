"""A day at the desk: a part of its 3,200 tickets, played by scripted agents through the real pages in Chromium.

What comes is that of the domain study, section 5.2: channels, classes and answers at first contact, from the
sample tickets. An agent opens the next ticket, takes it, puts right what was filed wrongly, writes, and ends
or waits. Keystrokes and clicks are counted as they are made, pages and waiting as the browser sees them. Where a
page offers a key for an act, the key is pressed; else the way without it is gone, so the same script plays an
older tree. A sentence is put in at once and counted by its letters.

Minutes follow from the keystroke-level model (Card, Moran, Newell 1980): 0.2 s a key, 1.3 s to point and press, 1.35 s
to decide on an act, beside reading at 200 words a minute, letters written and the waiting seen. What an agent
looks into elsewhere is not in it: that is most of the 160 agents of the study. The limit of each row is what the
desk needed on 29 November 2026 (`BEFORE`), by this script and with its default seed.
"""

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from playwright.sync_api import Page

from tests import servers
from tests.bench import Row
from tests.journeys.browser import chromium, reader
from tests.journeys.house import ROOT, House

DAY, PART = 3_200, 100  # tickets of the day, and the one of so many that is played
SEED = 20261129
KEY, POINT, DECIDE = 0.2, 1.3, 1.35  # seconds
WORDS_A_SECOND = 200 / 60
WORKING_SECONDS = 8 * 3600 * 0.85
# channel → share of the day; of them, how many are filed under a module that is not theirs
CHANNELS = {"portal": (0.65, 0.15), "phone": (0.22, 0.05), "email": (0.10, 1.0), "api": (0.03, 0.0)}
AT_FIRST_CONTACT, WRONG_CLASS, HANDED_ON, NOTED = 0.45, 0.10, 0.05, 0.20
PLACES = ("26010", "05004", "34004", "06004", "35006")
ANSWER = "Merhaba, kontrol ettik ve düzelttik. Yeniden dener misiniz? Sürerse buradan yazınız."
QUESTION = "Merhaba, hangi kullanıcıda ve saat kaçta gördünüz? Ekran görüntüsü ekler misiniz?"
NOTE = "Kayıtlara bakıldı, benzeri yok."
# What this script counted on the tree of 29 November 2026, per ticket.
BEFORE = {"hands": 10.05, "presses": 9.63, "minutes": 0.602}


@dataclass(frozen=True)
class Work:
    """What one ticket of the day asks of an agent."""

    subject: str
    body: str
    rightly: str
    filed_under: str
    channel: str
    wrong_class: bool
    handed_on: bool
    noted: bool
    at_once: bool


@dataclass
class Hands:
    """An agent at a page: every key and click is counted where it is made."""

    page: Page
    keys: int = 0
    clicks: int = 0
    letters: int = 0
    pages: int = 0
    acts: int = 0
    waited: float = 0.0

    def press(self, chord: str, *, leads: bool = False) -> None:
        self.keys += 1
        with self.led(leads):
            self.page.keyboard.press(chord)

    def type(self, words: str) -> None:
        self.keys += len(words)
        self.page.keyboard.type(words)

    def click(self, selector: str, *, leads: bool = False) -> None:
        self.clicks += 1
        with self.led(leads):
            self.page.locator(selector).first.click()

    def choose(self, selector: str, value: str) -> None:
        """A list that drops down: one press to open it, one to choose."""
        self.clicks += 2
        self.page.select_option(selector, value)

    def write(self, text: str) -> None:
        self.letters += len(text)
        self.page.keyboard.insert_text(text)

    @contextmanager
    def led(self, leads: bool) -> Iterator[None]:
        if not leads:
            yield
            return
        began = time.perf_counter()
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            yield
        self.pages += 1
        self.waited += time.perf_counter() - began

    def offers(self, key: str) -> bool:
        return self.page.locator(f'[data-pick][data-key="{key}"]').count() > 0

    @property
    def hands(self) -> float:
        """Seconds of pressing and deciding; what is read and written is the same on any page."""
        return self.keys * KEY + self.clicks * POINT + self.acts * DECIDE


def run(*, rounds: int, full: bool) -> list[Row]:
    work = the_day(SEED, DAY if full else DAY // PART)
    with a_house() as house, chromium() as browser, reader(browser, house.url, email="ayse@nobet.demo") as page:
        file(house, work)
        page.goto("/desk/")
        hands = Hands(page)
        for each in work:
            play(hands, each)
    return told(hands, work)


def the_day(seed: int, count: int) -> list[Work]:
    chance = random.Random(seed)
    samples = json.loads((ROOT / "helpdesk/demo/data/sample_tickets.json").read_text(encoding="utf-8"))["tickets"]
    channels = chance.choices(list(CHANNELS), [share for share, _wrong in CHANNELS.values()], k=count)
    return [one(chance, chance.choice(samples), channel) for channel in channels]


def one(chance: random.Random, sample: dict, channel: str) -> Work:
    is_wrong = chance.random() < CHANNELS[channel][1]
    return Work(
        subject=sample["subject"],
        body=sample["body"],
        rightly=sample["module"],
        filed_under="DIGER" if is_wrong else sample["module"],
        channel=channel,
        wrong_class=chance.random() < WRONG_CLASS,
        handed_on=chance.random() < HANDED_ON,
        noted=chance.random() < NOTED,
        at_once=chance.random() < AT_FIRST_CONTACT,
    )


@contextmanager
def a_house() -> Iterator[House]:
    house = House(LOG_LEVEL="WARNING")
    house.furnish()
    words = ["granian", "--interface", "wsgi", "--port", str(house.port), "--blocking-threads", "2"]
    process = house.start("-m", *words, "config.wsgi:application")
    try:
        servers.answers("127.0.0.1", house.port, within=90)
        yield house
    finally:
        servers.stop(process)


def file(house: House, work: list[Work]) -> None:
    """Over the API, as a call that the desk has logged: few are hindered, so each begins as S3."""
    token = house.manage("create_token", "yonetici@nobet.demo", "--scope", "tickets:write").stdout.strip()
    for place, each in enumerate(work):
        wish = {"municipality": PLACES[place % len(PLACES)], "component": each.filed_under, "subject": each.subject}
        wish |= {"body": each.body, "impact": "few", "urgency": "hindered"}
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"day-{place}"}
        answer = requests.post(f"{house.url}/api/v1/tickets/", json=wish, headers=headers, timeout=30)
        assert answer.status_code == 201, answer.text


def play(hands: Hands, work: Work) -> None:
    """One ticket from the queue to its end."""
    if "/tickets/" not in hands.page.url:
        open_next(hands)
    hands.acts += 1
    hands.press("c", leads=True)
    if work.filed_under != work.rightly:
        put_module(hands, work.rightly)
    if work.wrong_class:
        put_class(hands)
    if work.noted:
        send(hands, NOTE, "note")
    if work.handed_on:
        hand_on(hands)
    send(hands, ANSWER if work.at_once else QUESTION, "resolve" if work.at_once else "wait")
    if hands.page.locator("form.nb-write [name=onward]").count() == 0:
        hands.press("q", leads=True)
        hands.page.wait_for_selector("nav.hd-views")


def open_next(hands: Hands) -> None:
    """The first that nobody has."""
    hands.acts += 1
    if hands.page.locator("nav.hd-views").count() == 0:
        hands.page.goto("/desk/")
    hands.click("nav.hd-views a[href$='view=unclaimed']", leads=True)
    hands.page.wait_for_selector("tr[data-number] a")
    hands.press("j")
    hands.press("Enter", leads=True)


def put_module(hands: Hands, rightly: str) -> None:
    """Where no page can, it is handed to somebody who knows the module."""
    if hands.offers("m"):
        pick(hands, "m", rightly.lower()[:4])
    else:
        hand_on(hands)


def put_class(hands: Hands) -> None:
    if hands.offers("o"):
        pick(hands, "o", "2")
        return
    hands.acts += 1
    hands.click(".nb-side details summary")
    hands.choose("#grade", "S2")
    hands.click("form[action*='/severity/'] button", leads=True)


def hand_on(hands: Hands) -> None:
    if hands.offers("a"):
        pick(hands, "a", "bur")
        return
    hands.acts += 1
    hands.click(".nb-side details summary")
    value = hands.page.locator("#to option").filter(has_text="Burak").first.get_attribute("value")
    hands.choose("#to", str(value))
    hands.click("form[action*='/assignment/'] button", leads=True)


def pick(hands: Hands, key: str, words: str) -> None:
    hands.acts += 1
    began = time.perf_counter()
    hands.press(key)
    hands.page.wait_for_selector("#picking[open] [name=words]")
    hands.type(words)
    hands.page.wait_for_function("() => !document.querySelector('#picking').dataset.asking")
    hands.waited += time.perf_counter() - began
    hands.press("Enter", leads=True)


def send(hands: Hands, text: str, move: str) -> None:
    """By a chord where the page has one, else by the choice beside the text."""
    hands.acts += 1
    chord = {"note": "Control+Enter", "wait": "Control+Shift+Enter", "resolve": "Alt+Enter"}[move]
    has_chords = hands.page.locator("form.nb-write [data-chord]").count() > 0
    hands.press("n" if has_chords and move == "note" else "r")
    hands.write(text)
    if not has_chords:
        hands.click(f"form.nb-write [name=move][value={move}]")
    hands.press(chord if has_chords else "Control+Enter", leads=True)


def told(hands: Hands, work: list[Work]) -> list[Row]:
    count = len(work)
    reading = sum(len(each.body.split()) / WORDS_A_SECOND for each in work)
    seconds = {
        "hands": hands.hands / count,
        "minutes": (hands.hands + hands.letters * KEY + hands.waited + reading) / count / 60,
        "presses": (hands.keys + hands.clicks) / count,
    }
    agents = seconds["minutes"] * 60 * DAY / WORKING_SECONDS
    parts = (hands.keys, hands.clicks, hands.pages, hands.waited, hands.hands)
    keys, clicks, pages, waited, pressed = (part / count for part in parts)
    print(
        f"seed {SEED}, {count} of {DAY:,} tickets; a ticket: {keys:.1f} keys, {clicks:.1f} clicks, {pages:.1f} pages,"
        f" {waited:.2f} s of waiting, {pressed:.1f} s of hands; {seconds['minutes']:.2f} agent-minutes a ticket,"
        f" {agents:.1f} agents for the day, looking into things not counted"
    )
    return [
        Row("keys and clicks a ticket", "presses", 0.5, [(seconds["presses"], BEFORE["presses"])]),
        Row("pressing and deciding a ticket", "s", 0.5, [(seconds["hands"], BEFORE["hands"])]),
        Row(
            "agent-minutes a ticket, reading and writing included",
            "min",
            0.5,
            [(seconds["minutes"], BEFORE["minutes"])],
        ),
    ]
