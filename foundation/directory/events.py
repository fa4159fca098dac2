"""Facts about people and places that others listen to."""

from django.dispatch import Signal

# person: their sessions, tokens and sockets end now. Sent in the transaction that revoked them.
person_revoked = Signal()

# person: one of their roles ended, by hand or with a team. Sent in the transaction that ended it.
role_ended = Signal()

# person: is called otherwise now, or by no name once they were erased. Sent in the transaction that wrote it.
person_renamed = Signal()

# municipality, successor (or None), by: it no longer exists; nodes, tickets and people follow in the same transaction.
municipality_closed = Signal()

# component, by: nobody works with it any more. Sent in the transaction that retired it.
component_retired = Signal()
