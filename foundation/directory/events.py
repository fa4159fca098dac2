"""Facts about people and places that others listen to."""

from django.dispatch import Signal

# person: their sessions, tokens and sockets end now. Sent in the transaction that revoked them.
person_revoked = Signal()
