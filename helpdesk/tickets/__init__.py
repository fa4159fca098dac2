"""The verbs of a ticket's life, in the order it lives them.

intake           submit
corrections      grade, change_module, move_to_queue, change_municipality, name_requester
assignment       claim, release, assign
conversation     reply, note, wait
snoozing         snooze, wake
resolution       resolve, declare_solved, reopen, withdraw, rate

Each verb is one transaction with one rhythm: claim, change, record, tell.
"""

from helpdesk.tickets.assignment import assign, claim, release
from helpdesk.tickets.conversation import note, reply, wait
from helpdesk.tickets.corrections import (
    change_module,
    change_municipality,
    grade,
    move_to_queue,
    name_requester,
)
from helpdesk.tickets.intake import submit
from helpdesk.tickets.resolution import declare_solved, rate, reopen, resolve, withdraw
from helpdesk.tickets.snoozing import snooze, wake

__all__ = [
    "assign",
    "change_module",
    "change_municipality",
    "claim",
    "declare_solved",
    "grade",
    "move_to_queue",
    "name_requester",
    "note",
    "rate",
    "release",
    "reopen",
    "reply",
    "resolve",
    "snooze",
    "submit",
    "wait",
    "wake",
    "withdraw",
]
