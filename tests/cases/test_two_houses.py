"""Two houses on one machine share no city: the second one says so and does not start."""

import socket

import pytest
from django.core.management import call_command
from django.test import override_settings


def test_the_second_house_is_refused_with_a_sentence_that_says_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            override_settings(DEMO=True, EMBEDDED=True, CITY_CONTROL_PORT=port),
            pytest.raises(SystemExit, match=f"another house listens at port {port}.*CITY_PORT"),
        ):
            call_command("serve")
