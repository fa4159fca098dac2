"""From queued to posted.

dispatch  claim, hand over, write down: a delivery worker's turn
senders   carry to one gateway: in this thread, or over the network in a thread of their own
ledger    what became of each attempt, written in batches
routes    which gateway is in use, its breaker
tokens    what may leave now, shared by all workers
pacing    how fast, and when to slow down (pure)
ranks     how far a message has got; it never goes back (pure)
"""
