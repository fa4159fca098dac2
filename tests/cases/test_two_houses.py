"""Two houses on one machine share no city: the second one says so and does not start."""

import socket

import pytest
from django.core.management import call_command
from django.test import override_settings

from config.management.commands import serve
from monitoring.simulator import resident
from monitoring.simulator.map import SimulatedNode


def test_the_second_house_is_refused_with_a_sentence_that_says_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            override_settings(DEMO=True, EMBEDDED=True, CITY_CONTROL_PORT=port),
            pytest.raises(SystemExit, match=f"another house listens at port {port}.*CITY_PORT"),
        ):
            call_command("serve")


def test_a_house_with_a_control_port_of_its_own_and_shared_places_is_refused_too(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        ports = sorted(each.getsockname()[1] for each in (one, two))
        city = [SimulatedNode(code=str(port), name="", port=port) for port in ports]
        monkeypatch.setattr(resident, "read_places", lambda: city)
        monkeypatch.setattr(serve, "is_another_house_at", lambda port: False)
        with (
            override_settings(DEMO=True, EMBEDDED=True),
            pytest.raises(SystemExit, match=f"another house listens at port {ports[0]}.*CITY_PORT"),
        ):
            call_command("serve")


def test_a_program_that_somebody_watches_on_this_machine_is_no_other_house(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as one:
        mine = one.getsockname()[1]
        city = [SimulatedNode(code="1", name="", port=mine), SimulatedNode(code="2", name="", port=1)]
        monkeypatch.setattr(resident, "read_places", lambda: city)
        monkeypatch.setattr(serve, "is_another_house_at", lambda port: False)
        assert resident.places_of_another() == [mine]
        serve.refuse_a_shared_city()
