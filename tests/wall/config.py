"""The doors that belong to no context."""

from tests.wall import Door, Public, nothing

doors = [Public("healthz"), Public("readyz"), Public("metrics"), Public("home", answers=(302,))]
doors += [
    Door("setup", ("yonca",)),
    Door("setup_test", ("yonca",), at=lambda stage: {"part": "certificate"}, get=False, post=nothing),
]
