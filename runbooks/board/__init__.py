"""The operators' board: what is broken, for whom, since when, and who has it.

outline    the country as an SVG: 81 provinces, and where a municipality lies
standing   everything the board shows, read once
kiosk      the token that lets a wall screen in without signing in
socket     `/ws/board/`
"""
