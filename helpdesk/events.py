"""Facts the desk announces to whoever stands above it, inside the transaction that made them true."""

from django.dispatch import Signal

ticket_submitted = Signal()  # ticket
ticket_resolved = Signal()  # ticket
ticket_reopened = Signal()  # ticket
ticket_restricted = Signal()  # ticket
incident_declared = Signal()  # incident
incident_answered = Signal()  # incident, tickets: how many
