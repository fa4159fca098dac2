"""The operators' board: what is broken, for whom, since when, and who has it.

outline    the country as an SVG: 81 provinces, and where a municipality lies
standing   everything the board shows, read once
calm       who carries the watch, what is over, what is planned
kiosk      the token that lets a wall screen in without signing in
socket     `/ws/board/`
"""
