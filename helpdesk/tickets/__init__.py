"""The verbs of a ticket's life, in the order it lives them.

intake        submit
grading       grade
ownership     claim, release, assign
conversation  reply, note, wait
resolution    resolve, reopen, withdraw, rate

Each verb is one transaction with one rhythm: claim, change, record, tell.
"""

from helpdesk.tickets.conversation import note, reply, wait
from helpdesk.tickets.grading import grade
from helpdesk.tickets.intake import submit
from helpdesk.tickets.ownership import assign, claim, release
from helpdesk.tickets.resolution import rate, reopen, resolve, withdraw

__all__ = [
    "assign",
    "claim",
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
