"""Asking the nodes: thousands of questions a minute, none of which waits for another.

questions   one question with its rules read once, and the outcome of asking it
sockets     guarded sockets, with the time each phase took
http, tcp, tls, dns, banners, icmp     how each kind is asked
timers      when each question is due: a fixed beat that never drifts
prober      the loop: asks what is due, judges, keeps what changed
recording   writes down what changed, in one transaction
canary      is it them, or is it our own line?
"""
