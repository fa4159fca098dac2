"""Tickets that are put aside for a while.

moments  what is offered and what is typed, as a moment; pure
api      its operations; the verbs are `tickets.snoozing`, what a page offers is in `window.picking`
"""
