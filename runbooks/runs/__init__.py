"""Runs: a plan in motion.

calling   which plans an outage calls for; propose, start, decline, abandon
walking   what people do at a step: finish, decide, sign, settle, skip
engine    what Nöbet does at a step: call, wait, prepare a broadcast, remind
calls     the HTTP call itself, with no transaction open
"""
