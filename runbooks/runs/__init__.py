"""Runs: a plan in motion.

starting    which plans an outage calls for; propose, start, decline, abandon
steps       what people do at a step: finish, decide, sign, settle, skip
outcomes    how a step ended, in words
engine      what Nöbet does at a step: call, wait, prepare a broadcast, remind
http_steps  the HTTP call itself, with no transaction open
"""
