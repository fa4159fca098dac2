"""Facts the watch announces, sent inside the transaction that made them true."""

from django.dispatch import Signal

outage_opened = Signal()  # outage
outage_joined = Signal()  # outage, nodes: list[Node] that turned out to belong to it
outage_split = Signal()  # outage, part: Outage opened out of it, municipality_ids that went along entirely
outage_updated = Signal()  # outage, update: StatusUpdate
outage_acknowledged = Signal()  # outage, by: the Person who has it
outage_ended = Signal()  # outage
# Sent once for everyone who came back together: outage, municipality_ids: list[int].
# Each of them: the component works *and* the node answers.
municipalities_recovered = Signal()
