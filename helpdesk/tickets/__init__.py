"""The verbs of a ticket's life, in the order it lives them.

intake           submit
severity_review  grade
assignment       claim, release, assign
conversation     reply, note, wait
resolution       resolve, declare_solved, reopen, withdraw, rate

Each verb is one transaction with one rhythm: claim, change, record, tell.
"""

from helpdesk.tickets.assignment import assign, claim, release
from helpdesk.tickets.conversation import note, reply, wait
from helpdesk.tickets.intake import submit
from helpdesk.tickets.resolution import declare_solved, rate, reopen, resolve, withdraw
from helpdesk.tickets.severity_review import grade

__all__ = [
    "assign",
    "claim",
    "declare_solved",
    "grade",
    "note",
    "rate",
    "release",
    "reopen",
    "reply",
    "resolve",
    "submit",
    "wait",
    "withdraw",
]
