"""What a reader of the public pages has to fetch: counted in bytes, in a house as full as the demonstration."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.test import TestCase

from foundation.directory.models import Component, Municipality, Person
from monitoring import demo, outages
from monitoring.models import Node, Outage, State
from monitoring.status.page_cache import cached_pages
from tests.cast import the_whole_country

pytestmark = pytest.mark.once("postgresql", "pages: their size")

HTML_AT_MOST = 100_000  # one page, unpacked
TRANSFERRED_AT_MOST = 30_000  # the page with its sheets, scripts and marks, as they travel
ASSET = re.compile(r'(?:href|src)="/static/([^"#]+)')
LONG = "Ekiplerimiz nedeni buldu ve onarıma başladı; ödemeler birazdan yeniden alınabilecek. " * 3


class WeightCase(TestCase):
    """Everything is measured, three components are slow, a central outage and thirteen local ones are open."""

    @classmethod
    def setUpTestData(cls):
        the_whole_country()
        demo.load()
        Node.objects.update(state=State.OK)
        Node.objects.filter(code__in=["TAHSILAT", "EBYS", "EODEME"]).update(state=State.DEGRADED)
        nermin = Person.objects.create_user("nermin@agirlik.example", name="Nermin Kaya")
        cls.central = outages.declare(components=[Component.objects.get(pk="TAHSILAT")], text_tr=LONG, by=nermin)
        for number in range(8):
            outages.publish(cls.central, stage="identified", text_tr=f"{number}. {LONG}", by=nermin)
        for place in Municipality.objects.order_by("code")[:13]:
            outages.declare(nodes=[place.nodes.get()])

    def setUp(self):
        cached_pages.forget()
        cache.clear()

    def weigh(self, path: str) -> tuple[int, int]:
        """(HTML unpacked, everything as it travels) in bytes."""
        page = self.client.get(path)
        self.assertEqual(page.status_code, 200, path)
        assets = {Path(found) for name in ASSET.findall(page.content.decode()) if (found := finders.find(plain(name)))}
        self.assertGreater(len(assets), 2, path)
        bodies = [page.content, *(asset.read_bytes() for asset in assets)]
        return len(page.content), sum(len(gzip.compress(body)) for body in bodies)


def plain(name: str) -> str:
    """The name in the source tree of an asset that is served by its hash."""
    return re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", name)


class EveryPublicPage(WeightCase):
    def test_it_is_light(self):
        ended = Outage.objects.exclude(ended_at=None).first()
        konya = "/status/province/42/"
        pages = ["/status/", "/", "/status/26010/", konya, f"/status/outages/{self.central.pk}/", "/status/history/"]
        pages += [f"/status/outages/{ended.pk}/", "/status/26010/history/", "/status/find/?q=a", "/status/unsubscribe/"]
        pages += ["/status/subscribe/", "/status/26010/subscribe/", "/status/subscriptions/asked/email/"]
        pages += [f"{page}?lang=en" for page in pages if "?" not in page]
        weights = {page: self.weigh(page) for page in pages}
        most = (HTML_AT_MOST, TRANSFERRED_AT_MOST)
        heavy = {page: weight for page, weight in weights.items() if weight[0] > most[0] or weight[1] > most[1]}
        self.assertEqual(heavy, {})
        self.assertGreater(weights["/status/"][0], 60_000, "the house is empty: nothing was weighed")
