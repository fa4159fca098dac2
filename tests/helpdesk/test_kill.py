"""SIGKILL to the whole server, and a database that dies, while tickets are being filed: none lost, none doubled."""

import random
import time
from collections import Counter

import pytest

from tests import servers
from tests.helpdesk.clerks import Office, acknowledged, at_work, judge

pytestmark = [pytest.mark.long(60), pytest.mark.processes, pytest.mark.timeout(1200)]
KILLS = 4
ACKNOWLEDGED = 520
RESTARTS = 3
KEPT_BETWEEN = 40  # tickets between two deaths of the database


def test_no_ticket_is_lost_or_doubled_when_the_server_is_killed():
    chance = random.Random(7)
    with Office() as house:
        with at_work(house) as clients:
            for kill in range(1, KILLS + 1):
                enough = ACKNOWLEDGED * kill / (KILLS + 1)
                house.until(lambda enough=enough: acknowledged(clients) >= enough, "more tickets", within=300)
                time.sleep(chance.uniform(0, 0.2))
                house.until(lambda: any(client.in_flight for client in clients), "a request in flight", within=60)
                assert any(client.in_flight for client in clients)
                house.kill()
                house.serve()
            house.until(lambda: acknowledged(clients) >= ACKNOWLEDGED, "all tickets", within=300)
        assert judge(house, clients) >= 500
        assert sum(client.unanswered for client in clients) >= KILLS


@pytest.mark.once("postgresql", "a server of its own, that may die")
def test_a_database_that_dies_in_mid_request_costs_a_503_and_no_ticket():
    with servers.postgres("office") as database, Office(DATABASE_URL=database) as house:
        with at_work(house) as clients:
            for death in range(1, RESTARTS + 1):
                enough = KEPT_BETWEEN * death
                house.until(lambda enough=enough: acknowledged(clients) >= enough, "more tickets", within=300)
                servers.restart(database)
            enough = KEPT_BETWEEN * (RESTARTS + 1)
            house.until(lambda: acknowledged(clients) >= enough, "tickets after the last death", within=300)
        assert judge(house, clients) >= enough
        told = sum((client.told for client in clients), Counter())
        assert set(told) <= {(201, False), (302, False), (503, True)}, told
        assert told[503, True] >= RESTARTS, told
