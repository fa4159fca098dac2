"""What happened and who did it: append-only, sealed into one chain after commit.

journal    record: one entry, in the caller's transaction
chain      digests over salted texts (pure)
sealing    after the commit one winner chains what is new
retention  texts are erased, the chain stays whole
"""
