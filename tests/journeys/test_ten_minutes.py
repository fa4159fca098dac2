"""The ten minutes, as one story against real processes, real sockets and the Twilio stand-in.

A cash desk stops for the whole country. Nobody phones first: probes find it, the public
hears of it, clerks tap or file, the desk answers once, two people send one message to
thousands while the server is killed in mid-send, all heal but one province, and at the
end Nöbet itself is stopped and the copy on disk still answers.
"""

import json
import re
import time
from collections import Counter

import pytest

from runbooks.demo import ON_DUTY
from tests import servers
from tests.journeys.house import House
from tests.journeys.people import Someone
from tests.standins import twilio

pytestmark = [pytest.mark.long(120), pytest.mark.processes, pytest.mark.timeout(900)]

SILENT = "31"  # Hatay


@pytest.fixture(scope="module")
def story():
    # Two hundred a second instead of ten: the pace is tried elsewhere, here the story goes on.
    settings = {"SMS_SEGMENTS_PER_SECOND": "200"}
    with twilio.running(servers.free_port()) as phones, House(**phones.environment, **settings) as house:
        yield Story(house, phones)


class Story:
    """The people on stage and what they find out while it goes on."""

    def __init__(self, house: House, phones: twilio.Remote):
        self.house, self.phones = house, phones
        self.nermin = Someone(house.url, "nermin@nobet.demo")
        self.kemal = Someone(house.url, "kemal@nobet.demo")
        self.ayse = Someone(house.url, "ayse@nobet.demo")
        self.selim = Someone(house.url, "selim@odunpazari.demo")
        self.hatice = Someone(house.url, "hatice@merzifon.demo")

    def called(self) -> Counter:
        """Duty calls by number: they leave by the same gateway as what municipalities are told."""
        return Counter({number: n for number, n in self.phones.accepted().items() if number in ON_DUTY.values()})

    def told(self) -> Counter:
        """How often each number of a municipality was written to."""
        return self.phones.accepted() - self.called()

    def incidents(self) -> list[dict]:
        return self.house.json("/api/v2/summary.json")["incidents"]

    def counted(self, metric: str) -> float:
        """The sum of a metric's samples as a scrape sees them."""
        body = self.house.get("/metrics")[1].decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in body.splitlines() if line.startswith(metric))


def test_the_screens_are_calm(story):
    house = story.house
    house.until(lambda: story.counted('nobet_nodes{state="ok"}') >= 1407, "every node to answer", within=300)
    assert story.incidents() == []
    assert "2.070" in story.nermin.sees("/scenario/")


def test_within_a_minute_of_the_fault_the_public_knows(story):
    began = time.monotonic()
    story.nermin.does("/scenario/fault/", speed="6")
    story.house.until(story.incidents, "the first public word", within=60)
    story.detected = time.monotonic() - began
    incident = story.incidents()[0]
    story.outage = incident["id"]
    assert [part["id"] for part in incident["components"]] == ["tahsilat"]
    assert "Tahsilat" in story.house.get("/status/announcement.txt")[1].decode()
    assert len(story.incidents()) == 1, "one outage for one fault"


def test_a_clerk_meets_the_outage_first_and_taps_once(story):
    form = story.selim.sees("/tickets/new/")
    assert form.index("Biz de etkilendik") < form.index('name="subject"')
    for _ in range(2):
        story.selim.does(f"/tickets/outages/{story.outage}/report/")
    assert "report_count" not in story.selim.page


def test_another_files_with_misspellings_and_is_linked_an_e_signature_ticket_is_not(story):
    story.collection = filed(
        story.hatice, subject="makbuz cikmiyo", body="tahsılat ekranı donuyo vezne durdu", module="TAHSILAT"
    )
    story.signature = filed(
        story.hatice, subject="e-imza atılamıyor", body="İmza sunucusuna ulaşılamadı diyor.", module="EIMZA"
    )
    desk = story.ayse
    story.house.until(
        lambda: "/link/undo/" in desk.sees(f"/tickets/{story.collection}/"), "the ticket to be linked", within=120
    )
    assert "/link/undo/" not in desk.sees(f"/tickets/{story.signature}/")


def filed(clerk: Someone, *, subject: str, body: str, module: str) -> str:
    """File it; a clerk whose trouble an outage explains is shown that outage first and sends all the same."""
    clerk.sees("/tickets/new/")
    chosen = {"module": module} if module == "TAHSILAT" else {"module": "other", "other_module": module}
    words = {"subject": subject, "body": body, "impact": "unit", "urgency": "stopped", **chosen}
    answer = clerk.does("/tickets/new/", **words)
    if 'name="outage_seen"' in answer.text:
        answer = clerk.does("/tickets/new/", **words)
    assert re.search(r"DST-\d{4}-\d{6,}", answer.url), answer.text[:2000]
    return re.search(r"DST-\d{4}-\d{6,}", answer.url)[0]


def test_one_card_gathers_the_storm_and_one_sentence_answers_everyone(story):
    story.house.until(lambda: "/desk/incidents/" in story.ayse.sees("/desk/"), "the card", within=120)
    card = re.search(r"/desk/incidents/\d+/", story.ayse.page)[0]
    story.ayse.sees(card)
    sentence = "Ödeme kuyruğunda tıkanma bulundu, ikinci merkeze geçiyoruz."
    story.ayse.does(f"{card}answers/", text=sentence)
    assert sentence in story.ayse.page, "previewed on every surface first"
    story.ayse.does(f"{card}answers/", text=sentence, confirmed="on")
    # Fifty tickets hear it with the press, the others from the sweep that follows.
    told = f"/tickets/{story.collection}/"
    story.house.until(lambda: sentence in story.hatice.sees(told), "the answer to everyone", within=60)
    assert sentence not in story.hatice.sees(f"/tickets/{story.signature}/")
    assert sentence not in json.dumps(story.incidents(), ensure_ascii=False), "an agent alone speaks to tickets only"
    outage = re.search(r"/board/outages/(\d+)/", story.nermin.sees("/board/"))[1]
    waiting = re.search(
        r"/monitoring/proposals/\d+/decision/", story.nermin.sees(f"/monitoring/outages/{outage}/words/")
    )
    story.nermin.does(waiting[0], decision="let_out")
    story.house.until(lambda: sentence in json.dumps(story.incidents(), ensure_ascii=False), "the update", within=10)


def test_who_carries_the_watch_was_called(story):
    story.house.until(lambda: story.called().total() >= 1, "the first call", within=60)


def test_dr_03_runs(story):
    shelf = story.nermin.sees("/runbooks/")
    run = re.search(r"/runbooks/runs/\d+/", shelf)
    assert run, "DR-03 starts at once on a central outage of collections"
    assert "DR-03" in story.nermin.sees(run[0])


def test_a_link_a_self_approval_and_a_changed_letter_are_refused(story):
    words = {"subject": "Tahsilat durdu", "duties": ["mayor", "secretary", "it"], "spelling": "plain"}
    story.nermin.sees("/broadcasts/new/")
    linked = story.nermin.does("/broadcasts/new/", text="Bilgi: nobet.example.com", action="save", **words)
    if re.search(r"/broadcasts/\d+/$", linked.url):
        story.nermin.does(f"{linked.url}submission/")
        assert "sending" not in story.nermin.page and story.told() == {}
    story.nermin.sees("/broadcasts/new/")
    text = "e-Belediye: Tahsilat çalışmıyor. Ekip çalışıyor, sonraki bilgi 10.30."
    kept = story.nermin.does("/broadcasts/new/", text=text, action="save", **words)
    story.broadcast = re.search(r"/broadcasts/\d+/", kept.url)[0]
    story.nermin.does(f"{story.broadcast}submission/")
    page = story.kemal.sees(story.broadcast)
    story.count = int(re.search(r'data-recipients="(\d+)"', page)[1])
    assert story.count > 4000
    own = story.nermin.sees(story.broadcast)
    assert f"{story.broadcast}approval/" not in own
    binding = re.search(r'name="binding" value="([0-9a-f]{64})"', page)[1]
    changed = story.kemal.does(
        f"{story.broadcast}approval/",
        typed_count=str(story.count),
        binding=binding[:-1] + ("0" if binding[-1] != "0" else "1"),
    )
    assert changed.status_code >= 400
    assert story.told() == {}


def test_the_second_person_approves_and_a_kill_in_mid_send_loses_and_doubles_nobody(story):
    story.kemal.sees(story.broadcast)
    story.kemal.does(f"{story.broadcast}approval/", typed_count=str(story.count))
    story.house.until(lambda: sum(story.told().values()) > 100, "the first messages", within=60)
    story.house.kill()
    story.house.serve()
    story.house.until(lambda: len(story.told()) >= story.count, "the last message", within=600)
    time.sleep(2)
    heard = story.told()
    assert len(heard) == story.count
    assert set(heard.values()) == {1}, "nobody heard twice"
    # Receipts that knocked while the server lay dead are waited for; the sum closes all the same.
    assert "✓" in story.nermin.sees(story.broadcast)


def test_all_heal_but_one_province_whose_tickets_stay_open(story):
    story.nermin.sees("/scenario/")
    story.nermin.does("/scenario/recovery/")

    def only_the_silent_one() -> bool:
        open_now = story.incidents()
        return bool(open_now) and all("Hatay" in incident["name"] for incident in open_now)

    story.house.until(only_the_silent_one, "the country to be back and Hatay to be named", within=240)


def test_one_sheet_tells_it_all(story):
    sheet = story.nermin.sees(f"/runbooks/situation/{story.outage}/sheet/")
    assert "DR-03" in sheet
    assert "Tahsilat" in sheet


def test_the_copy_on_disk_answers_when_we_are_gone(story):
    snapshot = story.house.folder / "snapshot"

    def told() -> list[dict]:
        return json.loads((snapshot / "api" / "v2" / "summary.json").read_text(encoding="utf-8"))["incidents"]

    story.house.until(told, "the copy to be written", within=30)
    assert story.house.stop() < 6
    assert told()[0]["name"] in (snapshot / "status" / "index.html").read_text(encoding="utf-8")
