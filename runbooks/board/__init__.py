"""The operators' board: what is broken, for whom, since when, and who has it.

map_outlines  the country as an SVG: 81 provinces, and where a municipality lies
state         everything the board shows, read once
geometry      places and sizes on the map
filters       what a reader narrows it to
idle          who carries the watch, what is over, what is planned
actions       the forms beside a card, each of which calls one verb
declaring     a person says that something is broken
kiosk         the token that lets a wall screen in without signing in
consumers     `/ws/board/`
"""
