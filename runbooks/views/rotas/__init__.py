"""The pages of rotas.

on_call    who is on call now, taking over
rotas      a rota: its month, its shares, made, changed, ended; its rules
shifts     one shift: put by hand, withdrawn, swapped, handed over
mine       one's own shifts, leave, swaps, the key of one's feeds
calendars  feeds for calendar programs
imports    a rota that was kept elsewhere
"""
