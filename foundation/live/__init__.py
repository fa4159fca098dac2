"""Word to open browsers: snapshot plus numbered deltas.

event      one thing said to one audience, written in the caller's transaction
numbering  after the commit one winner gives events their place in one sequence
doorbell   "look now", in this process and through Redis; may be lost
lookout    one thread a process that looks when rung and at least every second
hub        one audience in one process: encodes once, writes to all its sockets
keeper     the door: whose page may listen, to what, and what it is shown first
wire       the way from the hub to one browser
"""
