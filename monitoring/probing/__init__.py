"""Asking the nodes: thousands of probes a minute, none of which waits for another.

probe             one probe with its rules read once, and its outcome
run               asks one probe of any kind; whatever goes wrong is an outcome
http/             HTTP as the world speaks it: asking, requests, answers, bodies, judging
tcp, mail, dns, icmp     how each other kind is asked; TLS is in `tcp`
sockets           guarded sockets, with the time each phase took
certificates      what a chain says about its days left
timers            when each probe is due: a fixed beat that never drifts
prober            the loop: asks what is due, judges, keeps what changed
recording         writes down what changed, in one transaction
canary            is it them, or is it our own connection?
heartbeats        the other way round: nodes that call us
resident          the prober as a thread of `serve`, or as `manage.py probe`
shards, jobs      the prober's work shared out among Celery's workers
loops             uvloop, where it is installed
blackbox_metrics  one probe in the shape of blackbox_exporter
"""
