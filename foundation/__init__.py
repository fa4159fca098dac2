"""The ground under the three contexts: eight rooms and two words.

language   Turkish casing, folding and sorting, formats, template words
directory  municipalities, provinces, components; the models of people, memberships, contacts
accounts   invitations, sign-in, second factor, contacts, exports, and their pages
journal    append-only, chained record of what happened and who did it
leases     the abstract leased row: claim, sweep, retry
outbox     e-mail and SMS: queued, posted, receipted
live       word to open browsers
wire       outbound address guard, idempotency keys, API tokens, redaction, uploads

Beside them stand `rows`, written by statements compiled once, `garbage`, which keeps
the cycle collector out of the way of processes with much in mind, `providers`, by whom
a lower context is answered from above, `locks`, the turns that processes take, and two
words: `now`, the one clock that verbs read, and `Refusal`, the polite no.
"""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The time that verbs act at: aware, UTC. Tests move it with time_machine."""
    return timezone.now()


class Refusal(Exception):
    """A rule said no, in a sentence the person may read.

    `sentence` is a lazy translation; `status` is what HTTP answers with;
    `retry_after` the seconds after which it is worth trying again. One middleware
    shows it (pages) or wraps it as RFC 9457 problem JSON (API).
    """

    sentence: object = ""
    status: int = 409
    retry_after: int | None = None

    def __init__(self, sentence: object = None) -> None:
        super().__init__(sentence or self.sentence)
        self.sentence = sentence or self.sentence

    def __str__(self) -> str:
        return str(self.sentence)
