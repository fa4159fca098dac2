"""Word to open browsers: snapshot plus numbered deltas.

live        announce: one thing said to one audience, written in the caller's transaction
audiences   their names, as narrow as what is said in them
numbering   after the commit one winner gives events their place in one sequence
doorbell    "look now", in this process and through Redis (`redis_doorbell`); may be lost
poller      one thread a process that looks when rung and at least every second
hubs        one audience in one process: encodes once (`frames`), writes to all its sockets
access      whose page may listen, to what, and what it is shown first
revocation  whose page may listen no longer
transports  the way from the hub to one browser; `consumers` and `views` are its two ends
"""
