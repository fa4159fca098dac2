"""The doors that belong to no context."""

from tests.wall import Public

doors = [Public("healthz"), Public("readyz"), Public("metrics"), Public("home", answers=(302,))]
