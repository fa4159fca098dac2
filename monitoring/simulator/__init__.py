"""The stand-in city: something real to probe on one's own machine.

map        which place listens at which loopback port, read from the registry's checks
endpoints  one small HTTP server a place, in one process, breakable while it runs
control    the socket through which `simulate break` and `simulate heal` speak to it
resident   the city as a thread of `serve` in the demonstration

Everything listens on 127.0.0.1 alone.
"""
