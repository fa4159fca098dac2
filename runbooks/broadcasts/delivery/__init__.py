"""From approval to the last receipt.

sending           hand over to the outbox, pause, resume, stop, follow
live_updates      what open pages of a broadcast are told
acknowledgements  who has seen it, and by which way
follow_ups        the silent: e-mail, then deputies
"""
